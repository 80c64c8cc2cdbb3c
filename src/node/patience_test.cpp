// SPDX-License-Identifier: Apache-2.0
#include "node/patience.h"

#include <gtest/gtest.h>

#include "pool_world.h"

namespace nsl::node {
namespace {

using testing_support::FakeNode;

class MeetingTheChain : public testing_support::PoolTest {
 protected:
    int waits = 0;

    Result<chain::NodeVersion> meet(std::function<void()> while_waiting = [] {}) {
        return testing_support::drive(world.loop, world.clock,
                                      meet_chain(*pool, world.clock, milliseconds(30'000)), [&] {
                                          ++waits;
                                          while_waiting();
                                      });
    }
};

TEST_F(MeetingTheChain, TakesTheWordOfANodeOfOurNetwork) {
    nodes.emplace_back(world.tasks).network = 1;
    start(2);
    const auto version = meet();
    ASSERT_TRUE(version) << version.error().message;
    EXPECT_EQ(version->network, 56753U);
}

TEST_F(MeetingTheChain, WaitsForANodeThatIsStarting) {
    nodes.emplace_back(world.tasks).network = 1;
    nodes.emplace_back(world.tasks).down = true;
    start(2);
    EXPECT_TRUE(meet([&] { nodes[1].down = waits < 3; }));
    EXPECT_GE(waits, 3);
}

TEST_F(MeetingTheChain, NamesTheTroubleOfEachNodeWhenNoneComes) {
    nodes.emplace_back(world.tasks).network = 1;
    nodes.emplace_back(world.tasks).down = true;
    start(2);
    const auto version = meet();
    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, Errc::unavailable);
    for (const chain::EndpointHealth& node : pool->health())
        EXPECT_TRUE(version.error().message.contains(node.name + ": " + node.trouble));
}

TEST_F(MeetingTheChain, DoesNotWaitForNodesOfOtherNetworksToBecomeOurs) {
    nodes.emplace_back(world.tasks).network = 1;
    nodes.emplace_back(world.tasks).network = 894;
    start(2);
    const auto version = meet();
    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, Errc::conflict);
    EXPECT_TRUE(version.error().message.contains("network 1"));
    EXPECT_TRUE(version.error().message.contains("network 894"));
    EXPECT_EQ(waits, 0);
}

}  // namespace
}  // namespace nsl::node
