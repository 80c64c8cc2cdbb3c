// SPDX-License-Identifier: Apache-2.0
// A follower and what it hands out, on a fake node.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "chain/follower.h"
#include "chain_world.h"

namespace nsl::testing_support {

class FollowerTest : public ::testing::Test {
 protected:
    static constexpr milliseconds kPoll{200};

    ChainWorld world;
    FakeNode& node = world.node;
    std::uint32_t network = node.network;  // as configured
    std::vector<chain::Block> seen;
    std::unique_ptr<chain::Follower> follower;

    ~FollowerTest() override {
        EXPECT_TRUE(run_blocking(world.loop, world.tasks.stop(milliseconds(5'000))));
    }

    void start(std::optional<chain::BlockHeader> resume, std::optional<chain::Anchor> anchor = {}) {
        follower = std::make_unique<chain::Follower>(world.rpc, world.clock, world.log, network,
                                                     resume, kPoll, anchor);
        follower->subscribe([this](chain::Block block) -> Task<Status> {
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
    chain::BlockHeader header(std::uint32_t index) const {
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
            EXPECT_EQ(seen[i - from].transactions, node.block(i).transactions);
        }
    }
    bool fault_says(std::string_view words) const {
        return follower->status().fault.contains(words);
    }
};

}  // namespace nsl::testing_support
