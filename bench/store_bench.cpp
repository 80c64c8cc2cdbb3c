// SPDX-License-Identifier: Apache-2.0
// 1,024 callers wait at once, each to read, change and write one row: many operations per commit
// against one operation per commit, and against the same statements in one big transaction without
// us, on the same disk in the same run.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>

#include "base/spawn.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/db.h"

namespace nsl::store {
namespace {

constexpr int kCallers = 1'024;
constexpr int kEach = 10;  // operations of a caller, one after another

Status add_one(Tx& tx, std::int64_t id) {
    TRY(const Row row, tx.row("SELECT balance FROM account WHERE id = $1", {id}));
    TRY_OK(tx.execute("UPDATE account SET balance = $1 WHERE id = $2", {row.i64(0) + 1, id}));
    return {};
}

class Bank {
 public:
    explicit Bank(std::size_t batch_max) {
        std::string name = std::filesystem::current_path() / "store-bench-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        auto opened = open_sqlite(
            {.path = folder_ / "db", .batch_max = batch_max},
            {{1, "account", "CREATE TABLE account (id BIGINT PRIMARY KEY, balance BIGINT)"}});
        NSL_ASSERT(opened.has_value());
        db_ = *std::move(opened);
        for (std::int64_t id = 0; id < kCallers; ++id) {
            const Status added = run_blocking(loop_, db_->transact([id](Tx& tx) -> Status {
                TRY_OK(tx.execute("INSERT INTO account VALUES ($1, 0)", {id}));
                return {};
            }));
            NSL_ASSERT(added.has_value());
        }
    }
    ~Bank() {
        db_.reset();
        std::filesystem::remove_all(folder_);
    }

    // Every caller adds to its row; the seconds until the last one knows.
    double run() {
        const auto began = std::chrono::steady_clock::now();
        int running = kCallers;
        std::vector<std::unique_ptr<StartedTask>> tasks;
        for (std::int64_t id = 0; id < kCallers; ++id)
            tasks.push_back(std::make_unique<StartedTask>(loop_.get_executor(), add(*db_, id),
                                                          [&](std::exception_ptr) { --running; }));
        loop_.restart();
        while (running > 0 && loop_.run_one() > 0) {
        }
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    }

    const std::filesystem::path& folder() const { return folder_; }

 private:
    static Task<void> add(Db& db, std::int64_t id) {
        for (int i = 0; i < kEach; ++i) {
            const Status done = co_await db.transact([id](Tx& tx) { return add_one(tx, id); });
            NSL_ASSERT(done.has_value());
        }
    }

    std::filesystem::path folder_;
    asio::io_context loop_{1};
    std::unique_ptr<Db> db_;
};

// The statements alone: prepared once, in one transaction, on one thread.
double bare(const std::string& path) {
    auto opened = SqliteSession::open(path, SqliteSession::Mode::read_write);
    NSL_ASSERT(opened.has_value());
    SqliteSession& db = **opened;
    NSL_ASSERT(
        db.script("CREATE TABLE IF NOT EXISTS account"
                  " (id BIGINT PRIMARY KEY, balance BIGINT)"));
    for (std::int64_t id = 0; id < kCallers; ++id)
        NSL_ASSERT(db.execute("INSERT INTO account VALUES ($1, 0) ON CONFLICT DO NOTHING", {id}));
    const auto began = std::chrono::steady_clock::now();
    NSL_ASSERT(db.begin());
    for (int i = 0; i < kEach; ++i)
        for (std::int64_t id = 0; id < kCallers; ++id) NSL_ASSERT(add_one(db, id));
    NSL_ASSERT(db.commit());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void group_commit_against_one_each(benchmark::State& state) {
    Bank grouped(1'024), single(1);
    double grouped_s = 0, single_s = 0, bare_s = 0;
    for (auto _ : state) {
        const double s = grouped.run();
        state.SetIterationTime(s);
        grouped_s += s;
        single_s += single.run();
        bare_s += bare(grouped.folder() / "bare");
    }
    const double operations = static_cast<double>(state.iterations()) * kCallers * kEach;
    state.counters["grouped_per_s"] = operations / grouped_s;
    state.counters["one_each_per_s"] = operations / single_s;
    state.counters["bare_per_s"] = operations / bare_s;
    state.counters["over_one_each"] = single_s / grouped_s;
    state.counters["over_bare"] = bare_s / grouped_s;
}
BENCHMARK(group_commit_against_one_each)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nsl::store

BENCHMARK_MAIN();
