// SPDX-License-Identifier: Apache-2.0
// Servers that go, stall and change, and URLs that would not be safe.
#include "store/postgres/db.h"

#include <future>

#include "store_world.h"

namespace nsl::store {
namespace {

class PostgresFaults : public ::testing::Test {
 protected:
    void SetUp() override {
        if (!postgres_server()) GTEST_SKIP() << "there is no PostgreSQL 15 on this machine";
    }
};

StoreWorld world_of(OpenOptions options = {}) {
    return StoreWorld(std::move(options), Engine::postgres);
}

Status move_money(Tx& tx, std::int64_t from, std::int64_t to) {
    TRY(const Row row, tx.row("SELECT balance FROM account WHERE id = $1", {from}));
    TRY_OK(tx.execute("UPDATE account SET balance = $2 WHERE id = $1", {from, row.i64(0) - 1}));
    TRY_OK(tx.execute("UPDATE account SET balance = balance + 1 WHERE id = $1", {to}));
    TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, NULL, 0)", {from}));
    return {};
}

// On a connection of its own, since the world's are busy.
void wait_for_entries(const std::string& url, std::int64_t wanted) {
    auto session = PgSession::connect(url, milliseconds(5'000));
    ASSERT_TRUE(session) << session.error().message;
    for (std::int64_t seen = 0; seen < wanted;) {
        const auto row = (*session)->row("SELECT count(*) FROM entry");
        ASSERT_TRUE(row) << row.error().message;
        seen = row->i64(0);
    }
}

// Until the server has ended what stood still.
void wait_for_no_transaction(const std::string& url) {
    auto session = PgSession::connect(url, milliseconds(5'000));
    ASSERT_TRUE(session) << session.error().message;
    for (std::int64_t open = 1; open > 0;) {
        const auto row = (*session)->row(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state = 'idle in transaction'");
        ASSERT_TRUE(row) << row.error().message;
        open = row->i64(0);
    }
}

TEST_F(PostgresFaults, AServerThatComesBackIsUsedAgain) {
    StoreWorld world = world_of({.patience = milliseconds(60'000)});
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1); }));
    postgres_server()->restart(SIGQUIT);
    EXPECT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 2); }));
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 2);
}

TEST_F(PostgresFaults, AServerThatIsGoneIsUnavailable) {
    StoreWorld world = world_of({.patience = milliseconds(200)});
    postgres_server()->down(SIGQUIT);
    const Status gone = world.transact([](Tx& tx) { return add_account(tx, 1); });
    EXPECT_EQ(gone.error().code, Errc::unavailable);
    // Others do not wait all over again.
    const auto began = std::chrono::steady_clock::now();
    std::vector<Work> works(50, [](Tx& tx) { return add_account(tx, 1); });
    for (const Status& status : world.all(std::move(works)))
        EXPECT_EQ(status.error().code, Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
    ASSERT_TRUE(postgres_server()->up());
    EXPECT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1); }));
}

// Killed under load: what was told is there, what was not told in doubt is not, and no transfer is
// half.
TEST_F(PostgresFaults, AKilledServerLosesAndDoublesNothing) {
    StoreWorld world = world_of({.connections = 8, .patience = milliseconds(60'000)});
    constexpr std::int64_t kAccounts = 200;
    ASSERT_TRUE(world.transact([](Tx& tx) -> Status {
        for (std::int64_t id = 0; id < kAccounts; ++id) TRY_OK(add_account(tx, id, 1'000));
        return {};
    }));
    std::vector<Work> works;
    works.reserve(2'000);
    for (std::int64_t i = 0; i < 2'000; ++i)
        works.push_back(
            [i](Tx& tx) { return move_money(tx, i % kAccounts, (i * 7 + 3) % kAccounts); });
    const auto outcomes = world.all(std::move(works), [&] {
        wait_for_entries(world.options().url, 100);
        postgres_server()->restart(SIGQUIT);
    });
    std::int64_t told = 0, doubtful = 0;
    for (const Status& status : outcomes) {
        told += status.has_value();
        if (!status) EXPECT_EQ(status.error().code, Errc::unavailable) << status.error().message;
        doubtful += !status;
    }
    const std::int64_t kept = world.number("SELECT count(*) FROM entry");
    EXPECT_GE(kept, told);
    EXPECT_LE(kept, told + doubtful);
    EXPECT_LE(doubtful, 8);  // no more than there were connections
    EXPECT_EQ(world.number("SELECT CAST(sum(balance) AS BIGINT) FROM account"), 1'000 * kAccounts);
}

TEST_F(PostgresFaults, AStatementThatRunsTooLongIsCancelled) {
    StoreWorld world = world_of({.connections = 1, .statement_max = milliseconds(100)});
    const Status slow = world.transact([](Tx& tx) -> Status {
        TRY_OK(add_account(tx, 1));
        TRY_OK(tx.row("SELECT pg_sleep(60)"));
        return {};
    });
    EXPECT_EQ(slow.error().code, Errc::timeout);
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 0);
}

// It must not keep its locks for as long; and that nothing was committed is certain.
TEST_F(PostgresFaults, WorkThatStandsStillIsEndedAndRunsAgain) {
    StoreWorld world = world_of({.connections = 1, .statement_max = milliseconds(200)});
    int runs = 0;
    const Status done = world.transact([&](Tx& tx) -> Status {
        TRY_OK(add_account(tx, 1));
        if (++runs == 1) wait_for_no_transaction(world.options().url);
        return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 1);
}

TEST_F(PostgresFaults, AConnectionThatIsCutIsReplaced) {
    StoreWorld world = world_of({.connections = 1});
    int runs = 0;
    EXPECT_TRUE(world.transact([&](Tx& tx) -> Status {
        ++runs;
        TRY_OK(add_account(tx, 1));
        if (runs == 1) TRY_OK(tx.row("SELECT pg_terminate_backend(pg_backend_pid())"));
        return {};
    }));
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 1);
}

TEST_F(PostgresFaults, WorkThatCutsEveryConnectionEnds) {
    StoreWorld world = world_of({.connections = 1});
    const Status never = world.transact([](Tx& tx) -> Status {
        TRY_OK(tx.row("SELECT pg_terminate_backend(pg_backend_pid())"));
        return {};
    });
    EXPECT_EQ(never.error().code, Errc::unavailable);
    EXPECT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1); }));
}

// After a failover the old connection leads to a server that only reads.
TEST_F(PostgresFaults, AServerThatOnlyReadsIsNotUsed) {
    StoreWorld world = world_of({.patience = milliseconds(200)});
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 1); }));
    postgres_server()->run("postgres", "ALTER SYSTEM SET default_transaction_read_only = on");
    postgres_server()->run("postgres", "SELECT pg_reload_conf()");
    auto opened = open(world.options(), schema());
    while (opened) opened = open(world.options(), schema());  // until it has reloaded
    EXPECT_EQ(opened.error().code, Errc::unavailable);
    postgres_server()->allow_writes();
    EXPECT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 2); }));
}

TEST_F(PostgresFaults, NodesThatStartTogetherMigrateOnce) {
    const OpenOptions options{.url = postgres_server()->fresh_database(), .connections = 1};
    std::vector<std::future<std::string>> nodes;
    nodes.reserve(8);
    for (int i = 0; i < 8; ++i)
        nodes.push_back(std::async(std::launch::async, [&] {
            auto opened = open(options, schema());
            return opened ? std::string() : opened.error().message;
        }));
    for (auto& node : nodes) EXPECT_EQ(node.get(), "");
}

TEST_F(PostgresFaults, ASchemaOfAnotherProgramIsAConflict) {
    const OpenOptions options{.url = postgres_server()->fresh_database(), .connections = 1};
    std::vector<Migration> newer = schema();
    newer.push_back({2, "more", "CREATE TABLE more (id BIGINT PRIMARY KEY)"});
    ASSERT_TRUE(open(options, newer));
    EXPECT_EQ(open(options, schema()).error().code, Errc::conflict);
    newer[1].sql += " ";
    EXPECT_EQ(open(options, newer).error().code, Errc::conflict);
}

TEST_F(PostgresFaults, AMigrationThatFailsLeavesTheSchemaAsItWas) {
    const OpenOptions options{.url = postgres_server()->fresh_database(), .connections = 1};
    std::vector<Migration> broken = schema();
    broken.push_back({2, "broken", "CREATE TABLE fine (id BIGINT); CREATE TABLE account (x TEXT)"});
    const auto failed = open(options, broken);
    EXPECT_EQ(failed.error().code, Errc::unavailable);
    EXPECT_NE(failed.error().message.find("broken"), std::string::npos);
    broken[1].sql = "CREATE TABLE fine (id BIGINT)";
    EXPECT_TRUE(open(options, broken));
}

Errc code_of(const std::string& url) {
    const auto checked = checked_postgres_url(url);
    return checked ? Errc::internal : checked.error().code;
}

TEST(PostgresUrl, ToAnotherMachineTheServerIsVerified) {
    const std::string plain = checked_postgres_url("postgresql://u@db.example.org/d").value();
    EXPECT_NE(plain.find("sslmode=verify-full"), std::string::npos);
    EXPECT_NE(plain.find("sslrootcert="), std::string::npos);
    for (const char* weak : {"disable", "allow", "prefer", "require"})
        EXPECT_EQ(code_of("postgresql://u@db.example.org/d?sslmode=" + std::string(weak)),
                  Errc::invalid_argument);
    EXPECT_EQ(code_of("postgresql://u@127.0.0.1,db.example.org/d?sslmode=disable"),
              Errc::invalid_argument);
    EXPECT_EQ(code_of("postgresql://u@localhost/d?hostaddr=192.0.2.1&sslmode=disable"),
              Errc::invalid_argument);
    EXPECT_EQ(code_of("postgresql://u@127.db.example.org/d?sslmode=disable"),
              Errc::invalid_argument);
    EXPECT_EQ(code_of("postgresql://u@db.example.org/d?sslmode=verify-ca"), Errc::invalid_argument);
    EXPECT_TRUE(checked_postgres_url(
        "postgresql://u@db.example.org/d?sslmode=verify-ca&sslrootcert=/etc/own.pem"));
    for (const char* here : {"postgresql://u@127.0.0.1/d", "postgresql://u@[::1]/d",
                             "postgresql:///d?host=/run/postgresql"})
        EXPECT_EQ(checked_postgres_url(here), here);
}

// The environment and service files would name it otherwise.
TEST(PostgresUrl, NamesItsServer) {
    for (const char* url :
         {"postgresql:///d", "postgresql:///d?user=u", "postgresql://u@localhost/d?service=prod"})
        EXPECT_EQ(code_of(url), Errc::invalid_argument) << url;
}

TEST(PostgresUrl, APasswordIsRefusedAndNotRepeated) {
    for (const char* url :
         {"postgresql://u:hunter2@localhost/d", "postgresql://localhost/d?password=hunter2",
          "postgresql://localhost/d?sslpassword=hunter2", "postgresql://u:hunter2@localhost:x/d",
          "mysql://u:hunter2@h/d"}) {
        const auto checked = checked_postgres_url(url);
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code, Errc::invalid_argument);
        EXPECT_EQ(checked.error().message.find("hunter2"), std::string::npos);
    }
}

}  // namespace
}  // namespace nsl::store
