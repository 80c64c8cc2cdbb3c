// SPDX-License-Identifier: Apache-2.0
#include "cli/sim_control.h"

#include <gtest/gtest.h>

namespace nsl::cli {
namespace {

constexpr std::size_t kBinance = 0;
constexpr std::size_t kOkx = 1;
constexpr std::size_t kKraken = 4;

struct World {
    SimMarket market{1, 1'700'000'000'000};
    SimFaults faults{};

    SimEffect apply(SimControl control) { return faults.apply(control, market).value(); }
    Errc refused(SimControl control) { return faults.apply(control, market).error().code; }
    SimFault neo(std::size_t venue = kBinance) const { return faults.of(venue, "NEO-USDT"); }
};

TEST(SimControl, StallsAndTheirEnd) {
    World world;
    for (const auto& [action, stall] :
         {std::pair("freeze", SimStall::frozen), std::pair("repeat", SimStall::repeating),
          std::pair("restamp", SimStall::restamping)}) {
        world.apply({.action = action, .venue = "binance"});
        EXPECT_EQ(world.neo().stall, stall);
        EXPECT_EQ(world.neo(kOkx).stall, SimStall::none);
        world.apply({.action = "thaw", .venue = "binance"});
        EXPECT_EQ(world.neo(), SimFault());
    }
}

TEST(SimControl, OneMarketAlone) {
    World world;
    world.apply({.action = "freeze", .venue = "binance", .market = "BTC-USDT"});
    EXPECT_EQ(world.faults.of(kBinance, "BTC-USDT").stall, SimStall::frozen);
    EXPECT_EQ(world.neo().stall, SimStall::none);
}

TEST(SimControl, AStarIsEveryVenue) {
    World world;
    world.apply({.action = "malformed", .venue = "*"});
    EXPECT_TRUE(world.neo().malformed);
    EXPECT_TRUE(world.faults.of(kKraken, "USDT-USD").malformed);
    world.apply({.action = "clear", .venue = "*"});
    EXPECT_EQ(world.neo(), SimFault());
}

TEST(SimControl, DropLastsUntilRestoreOrClear) {
    World world;
    for (const auto* end : {"restore", "clear"}) {
        const auto effect = world.apply({.action = "drop", .venue = "okx"});
        EXPECT_EQ(effect.drop, std::set<std::size_t>{kOkx});
        EXPECT_TRUE(world.faults.dropped(kOkx));
        EXPECT_FALSE(world.faults.dropped(kBinance));
        EXPECT_TRUE(world.apply({.action = end, .venue = "okx"}).drop.empty());
        EXPECT_FALSE(world.faults.dropped(kOkx));
    }
    EXPECT_EQ(world.apply({.action = "oversized", .venue = "kraken"}).oversized,
              std::set<std::size_t>{kKraken});
}

TEST(SimControl, ClearEndsAllOfAMarketsFaults) {
    World world;
    for (const auto* action : {"freeze", "crossed", "malformed"})
        world.apply({.action = action, .venue = "binance"});
    world.apply({.action = "distort", .venue = "binance", .factor_bp = 10'100});
    world.apply({.action = "skew", .venue = "binance", .skew_ms = -60'000});
    EXPECT_EQ(world.neo(), (SimFault{.stall = SimStall::frozen,
                                     .price = SimPriceFault::crossed,
                                     .malformed = true,
                                     .factor_bp = 10'100,
                                     .skew_ms = -60'000}));
    world.apply({.action = "clear", .venue = "binance", .market = "NEO-USDT"});
    EXPECT_EQ(world.neo(), SimFault());
    EXPECT_NE(world.faults.of(kBinance, "BTC-USDT"), SimFault());
}

TEST(SimControl, TheWorldsActions) {
    World world;
    world.apply({.action = "set", .asset = "NEO", .price = "7.25"});
    EXPECT_EQ(world.market.truth().at("NEO-USD"), 725'000'000);
    world.apply({.action = "hold_walk"});
    EXPECT_TRUE(world.market.held());
    world.apply({.action = "resume_walk"});
    EXPECT_FALSE(world.market.held());
}

TEST(SimControl, SaysWhatItWants) {
    World world;
    EXPECT_EQ(world.refused({.action = "explode", .venue = "okx"}), Errc::not_found);
    EXPECT_EQ(world.refused({.action = "freeze"}), Errc::invalid_argument);
    EXPECT_EQ(world.refused({.action = "freeze", .venue = "mtgox"}), Errc::not_found);
    EXPECT_EQ(world.refused({.action = "freeze", .venue = "okx", .market = "NEO-USD"}),
              Errc::not_found);
    EXPECT_EQ(world.refused({.action = "drop", .venue = "okx", .market = "NEO-USDT"}),
              Errc::invalid_argument);
    EXPECT_EQ(world.refused({.action = "distort", .venue = "okx"}), Errc::invalid_argument);
    EXPECT_EQ(world.refused({.action = "distort", .venue = "okx", .factor_bp = -1}),
              Errc::invalid_argument);
    EXPECT_EQ(world.refused({.action = "skew", .venue = "okx"}), Errc::invalid_argument);
    EXPECT_EQ(world.refused({.action = "set", .asset = "NEO"}), Errc::invalid_argument);
    EXPECT_EQ(world.refused({.action = "set", .asset = "DOGE", .price = "1"}), Errc::not_found);
    EXPECT_EQ(world.refused({.action = "set", .asset = "NEO", .price = "1e-9"}),
              Errc::invalid_argument);
    EXPECT_EQ(world.refused({.action = "set", .asset = "NEO", .price = "NaN"}),
              Errc::invalid_argument);
}

constexpr SimQuote kQuote{.bid = 597'900'000,
                          .ask = 598'100'000,
                          .last = 598'000'000,
                          .base_volume = 150 * kSimUnit,
                          .quote_volume = 897 * kSimUnit,
                          .time_ms = 1'700'000'000'000,
                          .sequence = 9};

TEST(SimFrames, SayWhatTheQuoteSays) {
    const SimFrame frame = sim_frame("NEO-USDT", kQuote, {});
    EXPECT_EQ(frame.bid, "5.979");
    EXPECT_EQ(frame.ask, "5.981");
    EXPECT_EQ(frame.last, "5.98");
    EXPECT_EQ(frame.base_volume, "150");
    EXPECT_EQ(frame.quote_volume, "897");
    EXPECT_EQ(frame.time_ms, 1'700'000'000'000);
    EXPECT_EQ(frame.sequence, 9U);
}

TEST(SimFrames, CarryTheFault) {
    const auto with = [](SimFault fault) { return sim_frame("NEO-USDT", kQuote, fault); };
    EXPECT_EQ(with({.factor_bp = 20'000}).last, "11.96");
    EXPECT_EQ(with({.price = SimPriceFault::nan}).bid, "NaN");
    EXPECT_EQ(with({.price = SimPriceFault::zero}).last, "0.00000000");
    EXPECT_EQ(with({.price = SimPriceFault::crossed}).bid, "5.981");
    EXPECT_EQ(with({.price = SimPriceFault::crossed}).ask, "5.979");
    EXPECT_EQ(with({.skew_ms = -5}).time_ms, 1'699'999'999'995);
}

}  // namespace
}  // namespace nsl::cli
