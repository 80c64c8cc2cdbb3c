// SPDX-License-Identifier: Apache-2.0
// A sender between a fake node and a fake journal, with its blocks handed to it one by one.
#pragma once
#include <gtest/gtest.h>

#include "chain/block_reader.h"
#include "chain/deploy.h"
#include "chain/sender.h"
#include "chain_world.h"
#include "fake_send_journal.h"
#include "lasting_loop.h"

namespace nsl::testing_support {

class FixedPolicy final : public chain::PolicySource {
 public:
    chain::ChainPolicy now{.ms_per_block = 1'000, .max_valid_until_block_increment = 5'760};
    Task<Result<chain::ChainPolicy>> policy() override { co_return now; }
};

// One node, of which it is told how high the chain is.
class ToldHeight final : public chain::Nodes {
 public:
    explicit ToldHeight(chain::RpcClient& node) : node_(node) {}
    std::uint32_t told = 0;
    chain::RpcClient& best() override { return node_; }
    Task<Result<chain::SendReply>> send(Bytes transaction) override {
        return node_.send(std::move(transaction));
    }
    std::uint32_t height() const override { return told; }
    void distrust(const chain::RpcClient&, const Error&) override {}

 private:
    chain::RpcClient& node_;
};

class SendWorld : public ::testing::Test {
 protected:
    ChainWorld world;
    FakeNode& node = world.node;
    FakeSendJournal journal;
    FixedPolicy policy;
    ToldHeight nodes{world.rpc};
    chain::WalletSigner signer = chain::WalletSigner::single(key());
    chain::SenderOptions options{.network = 56753, .times = {.valid_for_blocks = 10}};
    std::unique_ptr<chain::Sender> sender;
    std::unique_ptr<TaskGroup> life;

    ~SendWorld() override { end_life(); }

    static neo::PrivateKey key() {
        Bytes scalar(32, 0);
        scalar[31] = 5;
        return neo::PrivateKey::from_bytes(scalar).value();
    }
    static Intent payment(std::string id, std::uint32_t windows = 1) {
        return {.id = std::move(id),
                .purpose = "payments",
                .script = chain::gas_transfer(neo::Hash160{}, neo::Hash160{}, 1).value(),
                .windows_max = windows};
    }

    // A new process on the same journal; it has read all blocks so far.
    void begin_life() {
        end_life();
        sender = std::make_unique<chain::Sender>(nodes, journal, signer, policy, world.clock,
                                                 world.random, world.log, options);
        life = std::make_unique<TaskGroup>(world.loop.get_executor(), world.log);
        life->spawn("sender", sender->run());
        catch_up();
    }
    void end_life() {
        if (life) EXPECT_TRUE(run_blocking(world.loop, life->stop(milliseconds(5'000))));
        life.reset();
        sender.reset();
    }
    // Hands out what the sender has not got; the first time, only the newest block.
    void catch_up() {
        const auto place = world.run(sender->checkpoint());
        if (!place) return;
        std::uint32_t next = *place ? (*place)->index + 1 : node.height();
        for (; next <= node.height(); ++next)
            if (!world.run(sender->on_block(read(next)))) return;
    }
    void mine(int count = 1) {
        for (int i = 0; i < count; ++i) {
            node.mine();
            catch_up();
        }
    }
    IntentRecord add(const Intent& intent) { return world.run(sender->add(intent)).value(); }
    IntentRecord record(const std::string& id) {
        return world.run(journal.find(id)).value().record;
    }
    // Goes on until `condition` holds; time moves whenever nothing else does.
    ::testing::AssertionResult until(const std::function<bool()>& condition) {
        for (int idle = 0; idle < 2'000;) {
            if (condition()) return ::testing::AssertionSuccess();
            world.loop.restart();
            if (world.loop.run_one_for(std::chrono::microseconds(500)) > 0) continue;
            ++idle;
            world.clock.advance(milliseconds(100));
        }
        return ::testing::AssertionFailure() << "it never came to that";
    }
    bool all_submitted() {
        const auto open = world.run(journal.open({})).value();
        return std::ranges::all_of(open, [](const OpenIntent& one) {
            return !one.attempts.empty() && one.attempts.back().state == AttemptState::submitted;
        });
    }
    // How many transactions of this intent are on chain.
    std::size_t landed(const std::string& id) {
        std::size_t out = 0;
        for (const Attempt& attempt : journal.attempts())
            if (attempt.intent == id) out += node.inclusions(attempt.hash);
        return out;
    }
    std::shared_ptr<const chain::ReadBlock> read(std::uint32_t index) {
        auto out = std::make_shared<chain::ReadBlock>();
        out->whole = node.block(index).whole;
        out->summary = chain::summary_of(out->whole);
        for (const neo::Hash256& hash : node.block(index).transactions)
            out->outcomes.push_back({.hash = hash,
                                     .halted = node.inclusion_state == "HALT",
                                     .exception = node.inclusion_exception});
        return out;
    }
};

}  // namespace nsl::testing_support
