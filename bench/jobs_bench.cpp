// SPDX-License-Identifier: Apache-2.0
// Jobs claimed and completed by fifty, each claim and each completion on disk before it counts:
// SqlJobs with four workers against one bare UPDATE and one bare DELETE on a table with one index,
// on one connection in one thread, on the same disk in the same run. And jobs added by a thousand
// where 300,000 wait, up to the last that may, against the same far from what may be.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>

#include "base/spawn.h"
#include "store/jobs.h"
#include "store/migrate.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/db.h"

namespace nsl::store {
namespace {

constexpr std::int64_t kJobs = 20'000;
constexpr std::int64_t kBatch = 50;
constexpr int kWorkers = 4;              // coroutines of one node
constexpr std::int64_t kLong = 300'000;  // jobs that wait
constexpr std::int64_t kFar = 10'000'000;
constexpr std::int64_t kTogether = 1'000;

class Room {
 public:
    Room() {
        std::string name = std::filesystem::current_path() / "jobs-bench-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~Room() { std::filesystem::remove_all(path_); }
    std::string database() const { return path_ / "db"; }

 private:
    std::filesystem::path path_;
};

double seconds_since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

class Queue {
 public:
    Queue() {
        std::vector<Migration> migrations;
        add_migrations(migrations, "jobs", job_schema());
        auto opened = open_sqlite({.path = room_.database()}, migrations);
        NSL_ASSERT(opened.has_value());
        db_ = *std::move(opened);
    }

    void fill() {
        const Status added = run_blocking(loop_, db_->transact([](Tx& tx) -> Status {
            for (std::int64_t i = 0; i < kJobs; ++i)
                TRY_OK(SqlJobs::add(tx, {.queue = "bench", .payload = std::string(200, 'p')}));
            return {};
        }));
        NSL_ASSERT(added.has_value());
    }

    // The seconds of adding `count` by a thousand, where at most `open_max` may be.
    double add(std::int64_t count, std::int64_t open_max) {
        const auto began = std::chrono::steady_clock::now();
        for (std::int64_t done = 0; done < count; done += kTogether) {
            const Status added = run_blocking(loop_, db_->transact([&](Tx& tx) -> Status {
                for (std::int64_t i = 0; i < kTogether; ++i)
                    TRY_OK(SqlJobs::add(
                        tx,
                        {.queue = "long", .payload = std::string(200, 'p'), .open_max = open_max}));
                return {};
            }));
            NSL_ASSERT(added.has_value());
        }
        return seconds_since(began);
    }

    // The seconds until all jobs have ended.
    double run() {
        const auto began = std::chrono::steady_clock::now();
        std::int64_t done = 0;
        int running = kWorkers;
        std::vector<std::unique_ptr<StartedTask>> tasks;
        for (int i = 0; i < kWorkers; ++i)
            tasks.push_back(std::make_unique<StartedTask>(loop_.get_executor(), work(*db_, done),
                                                          [&](std::exception_ptr) { --running; }));
        loop_.restart();
        while (running > 0 && loop_.run_one() > 0) {
        }
        NSL_ASSERT(done == kJobs);
        return seconds_since(began);
    }

 private:
    static Task<void> work(Db& db, std::int64_t& done) {
        SqlJobs jobs(db);
        for (;;) {
            auto claimed = co_await jobs.claim("bench", "worker", kBatch, milliseconds(60'000));
            NSL_ASSERT(claimed.has_value());
            if (claimed->empty()) co_return;
            done += static_cast<std::int64_t>(claimed->size());
            const auto lost = co_await jobs.complete(*std::move(claimed));
            NSL_ASSERT(lost.has_value() && lost->empty());
        }
    }

    Room room_;
    asio::io_context loop_{1};
    std::unique_ptr<Db> db_;
};

// A claim is one UPDATE and a commit, a completion one DELETE and a commit.
class BareTable {
 public:
    BareTable() {
        auto opened = SqliteSession::open(room_.database(), SqliteSession::Mode::read_write);
        NSL_ASSERT(opened.has_value());
        db_ = *std::move(opened);
        std::vector<Migration> migrations;
        add_migrations(migrations, "job",
                       {"CREATE TABLE job (id BIGINT PRIMARY KEY, ready_ms BIGINT NOT NULL,"
                        " payload TEXT NOT NULL);"
                        "CREATE INDEX job_ready ON job (ready_ms)"});
        NSL_ASSERT(migrate(*db_, migrations).has_value());
    }

    void fill() {
        NSL_ASSERT(db_->begin().has_value());
        for (std::int64_t i = 0; i < kJobs; ++i)
            NSL_ASSERT(
                db_->execute("INSERT INTO job VALUES ($1, $1, $2)", {i, std::string(200, 'p')}));
        NSL_ASSERT(db_->commit().has_value());
    }

    double run() {
        const auto began = std::chrono::steady_clock::now();
        const std::int64_t later = kJobs * 2;
        for (std::int64_t done = 0; done < kJobs;) {
            NSL_ASSERT(db_->begin().has_value());
            const auto claimed = db_->rows(
                "UPDATE job SET ready_ms = $1 WHERE id IN (SELECT id FROM job WHERE ready_ms < $2"
                " ORDER BY ready_ms LIMIT $3) RETURNING id, payload",
                {later, kJobs, kBatch}, kBatch);
            NSL_ASSERT(claimed.has_value() && db_->commit().has_value());
            NSL_ASSERT(db_->begin().has_value());
            const auto ended =
                db_->execute("DELETE FROM job WHERE id >= $1 AND id < $2", {done, done + kBatch});
            NSL_ASSERT(ended == kBatch && db_->commit().has_value());
            done += kBatch;
        }
        return seconds_since(began);
    }

 private:
    Room room_;
    std::unique_ptr<SqliteSession> db_;
};

void claimed_and_completed_by_fifty(benchmark::State& state) {
    Queue queue;
    BareTable bare;
    double queue_s = 0, bare_s = 0;
    for (auto _ : state) {
        queue.fill();
        bare.fill();
        const double s = queue.run();
        state.SetIterationTime(s);
        queue_s += s;
        bare_s += bare.run();
    }
    const double jobs = static_cast<double>(state.iterations()) * static_cast<double>(kJobs);
    state.counters["jobs_per_s"] = jobs / queue_s;
    state.counters["bare_per_s"] = jobs / bare_s;
    state.counters["ratio"] = bare_s / queue_s;
}
BENCHMARK(claimed_and_completed_by_fifty)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

void added_near_the_limit(benchmark::State& state) {
    double near_s = 0, far_s = 0;
    for (auto _ : state) {
        Queue near, far;
        near.add(kLong, kFar);
        far.add(kLong, kFar);
        const double s = near.add(kJobs, kLong + kJobs);
        state.SetIterationTime(s);
        near_s += s;
        far_s += far.add(kJobs, kFar);
    }
    const double jobs = static_cast<double>(state.iterations()) * static_cast<double>(kJobs);
    state.counters["near_per_s"] = jobs / near_s;
    state.counters["far_per_s"] = jobs / far_s;
    state.counters["ratio"] = far_s / near_s;
}
BENCHMARK(added_near_the_limit)->UseManualTime()->Iterations(2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nsl::store

BENCHMARK_MAIN();
