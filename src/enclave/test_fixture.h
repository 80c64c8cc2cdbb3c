// SPDX-License-Identifier: Apache-2.0
// For tests only: an enclave without network, on a clock that stands still, fed with Coinbase's
// frames.
#pragma once
#include <ctime>
#include <memory>
#include <string>

#include "enclave/keyring.h"
#include "enclave/price_book.h"
#include "enclave/report_desk.h"
#include "tee/test_fixture.h"

namespace nsl::enclave::test {

using tee::test::LoopTest;
using tee::test::TempDir;

inline pricefeed::FeedSpec feed(std::string id, bool published = true) {
    pricefeed::FeedSpec spec{.id = id, .published = published, .quorum = 1};
    for (const char* venue : {"coinbase", "kraken", "bitstamp"})
        spec.sources.push_back({.venue = venue, .market = id, .via = {}});
    return spec;
}

// Feed 0 is NEO-USD, feed 1 is GAS-USD; BTC-USD is not published.
inline pricefeed::FeedTable table() {
    return {.feeds = {feed("NEO-USD"), feed("BTC-USD", false), feed("GAS-USD")}};
}

inline std::string coinbase_frame(std::string_view market, std::string_view price,
                                  std::int64_t now_ms) {
    const std::time_t seconds = now_ms / 1'000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char time[64];
    const std::size_t size = std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &utc);
    const std::string fraction = std::to_string(1'000 + now_ms % 1'000).substr(1);
    const std::string quoted = ":\"" + std::string(price) + "\"";
    return R"({"type":"ticker","sequence":)" + std::to_string(now_ms) + R"(,"product_id":")" +
           std::string(market) + "\",\"price\"" + quoted + ",\"best_bid\"" + quoted +
           ",\"best_ask\"" + quoted + R"(,"volume_24h":"1000.5","time":")" +
           std::string(time, size) + "." + fraction + R"(000Z","trade_id":1})";
}

class EnclaveTest : public LoopTest {
 protected:
    EnclaveTest() { book_->on_open(coinbase()); }

    Keyring open_keyring() { return Keyring::open(*provider_, dir_.path(), random_).value(); }

    std::size_t coinbase() const {
        const std::vector<std::string> venues = book_->venues();
        return static_cast<std::size_t>(std::find(venues.begin(), venues.end(), "coinbase") -
                                        venues.begin());
    }

    // One frame arrives, and everything is evaluated.
    void quote(std::string_view market, std::string_view price) {
        book_->on_frame(coinbase(), coinbase_frame(market, price, clock_.unix_ms()),
                        clock_.unix_ms());
        book_->evaluate(clock_.unix_ms());
    }

    tee::ReportRequest request(std::vector<tee::ReportEntry> entries) const {
        return {.network = 42, .contract = {{7}}, .sequence = 1, .entries = std::move(entries)};
    }

    ManualClock clock_;
    OsRandom random_;
    std::unique_ptr<tee::Provider> provider_ =
        tee::simulated_provider(dir_ / "platform.key", random_).value();
    std::unique_ptr<PriceBook> book_ = PriceBook::make(table(), Logger(log_, "book")).value();
    ReportDesk desk_{*book_, open_keyring(), clock_, provider_->name()};
};

}  // namespace nsl::enclave::test
