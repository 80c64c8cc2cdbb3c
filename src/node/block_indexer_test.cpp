// SPDX-License-Identifier: Apache-2.0
#include "node/block_indexer.h"

#include <gtest/gtest.h>

#include "feed_contract_replies.h"
#include "node/checkpoints.h"
#include "sender_world.h"
#include "services/pricefeed/store_sql.h"
#include "store_world.h"

namespace nsl::node {
namespace {

using namespace testing_support;  // NOLINT: the words of the fake node

class NodeBlockIndexer : public SenderTest, public ::testing::WithParamInterface<store::Engine> {
 protected:
    void SetUp() override { store::skip_without(GetParam()); }

    chain::SingleSender sends = sender();
    neo::Hash160 hash = neo::Hash160::parse("0x" + std::string(38, '0') + "42").value();
    ChainFeedContract contract{world.rpc, sends, node.network, hash, {"NEO-USD", "GAS-USD"}};
    store::Folder folder;
    std::unique_ptr<store::Db> db = open();
    pricefeed::SqlFeedStore store{*db};
    pricefeed::FeedTable table{{{.id = "NEO-USD"}, {.id = "GAS-USD"}}};
    pricefeed::Service service{table, contract, store};
    Metrics metrics;
    pricefeed::Probe probe{metrics, {"NEO-USD", "GAS-USD"}};
    BlockIndexer indexer{*db, contract, service, probe, world.log};

    std::unique_ptr<store::Db> open() {
        std::vector<store::Migration> steps;
        for (const auto& part :
             {checkpoint_schema(), subscriber_schema(), pricefeed::feed_store_schema()})
            for (const std::string& sql : part)
                steps.push_back({static_cast<int>(steps.size()) + 1, "node", sql});
        return store::open({.url = store::fresh_url(GetParam(), folder)}, steps).value();
    }
    static neo::Hash256 tx_hash(std::uint8_t seed) {
        neo::Hash256 out;
        out.raw.fill(seed);
        return out;
    }
    static neo::Hash256 block_hash(std::uint32_t index) {
        return tx_hash(static_cast<std::uint8_t>(index));
    }
    static std::shared_ptr<const chain::ReadBlock> block(
        std::uint32_t index, std::vector<chain::TransactionOutcome> outcomes) {
        auto out = std::make_shared<chain::ReadBlock>();
        out->summary.index = index;
        out->summary.hash = block_hash(index);
        out->summary.previous = block_hash(index - 1);
        out->summary.time_ms = 1'700'000'000'000 + index;
        for (const auto& outcome : outcomes) out->summary.transactions.push_back(outcome.hash);
        out->outcomes = std::move(outcomes);
        return out;
    }
    FakeEvent stored(std::vector<tee::PriceRecord> records) const {
        return {hash, "BatchStored", batch_stored(1, packed_records(std::move(records)))};
    }
    static chain::TransactionOutcome did(std::uint8_t tx, std::vector<FakeEvent> events) {
        chain::TransactionOutcome out{.hash = tx_hash(tx), .halted = true};
        for (const FakeEvent& event : events)
            out.events.push_back({.position = static_cast<std::uint32_t>(out.events.size()),
                                  .raw = {event.contract, event.name,
                                          neo::StackItem::from_json(event.state).value()}});
        return out;
    }
    // What the contract answers when its state is read after a block.
    void contract_holds(std::uint64_t sequence, std::vector<tee::PriceRecord> records) {
        node.simulation_stack = {integer_item(static_cast<std::int64_t>(sequence)),
                                 bytes_item(packed_records(std::move(records)))};
    }
    std::vector<std::uint64_t> rounds(std::uint16_t feed) {
        std::vector<std::uint64_t> out;
        for (const auto& event : world.run(store.events(feed, 1'000, 100)).value())
            out.push_back(event.stored.round);
        return out;
    }
    Status rename_table(std::string from, std::string to) {
        return world.run(db->transact([&](store::Tx& tx) -> Status {
            TRY_OK(tx.execute("ALTER TABLE " + from + " RENAME TO " + to));
            return {};
        }));
    }
    std::optional<std::uint32_t> checkpoint() {
        auto found = world.run(load_checkpoint(*db, "pricefeed")).value();
        if (!found) return std::nullopt;
        return found->index;
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, NodeBlockIndexer,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         store::engine_name);

TEST_P(NodeBlockIndexer, StoresRoundsAndTellsTheService) {
    EXPECT_EQ(checkpoint(), std::nullopt);
    contract_holds(1, {price_record(0, 1, 500), price_record(1, 1, 600)});
    ASSERT_TRUE(world.run(indexer.on_block(
        block(9, {did(1, {{neo::Hash160{}, "Transfer", array_item({})},
                          stored({price_record(0, 1, 500), price_record(1, 1, 600)})}),
                  did(2, {})}))));
    EXPECT_EQ(rounds(0), std::vector<std::uint64_t>{1});
    EXPECT_EQ(rounds(1), std::vector<std::uint64_t>{1});
    EXPECT_EQ(service.find("NEO-USD")->stored.round, 1U);
    EXPECT_EQ(service.find("NEO-USD")->tx, tx_hash(1));
    auto last = world.run(indexer.checkpoint()).value().value();
    EXPECT_EQ(last.index, 9U);
    EXPECT_EQ(last.hash, block_hash(9));
    EXPECT_EQ(last.previous, block_hash(8));
    EXPECT_EQ(last.time_ms, 1'700'000'000'009);
}

TEST_P(NodeBlockIndexer, MovesTheCheckpointOverBlocksWithoutRounds) {
    ASSERT_TRUE(world.run(indexer.on_block(block(9, {}))));
    ASSERT_TRUE(world.run(indexer.on_block(block(10, {}))));
    EXPECT_EQ(checkpoint(), 10U);
}

TEST_P(NodeBlockIndexer, RefusesABlockThatItHasAlready) {
    contract_holds(1, {price_record(0, 1, 500), price_record(1, 1, 600)});
    const auto nine = block(9, {did(1, {stored({price_record(0, 1, 500)})})});
    ASSERT_TRUE(world.run(indexer.on_block(nine)));
    EXPECT_EQ(world.run(indexer.on_block(nine)).error().code, Errc::conflict);
    EXPECT_EQ(rounds(0), std::vector<std::uint64_t>{1});
    EXPECT_EQ(checkpoint(), 9U);
}

TEST_P(NodeBlockIndexer, CommitsRoundsAndCheckpointTogetherOrNeither) {
    ASSERT_TRUE(world.run(indexer.on_block(block(8, {}))));
    ASSERT_TRUE(rename_table("chain_subscriber", "away"));
    EXPECT_FALSE(
        world.run(indexer.on_block(block(9, {did(1, {stored({price_record(0, 1, 500)})})}))));
    ASSERT_TRUE(rename_table("away", "chain_subscriber"));
    EXPECT_EQ(rounds(0), std::vector<std::uint64_t>{});
    EXPECT_EQ(checkpoint(), 8U);
    EXPECT_EQ(service.find("NEO-USD")->tx, std::nullopt);
}

TEST_P(NodeBlockIndexer, PassesALogThatNobodyCanRead) {
    contract_holds(1, {price_record(0, 1, 500), price_record(1, 1, 600)});
    ASSERT_TRUE(
        world.run(indexer.on_block(block(9, {{.hash = tx_hash(1), .unreadable = "no log at all"},
                                             did(2, {stored({price_record(0, 1, 500)})})}))));
    EXPECT_EQ(rounds(0), std::vector<std::uint64_t>{1});
    EXPECT_EQ(checkpoint(), 9U);
}

TEST_P(NodeBlockIndexer, SaysThatItDoesNotUnderstandAnEventAndGoesOn) {
    contract_holds(1, {price_record(0, 1, 500), price_record(1, 1, 600)});
    ASSERT_TRUE(world.run(
        indexer.on_block(block(9, {did(1, {{hash, "BatchStored", array_item({integer_item(1)})},
                                           {hash, "BatchStored", batch_stored(1, Bytes(39))},
                                           stored({price_record(0, 1, 500)})})}))));
    EXPECT_TRUE(world.lines->contains("event not understood"));
    EXPECT_TRUE(world.lines->contains(tx_hash(1).display()));
    EXPECT_EQ(rounds(0), std::vector<std::uint64_t>{1});
    EXPECT_EQ(checkpoint(), 9U);
}

TEST_P(NodeBlockIndexer, KeepsRoundsThoughTheContractCannotBeReadAfterwards) {
    node.simulation_stack = {};
    ASSERT_TRUE(
        world.run(indexer.on_block(block(9, {did(1, {stored({price_record(0, 1, 500)})})}))));
    EXPECT_EQ(rounds(0), std::vector<std::uint64_t>{1});
    // The transaction is shown as soon as the round is.
    EXPECT_EQ(service.find("NEO-USD")->tx, std::nullopt);
    service.on_state({1, {{.round = 1}, {}}});
    EXPECT_EQ(service.find("NEO-USD")->tx, tx_hash(1));
}

}  // namespace
}  // namespace nsl::node
