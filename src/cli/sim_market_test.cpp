// SPDX-License-Identifier: Apache-2.0
#include "cli/sim_market.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/decimal.h"

namespace nsl::cli {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;

std::vector<SimQuote> all_quotes(const SimMarket& market) {
    std::vector<SimQuote> out;
    for (std::size_t venue = 0; venue < sim_venues().size(); ++venue)
        for (const auto& name : market.markets(venue)) out.push_back(*market.quote(venue, name));
    return out;
}

std::size_t venue_index(std::string_view name) {
    std::size_t at = 0;
    while (sim_venues()[at].name != name) ++at;
    return at;
}

std::string row(std::int64_t time_ms, std::string_view venue, std::string_view symbol,
                std::string_view prices) {
    return std::to_string(time_ms) + "," + std::string(venue) + "," + std::string(symbol) + ",60," +
           std::string(prices) + ",60,5\n";
}

const std::string kHeader = "ts_ms,venue,symbol,interval_s,open,high,low,close,volume,trades\n";

TEST(SimMarket, SixVenuesWithTheirQuoteAssets) {
    const SimMarket market(1, kStart);
    for (const auto* name : {"binance", "okx", "gate"})
        EXPECT_EQ(market.markets(venue_index(name)),
                  (std::vector<std::string>{"BTC-USDT", "ETH-USDT", "NEO-USDT", "GAS-USDT"}));
    for (const auto* name : {"coinbase", "kraken", "bitstamp"})
        EXPECT_EQ(market.markets(venue_index(name)),
                  (std::vector<std::string>{"BTC-USD", "ETH-USD", "USDT-USD"}));
    EXPECT_EQ(market.quote(0, "NEO-USD"), nullptr);
}

TEST(SimMarket, OneSeedIsOneWorld) {
    SimMarket a(7, kStart);
    SimMarket b(7, kStart);
    SimMarket c(8, kStart);
    a.advance(kStart + 60'000);
    for (int i = 1; i <= 600; ++i)
        b.advance(kStart + i * 100);  // how often it is looked at is nothing
    c.advance(kStart + 60'000);
    EXPECT_EQ(a.truth(), b.truth());
    EXPECT_EQ(all_quotes(a), all_quotes(b));
    EXPECT_NE(a.truth(), c.truth());
}

TEST(SimMarket, PricesWanderALittleAndTogether) {
    SimMarket market(3, kStart);
    auto before = market.truth();
    double product = 0;
    double squares_btc = 0;
    double squares_neo = 0;
    for (int i = 1; i <= 100; ++i) {
        market.advance(kStart + i * 10'000);
        const auto now = market.truth();
        const auto change = [&](const char* feed) {
            return std::log(static_cast<double>(now.at(feed)) /
                            static_cast<double>(before.at(feed)));
        };
        EXPECT_LT(std::abs(change("BTC-USD")), 0.02);
        EXPECT_LT(std::abs(change("USDT-USD")), 0.001);
        product += change("BTC-USD") * change("NEO-USD");
        squares_btc += change("BTC-USD") * change("BTC-USD");
        squares_neo += change("NEO-USD") * change("NEO-USD");
        before = now;
    }
    EXPECT_GT(squares_btc, 0);
    EXPECT_GT(product / std::sqrt(squares_btc * squares_neo), 0.3);
    EXPECT_NEAR(static_cast<double>(before.at("USDT-USD")), 1e8, 2e5);
}

TEST(SimMarket, VenuesQuoteTheTruthWithinAFewBasisPoints) {
    SimMarket market(5, kStart);
    for (int i = 1; i <= 200; ++i) {
        market.advance(kStart + i * 500);
        const auto truth = market.truth();
        for (std::size_t venue = 0; venue < sim_venues().size(); ++venue) {
            for (const auto& name : market.markets(venue)) {
                const SimQuote& quote = *market.quote(venue, name);
                const std::string base = name.substr(0, name.find('-'));
                double expected = static_cast<double>(truth.at(base + "-USD"));
                if (sim_venues()[venue].quote == "USDT")
                    expected *= 1e8 / static_cast<double>(truth.at("USDT-USD"));
                EXPECT_LT(quote.bid, quote.ask);
                EXPECT_LE(quote.bid, quote.last);
                EXPECT_LE(quote.last, quote.ask);
                EXPECT_NEAR(static_cast<double>(quote.last) / expected, 1, 0.003);
                EXPECT_GT(quote.quote_volume, 0);
            }
        }
    }
}

TEST(SimMarket, HeldPricesAreQuotedExactly) {
    SimMarket market(5, kStart);
    market.advance(kStart + 10'000);
    ASSERT_TRUE(market.set("NEO", 598'000'000));
    ASSERT_TRUE(market.set("USDT", 95'000'000));
    market.hold(true);
    const auto truth = market.truth();
    EXPECT_EQ(truth.at("NEO-USD"), 598'000'000);
    market.advance(kStart + 20'000);
    EXPECT_EQ(market.truth(), truth);
    const SimQuote& neo = *market.quote(venue_index("binance"), "NEO-USDT");
    EXPECT_EQ(neo.last, 629'473'684);  // 5.98 / 0.95
    EXPECT_EQ(neo.bid + neo.ask, 2 * neo.last);
    const SimQuote& tether = *market.quote(venue_index("kraken"), "USDT-USD");
    EXPECT_EQ(tether.last, 95'000'000);
    EXPECT_EQ(tether.bid + tether.ask, 2 * tether.last);

    const auto sequence = neo.sequence;
    market.hold(false);
    market.advance(kStart + 30'000);
    EXPECT_NE(market.truth(), truth);
    EXPECT_GT(market.quote(0, "NEO-USDT")->sequence, sequence);
}

TEST(SimMarket, ASetTetherStaysWhereItWasSet) {
    SimMarket market(5, kStart);
    ASSERT_TRUE(market.set("USDT", 95'000'000));
    market.advance(kStart + 600'000);
    EXPECT_NEAR(static_cast<double>(market.truth().at("USDT-USD")), 9.5e7, 2e5);
}

TEST(SimMarket, RefusesWhatItCannotSet) {
    SimMarket market(5, kStart);
    EXPECT_EQ(market.set("DOGE", 1).error().code, Errc::not_found);
    EXPECT_EQ(market.set("NEO", 0).error().code, Errc::invalid_argument);
    EXPECT_EQ(market.set("NEO", -1).error().code, Errc::invalid_argument);
    EXPECT_EQ(market.set("NEO", 10'000'001 * kSimUnit).error().code, Errc::invalid_argument);
}

TEST(SimMarket, ALongSleepIsSkipped) {
    SimMarket market(5, kStart);
    constexpr std::int64_t kYear = 31'536'000'000;
    market.advance(kStart + kYear);
    EXPECT_EQ(market.quote(0, "NEO-USDT")->time_ms, kStart + kYear);
    market.advance(kStart);  // a clock that goes back changes nothing
    EXPECT_EQ(market.quote(0, "NEO-USDT")->time_ms, kStart + kYear);
}

TEST(SimReplay, RecordedMarketsQuoteWhatWasRecordedAndOthersFollow) {
    auto recording = SimRecording::parse(
        kHeader + row(1'000'000, "coinbase", "BTC/USD", "20000,20000,20000,20000") +
        row(1'000'000, "kucoin", "NEO/USDT", "10,10,10,10") +
        row(1'000'000, "kraken", "USDT/USD", "0.9,0.9,0.9,0.9") +
        row(1'120'000, "coinbase", "BTC/USD", "22000,22000,22000,22000"));
    ASSERT_TRUE(recording) << recording.error().message;
    SimMarket market(5, kStart);
    market.replay(*std::move(recording), 60);
    market.advance(kStart + 500);  // half a minute in
    const auto truth = market.truth();
    EXPECT_EQ(truth.at("BTC-USD"), 20'000 * kSimUnit);
    EXPECT_EQ(truth.at("USDT-USD"), 90'000'000);
    EXPECT_EQ(truth.at("NEO-USD"), 9 * kSimUnit);
    const SimQuote& recorded = *market.quote(venue_index("coinbase"), "BTC-USD");
    EXPECT_EQ((recorded.bid + recorded.ask) / 2, 20'000 * kSimUnit);
    EXPECT_EQ(recorded.base_volume, 86'400 * kSimUnit);
    EXPECT_EQ(recorded.time_ms, kStart + 500);
    const SimQuote& derived = *market.quote(venue_index("okx"), "BTC-USDT");
    EXPECT_NEAR(static_cast<double>(derived.last), 20'000e8 / 0.9, 20'000e8 * 0.004);

    market.advance(kStart + 1'500);  // the minute that the venue has nothing for
    EXPECT_TRUE(market.quote(venue_index("coinbase"), "BTC-USD")->silent);
    EXPECT_FALSE(market.quote(venue_index("okx"), "BTC-USDT")->silent);
    market.advance(kStart + 60'000);  // long after the end
    EXPECT_FALSE(market.quote(venue_index("coinbase"), "BTC-USD")->silent);
    EXPECT_EQ(market.truth().at("BTC-USD"), 22'000 * kSimUnit);
}

TEST(SimRecording, WalksThroughABarByItsExtremes) {
    const auto recording =
        SimRecording::parse(kHeader + row(0, "binance", "NEO/USDT", "10,16,9,12")).value();
    const auto price = [&](std::int64_t at) {
        return recording.at("binance", "NEO-USDT", at)->price;
    };
    EXPECT_EQ(price(0), 10 * kSimUnit);
    EXPECT_EQ(price(20'000), 9 * kSimUnit);
    EXPECT_EQ(price(30'000), 1'250'000'000);
    EXPECT_EQ(price(40'000), 16 * kSimUnit);
    EXPECT_EQ(price(59'999), 1'200'020'000);
    EXPECT_FALSE(recording.at("binance", "NEO-USDT", 60'000));
    EXPECT_FALSE(recording.at("binance", "NEO-USDT", -1));
    EXPECT_FALSE(recording.at("okx", "NEO-USDT", 0));
    EXPECT_EQ(recording.end_ms(), 60'000);
}

TEST(SimRecording, RefusesWhatIsNoRecording) {
    const auto why = [](const std::string& text) {
        const auto out = SimRecording::parse(text);
        return out ? std::string() : out.error().message;
    };
    EXPECT_NE(why(""), "");
    EXPECT_NE(why("time,price\n"), "");
    EXPECT_NE(why(kHeader), "");
    EXPECT_NE(why(kHeader + row(0, "bitmex", "XBT/USD.PERP", "1,1,1,1")), "");  // nothing is left
    EXPECT_EQ(why(kHeader + row(0, "x", "A/B", "1,2,1,2")), "");
    EXPECT_TRUE(why(kHeader + row(0, "x", "A/B", "1,2,1")).starts_with("line 2: ten columns"));
    EXPECT_TRUE(why(kHeader + row(0, "x", "A/B", "1,1,1,1") + row(0, "x", "A/B", "1,NaN,1,1"))
                    .starts_with("line 3: "));
    EXPECT_NE(why(kHeader + row(0, "x", "A/B", "1,1,0,1")), "");
    EXPECT_NE(why(kHeader + row(0, "x", "A/B", "2,1,3,2")), "");
    EXPECT_NE(why(kHeader + row(-1, "x", "A/B", "1,1,1,1")), "");
    EXPECT_EQ(SimRecording::load("/no/such/file").error().code, Errc::not_found);
}

}  // namespace
}  // namespace nsl::cli
