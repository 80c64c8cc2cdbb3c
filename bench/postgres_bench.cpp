// SPDX-License-Identifier: Apache-2.0
// 64 callers on PostgreSQL, against pgbench with the same statements, the same number of clients
// and prepared statements, on the same server in the same run; and jobs claimed and completed by
// fifty, against the two statements bare. Without PostgreSQL it says so and measures nothing.
#include <benchmark/benchmark.h>

#include <fstream>

#include "store/jobs.h"
#include "store/postgres/db.h"
#include "store_world.h"

namespace nsl::store {
namespace {

constexpr int kCallers = 64;
constexpr int kConnections = 16;  // as many as a node has by default
constexpr int kSeconds = 4;
constexpr int kWorkers = 8;
constexpr std::int64_t kJobs = 40'000, kBatch = 50;

double seconds_since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

struct Bench {
    asio::io_context loop{1};
    std::string name;
    std::unique_ptr<Db> db;

    Bench(int connections, const std::vector<std::string>& schema) {
        const std::string url = postgres_server()->fresh_database();
        name = url.substr(url.rfind("///") + 3, url.find('?') - url.rfind("///") - 3);
        std::vector<Migration> migrations;
        add_migrations(migrations, "bench", schema);
        auto opened = open_postgres({.url = url, .connections = connections}, migrations);
        NSL_ASSERT(opened.has_value());
        db = *std::move(opened);
    }
    ~Bench() {
        db.reset();
        loop.poll();
    }
    // All `tasks` to their end.
    void run(std::vector<Task<void>> tasks) {
        std::size_t running = tasks.size();
        std::vector<std::unique_ptr<StartedTask>> started;
        for (Task<void>& task : tasks)
            started.push_back(std::make_unique<StartedTask>(
                loop.get_executor(), std::move(task), [&](std::exception_ptr) { --running; }));
        loop.restart();
        while (running > 0 && loop.run_one() > 0) {
        }
    }
    // pgbench's transactions a second.
    double pgbench(const std::string& script, int clients, const std::string& length) {
        const Folder folder;
        const std::string file = folder / "script";
        std::ofstream(file) << script;
        auto started =
            Process::start(loop.get_executor(),
                           {.path = "/usr/lib/postgresql/15/bin/pgbench",
                            .args = {"-n", "-M", "prepared", "-h",
                                     postgres_server()->socket_folder(), "-U", "postgres", "-c",
                                     std::to_string(clients), "-j", "2", length, "-f", file, name},
                            .log_path = "/dev/null"});
        NSL_ASSERT(started.has_value());
        return run_blocking(loop, tps_of(**started));
    }
    static Task<double> tps_of(Process& process) {
        double tps = 0;
        for (;;) {
            auto line = co_await process.read_line();
            if (!line || !*line) break;
            if ((*line)->starts_with("tps = ")) tps = std::stod((*line)->substr(6));
        }
        co_await process.wait();
        co_return tps;
    }
};

Task<void> add_until(Db& db, std::int64_t id, std::chrono::steady_clock::time_point end,
                     Isolation isolation, std::int64_t& done) {
    while (std::chrono::steady_clock::now() < end) {
        const Status added = co_await db.transact(
            [id](Tx& tx) -> Status {
                TRY(const Row row, tx.row("SELECT balance FROM account WHERE id = $1", {id}));
                TRY_OK(tx.execute("UPDATE account SET balance = $1 WHERE id = $2",
                                  {row.i64(0) + 1, id}));
                return {};
            },
            isolation);
        NSL_ASSERT(added.has_value());
        ++done;
    }
}

void callers_64(benchmark::State& state, Isolation isolation) {
    if (!postgres_server()) return state.SkipWithError("there is no PostgreSQL 15");
    Bench bench(kConnections,
                {"CREATE TABLE account (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL);"
                 "INSERT INTO account SELECT i, 0 FROM generate_series(0, 9999) i;"
                 "ANALYZE account"});
    const std::string level =
        isolation == Isolation::serializable ? " ISOLATION LEVEL SERIALIZABLE" : "";
    const std::string script = "BEGIN" + level +
                               ";\nSELECT balance FROM account WHERE id = :client_id;\n"
                               "UPDATE account SET balance = 1 WHERE id = :client_id;\nCOMMIT;\n";
    double ours = 0, theirs = 0;
    for (auto _ : state) {
        const auto began = std::chrono::steady_clock::now();
        std::int64_t done = 0;
        std::vector<Task<void>> tasks;
        for (std::int64_t id = 0; id < kCallers; ++id)
            tasks.push_back(add_until(*bench.db, id * 150, began + std::chrono::seconds(kSeconds),
                                      isolation, done));
        bench.run(std::move(tasks));
        const double s = seconds_since(began);
        state.SetIterationTime(s);
        ours += static_cast<double>(done) / s;
        theirs += bench.pgbench(script, kCallers, "-T" + std::to_string(kSeconds));
    }
    const auto runs = static_cast<double>(state.iterations());
    state.counters["per_s"] = ours / runs;
    state.counters["pgbench_per_s"] = theirs / runs;
    state.counters["ratio"] = ours / theirs;
}
BENCHMARK_CAPTURE(callers_64, serializable, Isolation::serializable)
    ->UseManualTime()
    ->Iterations(2);
BENCHMARK_CAPTURE(callers_64, read_committed, Isolation::read_committed)
    ->UseManualTime()
    ->Iterations(2);

Task<void> work(Db& db, std::int64_t& done) {
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

void fill(Db& db, asio::io_context& loop) {
    const Status added = run_blocking(loop, db.transact([](Tx& tx) -> Status {
        TRY_OK(
            tx.execute("INSERT INTO store_job_lane VALUES ('bench', '', 5)"
                       " ON CONFLICT DO NOTHING"));
        TRY_OK(
            tx.execute("INSERT INTO store_job (id, queue, tenant, priority, ready_ms, fence,"
                       " attempt, attempts_max, owner, key, last_error, payload)"
                       " SELECT i, 'bench', '', 5, i, 0, 0, 20, '', '', '', repeat('p', 200)"
                       " FROM generate_series(1, $1) i",
                       {kJobs}));
        return {};
    }));
    NSL_ASSERT(added.has_value());
}

void jobs_by_fifty(benchmark::State& state) {
    if (!postgres_server()) return state.SkipWithError("there is no PostgreSQL 15");
    Bench bench(kWorkers, job_schema());
    // One transaction for each statement, as ours have.
    const std::string script =
        "UPDATE store_job SET ready_ms = 9000000000000, owner = 'o' || :client_id, fence = fence + "
        "1"
        " WHERE id IN (SELECT id FROM store_job WHERE queue = 'bench' AND ready_ms < 8000000000000"
        " AND tenant = '' AND priority = 5 ORDER BY ready_ms LIMIT 50 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, payload;\n"
        "DELETE FROM store_job WHERE queue = 'bench' AND tenant = '' AND priority = 5"
        " AND ready_ms = 9000000000000 AND owner = 'o' || :client_id;\n";
    double ours = 0, theirs = 0;
    for (auto _ : state) {
        fill(*bench.db, bench.loop);
        const auto began = std::chrono::steady_clock::now();
        std::int64_t done = 0;
        std::vector<Task<void>> tasks;
        for (int i = 0; i < kWorkers; ++i) tasks.push_back(work(*bench.db, done));
        bench.run(std::move(tasks));
        NSL_ASSERT(done == kJobs);
        const double s = seconds_since(began);
        state.SetIterationTime(s);
        ours += static_cast<double>(kJobs) / s;
        fill(*bench.db, bench.loop);
        const std::string each = std::to_string(kJobs / kBatch / kWorkers);
        theirs += bench.pgbench(script, kWorkers, "-t" + each) * kBatch;
        NSL_ASSERT(run_blocking(bench.loop, bench.db->transact([](Tx& tx) -> Status {
            TRY_OK(tx.execute("DELETE FROM store_job"));
            return {};
        })));
    }
    const auto runs = static_cast<double>(state.iterations());
    state.counters["jobs_per_s"] = ours / runs;
    state.counters["bare_per_s"] = theirs / runs;
    state.counters["ratio"] = ours / theirs;
}
BENCHMARK(jobs_by_fifty)->UseManualTime()->Iterations(3);

}  // namespace
}  // namespace nsl::store

BENCHMARK_MAIN();
