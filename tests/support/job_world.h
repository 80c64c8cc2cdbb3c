// SPDX-License-Identifier: Apache-2.0
// Queues for the suites of job_contract.h, and short ways to use them.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/spawn.h"
#include "engines.h"
#include "fake_jobs.h"

namespace nsl::store {

class JobWorld {
 public:
    virtual ~JobWorld() = default;
    // Those of an owner; used beside others', from several threads.
    virtual std::unique_ptr<Jobs> make_jobs() = 0;
    // Faster than one by one; their ids in the same order.
    virtual std::vector<std::int64_t> add_all(std::vector<NewJob> jobs) = 0;
};

class FakeJobWorld final : public JobWorld {
 public:
    std::unique_ptr<Jobs> make_jobs() override { return jobs_.another(); }
    std::vector<std::int64_t> add_all(std::vector<NewJob> jobs) override {
        asio::io_context& loop = lasting_loop();
        std::vector<std::int64_t> out;
        for (NewJob& job : jobs)
            out.push_back(run_blocking(loop, jobs_.add(std::move(job))).value().id);
        return out;
    }

 private:
    RealClock clock_;
    FakeJobs jobs_{clock_};
};

class SqlJobWorld final : public JobWorld {
 public:
    explicit SqlJobWorld(OpenDb open) : open_(std::move(open)) {
        std::vector<Migration> migrations;
        add_migrations(migrations, "jobs", job_schema());
        add_migrations(migrations, "payment", {"CREATE TABLE payment (id BIGINT PRIMARY KEY)"});
        db = open_(migrations);
    }
    std::unique_ptr<Jobs> make_jobs() override { return std::make_unique<SqlJobs>(*db); }
    std::vector<std::int64_t> add_all(std::vector<NewJob> jobs) override {
        std::vector<std::int64_t> out;
        const Status done = transact([&](Tx& tx) -> Status {
            out.clear();
            for (const NewJob& job : jobs) {
                TRY(const Added added, SqlJobs::add(tx, job));
                out.push_back(added.id);
            }
            return {};
        });
        EXPECT_TRUE(done) << done.error().message;
        return out;
    }
    Status transact(Work work, Isolation isolation = Isolation::serializable) {
        asio::io_context& loop = lasting_loop();
        return run_blocking(loop, db->transact(std::move(work), isolation));
    }
    // Of a table.
    std::int64_t rows(const std::string& table) {
        std::int64_t out = -1;
        const Status done = transact([&](Tx& tx) -> Status {
            TRY(const Row row, tx.row("SELECT COUNT(*) FROM " + table));
            out = row.i64(0);
            return {};
        });
        EXPECT_TRUE(done) << done.error().message;
        return out;
    }

 private:
    OpenDb open_;

 public:
    std::unique_ptr<Db> db;
};

// One owner's calls, which must succeed where they have nothing to say.
class JobUser {
 public:
    JobUser(std::unique_ptr<Jobs> own, std::string owner)
        : jobs(std::move(own)), owner_(std::move(owner)) {}
    JobUser(JobWorld& world, std::string owner) : JobUser(world.make_jobs(), std::move(owner)) {}

    Result<Added> try_add(NewJob job) {
        return run_blocking(lasting_loop(), jobs->add(std::move(job)));
    }
    std::int64_t add(NewJob job) {
        const Result<Added> added = try_add(std::move(job));
        EXPECT_TRUE(added && added->is_new) << (added ? "not new" : added.error().message);
        return added ? added->id : 0;
    }
    std::vector<Job> claim(std::size_t max = 1'000, milliseconds lease = milliseconds(60'000),
                           std::string queue = "q") {
        auto claimed = run_blocking(lasting_loop(), jobs->claim(queue, owner_, max, lease));
        EXPECT_TRUE(claimed) << claimed.error().message;
        return claimed ? *std::move(claimed) : std::vector<Job>();
    }
    Job claim_one(milliseconds lease = milliseconds(60'000)) {
        auto claimed = claim(1, lease);
        EXPECT_EQ(claimed.size(), 1U);
        return claimed.empty() ? Job{} : claimed[0];
    }
    // Asks until there is something, which must be within ten seconds.
    Job claim_soon(milliseconds lease = milliseconds(60'000)) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (std::chrono::steady_clock::now() < end)
            if (auto claimed = claim(1, lease); !claimed.empty()) return claimed[0];
        ADD_FAILURE() << "nothing became ready";
        return {};
    }
    // The ids that were lost.
    std::vector<std::int64_t> complete(std::vector<Job> done) {
        auto lost = run_blocking(lasting_loop(), jobs->complete(std::move(done)));
        EXPECT_TRUE(lost) << lost.error().message;
        return lost ? *std::move(lost) : std::vector<std::int64_t>();
    }
    std::vector<std::int64_t> extend(std::vector<Job> more, milliseconds lease) {
        auto lost = run_blocking(lasting_loop(), jobs->extend(std::move(more), lease));
        EXPECT_TRUE(lost) << lost.error().message;
        return lost ? *std::move(lost) : std::vector<std::int64_t>();
    }
    Status fail(Job job, Failure failure = Failure::transient, std::string error = "no answer",
                milliseconds pause = milliseconds(0)) {
        return run_blocking(lasting_loop(),
                            jobs->fail_job(std::move(job), failure, std::move(error), pause));
    }
    Status put_back(Job job, milliseconds pause = milliseconds(0)) {
        return run_blocking(lasting_loop(), jobs->put_back(std::move(job), pause));
    }
    std::vector<DeadJob> dead(std::string queue = "q", std::int64_t before = 0,
                              std::size_t max = 1'000) {
        auto found = run_blocking(lasting_loop(), jobs->dead(std::move(queue), before, max));
        EXPECT_TRUE(found) << found.error().message;
        return found ? *std::move(found) : std::vector<DeadJob>();
    }
    Status revive(std::int64_t id) { return run_blocking(lasting_loop(), jobs->revive(id)); }
    Status remove_dead(std::int64_t id) {
        return run_blocking(lasting_loop(), jobs->remove_dead(id));
    }
    // How many.
    std::int64_t purge_dead(milliseconds older_than) {
        const auto purged = run_blocking(lasting_loop(), jobs->purge_dead(older_than));
        EXPECT_TRUE(purged) << purged.error().message;
        return purged.value_or(-1);
    }
    QueueStats stats(std::string queue = "q") {
        const auto found = run_blocking(lasting_loop(), jobs->stats(std::move(queue)));
        EXPECT_TRUE(found) << found.error().message;
        return found ? *found : QueueStats{};
    }
    void wait_until_ready(std::int64_t count) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (stats().ready < count)
            if (std::chrono::steady_clock::now() > end) {
                ADD_FAILURE() << "nothing became ready";
                return;
            }
    }

    std::unique_ptr<Jobs> jobs;

 private:
    const std::string owner_;
};

inline std::vector<std::string> payloads(const std::vector<Job>& jobs) {
    std::vector<std::string> out;
    for (const Job& job : jobs) out.push_back(job.payload);
    return out;
}

// Null where the engine is missing: the test is skipped.
using JobWorldFactory = std::function<std::unique_ptr<JobWorld>()>;
using SqlJobWorldFactory = std::function<std::unique_ptr<SqlJobWorld>()>;

template <class Factory>
class OnEachJobWorld : public ::testing::TestWithParam<Factory> {
 protected:
    void SetUp() override {
        world = this->GetParam()();
        if (!world) GTEST_SKIP() << "there is no such engine on this machine";
        user.emplace(*world, "anna");
    }

    decltype(Factory()()) world;
    std::optional<JobUser> user;
};

}  // namespace nsl::store
