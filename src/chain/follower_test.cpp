// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.h"

#include <gtest/gtest.h>

#include "follower_world.h"

namespace nsl::chain {
namespace {

using testing_support::FollowerTest;

TEST_F(FollowerTest, BeginsWithTheTipAndGoesOn) {
    node.mine(5);
    start({});
    run();
    settle();
    expect_contiguous(5, 5);
    node.mine();
    next_poll();
    expect_contiguous(5, 6);
    EXPECT_EQ(follower->status().node_height, 6U);
    EXPECT_EQ(follower->status().last->index, 6U);
    EXPECT_EQ(follower->status().last_success_ms, world.clock.unix_ms());
    EXPECT_TRUE(follower->status().fault.empty());
}

TEST_F(FollowerTest, ResumesWithoutAGapHoweverLong) {
    node.mine(600);
    start(header(3));
    run();
    settle();
    expect_contiguous(4, 600);
}

TEST_F(FollowerTest, RefusesABlockThatDoesNotFollowOurs) {
    node.mine(5);
    start(header(5));
    run();
    settle();
    // The tip changes while nobody asks for it: only the link of the next block shows it.
    node.roll_back_to(4);
    node.mine(3);
    next_poll();
    next_poll();
    EXPECT_TRUE(seen.empty());
    EXPECT_FALSE(follower->status().fault.empty());
    EXPECT_EQ(follower->status().last->index, 5U);
    EXPECT_TRUE(world.lines->contains("not the one that was followed"));
}

TEST_F(FollowerTest, RefusesAnotherHashAtAKnownHeight) {
    node.mine(5);
    BlockHeader other = header(5);
    other.hash.raw[0] ^= 1;
    start(other);
    run();
    settle();
    EXPECT_TRUE(seen.empty());
    EXPECT_NE(follower->status().fault.find("block 5"), std::string::npos);
}

TEST_F(FollowerTest, GoesOnWhenTheRightChainIsBack) {
    node.mine(5);
    start(header(5));
    node.down = true;
    run();
    settle();
    EXPECT_NE(follower->status().fault.find("503"), std::string::npos);
    node.down = false;
    node.mine(2);
    next_poll();
    expect_contiguous(6, 7);
    EXPECT_TRUE(follower->status().fault.empty());
}

TEST_F(FollowerTest, WaitsForANodeThatIsBehind) {
    node.mine(5);
    start(header(5));
    node.height_offset_down = 3;
    run();
    settle();
    EXPECT_TRUE(seen.empty());
    EXPECT_NE(follower->status().fault.find("behind"), std::string::npos);
    node.height_offset_down = 0;
    node.mine();
    next_poll();
    expect_contiguous(6, 6);
}

TEST_F(FollowerTest, HandsABlockOutAgainUntilItIsHandled) {
    node.mine(2);
    start(header(0));
    bool refuse = true;
    std::vector<std::uint32_t> handled;
    follower->subscribe([&](Block block) -> Task<Status> {
        if (refuse && block.index == 2) co_return fail(Errc::unavailable, "no database");
        handled.push_back(block.index);
        co_return Status{};
    });
    run();
    settle();
    EXPECT_EQ(handled, std::vector<std::uint32_t>{1});
    EXPECT_NE(follower->status().fault.find("no database"), std::string::npos);
    EXPECT_EQ(follower->status().last->index, 1U);
    refuse = false;
    next_poll();
    EXPECT_EQ(handled, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(seen.back().index, 2U);
    EXPECT_TRUE(follower->status().fault.empty());
}

TEST_F(FollowerTest, BeginsWithTheAnchorItWasGiven) {
    node.mine(5);
    start({}, Anchor{.index = 2, .hash = node.block(2).hash});
    run();
    settle();
    expect_contiguous(2, 5);
}

TEST_F(FollowerTest, GoesOnFromItsCheckpointWhateverTheAnchor) {
    node.mine(5);
    start(header(3), Anchor{.index = 1, .hash = {}});
    run();
    settle();
    expect_contiguous(4, 5);
}

TEST_F(FollowerTest, KeepsTheBlockItBeganWithUntilItIsHandled) {
    node.mine(3);
    start({});
    bool refuse = true;
    follower->subscribe([&](Block) -> Task<Status> {
        if (refuse) co_return fail(Errc::unavailable, "no database");
        co_return Status{};
    });
    run();
    settle();
    EXPECT_FALSE(follower->status().last.has_value());
    refuse = false;
    node.mine(2);
    seen.clear();
    next_poll();
    expect_contiguous(3, 5);
}

TEST_F(FollowerTest, SurvivesGarbageAndGoesOn) {
    node.mine(3);
    start(header(1));
    node.raw_replies = {"", "{", R"({"jsonrpc":"2.0","id":%ID%,"result":"x"})"};
    run();
    for (int i = 0; i < 4; ++i) next_poll();
    expect_contiguous(2, 3);
}

}  // namespace
}  // namespace nsl::chain
