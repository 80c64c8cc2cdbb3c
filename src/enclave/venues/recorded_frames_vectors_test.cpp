// SPDX-License-Identifier: Apache-2.0
// Frames recorded from the venues run through their parsers: every one is accounted for.
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <sstream>

#include "base/json.h"
#include "enclave/venues/venue.h"
#include "vectors.h"

namespace nsl::enclave {
namespace {

using Kind = ParsedFrame::Kind;

struct Counts {
    std::size_t ticks = 0;  // frames
    std::size_t control = 0;
    std::size_t foreign = 0;
    std::size_t refused = 0;
    std::map<std::string, std::size_t> malformed{};  // by reason
    bool operator==(const Counts&) const = default;
};

void PrintTo(const Counts& counts, std::ostream* out) {
    *out << "ticks " << counts.ticks << " control " << counts.control << " foreign "
         << counts.foreign << " refused " << counts.refused;
    for (const auto& [why, count] : counts.malformed) *out << " malformed: " << why << " " << count;
}

std::string wire(const std::string& file) {
    return testing_support::vectors_dir() + "/market/wire/" + file;
}

std::string unzipped(const std::string& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) throw std::runtime_error("cannot read " + path);
    std::string out;
    std::vector<char> block(1 << 16);
    int size = 0;
    while ((size = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0)
        out.append(block.data(), static_cast<std::size_t>(size));
    gzclose(file);
    if (size < 0) throw std::runtime_error("damaged: " + path);
    return out;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) out.push_back(line);
    return out;
}

// The text of all received WebSocket messages.
std::vector<std::string> received(const std::string& cryptofeed_name) {
    std::vector<std::string> out;
    for (const auto& line : lines_of(unzipped(wire("cryptofeed/" + cryptofeed_name)))) {
        const auto record = json::parse_value(line, {.bytes_max = 64 << 20, .depth_max = 8});
        if (!record) throw std::runtime_error(record.error().message);
        if (record->at("t").as_string() == "recv") out.emplace_back(record->at("data").as_string());
    }
    return out;
}

struct Run {
    Counts counts;
    std::vector<pricefeed::Tick> ticks;
};

Run run(std::string_view venue_name, const std::vector<std::string>& markets,
        const std::vector<std::string>& frames) {
    auto venue = make_venue(venue_name, markets).value();
    Run out;
    for (const auto& frame : frames) {
        auto parsed = venue->parse(frame);
        EXPECT_EQ(parsed.kind == Kind::ticks, !parsed.ticks.empty());
        switch (parsed.kind) {
            case Kind::ticks:
                ++out.counts.ticks;
                break;
            case Kind::control:
                ++out.counts.control;
                break;
            case Kind::foreign:
                ++out.counts.foreign;
                break;
            case Kind::refused:
                ++out.counts.refused;
                break;
            case Kind::malformed:
                ++out.counts.malformed[parsed.detail];
                break;
        }
        std::move(parsed.ticks.begin(), parsed.ticks.end(), std::back_inserter(out.ticks));
    }
    return out;
}

Decimal decimal(std::string_view text) {
    return Decimal::parse(text).value();
}

void expect_sound(const std::vector<pricefeed::Tick>& ticks) {
    std::map<std::string, pricefeed::Tick> former;
    for (const auto& tick : ticks) {
        for (const auto& price : {tick.bid, tick.ask, tick.last}) {
            if (price) EXPECT_GT(*price, Decimal());
        }
        if (tick.bid && tick.ask) EXPECT_LT(*tick.bid, *tick.ask);
        const auto before = former.find(tick.market);
        if (before != former.end() && tick.sequence && before->second.sequence)
            EXPECT_GE(*tick.sequence, *before->second.sequence);
        former[tick.market] = tick;
    }
}

TEST(RecordedFrames, Binance) {
    const auto out =
        run("binance", {"NKN-USDT", "LRC-BTC", "BLZ-ETH"}, received("BINANCE.jsonl.gz"));
    EXPECT_EQ(out.counts, (Counts{.ticks = 84, .foreign = 181}));
    expect_sound(out.ticks);
    ASSERT_FALSE(out.ticks.empty());
    EXPECT_EQ(out.ticks.front().market, "NKN-USDT");
    EXPECT_EQ(out.ticks.front().bid, decimal("0.3521"));
}

TEST(RecordedFrames, Okx) {
    const auto out = run("okx", {"BTC-USDT"}, received("OKX.jsonl.gz"));
    EXPECT_EQ(out.counts, (Counts{.ticks = 25, .control = 18, .foreign = 367}));
    expect_sound(out.ticks);
}

TEST(RecordedFrames, Gate) {
    const auto out = run("gate", {"NEO-BTC", "BTC-USDC"}, received("GATEIO.jsonl.gz"));
    EXPECT_EQ(out.counts, (Counts{.ticks = 9, .control = 22, .foreign = 208}));
    expect_sound(out.ticks);
    ASSERT_FALSE(out.ticks.empty());
    EXPECT_EQ(out.ticks.front().market, "NEO-BTC");
    EXPECT_EQ(out.ticks.front().bid, decimal("0.0018697"));
    EXPECT_EQ(out.ticks.front().ask, decimal("0.0018734"));
    EXPECT_EQ(out.ticks.front().last, decimal("0.0018716"));
    EXPECT_EQ(out.ticks.front().quote_volume, decimal("2.048263365803126"));
    EXPECT_EQ(out.ticks.front().source_ms, 1619093533000);
}

TEST(RecordedFrames, Coinbase) {
    const auto out = run("coinbase", {"BAND-GBP", "SKL-BTC"}, received("COINBASE.jsonl.gz"));
    EXPECT_EQ(out.counts, (Counts{.ticks = 14, .control = 3, .foreign = 9929}));
    expect_sound(out.ticks);
    ASSERT_FALSE(out.ticks.empty());
    EXPECT_EQ(out.ticks.front().market, "BAND-GBP");
    EXPECT_EQ(out.ticks.front().last, decimal("14.7775"));
    EXPECT_EQ(out.ticks.front().sequence, 333938798U);
    EXPECT_EQ(out.ticks.front().source_ms, 1618677810244);
}

TEST(RecordedFrames, KrakenOfTheOlderProtocol) {
    const auto out = run("kraken", {"SC-EUR", "XMR-USD"}, received("KRAKEN.jsonl.gz"));
    EXPECT_EQ(out.counts, (Counts{.foreign = 4430}));
}

TEST(RecordedFrames, KrakenV2) {
    const auto live = run("kraken", {"BTC-USD"},
                          lines_of(testing_support::read_text_file(
                              wire("ccxt/kraken_ws_v2_ticker_2026-08-12.jsonl"))));
    EXPECT_EQ(live.counts, (Counts{.ticks = 2, .control = 3}));
    expect_sound(live.ticks);

    const auto examples =
        run("kraken", {"BTC-USD"},
            {testing_support::read_text_file(wire("nautilus/kraken_ws_ticker_snapshot.json")),
             testing_support::read_text_file(wire("nautilus/kraken_ws_trade_update.json"))});
    EXPECT_EQ(examples.counts, (Counts{.ticks = 1, .foreign = 1}));
    expect_sound(examples.ticks);
}

TEST(RecordedFrames, Bitstamp) {
    const auto out = run("bitstamp", {"ETH-USD", "USDT-USD"}, received("BITSTAMP.jsonl.gz"));
    EXPECT_EQ(out.counts, (Counts{.ticks = 10, .control = 20, .foreign = 717}));
    expect_sound(out.ticks);
    ASSERT_FALSE(out.ticks.empty());
    EXPECT_EQ(out.ticks.front().last, decimal("3805.44"));
    EXPECT_EQ(out.ticks.front().sequence, 216000477U);
    EXPECT_EQ(out.ticks.front().source_ms, 1641343699596);
}

}  // namespace
}  // namespace nsl::enclave
