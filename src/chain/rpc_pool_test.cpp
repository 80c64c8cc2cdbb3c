// SPDX-License-Identifier: Apache-2.0
// Which of its nodes a pool asks.
#include "chain/rpc_pool.h"

#include <gtest/gtest.h>

#include "pool_world.h"

namespace nsl::chain {
namespace {

using testing_support::FakeNode;
using testing_support::payment;

class RpcPoolTest : public testing_support::PoolTest {};

TEST_F(RpcPoolTest, LeavesTheBestWhenItDiesAndUsesItAgainOnceItIsBack) {
    start_well(3);
    const std::size_t first = best();
    auto call = pool->best().block_count();
    nodes[first].down = true;
    EXPECT_EQ(world.run(std::move(call)).error().code, Errc::unavailable);
    // At once, before the next probe.
    const std::size_t second = best();
    EXPECT_NE(second, first);
    EXPECT_TRUE(world.run(pool->best().block_count()));
    EXPECT_FALSE(pool->health()[first].trouble.empty());
    EXPECT_TRUE(world.lines->contains("node is not used"));

    nodes[first].down = false;
    until([&] { return pool->health()[first].usable; });
    EXPECT_EQ(best(), second);
    for (std::size_t i = 0; i < 3; ++i) nodes[i].down = i != first;
    until([&] { return usable() == 1; });
    EXPECT_EQ(best(), first);
    EXPECT_TRUE(world.run(pool->best().block_count()));
}

TEST_F(RpcPoolTest, LeavesTheBestWhenItDiesInTheMiddleOfACall) {
    start_gated(2);
    ASSERT_EQ(best(), 0U);
    gate->close();
    const auto call = begin(pool->best().block_count());
    until([&] { return gate->held() == 1; });
    gate->die();
    until([&] { return call->has_value(); });
    EXPECT_EQ((**call).error().code, Errc::unavailable);
    EXPECT_EQ(best(), 1U);
    gate->open();
}

TEST_F(RpcPoolTest, NeverUsesANodeOfAnotherNetwork) {
    nodes.emplace_back(world.tasks).network = 1;
    nodes.emplace_back(world.tasks).mine(3);
    start(3);
    world.tasks.spawn("probe nodes", pool->run());
    until([&] { return usable() == 1 && pool->health()[2].height == 0; });
    EXPECT_NE(pool->health()[0].trouble.find("network 1"), std::string::npos);
    EXPECT_EQ(best(), 1U);
    EXPECT_EQ(world.run(pool->send(payment().serialize()))->outcome, SendOutcome::accepted);
    EXPECT_TRUE(nodes[0].received().empty());
    nodes[1].down = nodes[2].down = true;
    until([&] { return usable() == 0; });
    EXPECT_EQ(hedged_count().error().code, Errc::unavailable);
    EXPECT_NE(best(), 0U);
}

TEST_F(RpcPoolTest, ANodeThatComesBackAsAnotherNetworkIsNotAskedEvenBeforeTheNextProbe) {
    start(1);
    RpcClient& kept = pool->best();
    EXPECT_EQ(world.run(kept.send({1}))->outcome, SendOutcome::refused);
    nodes[0].down = true;
    EXPECT_FALSE(world.run(kept.block_count()));
    nodes[0].down = false;
    nodes[0].network = 894;
    const auto refused = world.run(kept.send(payment().serialize()));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("network 894"), std::string::npos);
    EXPECT_EQ(nodes[0].received().size(), 1U);
    // And without any outage, by the next probe; back again too.
    nodes[0].network = 56753;
    world.tasks.spawn("probe nodes", pool->run());
    until([&] { return usable() == 1; });
    nodes[0].network = 894;
    until([&] { return usable() == 0; });
    EXPECT_EQ(world.run(pool->send({2})).error().code, Errc::unavailable);
    EXPECT_EQ(nodes[0].received().size(), 1U);
}

TEST_F(RpcPoolTest, LeavesANodeThatLagsAndUsesItAgainOnceItHasCaughtUp) {
    start_well(3);
    const std::size_t first = best();
    for (std::size_t i = 0; i < 3; ++i)
        if (i != first) nodes[i].mine(5);
    until([&] { return usable() == 2; });
    EXPECT_NE(best(), first);
    EXPECT_EQ(pool->health()[first].trouble, "5 blocks behind");
    EXPECT_EQ(pool->height(), 5U);
    nodes[first].mine(4);
    until([&] { return usable() == 3; });
}

TEST_F(RpcPoolTest, ALiarAboutItsHeightTakesNobodysPlace) {
    start_well(3);
    const std::size_t liar = best();
    nodes[liar].height_offset_down = static_cast<std::uint32_t>(-1'000'000);
    until([&] { return pool->health()[liar].height == 1'000'000; });
    EXPECT_EQ(pool->height(), 0U);
    EXPECT_EQ(usable(), 3U);
    EXPECT_NE(best(), liar);
}

TEST_F(RpcPoolTest, OfTwoALiarAboutItsHeightIsUsedOnlyUntilItsLieIsShown) {
    start_well(2);
    nodes[1].height_offset_down = static_cast<std::uint32_t>(-1'000'000);
    until([&] { return pool->health()[1].height == 1'000'000; });
    // The other stays usable, since nobody confirms the height.
    EXPECT_EQ(usable(), 2U);
    ASSERT_EQ(best(), 1U);
    RpcClient& liar = pool->best();
    const auto block = world.run(liar.full_block(pool->height()));
    ASSERT_EQ(block.error().code, Errc::not_found);
    pool->distrust(liar, block.error());
    EXPECT_EQ(best(), 0U);
    EXPECT_EQ(pool->height(), 0U);
    EXPECT_EQ(usable(), 2U);
    EXPECT_TRUE(pool->health()[1].trouble.starts_with("distrusted: "));
}

TEST_F(RpcPoolTest, AProvenLiarIsLeftAndComesBackAfterProbesThatWentWell) {
    start_well(3);
    const std::size_t liar = best();
    RpcClient& client = pool->best();
    const auto lie = [&] { pool->distrust(client, {Errc::unauthenticated, "not signed"}); };
    const auto since = world.clock.unix_ms();
    lie();
    lie();
    EXPECT_NE(best(), liar);
    EXPECT_FALSE(pool->health()[liar].trusted);
    EXPECT_GE(pool->health()[liar].error_rate, 0.5);
    EXPECT_EQ(count_lines("node is not trusted"), 1U);
    // It is asked where there is no other.
    for (std::size_t i = 0; i < 3; ++i) nodes[i].down = i != liar;
    until([&] { return usable() == 1; });
    EXPECT_EQ(best(), liar);
    EXPECT_TRUE(world.run(pool->best().block_count()));
    EXPECT_TRUE(hedged_count());
    for (FakeNode& node : nodes) node.down = false;

    const auto trusted = [&] { return pool->health()[liar].trusted; };
    until(trusted);
    const auto first_pause = world.clock.unix_ms() - since;
    EXPECT_GE(first_pause, 5'000);
    EXPECT_EQ(count_lines("node is trusted again"), 1U);
    EXPECT_EQ(pool->health()[liar].trouble, "");
    // The next lie costs more.
    const auto again = world.clock.unix_ms();
    lie();
    until(trusted);
    EXPECT_GE(world.clock.unix_ms() - again, 10'000);
}

TEST_F(RpcPoolTest, DistrustOfAClientThatIsNotOfThePoolIsIgnored) {
    start_well(2);
    const std::size_t first = best();
    pool->distrust(world.rpc, {Errc::conflict, "another block"});
    EXPECT_EQ(best(), first);
    EXPECT_TRUE(std::ranges::all_of(pool->health(), &EndpointHealth::trusted));
}

TEST_F(RpcPoolTest, LeavesANodeThatAnswersWithErrorsOfItsOwnOrOtherBlocks) {
    for (int i = 0; i < 2; ++i) {
        nodes.emplace_back(world.tasks).mine(2);
        nodes.back().lies[2] = testing_support::BlockLie::other_height;
    }
    start_well(2);
    const std::size_t first = best();
    for (int i = 0; i < 8 && best() == first; ++i)
        EXPECT_EQ(world.run(pool->best().full_block(2)).error().code, Errc::internal);
    EXPECT_NE(best(), first);
    const std::size_t second = best();
    until([&] { return pool->health()[first].error_rate < 0.1; });
    const std::string trouble = R"({"id":%ID%,"error":{"code":-32603,"message":"disk"}})";
    for (int i = 0; i < 8 && best() == second; ++i) {
        nodes[second].raw_replies = {trouble};
        EXPECT_EQ(world.run(pool->best().block_count()).error().code, Errc::unavailable);
    }
    EXPECT_EQ(best(), first);
    EXPECT_TRUE(pool->health()[second].usable);
}

TEST_F(RpcPoolTest, StaysWithTheBestWhileItIsWell) {
    start_well(3);
    const std::size_t first = best();
    for (int round = 1; round < 5; ++round) {
        const auto height = static_cast<std::uint32_t>(round);
        for (std::size_t i = 0; i < 3; ++i)
            if (i != first) nodes[i].mine();
        until([&] { return pool->height() == height; });
        EXPECT_EQ(best(), first);
        nodes[first].mine();
        until([&] { return pool->health()[first].height == height; });
        EXPECT_EQ(best(), first);
    }
}

TEST_F(RpcPoolTest, WhileNoneIsUsableEveryCallSaysWhatTheTroubleOfEachIs) {
    nodes.emplace_back(world.tasks).network = 1;
    nodes.emplace_back(world.tasks).down = true;
    start(2);
    const auto has_both = [&](const Error& error) {
        EXPECT_EQ(error.code, Errc::unavailable);
        const std::string& words = error.message;
        return words.contains(pool->health()[0].name + ": is of network 1, not 56753") &&
               words.contains(pool->health()[1].name + ": unreachable: ");
    };
    EXPECT_TRUE(has_both(world.run(pool->best().block_count()).error()));
    EXPECT_TRUE(has_both(hedged_count().error()));
    EXPECT_TRUE(has_both(world.run(pool->send({1})).error()));
    // Without any probing, a node that is well again is found by the call.
    nodes[1].down = false;
    EXPECT_TRUE(hedged_count());
    nodes[1].down = true;
    EXPECT_FALSE(hedged_count());
    nodes[1].down = false;
    EXPECT_TRUE(world.run(pool->send({1})));
}

TEST_F(RpcPoolTest, KeepsWhatAUrlMayHideOutOfItsWords) {
    options.probe_every = milliseconds(10);
    auto made = RpcPool::make(world.loop.get_executor(), *world.http,
                              {"http://127.0.0.1:1/key-in-path?k=in-query"}, 56753, world.clock,
                              world.log, options);
    pool = *std::move(made);
    const auto count = world.run(pool->best().block_count());
    for (const char* hidden : {"key-in-path", "in-query"}) {
        EXPECT_FALSE(count.error().message.contains(hidden));
        EXPECT_FALSE(world.lines->contains(hidden));
    }
    EXPECT_TRUE(world.lines->contains("127.0.0.1:1"));
}

TEST(NodeNames, AreUniqueAndHideWhatAUrlMayHide) {
    const std::vector<std::string> urls{"http://a/key", "https://a", "http://A:80/other?k=1"};
    EXPECT_EQ(node_names(urls).value(), (std::vector<std::string>{"a:80", "a:443", "a:80#2"}));
    const auto refused =
        node_names(std::vector<std::string>{"http://a", "ftp://b", "http://c", "http://a:80/"});
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().faults.size(), 2U);
    EXPECT_EQ(refused.error().faults[0].where, "/1");
    EXPECT_EQ(refused.error().faults[1].where, "/3");
}

TEST_F(RpcPoolTest, RefusesWhatIsNoListOfNodes) {
    const auto refusal = [&](std::vector<std::string> urls) {
        const auto made = RpcPool::make(world.loop.get_executor(), *world.http, std::move(urls), 1,
                                        world.clock, world.log, options);
        return made ? std::string() : std::string(errc_name(made.error().code));
    };
    EXPECT_EQ(refusal({"http://a", "https://a", "http://a:81", "http://a/b"}), "");
    EXPECT_EQ(refusal({}), "invalid_argument");
    EXPECT_EQ(refusal({"ftp://a"}), "invalid_argument");
    EXPECT_EQ(refusal({"http://user:word@a"}), "invalid_argument");
    EXPECT_EQ(refusal({"http://A", "http://a:80/"}), "invalid_argument");
    std::vector<std::string> many;
    for (int i = 1; i <= 17; ++i) many.push_back("http://a:" + std::to_string(i));
    EXPECT_EQ(refusal(many), "invalid_argument");
    many.pop_back();
    EXPECT_EQ(refusal(many), "");
    options.hedge_after = milliseconds(0);
    EXPECT_EQ(refusal({"http://a"}), "invalid_argument");
}

}  // namespace
}  // namespace nsl::chain
