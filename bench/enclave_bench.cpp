// SPDX-License-Identifier: Apache-2.0
// From a venue frame's text to a signed report of four feeds: parse, take the tick, evaluate,
// build, sign, verify. The baseline is one bare ECDSA signature over as many bytes, in the same
// run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/file.h"
#include "enclave/keyring.h"
#include "enclave/price_book.h"
#include "enclave/report_desk.h"
#include "tee/provider.h"

namespace nsl::enclave {
namespace {

constexpr const char* kMarkets[] = {"NEO-USD", "GAS-USD", "BTC-USD", "ETH-USD"};
constexpr std::int64_t kFrameEveryMs = 50;

pricefeed::FeedTable table() {
    pricefeed::FeedTable out;
    for (const char* market : kMarkets) {
        pricefeed::FeedSpec feed{.id = market, .quorum = 1};
        for (const char* venue : {"coinbase", "kraken", "bitstamp"})
            feed.sources.push_back({.venue = venue, .market = market, .via = {}});
        out.feeds.push_back(std::move(feed));
    }
    return out;
}

std::string frame(const char* market, std::uint64_t step, std::int64_t now_ms) {
    const std::time_t seconds = now_ms / 1'000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char time[64];
    const std::size_t size = std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &utc);
    const std::string price = ":\"100." + std::to_string(1'000 + step % 50) + "\"";
    return R"({"type":"ticker","sequence":)" + std::to_string(step + 1) + R"(,"product_id":")" +
           market + "\",\"price\"" + price + ",\"best_bid\"" + price + ",\"best_ask\"" + price +
           R"(,"volume_24h":"1000.5","time":")" + std::string(time, size) + "." +
           std::to_string(1'000 + now_ms % 1'000).substr(1) + R"(Z","trade_id":1})";
}

class Enclave {
 public:
    Enclave() : book_(PriceBook::make(table(), Logger()).value()) {
        provider_ = tee::simulated_provider(directory_ + "/platform.key", random_).value();
        desk_ = std::make_unique<ReportDesk>(
            *book_, Keyring::open(*provider_, directory_, random_).value(), clock_, "simulated");
        const std::vector<std::string> venues = book_->venues();
        venue_ = static_cast<std::size_t>(std::find(venues.begin(), venues.end(), "coinbase") -
                                          venues.begin());
        book_->on_open(venue_);
    }
    Enclave(const Enclave&) = delete;

    // The text of the next frame; time has moved on to it.
    std::string next() {
        clock_.advance(milliseconds(kFrameEveryMs));
        const char* market = kMarkets[step_ % std::size(kMarkets)];
        return frame(market, step_++, clock_.unix_ms());
    }

    void receive(std::string_view text) { book_->on_frame(venue_, text, clock_.unix_ms()); }

    Result<tee::SignedReport> sign() {
        tee::ReportRequest request{.network = 42, .contract = {{7}}, .sequence = step_};
        for (std::uint16_t feed = 0; feed < std::size(kMarkets); ++feed)
            request.entries.push_back({.feed = feed, .round = step_});
        return desk_->sign(request);
    }

 private:
    ScratchFolder folder_ = ScratchFolder::make("nsl-bench").value();
    const std::string& directory_ = folder_.path();
    ManualClock clock_;
    OsRandom random_;
    std::unique_ptr<tee::Provider> provider_;
    std::unique_ptr<PriceBook> book_;
    std::unique_ptr<ReportDesk> desk_;
    std::size_t venue_ = 0;
    std::uint64_t step_ = 0;
};

// p50 and p99 in microseconds, beside the mean that the library gives.
void report_percentiles(benchmark::State& state, std::vector<double> times_us) {
    if (times_us.empty()) return;
    std::sort(times_us.begin(), times_us.end());
    state.counters["p50_us"] = times_us[times_us.size() / 2];
    state.counters["p99_us"] = times_us[times_us.size() * 99 / 100];
}

template <class Work>
void time_each(benchmark::State& state, std::vector<double>& times_us, Work work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(took.count());
    times_us.push_back(took.count() * 1e6);
}

void bare_ecdsa_sign(benchmark::State& state) {
    OsRandom random;
    const neo::PrivateKey key = neo::PrivateKey::generate(random);
    Bytes bytes(tee::kReportHeaderBytes + std::size(kMarkets) * tee::kReportRecordBytes);
    std::vector<double> times_us;
    for (auto _ : state) {
        random.fill(bytes);
        time_each(state, times_us, [&] { benchmark::DoNotOptimize(key.sign(bytes)); });
    }
    report_percentiles(state, std::move(times_us));
}
BENCHMARK(bare_ecdsa_sign)->UseManualTime()->Unit(benchmark::kMicrosecond);

void frame_to_tick(benchmark::State& state) {
    Enclave enclave;
    std::vector<double> times_us;
    for (auto _ : state) {
        const std::string text = enclave.next();
        time_each(state, times_us, [&] { enclave.receive(text); });
    }
    report_percentiles(state, std::move(times_us));
}
BENCHMARK(frame_to_tick)->UseManualTime()->Unit(benchmark::kMicrosecond);

void frame_to_signed_report(benchmark::State& state) {
    Enclave enclave;
    for (std::size_t i = 0; i < std::size(kMarkets); ++i) enclave.receive(enclave.next());
    std::vector<double> times_us;
    for (auto _ : state) {
        const std::string text = enclave.next();
        bool made = false;
        time_each(state, times_us, [&] {
            enclave.receive(text);
            made = enclave.sign().has_value();
        });
        if (!made) {
            state.SkipWithError("a report was refused");
            break;
        }
    }
    report_percentiles(state, std::move(times_us));
}
BENCHMARK(frame_to_signed_report)->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace nsl::enclave
