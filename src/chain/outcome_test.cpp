// SPDX-License-Identifier: Apache-2.0
// What a follower's subscribers get to know of a block's transactions.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "chain/abi_cache.h"
#include "follower_world.h"

namespace nsl::chain {
namespace {

using testing_support::FakeSubscriber;

template <class T>
json::Value item(const char* type, T value) {
    return json::Object{{"type", type}, {"value", std::move(value)}};
}
json::Value hash_item(const neo::Hash160& hash) {
    return item("ByteString", base64_encode(hash.raw));
}
json::Object event(const neo::Hash160& contract, const char* name, json::Array state) {
    return {{"contract", contract.display()},
            {"eventname", name},
            {"state", item("Array", std::move(state))}};
}

// A contract whose event `Stored` has an Integer of this name.
json::Value state_with(const char* parameter) {
    json::Object stored{
        {"name", "Stored"},
        {"parameters", json::Array{json::Object{{"name", parameter}, {"type", "Integer"}}}}};
    json::Object method{{"name", "main"},
                        {"offset", 0},
                        {"parameters", json::Array{}},
                        {"returntype", "Void"},
                        {"safe", false}};
    json::Object manifest{
        {"name", "c"},
        {"groups", json::Array{}},
        {"features", json::Object{}},
        {"supportedstandards", json::Array{}},
        {"abi", json::Object{{"methods", json::Array{method}}, {"events", json::Array{stored}}}},
        {"permissions", json::Array{}},
        {"trusts", json::Array{}},
        {"extra", nullptr}};
    return json::Object{{"hash", "0x"}, {"manifest", std::move(manifest)}};
}

class FollowerReads : public testing_support::FollowerTest {
 protected:
    neo::Hash160 contract = neo::Hash160::parse("0x" + std::string(40, 'c')).value();

    void SetUp() override { reader.decodes = true; }
    json::Object stored(std::int64_t value) const {
        return event(contract, "Stored", {item("Integer", std::to_string(value))});
    }
    // A block of one transaction that notified this.
    neo::Hash256 mine_with(json::Array notifications) {
        const neo::Hash256 tx = pool({++nonce_}).at(0);
        node.notifications[tx] = std::move(notifications);
        node.mine();
        return tx;
    }
    const TransactionOutcome& outcome(std::uint32_t index, std::size_t tx = 0) const {
        return reader.seen.at(index - 1)->outcomes.at(tx);
    }
    // The only field of the block's only event.
    std::string field(std::uint32_t index) const {
        const auto& fields = outcome(index).events.at(0).fields;
        if (!fields) return "none";
        return std::string(fields->begin()->key()) + "=" +
               std::string(fields->begin()->value().as_string());
    }

 private:
    std::uint32_t nonce_ = 0;
};

TEST_F(FollowerReads, WhatEachTransactionDidAndNoEventOfOneThatFaulted) {
    node.contracts[contract] = state_with("amount");
    const auto txs = pool({1, 2});
    for (const auto& tx : txs) node.notifications[tx] = {stored(5), stored(6)};
    node.faulted.insert(txs[1]);
    node.inclusion_exception = "at instruction 7";
    node.mine();
    start(header(0));
    run();
    settle();
    ASSERT_EQ(reader.seen.size(), 1U);
    for (std::size_t i = 0; i < 2; ++i) {
        const TransactionOutcome& seen = outcome(1, i);
        EXPECT_EQ(seen.hash, reader.seen[0]->summary.transactions[i]);
        EXPECT_EQ(seen.halted, seen.hash == txs[0]);
        EXPECT_EQ(seen.gas_consumed, 9'977'780);
        EXPECT_EQ(seen.exception, "at instruction 7");
        EXPECT_TRUE(seen.unreadable.empty());
        if (!seen.halted) {
            EXPECT_TRUE(seen.events.empty());
            continue;
        }
        ASSERT_EQ(seen.events.size(), 2U);
        EXPECT_EQ(seen.events[1].position, 1U);
        EXPECT_EQ(seen.events[1].raw.name, "Stored");
        EXPECT_EQ(seen.events[1].fields, (json::Object{{"amount", "6"}}));
    }
}

TEST_F(FollowerReads, NoFieldsWhileNobodyWantsThem) {
    node.contracts[contract] = state_with("amount");
    mine_with({stored(5)});
    reader.decodes = false;
    start(header(0));
    run();
    settle();
    EXPECT_EQ(outcome(1).events.size(), 1U);
    EXPECT_EQ(field(1), "none");
}

TEST_F(FollowerReads, NoFieldsOfWhatIsNotOfTheContractsAbi) {
    node.contracts[contract] = state_with("amount");
    const neo::Hash160 unknown = neo::Hash160::parse("0x" + std::string(40, 'd')).value();
    const neo::Hash160 nonsense = neo::Hash160::parse("0x" + std::string(40, 'e')).value();
    node.contracts[nonsense] = json::Object{{"manifest", "none"}};
    mine_with({event(contract, "Other", {}), event(contract, "Stored", {}),
               event(unknown, "Stored", {item("Integer", "1")}),
               event(nonsense, "Stored", {item("Integer", "1")}), stored(7)});
    start(header(0));
    run();
    settle();
    const auto& events = outcome(1).events;
    ASSERT_EQ(events.size(), 5U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_FALSE(events[i].fields) << i;
    EXPECT_EQ(events[4].fields, (json::Object{{"amount", "7"}}));
}

TEST_F(FollowerReads, ByTheNewAbiFromTheBlockOnThatChangesTheContract) {
    const auto change = [&](const char* name) {
        return event(neo::native::contract_management(), name, {hash_item(contract)});
    };
    mine_with({stored(1)});
    start(header(0));
    run();
    settle();
    EXPECT_EQ(field(1), "none");  // there is no such contract
    node.contracts[contract] = state_with("amount");
    mine_with({stored(2)});
    next_poll();
    EXPECT_EQ(field(2), "none");  // known not to exist, until a block says otherwise
    mine_with({change("Deploy")});
    mine_with({stored(3)});
    next_poll();
    EXPECT_EQ(field(4), "amount=3");
    node.contracts[contract] = state_with("value");
    mine_with({stored(4)});
    next_poll();
    EXPECT_EQ(field(5), "amount=4");
    mine_with({change("Update")});
    mine_with({stored(5)});
    next_poll();
    EXPECT_EQ(field(7), "value=5");
    node.contracts.clear();
    mine_with({change("Destroy")});
    mine_with({stored(6)});
    next_poll();
    EXPECT_EQ(field(9), "none");
}

TEST_F(FollowerReads, WaitsForAnAbiWhileTheNodeIsAway) {
    node.contracts[contract] = state_with("amount");
    node.contract_errors = {-32603};
    mine_with({stored(1)});
    start(header(0));
    run();
    settle();
    EXPECT_TRUE(reader.seen.empty());
    EXPECT_FALSE(follower->status().fault.empty());
    next_poll();
    EXPECT_EQ(field(1), "amount=1");
}

TEST_F(FollowerReads, ALogThatNobodyCanReadOnlyAfterItWasTriedAgain) {
    mine_with({});
    const auto txs = pool({50, 51});
    node.odd_logs.insert(txs[0]);
    node.mine(2);
    start(header(0));
    run();
    settle();
    expect_contiguous(1, 1);
    EXPECT_FALSE(nodes.reproaches.empty());
    for (int i = 0; i < 3; ++i) next_poll();
    expect_contiguous(1, 3);
    for (std::size_t i = 0; i < 2; ++i) {
        const bool odd = outcome(2, i).hash == txs[0];
        EXPECT_EQ(outcome(2, i).unreadable.empty(), !odd);
        EXPECT_EQ(outcome(2, i).halted, !odd);
    }
    EXPECT_TRUE(world.lines->contains(txs[0].display()));
}

TEST_F(FollowerReads, ALogThatCanBeReadTheSecondTimeIsNotLost) {
    const neo::Hash256 tx = mine_with({stored(1)});
    node.odd_logs.insert(tx);
    start(header(0));
    run();
    settle();
    EXPECT_TRUE(reader.seen.empty());
    node.odd_logs.clear();
    next_poll();
    expect_contiguous(1, 1);
    EXPECT_TRUE(outcome(1).halted);
    EXPECT_EQ(outcome(1).events.size(), 1U);
}

TEST_F(FollowerReads, WaitsForLogsThatTheNodeDoesNotHaveOrGive) {
    mine_with({stored(1)});
    node.hide_logs(true);
    start(header(0));
    run();
    for (int i = 0; i < 10; ++i) next_poll();
    EXPECT_TRUE(reader.seen.empty());
    EXPECT_TRUE(fault_says("block 1: getapplicationlog")) << follower->status().fault;
    node.hide_logs(false);
    node.offers_logs = false;
    for (int i = 0; i < 10; ++i) next_poll();
    EXPECT_TRUE(reader.seen.empty());
    node.offers_logs = true;
    next_poll();
    EXPECT_EQ(outcome(1).events.size(), 1U);
}

// More contracts than are kept, again and again.
TEST(AbiCacheTest, IsBoundedAndStillRight) {
    testing_support::ChainWorld world;
    AbiCache cache(2);
    for (int round = 0; round < 3; ++round) {
        std::vector<TransactionOutcome> outcomes(1);
        for (const neo::Hash160& token :
             {neo::native::gas_token(), neo::native::neo_token(), neo::native::policy()}) {
            world.node.contracts[token] = state_with("amount");
            outcomes[0].events.push_back(
                {.raw = {token, "Stored",
                         neo::StackItem::array({neo::StackItem::integer(Int256(round))})}});
        }
        ASSERT_TRUE(world.run(cache.decode(world.rpc, outcomes)));
        for (const Event& each : outcomes[0].events)
            EXPECT_EQ(each.fields, (json::Object{{"amount", std::to_string(round)}}));
    }
}

}  // namespace
}  // namespace nsl::chain
