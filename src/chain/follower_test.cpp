// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.h"

#include <gtest/gtest.h>

#include "follower_world.h"

namespace nsl::chain {
namespace {

using testing_support::FakeSubscriber;
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
    EXPECT_EQ(last(), 6U);
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
    EXPECT_TRUE(reader.seen.empty());
    EXPECT_FALSE(follower->status().fault.empty());
    EXPECT_EQ(last(), 5U);
    EXPECT_TRUE(world.lines->contains("not the one that was followed"));
}

TEST_F(FollowerTest, RefusesAnotherHashAtAKnownHeight) {
    node.mine(5);
    BlockHeader other = header(5);
    other.hash.raw[0] ^= 1;
    start(other);
    run();
    settle();
    EXPECT_TRUE(reader.seen.empty());
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
    EXPECT_TRUE(reader.seen.empty());
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
    reader.commit = [&](std::uint32_t index) {
        return refuse && index == 2 ? Commit::failed : Commit::done;
    };
    run();
    settle();
    expect_contiguous(1, 1);
    EXPECT_TRUE(fault_says("block 2 was not handled by reader: no database"))
        << follower->status().fault;
    EXPECT_EQ(last(), 1U);
    EXPECT_TRUE(nodes.reproaches.empty());
    refuse = false;
    next_poll();
    expect_contiguous(1, 2);
    EXPECT_TRUE(follower->status().fault.empty());
}

TEST_F(FollowerTest, AsksWhetherACommitWasDoneBeforeItHandsOutAgain) {
    node.mine(3);
    start(header(0));
    reader.commit = [&](std::uint32_t index) {
        return index == 2 ? Commit::in_doubt : Commit::done;
    };
    run();
    settle();
    expect_contiguous(1, 2);
    EXPECT_TRUE(fault_says("the connection broke"));
    reader.away = true;
    next_poll();
    expect_contiguous(1, 2);
    EXPECT_TRUE(fault_says("the checkpoint of reader: no database")) << follower->status().fault;
    reader.away = false;
    next_poll();
    expect_contiguous(1, 3);
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
    FakeSubscriber other{"other"};
    others = {&other};
    start({});
    bool refuse = true;
    other.commit = [&](std::uint32_t) { return refuse ? Commit::failed : Commit::done; };
    run();
    settle();
    EXPECT_FALSE(follower->status().last.has_value());
    refuse = false;
    node.mine(2);
    next_poll();
    expect_contiguous(3, 5);
    expect_contiguous(other, 3, 5);
}

TEST_F(FollowerTest, ReadsFromTheLowestCheckpointAndSparesWhoeverHasABlock) {
    node.mine(9);
    FakeSubscriber behind{"behind"}, fresh{"fresh"}, beyond{"beyond"};
    others = {&behind, &fresh, &beyond};
    behind.stored = header(2);
    beyond.stored = header(7);
    start(header(5));
    run();
    settle();
    expect_contiguous(6, 9);
    expect_contiguous(behind, 3, 9);
    expect_contiguous(fresh, 3, 9);
    expect_contiguous(beyond, 8, 9);
    EXPECT_EQ(last(), 9U);
}

TEST_F(FollowerTest, HoldsNobodyBackFromABlockThatOneCannotTake) {
    node.mine(4);
    FakeSubscriber other{"other"};
    others = {&other};
    start(header(0));
    bool refuse = true;
    reader.commit = [&](std::uint32_t index) {
        return refuse && index == 2 ? Commit::failed : Commit::done;
    };
    other.stored = header(0);
    run();
    next_poll();
    expect_contiguous(1, 1);
    expect_contiguous(other, 1, 2);
    refuse = false;
    next_poll();
    expect_contiguous(1, 4);
    expect_contiguous(other, 1, 4);
}

TEST_F(FollowerTest, StandsStillWhenTwoCheckpointsAreOfTwoChains) {
    node.mine(6);
    FakeSubscriber other{"other"};
    others = {&other};
    other.stored = header(4);
    other.stored->hash.raw[0] ^= 1;
    start(header(2));
    run();
    next_poll();
    expect_contiguous(3, 3);
    EXPECT_TRUE(other.seen.empty());
    EXPECT_TRUE(fault_says("the checkpoint of other is " + other.stored->hash.display()))
        << follower->status().fault;
    EXPECT_TRUE(nodes.reproaches.empty());
    EXPECT_TRUE(world.lines->contains("\"level\":\"error\""));
}

TEST_F(FollowerTest, GoesBackForASubscriberThatLostBlocks) {
    node.mine(6);
    FakeSubscriber other{"other"};
    others = {&other};
    other.stored = header(0);
    start(header(0));
    run();
    settle();
    expect_contiguous(1, 6);
    // A backup was restored beneath it; the next commit tells.
    reader.seen.clear();
    bool restored = false;
    reader.commit = [&](std::uint32_t) {
        if (std::exchange(restored, true)) return Commit::done;
        reader.stored = header(3);
        return Commit::failed;
    };
    node.mine();
    next_poll();
    next_poll();
    expect_contiguous(4, 7);
    expect_contiguous(other, 1, 7);
}

TEST_F(FollowerTest, LooksSoonWhenItIsWoken) {
    constexpr milliseconds kSoon{20};
    node.mine(2);
    start(header(0));
    run();
    settle();
    node.mine();
    follower->wake();
    // Soon, not at the next poll: who wakes it often does not make it ask more often than that.
    world.loop.poll();
    world.clock.advance(kSoon);
    while (reader.seen.size() < 3) world.loop.run_one();
    expect_contiguous(1, 3);
    // Also when that came while it was not asleep.
    settle();
    node.mine();
    reader.commit = [&](std::uint32_t index) {
        if (index == 4) {
            node.mine();
            follower->wake();
        }
        return Commit::done;
    };
    world.clock.advance(kPoll);
    while (reader.seen.size() < 4) world.loop.run_one();
    world.loop.poll();
    world.clock.advance(kSoon);
    while (reader.seen.size() < 5) world.loop.run_one();
    expect_contiguous(1, 5);
}

TEST_F(FollowerTest, ReadsFarWithoutBatchesToo) {
    node.mine(300);
    node.takes_batches = false;
    start(header(0));
    run();
    settle();
    expect_contiguous(1, 300);
}

TEST_F(FollowerTest, AsksForLessWhereAnAnswerWouldBeTooLong) {
    // 20 blocks of 24 transactions are far more than the client takes.
    std::uint32_t nonce = 0;
    for (int i = 0; i < 60; ++i) {
        std::vector<std::uint32_t> nonces;
        nonces.reserve(24);
        for (int k = 0; k < 24; ++k) nonces.push_back(++nonce);
        pool(nonces);
        node.mine();
    }
    start(header(0));
    run();
    settle();
    expect_contiguous(1, 60);
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
