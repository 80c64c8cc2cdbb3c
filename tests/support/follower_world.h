// SPDX-License-Identifier: Apache-2.0
// A follower and who reads from it, on a fake node.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "chain/follower.h"
#include "chain_world.h"
#include "fake_subscriber.h"

namespace nsl::testing_support {

// The world's one node, and what was said against it.
class WatchedNode final : public chain::Nodes {
 public:
    explicit WatchedNode(chain::RpcClient& node) : node_(node) {}
    chain::RpcClient& best() override { return node_; }
    Task<Result<chain::SendReply>> send(Bytes transaction) override {
        return node_.send(std::move(transaction));
    }
    std::uint32_t height() const override { return 0; }
    void distrust(const chain::RpcClient& node, const Error& why) override {
        EXPECT_EQ(&node, &node_);
        reproaches.push_back(why);
    }

    std::vector<Error> reproaches;

 private:
    chain::RpcClient& node_;
};

class FollowerTest : public ::testing::Test {
 protected:
    static constexpr milliseconds kPoll{200};
    using Commit = FakeSubscriber::Commit;

    ChainWorld world;
    FakeNode& node = world.node;
    WatchedNode nodes{world.rpc};
    std::uint32_t network = node.network;  // as configured
    FakeSubscriber reader{"reader"};
    std::vector<FakeSubscriber*> others;  // subscribed after it
    std::unique_ptr<chain::Follower> follower;

    ~FollowerTest() override { stop(); }

    void start(std::optional<chain::BlockHeader> resume, std::optional<chain::Anchor> anchor = {}) {
        reader.stored = resume;
        restart(anchor);
    }
    // A new life; what the readers have stored stays.
    void restart(std::optional<chain::Anchor> anchor = {}) {
        stop();
        runs_ = std::make_unique<TaskGroup>(world.loop.get_executor(), Logger());
        follower = std::make_unique<chain::Follower>(
            nodes, world.clock, world.log,
            chain::FollowerOptions{.network = network, .poll_every = kPoll, .anchor = anchor});
        follower->subscribe(reader);
        for (FakeSubscriber* other : others) follower->subscribe(*other);
    }
    void stop() {
        if (runs_) EXPECT_TRUE(run_blocking(world.loop, runs_->stop(milliseconds(5'000))));
        runs_.reset();
    }
    void run() { runs_->spawn("follower", follower->run()); }
    // Until the follower has nothing to do but sleep.
    void settle() {
        world.loop.restart();
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
    // Transactions for the next block, with no words about whether they are any good.
    std::vector<neo::Hash256> pool(const std::vector<std::uint32_t>& nonces) {
        std::vector<neo::Hash256> out;
        for (const std::uint32_t nonce : nonces) {
            neo::Transaction tx;
            tx.nonce = nonce;
            tx.valid_until_block = 1'000;
            tx.signers.push_back({});
            tx.script = {0x40};
            tx.witnesses.push_back({});
            out.push_back(tx.hash());
            node.put_into_pool(std::move(tx));
        }
        return out;
    }
    void expect_contiguous(std::uint32_t from, std::uint32_t to) {
        expect_contiguous(reader, from, to);
    }
    void expect_contiguous(const FakeSubscriber& of, std::uint32_t from, std::uint32_t to) {
        std::vector<std::uint32_t> indexes;
        for (std::uint32_t i = from; i <= to; ++i) indexes.push_back(i);
        ASSERT_EQ(of.indexes(), indexes) << of.name();
        for (const auto& block : of.seen) {
            const FakeNode::FakeBlock& real = node.block(block->summary.index);
            EXPECT_EQ(block->summary.hash, real.hash);
            EXPECT_EQ(block->summary.transactions, real.transactions);
            EXPECT_EQ(block->whole, real.whole);
        }
    }
    // The last block that all readers have; 0 before the first.
    std::uint32_t last() const {
        return follower->status().last.value_or(chain::BlockHeader{}).index;
    }
    bool fault_says(std::string_view words) const {
        return follower->status().fault.contains(words);
    }

 private:
    std::unique_ptr<TaskGroup> runs_;
};

}  // namespace nsl::testing_support
