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

}  // namespace
}  // namespace nsl::testing_support
