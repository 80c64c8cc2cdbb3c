// SPDX-License-Identifier: Apache-2.0
#include "node/checkpoints.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lasting_loop.h"
#include "node/schema.h"
#include "store_world.h"

namespace nsl::node {
namespace {

chain::BlockHeader block(std::uint32_t index) {
    chain::BlockHeader out{.index = index, .time_ms = 1'700'000'000'000 + index};
    out.hash.raw.fill(static_cast<std::uint8_t>(index));
    out.previous.raw.fill(static_cast<std::uint8_t>(index - 1));
    return out;
}

class NodeCheckpoints : public store::OnEachEngine {
 protected:
    store::Folder folder;
    const std::string url = store::fresh_url(GetParam(), folder);
    std::unique_ptr<store::Db> db;

    void open(const std::vector<store::Migration>& steps) {
        db.reset();
        auto opened = store::open({.url = url}, steps);
        ASSERT_TRUE(opened) << opened.error().message;
        db = *std::move(opened);
    }
    Status transact(store::Work work) {
        return run_blocking(store::lasting_loop(), db->transact(std::move(work)));
    }
    Status save(const std::string& name, const chain::BlockHeader& header) {
        return transact([&](store::Tx& tx) { return save_checkpoint(tx, name, header); });
    }
    std::optional<chain::BlockHeader> found(const std::string& name) {
        return run_blocking(store::lasting_loop(), load_checkpoint(*db, name)).value();
    }
    // Of no block where there is none.
    chain::BlockHeader load(const std::string& name) {
        return found(name).value_or(chain::BlockHeader{});
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, NodeCheckpoints,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         store::engine_name);

TEST_P(NodeCheckpoints, EachSubscriberHasItsOwn) {
    open(schema());
    EXPECT_FALSE(found("a"));
    ASSERT_TRUE(save("a", block(7)));
    ASSERT_TRUE(save("b", block(3)));
    ASSERT_TRUE(save("a", block(8)));
    EXPECT_EQ(load("a").index, 8U);
    EXPECT_EQ(load("a").hash, block(8).hash);
    EXPECT_EQ(load("a").previous, block(8).previous);
    EXPECT_EQ(load("a").time_ms, block(8).time_ms);
    EXPECT_EQ(load("b").index, 3U);
}

TEST_P(NodeCheckpoints, NeverGoBackOrSkipOrLeaveTheirChain) {
    open(schema());
    ASSERT_TRUE(save("a", block(7)));
    chain::BlockHeader unlinked = block(8);
    unlinked.previous.raw[5] ^= 1;
    for (const auto& header : {block(6), block(7), block(9), unlinked}) {
        const Status refused = save("a", header);
        ASSERT_FALSE(refused) << header.index;
        EXPECT_EQ(refused.error().code, Errc::conflict);
    }
    EXPECT_EQ(load("a").index, 7U);
    EXPECT_TRUE(save("a", block(8)));
}

// A database of the release before: one checkpoint, and it was the price feed's.
TEST_P(NodeCheckpoints, TakeOverTheOneOfOlderDatabases) {
    std::vector<store::Migration> before = schema();
    const auto added = std::ranges::find(before, "chain_subscriber", &store::Migration::name);
    before.erase(added, before.end());
    open(before);
    const chain::BlockHeader old = block(41);
    ASSERT_TRUE(transact([&](store::Tx& tx) -> Status {
        TRY_OK(tx.execute(
            "INSERT INTO chain_checkpoint (id, height, hash, previous, time_ms)"
            " VALUES (1, $1, $2, $3, $4)",
            {std::int64_t{old.index}, old.hash.display(), old.previous.display(), old.time_ms}));
        return {};
    }));
    open(schema());
    const chain::BlockHeader kept = load("pricefeed");
    EXPECT_EQ(kept.index, old.index);
    EXPECT_EQ(kept.hash, old.hash);
    EXPECT_EQ(kept.previous, old.previous);
    EXPECT_EQ(kept.time_ms, old.time_ms);
    EXPECT_TRUE(save("pricefeed", block(42)));
    EXPECT_FALSE(transact([](store::Tx& tx) -> Status {
        TRY_OK(tx.rows("SELECT height FROM chain_checkpoint", {}, 1));
        return {};
    }));
}

TEST_P(NodeCheckpoints, OlderDatabasesWithoutOneStayWithoutOne) {
    std::vector<store::Migration> before = schema();
    before.erase(std::ranges::find(before, "chain_subscriber", &store::Migration::name),
                 before.end());
    open(before);
    open(schema());
    EXPECT_FALSE(found("pricefeed"));
}

}  // namespace
}  // namespace nsl::node
