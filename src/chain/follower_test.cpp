// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.h"

#include <gtest/gtest.h>

#include "chain_world.h"

namespace nsl::chain {
namespace {

using testing_support::ChainWorld;

constexpr milliseconds kPoll{200};

class FollowerTest : public ::testing::Test {
 protected:
    ChainWorld world;
    testing_support::FakeNode& node = world.node;
    std::vector<BlockHeader> seen;
    std::unique_ptr<Follower> follower;

    ~FollowerTest() override {
        EXPECT_TRUE(run_blocking(world.loop, world.tasks.stop(milliseconds(5'000))));
    }

    void start(std::optional<BlockHeader> resume) {
        follower = std::make_unique<Follower>(world.rpc, world.clock, world.log, resume, kPoll);
        follower->subscribe([this](Block block) -> Task<Status> {
            seen.push_back(block);
            co_return Status{};
        });
    }
    void run() { world.tasks.spawn("follower", follower->run()); }
    // Until the follower has nothing to do but sleep.
    void settle() {
        while (world.clock.sleepers() == 0) world.loop.run_one();
    }
    void next_poll() {
        settle();
        world.clock.advance(kPoll);
        settle();
    }
    BlockHeader header(std::uint32_t index) const {
        return {.index = index,
                .hash = node.block(index).hash,
                .previous = node.block(index).previous,
                .time_ms = 0};
    }
    void expect_contiguous(std::uint32_t from, std::uint32_t to) {
        ASSERT_EQ(seen.size(), to - from + 1);
        for (std::uint32_t i = from; i <= to; ++i) {
            EXPECT_EQ(seen[i - from].index, i);
            EXPECT_EQ(seen[i - from].hash, node.block(i).hash);
        }
    }
};

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
