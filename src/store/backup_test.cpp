// SPDX-License-Identifier: Apache-2.0
// What an operator may rely on when a copy is made and put back.
#include "store/backup.h"

#include <fstream>

#include "store/jobs.h"
#include "store/leases.h"
#include "store_world.h"

namespace nsl::store {
namespace {

class Backup : public OnEachEngine {
 protected:
    Folder folder;
    const std::string file = folder / "backup";

    OpenOptions fresh(Engine engine, const std::string& name = "restored") {
        return {.url = engine == Engine::sqlite ? "sqlite:" + (folder / name)
                                                : postgres_server()->fresh_database()};
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Backup, ::testing::Values(Engine::sqlite, Engine::postgres),
                         engine_name);

// Everything there is, as text.
std::string content_of(const OpenOptions& options) {
    asio::io_context& loop = lasting_loop();
    auto db = open(options, schema());
    if (!db) return db.error().message;
    std::string out;
    const Status read = run_blocking(loop, (*db)->read([&](Tx& tx) -> Status {
        TRY(const auto accounts,
            tx.rows("SELECT id, name, balance FROM account ORDER BY id", {}, 5'000));
        for (const Row& row : accounts)
            out += std::to_string(row.i64(0)) + (row.is_null(1) ? "-" : row.text(1)) +
                   std::to_string(row.i64(2)) + ";";
        TRY(const auto entries, tx.rows("SELECT seq, note FROM entry ORDER BY seq", {}, 5'000));
        for (const Row& row : entries)
            out +=
                std::to_string(row.i64(0)) +
                (row.is_null(1) ? "null" : std::string(row.bytes(1).begin(), row.bytes(1).end())) +
                ";";
        return {};
    }));
    return read ? out : read.error().message;
}

void fill(StoreWorld& world) {
    ASSERT_TRUE(world.transact([](Tx& tx) -> Status {
        for (std::int64_t id = 0; id < 2'500; ++id) TRY_OK(add_account(tx, id, id * 3));
        TRY_OK(tx.execute("INSERT INTO account VALUES ($1, NULL, $2)", {INT64_MIN, INT64_MAX}));
        TRY_OK(tx.execute("INSERT INTO account VALUES (-1, $1, 0)",
                          {std::string("\"\\\n\t\xe2\x82\xac")}));
        const Bytes every = [] {
            Bytes out;
            for (int i = 0; i < 256; ++i) out.push_back(static_cast<std::uint8_t>(i));
            return out;
        }();
        TRY_OK(tx.execute("INSERT INTO entry VALUES (1, $1, 1)", {every}));
        TRY_OK(tx.execute("INSERT INTO entry VALUES (1, $1, 2)", {Bytes()}));
        TRY_OK(tx.execute("INSERT INTO entry VALUES (1, NULL, 3)"));
        return {};
    }));
}

TEST_P(Backup, IsTheSameOnEitherEngine) {
    StoreWorld world({}, GetParam());
    fill(world);
    const auto made = back_up(world.options(), schema(), file);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->rows, 2'505);
    EXPECT_EQ(made->tables, 2);
    EXPECT_EQ(verify_backup(schema(), file)->sha256, made->sha256);
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
    for (Engine engine : {Engine::sqlite, Engine::postgres}) {
        if (engine == Engine::postgres && !postgres_server()) continue;
        const OpenOptions to = fresh(engine);
        const auto restored = restore(to, schema(), file);
        ASSERT_TRUE(restored) << restored.error().message;
        EXPECT_EQ(restored->rows, 2'505);
        EXPECT_EQ(content_of(to), content_of(world.options()));
        EXPECT_EQ(verify_database(to, schema())->rows, 2'505);
    }
}

TEST_P(Backup, OfAnOlderSchemaIsBroughtToTheNewest) {
    StoreWorld world({}, GetParam());
    fill(world);
    ASSERT_TRUE(back_up(world.options(), schema(), file));
    std::vector<Migration> newer = schema();
    newer.push_back({2, "limits",
                     "ALTER TABLE account ADD COLUMN credit BIGINT NOT NULL DEFAULT 7;"
                     "UPDATE account SET credit = 9 WHERE balance > 3000"});
    // Both ways of getting there give the same.
    const OpenOptions restored = fresh(GetParam());
    ASSERT_TRUE(restore(restored, newer, file));
    for (const OpenOptions& options : {restored, world.options()}) {
        asio::io_context& loop = lasting_loop();
        auto db = open(options, newer);
        ASSERT_TRUE(db) << db.error().message;
        EXPECT_TRUE(run_blocking(loop, (*db)->read([](Tx& tx) -> Status {
            TRY(const Row row, tx.row("SELECT count(*), CAST(sum(credit) AS BIGINT) FROM account"));
            EXPECT_EQ(row.i64(0), 2'502);
            EXPECT_EQ(row.i64(1), 2'502 * 7 + 1'500 * 2);
            return {};
        })));
    }
    EXPECT_EQ(restore(fresh(GetParam(), "older"), schema(), file)->schema, 1);
}

TEST_P(Backup, IsNotPutOverWhatIsThere) {
    StoreWorld world({}, GetParam());
    fill(world);
    ASSERT_TRUE(back_up(world.options(), schema(), file));
    EXPECT_EQ(back_up(world.options(), schema(), file).error().code, Errc::conflict);
    EXPECT_EQ(restore(world.options(), schema(), file).error().code, Errc::conflict);
}

TEST_P(Backup, AnyAlteredByteIsNoticedAndNothingIsMade) {
    StoreWorld world({}, GetParam());
    ASSERT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 7, 42); }));
    ASSERT_TRUE(back_up(world.options(), schema(), file));
    const std::string whole = read_file(file, 1 << 20).value();
    const OpenOptions to = fresh(GetParam());
    for (std::size_t at = 0; at + 1 < whole.size(); at += 3) {
        std::string altered = whole;
        altered[at] ^= 1;
        std::ofstream(file, std::ios::trunc | std::ios::binary) << altered;
        const auto verified = verify_backup(schema(), file);
        ASSERT_FALSE(verified) << at;
        EXPECT_TRUE(verified.error().code == Errc::invalid_argument ||
                    verified.error().code == Errc::conflict)
            << verified.error().message;
        ASSERT_FALSE(restore(to, schema(), file)) << at;
    }
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        std::ofstream(file, std::ios::trunc | std::ios::binary) << whole.substr(0, size);
        ASSERT_FALSE(verify_backup(schema(), file)) << size;
    }
    std::ofstream(file, std::ios::trunc | std::ios::binary) << whole << "[]\n";
    EXPECT_EQ(verify_backup(schema(), file).error().code, Errc::invalid_argument);
    std::ofstream(file, std::ios::trunc | std::ios::binary) << whole;
    EXPECT_TRUE(restore(to, schema(), file));
}

TEST_P(Backup, OfAnotherProgramIsAConflict) {
    StoreWorld world({}, GetParam());
    std::vector<Migration> newer = schema();
    newer.push_back({2, "more", "CREATE TABLE more (id BIGINT PRIMARY KEY)"});
    ASSERT_TRUE(open(world.options(), newer));
    EXPECT_EQ(back_up(world.options(), schema(), file).error().code, Errc::conflict);
    ASSERT_TRUE(back_up(world.options(), newer, file));
    const auto older = verify_backup(schema(), file);
    EXPECT_EQ(older.error().code, Errc::conflict);
    EXPECT_NE(older.error().message.find("newer program"), std::string::npos);
}

class RestoredLife : public Backup {
 protected:
    static std::vector<Migration> with_holders() {
        std::vector<Migration> out;
        add_migrations(out, "lease", lease_schema());
        add_migrations(out, "job", job_schema());
        return out;
    }
    struct Life {
        explicit Life(const OpenOptions& options) : db(open(options, with_holders()).value()) {}
        template <class T>
        T wait(Task<T> task) {
            return run_blocking(lasting_loop(), std::move(task));
        }
        Result<Lease> acquire(const std::string& name, const std::string& owner) {
            return wait(leases.acquire(name, owner, kHour));
        }
        std::vector<Job> claim() { return wait(jobs.claim("q", "anna", 100, kHour)).value(); }
        // Whether a transaction that acts on it commits.
        bool holds(const Lease& lease) {
            const Status done =
                wait(db->transact([lease](Tx& tx) { return check_fence(tx, lease); }));
            EXPECT_TRUE(done || done.error().code == Errc::conflict) << done.error().message;
            return done.has_value();
        }
        std::int64_t add(NewJob job) {
            job.queue = "q";
            return wait(jobs.add(std::move(job))).value().id;
        }

        std::unique_ptr<Db> db;
        SqlLeases leases{*db};
        SqlJobs jobs{*db};
    };
    static constexpr milliseconds kHour{3'600'000};
};
INSTANTIATE_TEST_SUITE_P(Engines, RestoredLife, ::testing::Values(Engine::sqlite, Engine::postgres),
                         engine_name);

TEST_P(RestoredLife, FencesOffWhoHeldALease) {
    const OpenOptions from = fresh(GetParam(), "old"), to = fresh(GetParam());
    Life old(from);
    Lease held = old.acquire("publisher", "anna").value();
    ASSERT_TRUE(back_up(from, with_holders(), file));
    // The old life goes on: a lease that the copy knows nothing of, and changes of hands.
    const Lease later = old.acquire("later", "anna").value();
    std::vector<Lease> helds{held, later};
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(old.wait(old.leases.release(held)));
        held = old.acquire("publisher", "anna" + std::to_string(i)).value();
        helds.push_back(held);
    }
    ASSERT_TRUE(restore(to, with_holders(), file));
    Life now(to);
    for (const Lease& lease : helds) EXPECT_FALSE(now.holds(lease)) << lease.name;
    EXPECT_FALSE(now.wait(now.leases.holder("publisher")).value());
    const Lease mine = now.acquire("publisher", "bert").value();
    EXPECT_GT(mine.fence, held.fence);
    ASSERT_TRUE(now.acquire("later", "bert"));
    EXPECT_TRUE(now.holds(mine));
    for (const Lease& lease : helds) {
        EXPECT_FALSE(now.holds(lease)) << lease.name;
        EXPECT_TRUE(now.wait(now.leases.release(lease)));
    }
    EXPECT_EQ(now.wait(now.leases.holder("publisher")).value()->owner, "bert");
}

TEST_P(RestoredLife, GivesClaimedJobsToOthersAndFencesOffWhoHadThem) {
    const OpenOptions from = fresh(GetParam(), "old"), to = fresh(GetParam());
    Life old(from);
    const std::int64_t dead = old.add({.payload = "dead"});
    ASSERT_TRUE(old.wait(old.jobs.fail_job(old.claim().at(0), Failure::permanent, "no", {})));
    const std::int64_t last = old.add({.payload = "last attempt", .attempts_max = 1});
    const Job claimed = old.claim().at(0);
    old.add({.payload = "later", .delay = kHour});
    ASSERT_TRUE(back_up(from, with_holders(), file));
    // The old life goes on, and claims once more what was dead.
    ASSERT_TRUE(old.wait(old.jobs.revive(dead)));
    std::vector<Job> theirs{claimed, old.claim().at(0)};
    ASSERT_TRUE(old.wait(old.jobs.put_back(claimed, {})));
    theirs.push_back(old.claim().at(0));

    ASSERT_TRUE(restore(to, with_holders(), file));
    Life now(to);
    EXPECT_EQ(now.wait(now.jobs.complete(theirs)).value().size(), theirs.size());
    ASSERT_TRUE(now.wait(now.jobs.revive(dead)));
    const std::vector<Job> mine = now.claim();
    ASSERT_EQ(mine.size(), 2U);
    for (const Job& job : mine) {
        EXPECT_TRUE(job.id == dead || job.id == last);
        EXPECT_EQ(job.attempt, 1);
    }
    EXPECT_EQ(now.wait(now.jobs.complete(theirs)).value().size(), theirs.size());
    for (const Job& job : theirs)
        EXPECT_EQ(now.wait(now.jobs.put_back(job, {})).error().code, Errc::conflict);
    EXPECT_TRUE(now.wait(now.jobs.complete(mine)).value().empty());
    // What was for later still is.
    EXPECT_EQ(now.wait(now.jobs.stats("q")).value().delayed, 1);
}

// What is written while a copy is made is in it whole or not at all.
TEST_P(Backup, IsOneStateWhileOthersWrite) {
    StoreWorld world({}, GetParam());
    ASSERT_TRUE(world.transact([](Tx& tx) -> Status {
        for (std::int64_t id = 0; id < 500; ++id) TRY_OK(add_account(tx, id, 100));
        return {};
    }));
    std::vector<Work> works;
    works.reserve(300);
    for (std::int64_t i = 0; i < 300; ++i)
        works.push_back([i](Tx& tx) -> Status {
            TRY_OK(tx.execute("UPDATE account SET balance = balance - 1 WHERE id = $1", {i}));
            TRY_OK(tx.execute("UPDATE account SET balance = balance + 1 WHERE id = $1", {499 - i}));
            return {};
        });
    for (const Status& status : world.all(std::move(works), [&] {
             const auto made = back_up(world.options(), schema(), file);
             EXPECT_TRUE(made) << made.error().message;
         }))
        EXPECT_TRUE(status);
    const OpenOptions to = fresh(GetParam());
    ASSERT_TRUE(restore(to, schema(), file));
    asio::io_context& loop = lasting_loop();
    auto db = open(to, schema());
    EXPECT_TRUE(run_blocking(loop, (*db)->read([](Tx& tx) -> Status {
        TRY(const Row row, tx.row("SELECT CAST(sum(balance) AS BIGINT) FROM account"));
        EXPECT_EQ(row.i64(0), 50'000);
        return {};
    })));
}

TEST(BackupFile, WhatIsNotThereIsNotFound) {
    Folder folder;
    EXPECT_EQ(verify_backup(schema(), folder / "none").error().code, Errc::not_found);
    const OpenOptions none{.url = "sqlite:" + (folder / "none")};
    EXPECT_EQ(back_up(none, schema(), folder / "b").error().code, Errc::not_found);
    EXPECT_EQ(verify_database(none, schema()).error().code, Errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(folder / "none"));
}

TEST(BackupFile, WhatCannotBeSeenIsUnavailable) {
    Folder folder;
    const std::string long_name = folder / std::string(300, 'x');
    EXPECT_EQ(verify_backup(schema(), long_name).error().code, Errc::unavailable);
    const OpenOptions none{.url = "sqlite:" + long_name};
    EXPECT_EQ(verify_database(none, schema()).error().code, Errc::unavailable);
}

TEST(BackupFile, ALineWithoutEndIsRefusedBeforeItIsRead) {
    Folder folder;
    const std::string path = folder / "zeros";
    std::ofstream(path) << '[';
    std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
    EXPECT_EQ(verify_backup(schema(), path).error().code, Errc::invalid_argument);
    std::string line(200'000, ' ');
    std::ofstream(path, std::ios::trunc) << line << "[]\n" << line;
    EXPECT_EQ(verify_backup(schema(), path).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace nsl::store
