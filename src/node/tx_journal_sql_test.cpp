// SPDX-License-Identifier: Apache-2.0
#include "node/tx_journal_sql.h"

#include <gtest/gtest.h>

#include "store_world.h"
#include "tx_journal_contract.h"

namespace nsl::node {
namespace {

using chain::TxState;
using testing_support::journal_record;

class TxJournalOnSql : public store::OnEachEngine {
 protected:
    store::Folder folder;
    const std::string url = store::fresh_url(GetParam(), folder);
    asio::io_context loop{1};
    std::unique_ptr<store::Db> db;

    TxJournalOnSql() { reopen(); }
    ~TxJournalOnSql() override {
        db.reset();
        loop.poll();
    }
    void reopen() {
        db.reset();
        std::vector<store::Migration> steps;
        for (const std::string& sql : tx_journal_schema())
            steps.push_back({static_cast<int>(steps.size()) + 1, "chain_tx", sql});
        auto opened = store::open({.url = url}, steps);
        ASSERT_TRUE(opened) << opened.error().message;
        db = *std::move(opened);
    }
    template <class T>
    T run(Task<T> work) {
        return run_blocking(loop, std::move(work));
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, TxJournalOnSql,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         store::engine_name);

TEST_P(TxJournalOnSql, KeepsTheContractOfEveryJournal) {
    SqlTxJournal journal(*db);
    run_blocking(loop, testing_support::tx_journal_contract(journal));
}

TEST_P(TxJournalOnSql, RemembersAnAttemptAcrossARestart) {
    const chain::TxRecord record = journal_record(1, "pricefeed");
    {
        SqlTxJournal journal(*db);
        ASSERT_TRUE(run(journal.add(record)));
        ASSERT_TRUE(run(journal.update(record.hash, TxState::submitted, 0, "")));
    }
    reopen();
    SqlTxJournal journal(*db);
    auto found = run(journal.unresolved("pricefeed")).value();
    ASSERT_TRUE(found.has_value());
    chain::TxRecord expected = record;
    expected.state = TxState::submitted;
    testing_support::expect_same(*found, expected);
}

TEST_P(TxJournalOnSql, TheDatabaseItselfHoldsOneUnresolvedAttemptPerPurpose) {
    SqlTxJournal journal(*db);
    ASSERT_TRUE(run(journal.add(journal_record(1, "pricefeed"))));
    const auto insert = [&](const char* hash, const char* purpose, const char* state) {
        return run(db->transact([=](store::Tx& tx) -> Status {
            TRY_OK(tx.execute(
                "INSERT INTO chain_tx (hash, bytes, valid_until_block, purpose,"
                " payload, state, block, exception, created_ms, network, first_block)"
                " VALUES ($1, $2, 1, $3, '', $4, 0, '', 0, 1, 1)",
                {std::string(hash), Bytes{1}, std::string(purpose), std::string(state)}));
            return {};
        }));
    };
    EXPECT_EQ(insert("a", "pricefeed", "prepared").error().code, Errc::conflict);
    EXPECT_EQ(insert("b", "pricefeed", "submitted").error().code, Errc::conflict);
    EXPECT_TRUE(insert("c", "pricefeed", "halted"));
    EXPECT_TRUE(insert("d", "gasbank", "submitted"));
}

TEST_P(TxJournalOnSql, OneOfTwoAttemptsAtOnceIsRefused) {
    SqlTxJournal journal(*db);
    std::vector<Status> done;
    TaskGroup tasks(loop.get_executor(), Logger());
    for (std::uint8_t seed : {1, 2})
        tasks.spawn(
            "add",
            [](SqlTxJournal& to, chain::TxRecord record, std::vector<Status>& out) -> Task<void> {
                out.push_back(co_await to.add(std::move(record)));
            }(journal, journal_record(seed, "pricefeed"), done));
    loop.restart();
    while (done.size() < 2 && loop.run_one() > 0) {
    }
    EXPECT_TRUE(run_blocking(loop, tasks.stop(milliseconds(5'000))));
    ASSERT_EQ(done.size(), 2U);
    EXPECT_NE(done[0].has_value(), done[1].has_value());
}

}  // namespace
}  // namespace nsl::node
