// SPDX-License-Identifier: Apache-2.0
// What a reader of the contract sees while something is broken.
#include <gtest/gtest.h>

#include "stack_fixture.h"

namespace nsl {
namespace {

using testing_support::fixed;
using testing_support::OnChain;
using testing_support::stack;

class StackFaults : public ::testing::Test {
 protected:
    void SetUp() override { stack().calm(); }

    // Sets the true price and waits until the chain has it.
    static testing::AssertionResult follows(const std::string& feed, int percent,
                                            milliseconds limit = milliseconds(30'000)) {
        std::int64_t target = fixed(stack().truth(feed)) / 100 * percent;
        stack().control({{"action", "set"},
                         {"asset", feed.substr(0, 3)},
                         {"price", fixed_to_string(target, 8)}});
        if (stack().eventually([&] { return stack().keeps_to(feed, target); }, limit))
            return testing::AssertionSuccess();
        client::Estimate estimate = stack().get(stack().api->feed(feed)).estimate;
        return testing::AssertionFailure()
               << feed << " on chain " << stack().on_chain(feed).price << ", truth " << target
               << ", estimate " << estimate.price << " " << estimate.quality << " "
               << estimate.reason;
    }

    // True when the feed is on HOLD and stays without a new round although the others move on.
    static void holds_while_btc_goes_on(const std::string& feed) {
        EXPECT_TRUE(stack().eventually(
            [&] { return stack().get(stack().api->feed(feed)).estimate.quality == "hold"; }));
        OnChain before = stack().on_chain(feed);
        EXPECT_TRUE(follows("BTC-USD", 102));
        EXPECT_TRUE(follows("BTC-USD", 99));
        EXPECT_EQ(stack().on_chain(feed), before) << "a round while on HOLD";
    }
};

TEST_F(StackFaults, OneFrozenVenueDoesNotHoldAPriceBack) {
    stack().control({{"action", "repeat"}, {"venue", "okx"}, {"market", "BTC-USDT"}});
    EXPECT_TRUE(follows("BTC-USD", 102));
    stack().control({{"action", "restamp"}, {"venue", "okx"}, {"market", "BTC-USDT"}});
    EXPECT_TRUE(follows("BTC-USD", 98));
}

TEST_F(StackFaults, OneVenueFivePercentOffDoesNotMoveThePrice) {
    stack().control(
        {{"action", "distort"}, {"venue", "kraken"}, {"market", "BTC-USD"}, {"factor_bp", 10'500}});
    EXPECT_TRUE(follows("BTC-USD", 102));
}

TEST_F(StackFaults, WithoutAUsdtVenueNeoHoldsAndBitcoinGoesOn) {
    stack().control({{"action", "drop"}, {"venue", "gate"}});
    holds_while_btc_goes_on("NEO-USD");
    stack().control({{"action", "restore"}, {"venue", "gate"}});
    EXPECT_TRUE(follows("NEO-USD", 102, milliseconds(60'000)));
}

TEST_F(StackFaults, PricesInDollarsStayRightWhenUsdtLosesItsPeg) {
    std::int64_t neo = fixed(stack().truth("NEO-USD"));
    stack().control({{"action", "set"}, {"asset", "USDT"}, {"price", "0.95"}});
    EXPECT_TRUE(stack().eventually([&] { return fixed(stack().truth("USDT-USD")) == 95'000'000; }));
    // A move of its own makes a round: dollars, though three of its venues quote in tokens of 0.95.
    EXPECT_TRUE(follows("BTC-USD", 102, milliseconds(60'000)));
    EXPECT_TRUE(follows("NEO-USD", 102, milliseconds(60'000)));
    EXPECT_TRUE(stack().keeps_to("NEO-USD", neo / 100 * 102));
}

TEST_F(StackFaults, MalformedAndOversizedFramesAreCountedAndHarmNobodyElse) {
    auto rejected = [] {
        for (const client::Venue& venue : stack().get(stack().api->chain()).venues)
            if (venue.venue == "coinbase") return venue.rejected;
        return std::uint64_t{0};
    };
    std::uint64_t before = rejected();
    stack().control({{"action", "malformed"}, {"venue", "coinbase"}, {"market", "BTC-USD"}});
    EXPECT_TRUE(stack().eventually([&] { return rejected() > before; }));
    EXPECT_TRUE(follows("BTC-USD", 102));
    stack().control({{"action", "clear"}, {"venue", "coinbase"}});
    stack().control({{"action", "oversized"}, {"venue", "coinbase"}});
    EXPECT_TRUE(follows("BTC-USD", 98, milliseconds(60'000)));
}

TEST_F(StackFaults, AKilledEnclaveComesBackWithTheSameKey) {
    int pid = stack().pid_of("nsl-enclave");
    ASSERT_GT(pid, 0);
    OnChain before = stack().on_chain("ETH-USD");
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    EXPECT_TRUE(stack().eventually([&] {
        int now = stack().pid_of("nsl-enclave");
        return now > 0 && now != pid;
    }));
    EXPECT_TRUE(follows("ETH-USD", 102, milliseconds(60'000)));
    EXPECT_GT(stack().on_chain("ETH-USD").round, before.round);
    EXPECT_EQ(stack().get(stack().api->report("ETH-USD")).public_key, stack().signer);
}

TEST_F(StackFaults, ANodeKilledWhileItPublishesStoresNoPriceTwice) {
    std::uint64_t first = stack().on_chain("BTC-USD").round;
    for (int percent : {102, 98, 102}) {
        // The move is on its way to the chain when the node dies, at another point each time.
        std::int64_t target = fixed(stack().truth("BTC-USD")) / 100 * percent;
        stack().control(
            {{"action", "set"}, {"asset", "BTC"}, {"price", fixed_to_string(target, 8)}});
        EXPECT_TRUE(stack().eventually([&] {
            return stack().get(stack().api->chain()).publisher.in_flight.has_value() ||
                   stack().keeps_to("BTC-USD", target);
        }));
        int pid = stack().pid_of("nsld");
        ASSERT_GT(pid, 0);
        ASSERT_EQ(::kill(pid, SIGKILL), 0);
        EXPECT_TRUE(stack().eventually([&] { return stack().keeps_to("BTC-USD", target); },
                                       milliseconds(60'000)));
        EXPECT_TRUE(stack().eventually([&] { return stack().pid_of("nsld") != pid; }));
    }
    stack().calm();
    // Every stored round is a different observation, in order.
    client::Rounds rounds = stack().get(stack().api->rounds("BTC-USD", 0, 64));
    for (std::size_t i = 1; i < rounds.rounds.size(); ++i) {
        EXPECT_EQ(rounds.rounds[i].round + 1, rounds.rounds[i - 1].round);
        EXPECT_LT(rounds.rounds[i].observed_ms, rounds.rounds[i - 1].observed_ms);
    }
    EXPECT_GE(stack().on_chain("BTC-USD").round, first + 3);
}

TEST_F(StackFaults, AfterAStandstillOfTheChainTheNewestPriceIsStored) {
    int pid = stack().pid_of("neo-go");
    ASSERT_GT(pid, 0);
    OnChain before = stack().on_chain("NEO-USD");
    std::int64_t last = fixed(stack().truth("NEO-USD"));
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    // Thirty seconds in which the price moves several times.
    auto until = stack().clock.monotonic() + std::chrono::seconds(30);
    int step = 0;
    stack().eventually(
        [&] {
            if (++step % 100 == 0) {
                last = last / 100 * 101;
                stack().control(
                    {{"action", "set"}, {"asset", "NEO"}, {"price", fixed_to_string(last, 8)}});
            }
            return stack().clock.monotonic() >= until;
        },
        milliseconds(60'000));
    ASSERT_EQ(::kill(pid, SIGCONT), 0);
    EXPECT_TRUE(stack().eventually([&] { return stack().keeps_to("NEO-USD", last); },
                                   milliseconds(60'000)));
    // Not a round for each move that was missed: the one in flight, and the newest.
    EXPECT_LE(stack().on_chain("NEO-USD").round, before.round + 3);
}

TEST_F(StackFaults, AKilledChainComesBackWithItsRounds) {
    int pid = stack().pid_of("neo-go");
    ASSERT_GT(pid, 0);
    ASSERT_EQ(::kill(pid, SIGTERM), 0);
    EXPECT_TRUE(stack().eventually([&] {
        int now = stack().pid_of("neo-go");
        return now > 0 && now != pid;
    }));
    EXPECT_TRUE(follows("GAS-USD", 102, milliseconds(60'000)));
}

}  // namespace
}  // namespace nsl

int main(int argc, char** argv) {
    return nsl::testing_support::stack_main(argc, argv);
}
