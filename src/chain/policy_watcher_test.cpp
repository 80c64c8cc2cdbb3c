// SPDX-License-Identifier: Apache-2.0
#include "chain/policy_watcher.h"

#include <gtest/gtest.h>

#include "chain_world.h"

namespace nsl::chain {
namespace {

class PolicyWatcherTest : public ::testing::Test {
 protected:
    testing_support::ChainWorld world;
    testing_support::FakeNode& node = world.node;
    OneNode nodes{world.rpc};
    PolicyWatcher watcher{nodes, world.clock, world.log};

    ~PolicyWatcherTest() override {
        EXPECT_TRUE(run_blocking(world.loop, world.tasks.stop(milliseconds(5'000))));
    }

    Result<ChainPolicy> policy() { return world.run(watcher.policy()); }
    void block() { ASSERT_TRUE(world.run(watcher.on_block(nullptr))); }
};

TEST_F(PolicyWatcherTest, ReadsEverythingThatTheChainSets) {
    const ChainPolicy now = policy().value();
    EXPECT_EQ(now.fees.fee_per_byte, 1'000);
    EXPECT_EQ(now.fees.pico_factor, 300'000);
    EXPECT_EQ(now.fees.storage_price, 100'000);
    EXPECT_EQ(now.fees.attribute_fee,
              (std::map<std::uint8_t, neo::Datoshi>{
                  {0x01, 0}, {0x11, 0}, {0x20, 0}, {0x21, 0}, {0x22, 10'000'000}}));
    EXPECT_EQ(now.ms_per_block, 1'000U);
    EXPECT_EQ(now.max_valid_until_block_increment, 5'760U);
}

TEST_F(PolicyWatcherTest, ReadsOlderChainsAndNodesWithoutBatches) {
    node.before_faun = true;
    EXPECT_EQ(policy()->fees.pico_factor, 300'000);
    EXPECT_EQ(policy()->fees.attribute_fee.size(), 5U);
    node.before_echidna = true;
    node.takes_batches = false;
    node.ms_per_block = 15'000;
    node.increment = 5'761;
    block();
    EXPECT_EQ(policy()->fees.pico_factor, 300'000);
    EXPECT_EQ(policy()->fees.attribute_fee.size(), 4U);
    EXPECT_EQ(policy()->ms_per_block, 15'000U);
    EXPECT_EQ(policy()->max_valid_until_block_increment, 5'761U);
}

TEST_F(PolicyWatcherTest, KnowsWhatANewBlockHasChangedAndSaysSo) {
    ASSERT_TRUE(policy());
    node.fee_per_byte = 2'000;
    EXPECT_EQ(policy()->fees.fee_per_byte, 1'000);  // no new block: nothing can have changed
    block();
    EXPECT_EQ(policy()->fees.fee_per_byte, 2'000);
    EXPECT_TRUE(world.lines->contains(R"("what":"fee_per_byte","old":1000,"new":2000)"));
    EXPECT_FALSE(world.lines->contains("storage_price"));
}

TEST_F(PolicyWatcherTest, KeepsTheLastKnownWhileTheNodeIsAway) {
    node.down = true;
    EXPECT_EQ(policy().error().code, Errc::unavailable);
    node.down = false;
    ASSERT_TRUE(policy());
    node.down = true;
    node.fee_per_byte = 2'000;
    block();
    EXPECT_EQ(policy()->fees.fee_per_byte, 1'000);
    node.down = false;
    EXPECT_EQ(policy()->fees.fee_per_byte, 2'000);
}

TEST_F(PolicyWatcherTest, BelievesNoNonsense) {
    node.ms_per_block = 0;
    EXPECT_EQ(policy().error().code, Errc::internal);
    node.ms_per_block = 1'000;
    node.fee_per_byte = -1;
    EXPECT_EQ(policy().error().code, Errc::internal);
}

TEST_F(PolicyWatcherTest, ReadsByItselfAfterEachBlock) {
    world.tasks.spawn("policy", watcher.run());
    const auto asleep = [&] {
        world.loop.restart();
        while (world.clock.sleepers() == 0) world.loop.run_one();
    };
    asleep();
    world.clock.advance(milliseconds(1'000));
    block();
    node.fee_per_byte = 3'000;
    block();
    asleep();
    EXPECT_TRUE(world.lines->contains(R"("old":1000,"new":3000)"));
    // And tries again while it has failed.
    node.down = true;
    block();
    world.clock.advance(milliseconds(1'000));
    asleep();
    node.down = false;
    node.fee_per_byte = 4'000;
    world.clock.advance(milliseconds(1'000));
    asleep();
    EXPECT_TRUE(world.lines->contains(R"("old":3000,"new":4000)"));
}

}  // namespace
}  // namespace nsl::chain
