// SPDX-License-Identifier: Apache-2.0
// A database in a folder of its own, and callers for it.
#pragma once
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/file.h"
#include "base/spawn.h"
#include "lasting_loop.h"
#include "postgres_server.h"
#include "store/open.h"

namespace nsl::store {

class Folder {
 public:
    std::string operator/(const std::string& name) const { return path() / name; }
    std::filesystem::path path() const { return folder_.path(); }

 private:
    ScratchFolder folder_ = ScratchFolder::make("nsl-store").value();
};

inline std::vector<Migration> schema() {
    return {{1, "account",
             "CREATE TABLE account (id BIGINT PRIMARY KEY, name TEXT UNIQUE, balance BIGINT NOT "
             "NULL);"
             "CREATE TABLE entry (account BIGINT NOT NULL REFERENCES account (id), note BLOB, seq "
             "BIGINT)"}};
}

inline Status add_account(Tx& tx, std::int64_t id, std::int64_t balance = 0) {
    TRY_OK(tx.execute("INSERT INTO account (id, name, balance) VALUES ($1, $2, $3)",
                      {id, "a" + std::to_string(id), balance}));
    return {};
}

// Where an empty database of the engine is. Of SQLite where there is no PostgreSQL: tests of
// PostgreSQL are skipped then.
inline std::string fresh_url(Engine engine, const Folder& folder, const std::string& name = "db") {
    if (engine == Engine::postgres && postgres_server()) return postgres_server()->fresh_database();
    return "sqlite:" + (folder / name);
}

// An empty database of the engine, with the schema above.
class StoreWorld {
 public:
    explicit StoreWorld(OpenOptions options = {}, Engine engine = Engine::sqlite)
        : options_(std::move(options)) {
        options_.url = fresh_url(engine, folder);
        reopen();
    }
    ~StoreWorld() {
        db.reset();
        loop.poll();
    }

    void reopen() {
        db.reset();
        auto opened = open(options_, schema());
        ASSERT_TRUE(opened) << opened.error().message;
        db = *std::move(opened);
    }
    const OpenOptions& options() const { return options_; }
    Status transact(std::function<Status(Tx&)> work) {
        return run_blocking(loop, db->transact(std::move(work)));
    }
    Status read(std::function<Status(Tx&)> work) {
        return run_blocking(loop, db->read(std::move(work)));
    }
    // The one number that `sql` selects, as a reader sees it.
    std::int64_t number(std::string sql) {
        std::int64_t out = -1;
        const Status done = read([&](Tx& tx) -> Status {
            TRY(const Row row, tx.row(sql));
            out = row.i64(0);
            return {};
        });
        EXPECT_TRUE(done) << done.error().message;
        return out;
    }
    // All at once; their outcomes in the same order. `meanwhile` runs when all are waiting.
    std::vector<Status> all(std::vector<std::function<Status(Tx&)>> works,
                            std::function<void()> meanwhile = {}) {
        std::vector<std::optional<Status>> out(works.size());
        auto one = [](Db& on, std::function<Status(Tx&)> work,
                      std::optional<Status>& into) -> Task<void> {
            into = co_await on.transact(std::move(work));
        };
        std::vector<std::unique_ptr<StartedTask>> tasks;
        std::size_t running = works.size();
        for (std::size_t i = 0; i < works.size(); ++i)
            tasks.push_back(std::make_unique<StartedTask>(loop.get_executor(),
                                                          one(*db, std::move(works[i]), out[i]),
                                                          [&](std::exception_ptr) { --running; }));
        loop.restart();
        loop.poll();
        if (meanwhile) meanwhile();
        loop.restart();
        while (running > 0 && loop.run_one() > 0) {
        }
        std::vector<Status> statuses;
        for (auto& status : out) statuses.push_back(*std::move(status));
        return statuses;
    }

    Folder folder;
    asio::io_context loop{1};
    std::unique_ptr<Db> db;

 private:
    OpenOptions options_;
};

// For SetUp.
inline void skip_without(Engine engine) {
    if (engine == Engine::postgres && !postgres_server())
        GTEST_SKIP() << "there is no PostgreSQL 15 on this machine";
}

// For suites that run on each engine: GetParam() is the engine.
class OnEachEngine : public ::testing::TestWithParam<Engine> {
 protected:
    void SetUp() override { skip_without(GetParam()); }
};
inline std::string engine_name(const ::testing::TestParamInfo<Engine>& info) {
    return info.param == Engine::sqlite ? "Sqlite" : "Postgres";
}

// Runs `body` in a process of its own and gives its exit code, or minus the signal that ended it.
// Call it while this process has one thread only.
inline int in_child(std::function<int()> body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace nsl::store
