// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_market.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "services/pricefeed/rules_engine_fixture.h"

namespace nsl::pricefeed {
namespace {

using namespace testing_engine;

TEST(VenueMarket, TakesTheMedianOfWhatAVenueSays) {
    Engine engine(btc_table());
    for (const auto* venue : {"a", "b", "c"})
        engine->on_tick(venue,
                        {.market = "BTC-USD",
                         .bid = number("99.9"),
                         .ask = number("100.1"),
                         .last = number("100.4")},
                        engine.now_ms);
    EXPECT_EQ(engine.evaluated().price, 10'010'000'000);
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
    EXPECT_EQ(engine.evaluated().sources, 3U);
}

TEST(VenueMarket, MergesPartsOfAMarket) {
    Engine engine(btc_table());
    for (const auto* venue : {"a", "b", "c"}) {
        engine->on_tick(venue, {.market = "BTC-USD", .bid = number("99"), .ask = number("99.8")},
                        engine.now_ms);
        engine->on_tick(venue, {.market = "BTC-USD", .last = number("99.5")}, engine.now_ms);
    }
    EXPECT_EQ(engine.evaluated().price, 9'950'000'000);
    // An ask below the former bid: the bid is gone, price is the mean of ask and last.
    engine.now_ms += 1'000;
    for (const auto* venue : {"a", "b", "c"})
        EXPECT_EQ(
            engine->on_tick(venue, {.market = "BTC-USD", .ask = number("98.5")}, engine.now_ms),
            Verdict::accepted);
    EXPECT_EQ(engine.evaluated().price, 9'900'000'000);
}

TEST(VenueMarket, ForgetsPartsThatGrewOld) {
    Engine engine(btc_table());
    engine.say_all({"a", "b", "c"}, "BTC-USD", "90");
    engine.now_ms += 31'000;
    for (const auto* venue : {"a", "b", "c"})
        engine->on_tick(venue, {.market = "BTC-USD", .bid = number("91"), .ask = number("91.2")},
                        engine.now_ms);
    EXPECT_EQ(engine.evaluated().price, 9'110'000'000);
}

struct Refusal {
    const char* name;
    Tick tick;
    Verdict verdict;
};

TEST(VenueMarket, RefusesWhatCannotBeAQuote) {
    const std::vector<Refusal> refusals = {
        {"unknown market", {.market = "ETH-USD", .last = number("1")}, Verdict::unknown_market},
        {"nothing", {.market = "BTC-USD"}, Verdict::no_price},
        {"only volume", {.market = "BTC-USD", .quote_volume = number("5")}, Verdict::no_price},
        {"zero", {.market = "BTC-USD", .last = number("0")}, Verdict::not_positive},
        {"below zero", {.market = "BTC-USD", .bid = number("-1")}, Verdict::not_positive},
        {"rounds to zero", {.market = "BTC-USD", .last = number("1e-17")}, Verdict::not_positive},
        {"crossed",
         {.market = "BTC-USD", .bid = number("101"), .ask = number("100.9")},
         Verdict::crossed},
        {"wide",
         {.market = "BTC-USD", .bid = number("100"), .ask = number("101.1")},
         Verdict::wide_spread},
        {"future",
         {.market = "BTC-USD", .last = number("1"), .source_ms = kStart + 2'001},
         Verdict::from_the_future},
        {"old",
         {.market = "BTC-USD", .last = number("1"), .source_ms = kStart - 30'001},
         Verdict::too_old},
        {"too large", {.market = "BTC-USD", .last = number("12000000000")}, Verdict::overflow},
        {"far too large", {.market = "BTC-USD", .last = number("1e60")}, Verdict::overflow},
    };
    for (const Refusal& refusal : refusals) {
        Engine engine(btc_table());
        engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
        const Estimate before = engine.evaluated();
        EXPECT_EQ(engine->on_tick("a", refusal.tick, engine.now_ms), refusal.verdict)
            << refusal.name;
        EXPECT_EQ(engine.evaluated(), before) << refusal.name;
    }
    Engine engine(btc_table());
    EXPECT_EQ(engine.say("nobody", "BTC-USD", "100"), Verdict::unknown_market);
    EXPECT_EQ(
        engine->on_tick(
            "a", {.market = "BTC-USD", .last = number("100"), .source_ms = kStart + 2'000}, kStart),
        Verdict::accepted);
    EXPECT_EQ(
        engine->on_tick("a", {.market = "BTC-USD", .last = number("99"), .source_ms = kStart - 100},
                        kStart),
        Verdict::too_old);
}

TEST(VenueMarket, OldQuotesAreNoSources) {
    Engine engine(btc_table());
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    engine.now_ms += 30'000;
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
    engine.now_ms += 1;
    EXPECT_EQ(engine.evaluated().quality, Quality::hold);
    EXPECT_EQ(engine.evaluated().reason, "quorum 0 of 3");
    EXPECT_EQ(engine.evaluated().price, 100 * kOne);
}

TEST(VenueMarket, DisconnectedVenuesAreNoSources) {
    Engine engine(btc_table());
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
    engine->on_disconnect("b");
    EXPECT_EQ(engine.evaluated().reason, "quorum 2 of 3");
    engine.say("b", "BTC-USD", "100");
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
}

TEST(VenueMarket, AVenueThatRepeatsAnOldPriceIsFrozen) {
    Engine engine(btc_table());
    std::int64_t cents = 10'000;
    for (int second = 0; second < 30; ++second, engine.now_ms += 1'000, cents += 1) {
        const std::string price = fixed_to_string(cents, 2);
        engine.say_all({"a", "b", "c"}, "BTC-USD", price);
        // Since second 10 the same price, each time with a new time.
        const std::string own = second < 10 ? price : "100.1";
        engine->on_tick("d", {.market = "BTC-USD", .last = number(own), .source_ms = engine.now_ms},
                        engine.now_ms);
        engine->evaluate(engine.now_ms);
        if (second < 19) EXPECT_TRUE(engine->frozen().empty()) << second;
    }
    ASSERT_EQ(engine->frozen().size(), 1U);
    EXPECT_EQ(engine->frozen()[0].venue, "d");
    EXPECT_EQ(engine->frozen()[0].market, "BTC-USD");
    EXPECT_EQ(engine.evaluated().sources, 3U);
    engine.say("d", "BTC-USD", fixed_to_string(cents, 2));
    EXPECT_TRUE(engine->frozen().empty());
    EXPECT_EQ(engine.evaluated().sources, 4U);
}

TEST(VenueMarket, AQuietMarketIsNotFrozen) {
    Engine engine(btc_table());
    for (int second = 0; second < 300; ++second, engine.now_ms += 1'000) {
        engine.say_all({"a", "b", "c", "d"}, "BTC-USD", "100");
        engine->evaluate(engine.now_ms);
        EXPECT_TRUE(engine->frozen().empty());
    }
    EXPECT_EQ(engine.evaluated().sources, 4U);
}

TEST(VenueMarket, VolumeOfPastHoursWeighsAndTodaysBurstDoesNot) {
    const auto run = [](std::string_view burst) {
        Engine engine(btc_table());
        const std::array<std::string_view, 4> prices = {"100", "100.01", "100.02", "100.03"};
        const std::array<std::string_view, 4> venues = {"a", "b", "c", "d"};
        for (int hour = 0; hour < 6; ++hour, engine.now_ms += 3'600'000) {
            for (std::size_t i = 0; i < 4; ++i) {
                const std::string_view volume = i == 0                ? "9000000"
                                                : hour == 5 && i == 3 ? burst
                                                                      : "1000000";
                engine->on_tick(venues[i],
                                {.market = "BTC-USD",
                                 .last = number(prices[i]),
                                 .quote_volume = number(volume)},
                                engine.now_ms);
            }
            engine->evaluate(engine.now_ms);
        }
        engine.now_ms -= 3'600'000;
        return engine.evaluated().price;
    };
    EXPECT_EQ(run("1000000"), run("900000000"));
    EXPECT_LT(run("1000000"), 10'001'500'000);  // the equal-weight median
}

}  // namespace
}  // namespace nsl::pricefeed
