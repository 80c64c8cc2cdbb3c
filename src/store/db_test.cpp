// SPDX-License-Identifier: Apache-2.0
// What callers of a database may rely on.
#include "store/db.h"

#include <future>

#include "store_world.h"

namespace nsl::store {
namespace {

class DbContract : public OnEachEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, DbContract, ::testing::Values(Engine::sqlite, Engine::postgres),
                         engine_name);

// Holds the writer's thread until released.
class Gate {
 public:
    std::function<Status(Tx&)> work() {
        return [this](Tx&) -> Status {
            entered_.set_value();
            opened_.get_future().wait();
            return {};
        };
    }
    void wait_entered() { entered_.get_future().wait(); }
    void open() { opened_.set_value(); }

 private:
    std::promise<void> entered_, opened_;
};

TEST_P(DbContract, WhatSucceededIsVisibleToReaders) {
    StoreWorld world({}, GetParam());
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1, 50); }));
    EXPECT_EQ(world.number("SELECT balance FROM account WHERE id = 1"), 50);
}

TEST_P(DbContract, WhatSucceededIsThereAfterReopening) {
    StoreWorld world({}, GetParam());
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1, 50); }));
    world.reopen();
    EXPECT_EQ(world.number("SELECT balance FROM account WHERE id = 1"), 50);
}

TEST_P(DbContract, KeepsEveryKindOfValue) {
    StoreWorld world({}, GetParam());
    const Bytes note = {0, 1, 255};
    ASSERT_TRUE(world.transact([&](Tx& tx) -> Status {
        TRY_OK(add_account(tx, INT64_MIN, INT64_MAX));
        TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, $2, 1)", {std::int64_t{INT64_MIN}, note}));
        TRY_OK(
            tx.execute("INSERT INTO entry VALUES ($1, $2, 2)", {std::int64_t{INT64_MIN}, Bytes()}));
        TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, $2, 3)",
                          {std::int64_t{INT64_MIN}, std::monostate()}));
        const std::string odd = "a'b\xc3\xa9$1";
        TRY_OK(tx.execute("UPDATE account SET name = $1", {odd}));
        TRY(const Row row, tx.row("SELECT id, balance, name FROM account"));
        EXPECT_EQ(row.i64(0), INT64_MIN);
        EXPECT_EQ(row.i64(1), INT64_MAX);
        EXPECT_EQ(row.text(2), odd);
        TRY(const auto rows, tx.rows("SELECT note FROM entry ORDER BY seq", {}, 3));
        EXPECT_EQ(rows.at(0).bytes(0), note);
        EXPECT_TRUE(rows.at(1).bytes(0).empty());
        EXPECT_TRUE(rows.at(2).is_null(0));
        return {};
    }));
}

TEST_P(DbContract, AFailedOperationLeavesNothingAndItsNeighboursAlone) {
    StoreWorld world({}, GetParam());
    Gate gate;
    std::vector<std::function<Status(Tx&)>> works{gate.work()};
    for (std::int64_t id = 0; id < 20; ++id)
        works.push_back([id](Tx& tx) -> Status {
            TRY_OK(add_account(tx, id));
            if (id % 3 == 0) return fail(Errc::insufficient_funds, "no");
            return {};
        });
    // The gate makes all of the others one batch.
    const auto outcomes = world.all(std::move(works), [&] {
        gate.wait_entered();
        gate.open();
    });
    for (std::size_t id = 0; id < 20; ++id) {
        EXPECT_EQ(outcomes[id + 1].has_value(), id % 3 != 0);
        if (!outcomes[id + 1]) EXPECT_EQ(outcomes[id + 1].error().code, Errc::insufficient_funds);
    }
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 13);
    EXPECT_EQ(world.number("SELECT count(*) FROM account WHERE id % 3 = 0"), 0);
}

TEST_P(DbContract, ABrokenKeyIsAConflict) {
    StoreWorld world({}, GetParam());
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1); }));
    const Status twice = world.transact([](Tx& tx) { return add_account(tx, 1); });
    EXPECT_EQ(twice.error().code, Errc::conflict);
    const Status dangling = world.transact([](Tx& tx) -> Status {
        TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, NULL, 1)", {std::int64_t{9}}));
        return {};
    });
    EXPECT_EQ(dangling.error().code, Errc::conflict);
}

TEST_P(DbContract, WrongSqlIsInternal) {
    StoreWorld world({}, GetParam());
    const Status status = world.transact([](Tx& tx) -> Status {
        TRY_OK(tx.execute("INSERT INTO nowhere VALUES (1)"));
        return {};
    });
    EXPECT_EQ(status.error().code, Errc::internal);
}

TEST_P(DbContract, AnExceptionIsInternalAndRolledBack) {
    StoreWorld world({}, GetParam());
    const Status thrown = world.transact([](Tx& tx) -> Status {
        TRY_OK(add_account(tx, 1));
        throw std::runtime_error("boom");
    });
    EXPECT_EQ(thrown.error().code, Errc::internal);
    EXPECT_NE(thrown.error().message.find("boom"), std::string::npos);
    EXPECT_EQ(world.transact([](Tx&) -> Status { throw 1; }).error().code, Errc::internal);
    EXPECT_EQ(world.read([](Tx&) -> Status { throw 1; }).error().code, Errc::internal);
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 0);
}

TEST_P(DbContract, OneRowMeansOne) {
    StoreWorld world({}, GetParam());
    auto ask = [&](std::string sql) {
        return world.read([&](Tx& tx) -> Status {
            TRY_OK(tx.row(sql));
            return {};
        });
    };
    EXPECT_EQ(ask("SELECT id FROM account").error().code, Errc::not_found);
    for (std::int64_t id : {1, 2})
        ASSERT_TRUE(world.transact([id](Tx& tx) { return add_account(tx, id); }));
    EXPECT_EQ(ask("SELECT id FROM account").error().code, Errc::limit_exceeded);
    EXPECT_TRUE(ask("SELECT id FROM account WHERE id = 2"));
}

TEST_P(DbContract, RowsAreBounded) {
    StoreWorld world({}, GetParam());
    for (std::int64_t id : {1, 2, 3})
        ASSERT_TRUE(world.transact([id](Tx& tx) { return add_account(tx, id); }));
    EXPECT_TRUE(world.read([](Tx& tx) -> Status {
        TRY(const auto three, tx.rows("SELECT id FROM account", {}, 3));
        EXPECT_EQ(three.size(), 3U);
        EXPECT_EQ(tx.rows("SELECT id FROM account", {}, 2).error().code, Errc::limit_exceeded);
        return {};
    }));
}

TEST_P(DbContract, ExecuteCountsTheRowsItChanged) {
    StoreWorld world({}, GetParam());
    ASSERT_TRUE(world.transact([](Tx& tx) -> Status {
        for (std::int64_t id : {1, 2, 3}) TRY_OK(add_account(tx, id));
        EXPECT_EQ(tx.execute("UPDATE account SET balance = 1 WHERE id > $1", {std::int64_t{1}}), 2);
        EXPECT_EQ(tx.execute("DELETE FROM account WHERE id = $1", {std::int64_t{9}}), 0);
        return {};
    }));
}

TEST_P(DbContract, ManyCallersLoseNoUpdate) {
    StoreWorld world({}, GetParam());
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1, 0); }));
    std::vector<std::function<Status(Tx&)>> works(1'000, [](Tx& tx) -> Status {
        TRY(const Row row, tx.row("SELECT balance FROM account WHERE id = 1"));
        TRY_OK(tx.execute("UPDATE account SET balance = $1 WHERE id = 1", {row.i64(0) + 1}));
        return {};
    });
    for (const Status& status : world.all(std::move(works))) EXPECT_TRUE(status);
    EXPECT_EQ(world.number("SELECT balance FROM account WHERE id = 1"), 1'000);
}

TEST_P(DbContract, MoreThanMayWaitAreRefused) {
    StoreWorld world({.waiting_max = 3, .connections = 1}, GetParam());
    Gate gate;
    int refused = 0, succeeded = 0;
    std::vector<Status> outcomes = world.all({gate.work()}, [&] {
        gate.wait_entered();
        std::vector<std::function<Status(Tx&)>> more;
        for (std::int64_t id = 0; id < 5; ++id)
            more.push_back([id](Tx& tx) { return add_account(tx, id); });
        for (const Status& status : world.all(std::move(more), [&] { gate.open(); })) {
            succeeded += status.has_value();
            refused += !status && status.error().code == Errc::limit_exceeded;
        }
    });
    EXPECT_TRUE(outcomes.at(0));
    EXPECT_EQ(succeeded, 3);
    EXPECT_EQ(refused, 2);
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 3);
}

TEST_P(DbContract, ClosingEndsWhatWaitsWithUnavailable) {
    StoreWorld world({.connections = 1}, GetParam());
    Gate gate;
    std::thread closer;
    std::vector<std::function<Status(Tx&)>> works{gate.work()};
    const auto outcomes = world.all(std::move(works), [&] {
        gate.wait_entered();
        std::vector<std::function<Status(Tx&)>> more(5, [](Tx& tx) { return add_account(tx, 1); });
        const auto waiting =
            world.all(std::move(more), [&] { closer = std::thread([&] { world.db.reset(); }); });
        for (const Status& status : waiting) EXPECT_EQ(status.error().code, Errc::unavailable);
        gate.open();
    });
    closer.join();
    EXPECT_TRUE(outcomes.at(0));
    world.reopen();
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 0);
}

TEST_P(DbContract, ReadersCannotWrite) {
    StoreWorld world({}, GetParam());
    EXPECT_FALSE(world.read([](Tx& tx) { return add_account(tx, 1); }));
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 0);
}

TEST_P(DbContract, AReadIsOneSnapshot) {
    StoreWorld world({}, GetParam());
    std::promise<void> looked, written;
    std::thread writer([&] {
        looked.get_future().wait();
        asio::io_context& other = lasting_loop();
        EXPECT_TRUE(run_blocking(
            other, world.db->transact([](Tx& write) { return add_account(write, 1); })));
        written.set_value();
    });
    EXPECT_TRUE(world.read([&](Tx& tx) -> Status {
        TRY(const Row before, tx.row("SELECT count(*) FROM account"));
        looked.set_value();
        written.get_future().wait();
        TRY(const Row after, tx.row("SELECT count(*) FROM account"));
        EXPECT_EQ(before.i64(0), after.i64(0));
        return {};
    }));
    writer.join();
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 1);
}

TEST_P(DbContract, ATransactionInsideATransactionIsRefused) {
    StoreWorld world({}, GetParam());
    asio::io_context& other = lasting_loop();
    EXPECT_TRUE(world.transact([&](Tx& tx) -> Status {
        TRY_OK(add_account(tx, 1));
        auto nested = [](Tx& inner) { return add_account(inner, 2); };
        EXPECT_EQ(run_blocking(other, world.db->transact(nested)).error().code, Errc::internal);
        EXPECT_EQ(run_blocking(other, world.db->read(nested)).error().code, Errc::internal);
        return {};
    }));
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 1);
}

TEST_P(DbContract, AFailedStatementFailsTheOperationThatGoesOn) {
    StoreWorld world({}, GetParam());
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1); }));
    const Status ignored = world.transact([](Tx& tx) -> Status {
        TRY_OK(add_account(tx, 2));
        (void)add_account(tx, 1);
        (void)add_account(tx, 3);
        return {};
    });
    EXPECT_EQ(ignored.error().code, Errc::conflict);
    const Status masked = world.transact([](Tx& tx) -> Status {
        if (!add_account(tx, 1)) return fail(Errc::insufficient_funds, "no");
        return {};
    });
    EXPECT_EQ(masked.error().code, Errc::insufficient_funds);
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 1);
}

TEST_P(DbContract, TextIsUtf8WithoutNul) {
    StoreWorld world({}, GetParam());
    for (const std::string& bad : {std::string("a\0b", 3), std::string("\xff")}) {
        const Status done = world.transact([&](Tx& tx) -> Status {
            TRY_OK(tx.execute("INSERT INTO account VALUES (1, $1, 0)", {bad}));
            return {};
        });
        EXPECT_EQ(done.error().code, Errc::invalid_argument);
    }
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 0);
}

TEST_P(DbContract, ManyParametersAreOneStatementsEach) {
    StoreWorld world({}, GetParam());
    const char* insert = "INSERT INTO account (id, name, balance) VALUES ($1, $2, 0)";
    std::vector<Params> each;
    for (std::int64_t id = 0; id < 3'000; ++id) each.push_back({id, "n" + std::to_string(id)});
    ASSERT_TRUE(world.transact([&](Tx& tx) -> Status {
        EXPECT_EQ(tx.execute_each(insert, {}), 0);
        EXPECT_EQ(tx.execute_each(insert, each), 3'000);
        return {};
    }));
    const Status twice = world.transact([&](Tx& tx) -> Status {
        TRY_OK(tx.execute_each(insert, {{std::int64_t{9'000}, "new"}, {std::int64_t{5}, "old"}}));
        return {};
    });
    EXPECT_EQ(twice.error().code, Errc::conflict);
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 3'000);
}

TEST_P(DbContract, Keeps256BitIntegers) {
    StoreWorld world({}, GetParam());
    const Int256 most =
        int256_parse(
            "57896044618658097711785492504343953926634992332820282019728792003956564819967")
            .value();
    ASSERT_TRUE(world.transact([&](Tx& tx) -> Status {
        for (const Int256& value : {most, Int256(-most - 1), Int256(0)}) {
            TRY_OK(tx.execute("INSERT INTO account VALUES (1, $1, 0)", {param_of(value)}));
            TRY(const Row row, tx.row("SELECT name FROM account WHERE id = 1"));
            EXPECT_EQ(row.i256(0), value);
            TRY_OK(tx.execute("DELETE FROM account WHERE id = 1"));
        }
        TRY_OK(tx.execute("INSERT INTO account VALUES (1, '12x', 0)"));
        TRY(const Row row, tx.row("SELECT name FROM account WHERE id = 1"));
        EXPECT_EQ(row.i256(0).error().code, Errc::internal);
        return {};
    }));
}

TEST_P(DbContract, TheDatabaseTellsTheTime) {
    StoreWorld world({}, GetParam());
    const RealClock clock;
    ASSERT_TRUE(world.transact([&](Tx& tx) -> Status {
        const std::int64_t before = clock.unix_ms();
        TRY(std::int64_t now, tx.now_ms());
        EXPECT_NEAR(static_cast<double>(now), static_cast<double>(before), 5'000.0);
        // It goes on within a transaction: leases are checked by it.
        const std::int64_t first = now;
        while (now == first) {
            TRY(now, tx.now_ms());
        }
        return {};
    }));
}

// Of two that each read what the other writes, one sees the other's.
TEST_P(DbContract, TransactionsAreAsIfOneAfterAnother) {
    StoreWorld world({}, GetParam());
    for (std::int64_t id : {1, 2})
        ASSERT_TRUE(world.transact([id](Tx& tx) { return add_account(tx, id, 50); }));
    auto withdraw = [](std::int64_t id) {
        return [id](Tx& tx) -> Status {
            TRY(const Row sum, tx.row("SELECT CAST(sum(balance) AS BIGINT) FROM account"));
            if (sum.i64(0) < 80) return fail(Errc::insufficient_funds, "the sum must stay");
            TRY_OK(tx.execute("UPDATE account SET balance = balance - 80 WHERE id = $1", {id}));
            return {};
        };
    };
    for (int round = 0; round < 20; ++round) {
        const auto outcomes = world.all({withdraw(1), withdraw(2)});
        EXPECT_EQ(outcomes[0].has_value() + outcomes[1].has_value(), 1) << round;
        EXPECT_EQ(world.number("SELECT CAST(sum(balance) AS BIGINT) FROM account"), 20);
        ASSERT_TRUE(world.transact([](Tx& tx) -> Status {
            TRY_OK(tx.execute("UPDATE account SET balance = 50"));
            return {};
        }));
    }
}

}  // namespace
}  // namespace nsl::store
