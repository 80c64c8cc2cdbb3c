// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_engine.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;
constexpr std::int64_t kOne = 100'000'000;  // 1.0

Decimal number(std::string_view text) {
    return Decimal::parse(text).value();
}

SourceSpec source(std::string venue, std::string market, std::vector<std::string> via = {}) {
    return {std::move(venue), std::move(market), std::move(via)};
}

FeedTable btc_table() {
    return {{{.id = "BTC-USD",
              .sources = {source("a", "BTC-USD"), source("b", "BTC-USD"), source("c", "BTC-USD"),
                          source("d", "BTC-USD")}}}};
}

// BTC on three dollar and four Tether venues, NEO on Tether venues only.
FeedTable tether_table() {
    return {
        {{.id = "NEO-USD",
          .sources = {source("x", "NEO-USDT", {"USDT-USD"}), source("y", "NEO-USDT", {"USDT-USD"}),
                      source("z", "NEO-USDT", {"USDT-USD"})}},
         {.id = "BTC-USD",
          .sources = {source("a", "BTC-USD"), source("b", "BTC-USD"), source("c", "BTC-USD"),
                      source("x", "BTC-USDT", {"USDT-USD"}), source("y", "BTC-USDT", {"USDT-USD"}),
                      source("z", "BTC-USDT", {"USDT-USD"}),
                      source("w", "BTC-USDT", {"USDT-USD"})}},
         {.id = "USDT-USD",
          .published = false,
          .sources = {source("a", "USDT-USD"), source("b", "USDT-USD"), source("c", "USDT-USD")}}}};
}

class Engine {
 public:
    explicit Engine(FeedTable table) : engine_(std::move(table)) {}

    Verdict say(std::string_view venue, std::string market, std::string_view last) {
        return engine_.on_tick(venue, {.market = std::move(market), .last = number(last)}, now_ms);
    }
    void say_all(std::initializer_list<std::string_view> venues, const std::string& market,
                 std::string_view last) {
        for (const auto venue : venues) EXPECT_EQ(say(venue, market, last), Verdict::accepted);
    }
    const Estimate& evaluated(std::size_t feed = 0) {
        engine_.evaluate(now_ms);
        return engine_.estimates()[feed];
    }
    PriceEngine* operator->() { return &engine_; }

    std::int64_t now_ms = kStart;

 private:
    PriceEngine engine_;
};

TEST(PriceEngine, TakesTheMedianOfWhatAVenueSays) {
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

TEST(PriceEngine, MergesPartsOfAMarket) {
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

TEST(PriceEngine, ForgetsPartsThatGrewOld) {
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

TEST(PriceEngine, RefusesWhatCannotBeAQuote) {
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

TEST(PriceEngine, OldQuotesAreNoSources) {
    Engine engine(btc_table());
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    engine.now_ms += 30'000;
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
    engine.now_ms += 1;
    EXPECT_EQ(engine.evaluated().quality, Quality::hold);
    EXPECT_EQ(engine.evaluated().reason, "quorum 0 of 3");
    EXPECT_EQ(engine.evaluated().price, 100 * kOne);
}

TEST(PriceEngine, DisconnectedVenuesAreNoSources) {
    Engine engine(btc_table());
    engine.say_all({"a", "b", "c"}, "BTC-USD", "100");
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
    engine->on_disconnect("b");
    EXPECT_EQ(engine.evaluated().reason, "quorum 2 of 3");
    engine.say("b", "BTC-USD", "100");
    EXPECT_EQ(engine.evaluated().quality, Quality::ok);
}

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

TEST(PriceEngine, AConversionCarriesItsAgeAndConfidence) {
    Engine engine(tether_table());
    engine.say_all({"a", "b", "c"}, "USDT-USD", "1");
    engine.now_ms += 20'000;
    engine.say_all({"x", "y", "z"}, "NEO-USDT", "10");
    engine->evaluate(engine.now_ms);
    const Estimate& tether = engine->estimates()[2];
    const Estimate& neo = engine->estimates()[0];
    EXPECT_EQ(neo.observed_ms, kStart);
    EXPECT_GE(neo.confidence * 10, tether.confidence * 99 / 10);
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

TEST(PriceEngine, AVenueThatRepeatsAnOldPriceIsFrozen) {
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

TEST(PriceEngine, AQuietMarketIsNotFrozen) {
    Engine engine(btc_table());
    for (int second = 0; second < 300; ++second, engine.now_ms += 1'000) {
        engine.say_all({"a", "b", "c", "d"}, "BTC-USD", "100");
        engine->evaluate(engine.now_ms);
        EXPECT_TRUE(engine->frozen().empty());
    }
    EXPECT_EQ(engine.evaluated().sources, 4U);
}

TEST(PriceEngine, VolumeOfPastHoursWeighsAndTodaysBurstDoesNot) {
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
