// SPDX-License-Identifier: Apache-2.0
// A node: it keeps a lease and writes under it, and does the jobs of a queue. It says when it has
// begun, and ends by SIGTERM. usage: DATABASE-URL OWNER
#include <boost/asio/io_context.hpp>
#include <iostream>

#include "base/shutdown.h"
#include "base/spawn.h"
#include "store/open.h"
#include "two_nodes.h"

namespace nsl::store::two_nodes {
namespace {

constexpr int kLanes = 3;  // that do jobs at the same time
constexpr std::size_t kBatch = 20;
constexpr milliseconds kClaim{1'000};
// Longer than a transaction: a node that is stopped is then most often about to write.
constexpr milliseconds kBetweenRows{50};
constexpr milliseconds kIdle{10};
constexpr milliseconds kFarewell{5'000};

// Both isolations keep the promise.
Isolation isolation_of(std::uint64_t turn) {
    return turn % 2 == 0 ? Isolation::serializable : Isolation::read_committed;
}

Task<void> write_fenced(Db& db, Clock& clock, Lease lease) {
    for (std::uint64_t turn = 0;; ++turn) {
        const Status written = co_await db.transact(
            [&](Tx& tx) -> Status {
                TRY_OK(check_fence(tx, lease));
                TRY_OK(tx.execute("INSERT INTO fenced (fence, owner) VALUES ($1, $2)",
                                  {lease.fence, lease.owner}));
                return {};
            },
            isolation_of(turn));
        if (!written && written.error().code == Errc::conflict) co_return;
        co_await clock.sleep_for(kBetweenRows);
    }
}

// A job that was not ended here is done by who claims it next.
Task<Status> do_job(Db& db, Job job, std::string owner) {
    co_return co_await db.transact(
        [&](Tx& tx) -> Status {
            TRY_OK(tx.execute("INSERT INTO done (job, payload, owner) VALUES ($1, $2, $3)",
                              {job.id, job.payload, owner}));
            return SqlJobs::complete(tx, job);
        },
        isolation_of(static_cast<std::uint64_t>(job.id)));
}

Task<void> do_jobs(Db& db, Clock& clock, Logger log, std::string owner) {
    SqlJobs jobs(db);
    for (;;) {
        const auto claimed = co_await jobs.claim(kQueue, owner, kBatch, kClaim);
        if (!claimed) log.warn("nothing claimed", {{"error", claimed.error().message}});
        if (!claimed || claimed->empty()) {
            co_await clock.sleep_for(kIdle);
            continue;
        }
        for (const Job& job : *claimed) {
            const Status done = co_await do_job(db, job, owner);
            if (!done) log.warn("job not done", {{"job", job.id}, {"error", done.error().message}});
        }
    }
}

Task<int> run(Db& db, Logger log, std::string owner) {
    RealClock clock;
    SqlLeases leases(db);
    TaskGroup group(co_await asio::this_coro::executor, log);
    group.spawn("lease", keep_lease(leases, clock, log,
                                    {.name = kLeader, .owner = owner, .length = kLeaderLease},
                                    [&](Lease lease) { return write_fenced(db, clock, lease); }));
    for (int lane = 0; lane < kLanes; ++lane) group.spawn("jobs", do_jobs(db, clock, log, owner));
    std::cout << "ready" << std::endl;
    co_await wait_for_stop_signal(true);
    co_return co_await group.stop(kFarewell) ? 0 : 1;
}

int main_of(const std::string& url, const std::string& owner) {
    const Logger log(stderr_sink(LogLevel::warn, LogFormat::json), owner);
    auto db =
        open({.url = url, .connections = kLanes + 2, .statement_max = kStatementMax}, schema());
    if (!db) {
        log.error("no database", {{"error", db.error().message}});
        return 1;
    }
    asio::io_context loop(1);
    const int status = run_blocking(loop, run(**db, log, owner));
    db->reset();
    return status;
}

}  // namespace
}  // namespace nsl::store::two_nodes

int main(int argc, char** argv) {
    return argc == 3 ? nsl::store::two_nodes::main_of(argv[1], argv[2]) : 2;
}
