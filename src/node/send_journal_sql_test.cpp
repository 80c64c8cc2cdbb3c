// SPDX-License-Identifier: Apache-2.0
#include "node/send_journal_sql.h"

#include "engines.h"
#include "node/checkpoints.h"
#include "send_journal_contract.h"

namespace nsl::testing_support {
namespace {

std::vector<store::Migration> journal_migrations() {
    std::vector<store::Migration> out;
    store::add_migrations(out, "chain_tx", node::former_journal_schema());
    store::add_migrations(out, "chain_checkpoint", node::checkpoint_schema());
    store::add_migrations(out, "chain_subscriber", node::subscriber_schema());
    store::add_migrations(out, "chain_send", node::send_journal_schema());
    return out;
}

template <store::OpenDb (*kFresh)()>
struct SqlJournals : ::testing::Test {
    store::OpenDb open_db = kFresh();
    asio::io_context loop{1};
    std::unique_ptr<store::Db> db;
    std::unique_ptr<node::SqlSendJournal> sql;
    neo::Hash160 account;

    void SetUp() override {
        if (!open_db) GTEST_SKIP() << "no PostgreSQL";
        account.raw.fill(7);
        db = open_db(journal_migrations());
        sql = std::make_unique<node::SqlSendJournal>(*db, account);
    }
    void TearDown() override {
        db.reset();
        loop.poll();
    }
    chain::SendJournal& journals() { return *sql; }
    template <class T>
    T run(Task<T> work) {
        return run_blocking(loop, std::move(work));
    }
};

using OnSqlite = SqlJournals<store::fresh_sqlite>;
using OnPostgres = SqlJournals<store::fresh_postgres>;
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, SendJournalContract, OnSqlite);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, SendJournalContract, OnPostgres);

class FormerJournal : public store::OnEachEngine {
 protected:
    store::Folder folder;
    const std::string url = store::fresh_url(GetParam(), folder);
    asio::io_context loop{1};

    std::unique_ptr<store::Db> open(const std::vector<store::Migration>& steps) {
        return store::open({.url = url}, steps).value();
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, FormerJournal,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         store::engine_name);

TEST_P(FormerJournal, WhatItHeldIsTakenOver) {
    std::vector<store::Migration> all = journal_migrations(), before;
    store::add_migrations(before, "chain_tx", node::former_journal_schema());
    auto db = open(before);
    const auto insert = [&](const std::string& hash, const std::string& state) {
        return run_blocking(loop, db->transact([&](store::Tx& tx) -> Status {
            TRY_OK(tx.execute(
                "INSERT INTO chain_tx (hash, bytes, valid_until_block, purpose, payload, state,"
                " block, exception, created_ms, network, first_block)"
                " VALUES ($1, $2, 100, 'pricefeed', 'note', $3, 7, 'why', 1700000000000, 1, 5)",
                {hash, Bytes{1, 2}, state}));
            return {};
        }));
    };
    const std::string halted = hash_of(1).display(), open_one = hash_of(2).display();
    ASSERT_TRUE(insert(halted, "halted"));
    ASSERT_TRUE(insert(open_one, "submitted"));
    db.reset();
    loop.poll();

    db = open(all);
    std::vector<store::Row> rows;
    ASSERT_TRUE(run_blocking(loop, db->read([&](store::Tx& tx) -> Status {
        TRY(rows, tx.rows("SELECT id, state, tx, block, reason, payload FROM chain_intent"
                          " ORDER BY state DESC",
                          {}, 10));
        return {};
    })));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].text(0), halted);
    EXPECT_EQ(rows[0].text(1), "halted");
    EXPECT_EQ(rows[0].text(2), halted);
    EXPECT_EQ(rows[0].i64(3), 7);
    EXPECT_EQ(rows[0].text(5), "note");
    // Nobody follows it any more: that is said, and holds nothing up.
    EXPECT_EQ(rows[1].text(0), open_one);
    EXPECT_EQ(rows[1].text(1), "expired");
    EXPECT_TRUE(rows[1].text(2).empty());
    EXPECT_NE(rows[1].text(4).find("look for it on the chain"), std::string::npos);
    db.reset();
    loop.poll();
}

}  // namespace
}  // namespace nsl::testing_support
