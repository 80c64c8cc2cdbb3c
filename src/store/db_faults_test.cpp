// SPDX-License-Identifier: Apache-2.0
// Files that cannot be used, schemas that do not fit, crashes and full disks.
#include <grp.h>
#include <sys/resource.h>

#include <fstream>

#include "store/sqlite/db.h"
#include "store_world.h"

namespace nsl::store {
namespace {

constexpr uid_t kNobody = 65'534;

Error error_of(const std::string& path, const std::vector<Migration>& migrations = schema()) {
    auto opened = open_sqlite({.path = path}, migrations);
    return opened ? Error{Errc::internal, "it opened"} : opened.error();
}

bool names(const Error& error, Errc code, const std::string& path) {
    return error.code == code && error.message.find(path) != std::string::npos;
}

void create(const std::string& path, const std::vector<Migration>& migrations = schema()) {
    auto opened = open_sqlite({.path = path}, migrations);
    ASSERT_TRUE(opened) << opened.error().message;
    asio::io_context& loop = lasting_loop();
    ASSERT_TRUE(
        run_blocking(loop, (*opened)->transact([](Tx& tx) { return add_account(tx, 1, 100); })));
}

// Root may write everywhere.
void become_nobody() {
    if (::geteuid() != 0) return;
    if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)
        ::_exit(99);
}

TEST(DbFaults, AFolderThatIsMissingIsNamed) {
    EXPECT_TRUE(names(error_of("/nonexistent/db"), Errc::unavailable, "/nonexistent/db"));
    Folder folder;
    EXPECT_TRUE(names(error_of(folder.path()), Errc::unavailable, folder.path()));
}

TEST(DbFaults, AFileOrFolderThatCannotBeWrittenIsNamed) {
    Folder folder;
    const std::string path = folder / "db";
    create(path);
    namespace fs = std::filesystem;
    fs::permissions(path, fs::perms(0444));
    fs::permissions(folder.path(), fs::perms(0555));
    EXPECT_EQ(in_child([&] {
                  become_nobody();
                  if (!names(error_of(path), Errc::unavailable, path)) return 1;
                  const std::string fresh = folder / "fresh";
                  return names(error_of(fresh), Errc::unavailable, fresh) ? 0 : 2;
              }),
              0);
    fs::permissions(folder.path(), fs::perms(0755));
}

TEST(DbFaults, ADamagedFileIsRefused) {
    Folder folder;
    const std::string text = folder / "text";
    std::ofstream(text) << std::string(8'192, 'x');
    EXPECT_TRUE(names(error_of(text), Errc::unavailable, text)) << error_of(text).message;

    const std::string path = folder / "db";
    create(path);
    const auto size = std::filesystem::file_size(path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (std::size_t at = 4'096; at < size; at += 4'096) {
        file.seekp(static_cast<std::streamoff>(at));
        file << std::string(512, '\xee');
    }
    file.close();
    EXPECT_TRUE(names(error_of(path), Errc::unavailable, path)) << error_of(path).message;
}

TEST(DbFaults, ANewerSchemaIsAConflict) {
    Folder folder;
    std::vector<Migration> newer = schema();
    newer.push_back({2, "more", "CREATE TABLE more (id BIGINT PRIMARY KEY)"});
    create(folder / "db", newer);
    const Error error = error_of(folder / "db");
    EXPECT_EQ(error.code, Errc::conflict);
    EXPECT_NE(error.message.find("newer"), std::string::npos);
    EXPECT_EQ(error_of(folder / "db", newer).message, "it opened");
}

TEST(DbFaults, AChangedMigrationIsAConflict) {
    Folder folder;
    create(folder / "db");
    std::vector<Migration> changed = schema();
    changed[0].sql += ";CREATE TABLE sneaked (id BIGINT)";
    const Error error = error_of(folder / "db", changed);
    EXPECT_TRUE(names(error, Errc::conflict, "account")) << error.message;
}

TEST(DbFaults, AMigrationThatFailsLeavesTheSchemaAsItWas) {
    Folder folder;
    create(folder / "db");
    std::vector<Migration> broken = schema();
    broken.push_back({2, "broken", "CREATE TABLE fine (id BIGINT); CREATE TABLE account (x TEXT)"});
    EXPECT_EQ(error_of(folder / "db", broken).code, Errc::unavailable);
    broken[1].sql = "CREATE TABLE fine (id BIGINT)";
    EXPECT_EQ(error_of(folder / "db", broken).message, "it opened");
}

// A process that reports each success and is killed between two of them has kept all it reported.
TEST(DbFaults, WhatWasReportedSurvivesAKill) {
    for (int round = 0; round < 5; ++round) {
        Folder folder;
        int pipe_ends[2];
        ASSERT_EQ(::pipe(pipe_ends), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto db = open_sqlite({.path = folder / "db"}, schema());
            asio::io_context& loop = lasting_loop();
            for (std::int64_t id = 0; db; ++id) {
                const Status done = run_blocking(
                    loop, (*db)->transact([id](Tx& tx) { return add_account(tx, id); }));
                if (!done || ::write(pipe_ends[1], "x", 1) != 1) break;
            }
            ::_exit(1);
        }
        ::close(pipe_ends[1]);
        std::int64_t reported = 0;
        char byte;
        while (reported < 20 + round && ::read(pipe_ends[0], &byte, 1) == 1) ++reported;
        ::kill(child, SIGKILL);
        while (::read(pipe_ends[0], &byte, 1) == 1) ++reported;
        ::close(pipe_ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status));
        ASSERT_GE(reported, 20);

        auto db = open_sqlite({.path = folder / "db"}, schema());
        ASSERT_TRUE(db) << db.error().message;
        asio::io_context& loop = lasting_loop();
        std::int64_t kept = 0, last = 0;
        EXPECT_TRUE(run_blocking(loop, (*db)->read([&](Tx& tx) -> Status {
            TRY(const Row row, tx.row("SELECT count(*), max(id) FROM account"));
            kept = row.i64(0);
            last = row.i64(1);
            return {};
        })));
        EXPECT_GE(kept, reported);
        EXPECT_EQ(kept, last + 1);
    }
}

// Fills the file system's share of a process. Exit code 0: the operation that did not fit was
// unavailable, what had been reported is kept, and nothing else.
int fill(const std::string& path) {
    auto db = open_sqlite({.path = path}, schema());
    if (!db) return 10;
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{512 * 1024, 512 * 1024};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 11;
    asio::io_context& loop = lasting_loop();
    for (std::int64_t id = 0; id < 10'000; ++id) {
        const Status done = run_blocking(loop, (*db)->transact([id](Tx& tx) -> Status {
            TRY_OK(add_account(tx, id));
            TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, $2, 0)", {id, Bytes(20'000, 7)}));
            return {};
        }));
        if (done) continue;
        std::int64_t accounts = -1, entries = -1;
        const Status read = run_blocking(loop, (*db)->read([&](Tx& tx) -> Status {
            TRY(const Row a, tx.row("SELECT count(*) FROM account"));
            TRY(const Row e, tx.row("SELECT count(*) FROM entry"));
            accounts = a.i64(0);
            entries = e.i64(0);
            return {};
        }));
        if (done.error().code != Errc::unavailable) return 12;
        if (!read) return 13;
        return accounts == id && entries == id && id > 3 ? 0 : 14;
    }
    return 15;
}

TEST(DbFaults, AFullDiskIsUnavailableAndKeepsWhatWasReported) {
    Folder folder;
    const std::string path = folder / "db";
    EXPECT_EQ(in_child([&] { return fill(path); }), 0);
    EXPECT_EQ(error_of(path).message, "it opened");
}

TEST(DbFaults, AFullDatabaseFailsTheOperationAndGoesOn) {
    StoreWorld world;
    auto big = [](std::int64_t id) {
        return [id](Tx& tx) -> Status {
            TRY_OK(add_account(tx, id));
            TRY_OK(tx.execute("INSERT INTO entry VALUES ($1, $2, 0)", {id, Bytes(1'000'000, 7)}));
            return {};
        };
    };
    ASSERT_TRUE(world.transact([](Tx& tx) -> Status {
        TRY_OK(tx.rows("PRAGMA max_page_count = 50", {}, 1));
        return {};
    }));
    EXPECT_EQ(world.transact(big(1)).error().code, Errc::unavailable);
    EXPECT_TRUE(world.transact([](Tx& tx) { return add_account(tx, 2); }));
    EXPECT_EQ(world.number("SELECT count(*) FROM account"), 1);
}

}  // namespace
}  // namespace nsl::store
