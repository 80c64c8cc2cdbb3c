// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_engine.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "services/pricefeed/rules_engine_fixture.h"

namespace nsl::pricefeed {
namespace {

using namespace testing_engine;

TEST(PriceEngine, VersionGrowsWithChangesOnly) {
    Engine engine(btc_table());
    EXPECT_EQ(engine->version(), 0U);
    EXPECT_TRUE(engine->evaluate(kStart));  // unknown to hold
    EXPECT_FALSE(engine->evaluate(kStart + 100));
    EXPECT_EQ(engine->version(), 1U);
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    EXPECT_TRUE(engine->evaluate(kStart + 200));
    EXPECT_FALSE(engine->evaluate(kStart + 300));
    EXPECT_EQ(engine->version(), 2U);
}

TEST(PriceEngine, ADepeggedQuoteLeavesThePriceRight) {
    Engine engine(tether_table());
    engine.say_all({"a", "b", "c"}, "USDT-USD", "0.95");
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    engine.say_all({"x", "y", "z", "w"}, "BTC-USDT", "105.263157894");
    engine.say_all({"x", "y", "z"}, "NEO-USDT", "10");
    engine->evaluate(kStart);
    EXPECT_EQ(engine->estimates()[1].sources, 7U);
    EXPECT_NEAR(static_cast<double>(engine->estimates()[1].price), 100e8, 1);
    EXPECT_EQ(engine->estimates()[0].price, 9'50'000'000);
}

TEST(PriceEngine, WithoutItsConversionASourceIsOut) {
    Engine engine(tether_table());
    engine.say_all({"a", "b"}, "USDT-USD", "1");
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    engine.say_all({"x", "y", "z", "w"}, "BTC-USDT", "100");
    engine.say_all({"x", "y", "z"}, "NEO-USDT", "10");
    engine->evaluate(kStart);
    EXPECT_EQ(engine->estimates()[2].quality, Quality::hold);
    EXPECT_EQ(engine->estimates()[1].quality, Quality::ok);
    EXPECT_EQ(engine->estimates()[1].sources, 3U);
    EXPECT_EQ(engine->estimates()[0].quality, Quality::hold);
    EXPECT_EQ(engine->estimates()[0].reason, "quorum 0 of 3");

    engine.say("c", "USDT-USD", "1");
    engine->evaluate(kStart);
    EXPECT_EQ(engine->estimates()[1].sources, 7U);
    EXPECT_EQ(engine->estimates()[0].quality, Quality::ok);
}

TEST(PriceEngine, TheLastPriceOfAHeldConversionIsNotUsed) {
    Engine engine(tether_table());
    engine.say_all({"a", "b", "c"}, "USDT-USD", "1");
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    engine.say_all({"x", "y", "z", "w"}, "BTC-USDT", "100");
    engine.say_all({"x", "y", "z"}, "NEO-USDT", "10");
    EXPECT_EQ(engine.evaluated(1).sources, 7U);
    EXPECT_EQ(engine.evaluated(0).quality, Quality::ok);
    // Of three dollar venues for Tether one is lost; its price of a second ago is still there.
    engine.now_ms += 1'000;
    engine->on_disconnect("c");
    engine.say("c", "BTC-USD", "100");
    const Estimate tether = engine.evaluated(2);
    EXPECT_EQ(tether.quality, Quality::hold);
    EXPECT_EQ(tether.price, kOne);
    EXPECT_EQ(engine.evaluated(1).sources, 3U);
    EXPECT_EQ(engine.evaluated(0).reason, "quorum 0 of 3");
}

TEST(PriceEngine, AnUncertainConversionMakesThePriceUncertain) {
    const auto confidence = [](std::string_view bid, std::string_view ask) {
        Engine engine(tether_table());
        for (const auto* venue : {"a", "b", "c"})
            engine->on_tick(venue, {.market = "USDT-USD", .bid = number(bid), .ask = number(ask)},
                            engine.now_ms);
        engine.say_all({"x", "y", "z"}, "NEO-USDT", "10");
        return engine.evaluated(0).confidence;
    };
    EXPECT_EQ(confidence("1", "1"), 200'000);            // 2 bp of 10
    EXPECT_EQ(confidence("0.996", "1.004"), 4'000'000);  // 40 bp
}

TEST(PriceEngine, NeoHoldsWithAVenueGoneWhileBitcoinGoesOn) {
    Engine engine(tether_table());
    const auto all = [&] {
        engine.say_all({"a", "b", "c"}, "USDT-USD", "1");
        engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
        engine.say_all({"x", "y", "z", "w"}, "BTC-USDT", "100");
        engine.say_all({"x", "y", "z"}, "NEO-USDT", "10");
    };
    all();
    engine->evaluate(kStart);
    EXPECT_EQ(engine->estimates()[0].quality, Quality::ok);
    engine->on_disconnect("z");
    engine->evaluate(kStart + 100);
    EXPECT_EQ(engine->estimates()[0].quality, Quality::hold);
    EXPECT_EQ(engine->estimates()[0].reason, "quorum 2 of 3");
    EXPECT_EQ(engine->estimates()[0].price, 10 * kOne);
    EXPECT_EQ(engine->estimates()[1].quality, Quality::ok);
    EXPECT_EQ(engine->estimates()[1].sources, 6U);
}

TEST(PriceEngine, AConversionCarriesItsAge) {
    Engine engine(tether_table());
    engine.say_all({"a", "b", "c"}, "USDT-USD", "1");
    engine.now_ms += 20'000;
    engine.say_all({"x", "y", "z"}, "NEO-USDT", "10");
    engine->evaluate(engine.now_ms);
    EXPECT_EQ(engine->estimates()[0].observed_ms, kStart);
    engine.now_ms += 10'001;
    engine.say_all({"x", "y", "z"}, "NEO-USDT", "10");
    EXPECT_EQ(engine.evaluated(0).quality, Quality::hold);
}

TEST(PriceEngine, ConvertsThroughTwoFeedsWithoutLosingDigits) {
    FeedTable table = tether_table();
    table.feeds.push_back(
        {.id = "GAS-USD", .quorum = 1, .sources = {source("x", "GAS-BTC", {"BTC-USD"})}});
    table.feeds.push_back({.id = "GAS-USDX",
                           .quorum = 1,
                           .sources = {source("x", "GAS-BTC", {"BTC-USD", "USD-USDX"})}});
    table.feeds.push_back({.id = "USD-USDX", .quorum = 1, .sources = {source("x", "USD-USDX")}});
    ASSERT_TRUE(check_table(table));
    Engine engine(table);
    engine.say_all({"a", "b", "c"}, "BTC-USD", "60000");
    engine.say("x", "GAS-BTC", "0.00004123456789");
    engine.say("x", "USD-USDX", "2");
    engine->evaluate(kStart);
    EXPECT_EQ(engine->estimates()[3].price, 247'407'407);  // 2.4740740734
    EXPECT_EQ(engine->estimates()[4].price, 494'814'815);  // 4.9481481468
}

TEST(PriceEngine, AVenueFivePercentOffIsIgnoredAndLosesItsVote) {
    Engine engine(btc_table());
    for (int second = 0; second < 10; ++second, engine.now_ms += 1'000) {
        engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
        engine.say("d", "BTC-USD", "105");
        const Estimate& estimate = engine.evaluated();
        EXPECT_EQ(estimate.quality, Quality::ok);
        EXPECT_EQ(estimate.price, 100 * kOne);
        EXPECT_EQ(estimate.sources, 3U);
    }
    // Out for a minute: even when right, it does not make up a quorum.
    engine->on_disconnect("a");
    engine.say_all({"b", "c", "d"}, "BTC-USD", "100");
    EXPECT_EQ(engine.evaluated().reason, "quorum 2 of 3");
    int back = 0;
    for (int second = 0; second < 120; ++second, engine.now_ms += 1'000) {
        engine.say_all({"a", "b", "c", "d"}, "BTC-USD", "100");
        if (engine.evaluated().sources == 4) ++back;
    }
    EXPECT_GT(back, 30);
    EXPECT_LT(back, 60);
}

TEST(PriceEngine, NobodyIsJudgedWhileTheFeedHolds) {
    FeedTable table{{{.id = "BTC-USD"}}};
    for (const auto* venue : {"a", "b", "c", "d", "e", "f", "g"})
        table.feeds[0].sources.push_back(source(venue, "BTC-USD"));
    Engine engine(table);
    // Four against three: excluding the three for being few would settle what nobody knows.
    for (int second = 0; second < 20; ++second, engine.now_ms += 1'000) {
        engine.say_all({"a", "b", "c", "d"}, "BTC-USD", "100");
        engine.say_all({"e", "f", "g"}, "BTC-USD", "110");
        EXPECT_EQ(engine.evaluated().reason, "weight 57 %") << second;
    }
}

TEST(PriceEngine, SuspectKeepsTheAcceptedPriceAndThenFollows) {
    Engine engine(btc_table());
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
    engine.now_ms += 1'000;
    engine.say_all({"a", "b", "c"}, "BTC-USD", "60");
    EXPECT_EQ(engine.evaluated().quality, Quality::suspect);
    EXPECT_EQ(engine.evaluated().price, 100 * kOne);
    engine.now_ms += 3'000;
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
    EXPECT_EQ(engine.evaluated().price, 60 * kOne);
}

RC_GTEST_PROP(PriceEngine, SurvivesAnyTicks, ()) {
    PriceEngine engine(tether_table());
    const std::array<std::string, 9> venues = {"a", "b", "c", "w", "x", "y", "z", "q", ""};
    const std::array<std::string, 5> markets = {"BTC-USD", "BTC-USDT", "USDT-USD", "NEO-USDT", "?"};
    std::int64_t now_ms = kStart;
    std::uint64_t version = 0;
    for (int i = 0; i < 300; ++i) {
        const auto decimal = []() -> std::optional<Decimal> {
            if (*rc::gen::inRange(0, 3) == 0) return std::nullopt;
            const auto wild = *rc::gen::inRange(0, 10) == 0;
            return wild ? Decimal::from(*rc::gen::arbitrary<std::int64_t>(),
                                        *rc::gen::inRange(-40, 40))
                        : Decimal::from(*rc::gen::inRange<std::int64_t>(90'000, 110'000), -3);
        };
        Tick tick{.market = markets[*rc::gen::inRange<std::size_t>(0, markets.size())],
                  .bid = decimal(),
                  .ask = decimal(),
                  .last = decimal(),
                  .quote_volume = decimal()};
        if (*rc::gen::inRange(0, 3) == 0)
            tick.source_ms = now_ms + *rc::gen::inRange(-40'000, 4'000);
        engine.on_tick(venues[*rc::gen::inRange<std::size_t>(0, venues.size())], tick, now_ms);
        if (*rc::gen::inRange(0, 50) == 0) engine.on_disconnect("a");
        now_ms += *rc::gen::inRange(0, 500);
        const auto before = engine.estimates();
        const bool changed = engine.evaluate(now_ms);
        RC_ASSERT(engine.version() == version + (changed ? 1 : 0));
        version = engine.version();
        for (std::size_t f = 0; f < before.size(); ++f) {
            const Estimate& now = engine.estimates()[f];
            RC_ASSERT(now.price >= 0 && now.price <= kPriceMax);
            if (now.quality != Quality::ok) RC_ASSERT(now.price == before[f].price);
            if (now.quality == Quality::ok) RC_ASSERT(now.sources >= 3U && now.reason.empty());
        }
    }
}

}  // namespace
}  // namespace nsl::pricefeed
