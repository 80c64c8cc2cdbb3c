// SPDX-License-Identifier: Apache-2.0
// What callers of a database may rely on.
#include "store/db.h"

#include <future>

#include "store_world.h"

namespace nsl::store {
namespace {

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

TEST(Db, WhatSucceededIsVisibleToReaders) {
    StoreWorld world;
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1, 50); }));
    EXPECT_EQ(world.number("SELECT balance FROM account WHERE id = 1"), 50);
}

TEST(Db, WhatSucceededIsThereAfterReopening) {
    StoreWorld world;
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1, 50); }));
    world.reopen();
    EXPECT_EQ(world.number("SELECT balance FROM account WHERE id = 1"), 50);
}

TEST(Db, KeepsEveryKindOfValue) {
    StoreWorld world;
    const Bytes note = {0, 1, 255};
    ASSERT_TRUE(world.transact([&](Tx& tx) -> Status {
        TRY_OK(add_account(tx, INT64_MIN, INT64_MAX));
        TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, $2)", {std::int64_t{INT64_MIN}, note}));
        TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, $2)", {std::int64_t{INT64_MIN}, Bytes()}));
        TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, $2)",
                          {std::int64_t{INT64_MIN}, std::monostate()}));
        const std::string odd("a\0'b", 4);
        TRY_OK(tx.execute("UPDATE account SET name = $1", {odd}));
        TRY(const Row row, tx.row("SELECT id, balance, name FROM account"));
        EXPECT_EQ(row.i64(0), INT64_MIN);
        EXPECT_EQ(row.i64(1), INT64_MAX);
        EXPECT_EQ(row.text(2), odd);
        TRY(const auto rows, tx.rows("SELECT note FROM entry ORDER BY rowid", {}, 3));
        EXPECT_EQ(rows.at(0).bytes(0), note);
        EXPECT_TRUE(rows.at(1).bytes(0).empty());
        EXPECT_TRUE(rows.at(2).is_null(0));
        return {};
    }));
}

TEST(Db, AFailedOperationLeavesNothingAndItsNeighboursAlone) {
    StoreWorld world;
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

TEST(Db, ABrokenKeyIsAConflict) {
    StoreWorld world;
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1); }));
    const Status twice = world.transact([](Tx& tx) { return add_account(tx, 1); });
    EXPECT_EQ(twice.error().code, Errc::conflict);
    const Status dangling = world.transact([](Tx& tx) -> Status {
        TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, NULL)", {std::int64_t{9}}));
        return {};
    });
    EXPECT_EQ(dangling.error().code, Errc::conflict);
}

TEST(Db, WrongSqlIsInternal) {
    StoreWorld world;
    const Status status = world.transact([](Tx& tx) -> Status {
        TRY_OK(tx.execute("INSERT INTO nowhere VALUES (1)"));
        return {};
    });
    EXPECT_EQ(status.error().code, Errc::internal);
}

TEST(Db, AnExceptionIsInternalAndRolledBack) {
    StoreWorld world;
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

TEST(Db, OneRowMeansOne) {
    StoreWorld world;
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

TEST(Db, RowsAreBounded) {
    StoreWorld world;
    for (std::int64_t id : {1, 2, 3})
        ASSERT_TRUE(world.transact([id](Tx& tx) { return add_account(tx, id); }));
    EXPECT_TRUE(world.read([](Tx& tx) -> Status {
        TRY(const auto three, tx.rows("SELECT id FROM account", {}, 3));
        EXPECT_EQ(three.size(), 3U);
        EXPECT_EQ(tx.rows("SELECT id FROM account", {}, 2).error().code, Errc::limit_exceeded);
        return {};
    }));
}

TEST(Db, ExecuteCountsTheRowsItChanged) {
    StoreWorld world;
    ASSERT_TRUE(world.transact([](Tx& tx) -> Status {
        for (std::int64_t id : {1, 2, 3}) TRY_OK(add_account(tx, id));
        EXPECT_EQ(tx.execute("UPDATE account SET balance = 1 WHERE id > $1", {std::int64_t{1}}), 2);
        EXPECT_EQ(tx.execute("DELETE FROM account WHERE id = $1", {std::int64_t{9}}), 0);
        return {};
    }));
}

TEST(Db, ManyCallersLoseNoUpdate) {
    StoreWorld world;
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1, 0); }));
    std::vector<std::function<Status(Tx&)>> works(1'000, [](Tx& tx) -> Status {
        TRY(const Row row, tx.row("SELECT balance FROM account WHERE id = 1"));
        TRY_OK(tx.execute("UPDATE account SET balance = $1 WHERE id = 1", {row.i64(0) + 1}));
        return {};
    });
    for (const Status& status : world.all(std::move(works))) EXPECT_TRUE(status);
    EXPECT_EQ(world.number("SELECT balance FROM account WHERE id = 1"), 1'000);
}

TEST(Db, MoreThanMayWaitAreRefused) {
    StoreWorld world({.waiting_max = 3});
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

TEST(Db, ClosingEndsWhatWaitsWithUnavailable) {
    StoreWorld world;
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

TEST(Db, ReadersCannotWrite) {
    StoreWorld world;
    EXPECT_FALSE(world.read([](Tx& tx) { return add_account(tx, 1); }));
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 0);
}

TEST(Db, AReadIsOneSnapshot) {
    asio::io_context other;
    StoreWorld world;
    EXPECT_TRUE(world.read([&](Tx& tx) -> Status {
        TRY(const Row before, tx.row("SELECT count(*) FROM account"));
        EXPECT_TRUE(run_blocking(
            other, world.db->transact([](Tx& write) { return add_account(write, 1); })));
        TRY(const Row after, tx.row("SELECT count(*) FROM account"));
        EXPECT_EQ(before.i64(0), after.i64(0));
        return {};
    }));
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 1);
}

}  // namespace
}  // namespace nsl::store
