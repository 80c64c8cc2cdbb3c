// SPDX-License-Identifier: Apache-2.0
// What SqlJobs keep to inside the transactions of others, on each engine:
//   INSTANTIATE_TEST_SUITE_P(…, SqlJobContract, ::testing::Values(factory, …));
#pragma once
#include <atomic>
#include <future>
#include <thread>

#include "job_world.h"
#include "store/ids.h"

namespace nsl::store {

class SqlJobContract : public OnEachJobWorld<SqlJobWorldFactory> {
 protected:
    static Status pay(Tx& tx, std::int64_t id) {
        TRY_OK(tx.execute("INSERT INTO payment (id) VALUES ($1)", {id}));
        return {};
    }
};

TEST_P(SqlJobContract, AJobIsAddedWithItsTransactionOrNotAtAll) {
    const NewJob job{.queue = "q", .key = "k"};
    const Status undone = world->transact([&](Tx& tx) -> Status {
        TRY_OK(pay(tx, 1));
        TRY_OK(SqlJobs::add(tx, job));
        return nsl::fail(Errc::insufficient_funds, "no");
    });
    EXPECT_EQ(undone.error().code, Errc::insufficient_funds);
    EXPECT_TRUE(user->claim().empty());
    EXPECT_TRUE(world->transact([&](Tx& tx) -> Status {
        TRY_OK(pay(tx, 1));
        TRY(const Added added, SqlJobs::add(tx, job));
        EXPECT_TRUE(added.is_new);
        TRY(const Added again, SqlJobs::add(tx, job));
        EXPECT_FALSE(again.is_new);
        EXPECT_EQ(again.id, added.id);
        return {};
    }));
    EXPECT_EQ(user->claim().size(), 1U);
    EXPECT_EQ(world->rows("payment"), 1);
}

TEST_P(SqlJobContract, AJobEndsWithItsTransactionOrNotAtAll) {
    user->add({.queue = "q"});
    const Job job = user->claim_one();
    auto pay_and_end = [&](std::int64_t id, bool fails) {
        return world->transact([&, id, fails](Tx& tx) -> Status {
            TRY_OK(pay(tx, id));
            TRY_OK(SqlJobs::complete(tx, job));
            if (fails) return nsl::fail(Errc::insufficient_funds, "no");
            return {};
        });
    };
    EXPECT_EQ(pay_and_end(1, true).error().code, Errc::insufficient_funds);
    EXPECT_EQ(user->stats().claimed, 1);
    EXPECT_TRUE(pay_and_end(2, false));
    EXPECT_EQ(user->stats().claimed, 0);
    // It has been lost now, and with it what would have been paid a second time.
    EXPECT_EQ(pay_and_end(3, false).error().code, Errc::conflict);
    EXPECT_EQ(world->rows("payment"), 1);
}

TEST_P(SqlJobContract, ALostJobTakesItsTransactionWithIt) {
    user->add({.queue = "q"});
    const Job old = user->claim_one(milliseconds(20));
    JobUser bert(*world, "bert");
    const Job taken = bert.claim_soon();
    EXPECT_EQ(world
                  ->transact([&](Tx& tx) -> Status {
                      TRY_OK(pay(tx, 1));
                      return SqlJobs::complete(tx, old);
                  })
                  .error()
                  .code,
              Errc::conflict);
    EXPECT_EQ(world->rows("payment"), 0);
    EXPECT_EQ(bert.complete({taken}), std::vector<std::int64_t>());
}

// Its refusal is no failed statement, so the transaction may go on.
TEST_P(SqlJobContract, ARefusedJobLeavesNothingInItsTransaction) {
    user->add({.queue = "q", .open_max = 1});
    EXPECT_TRUE(world->transact([&](Tx& tx) -> Status {
        const auto refused = SqlJobs::add(tx, {.queue = "q", .key = "k", .open_max = 1});
        EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
        return pay(tx, 1);
    }));
    EXPECT_EQ(world->rows("payment"), 1);
    EXPECT_EQ(world->rows("store_job"), 1);
    EXPECT_EQ(world->rows("store_job_key"), 0);
}

TEST_P(SqlJobContract, DeadLettersAreKeptForTheirTimeAndThenRemovedByClaims) {
    for (int i = 0; i < 2; ++i) {
        user->add({.queue = "q"});
        EXPECT_TRUE(user->fail(user->claim_one(), Failure::permanent));
    }
    const std::int64_t old = user->dead().at(1).id, young = user->dead().at(0).id;
    const auto age = [&](std::int64_t id, milliseconds by) {
        EXPECT_TRUE(world->transact([&](Tx& tx) -> Status {
            TRY_OK(
                tx.execute("UPDATE store_job_dead SET id = id - $2 * 1048576,"
                           " died_ms = died_ms - $2 WHERE id = $1",
                           {id, by.count()}));
            return {};
        }));
    };
    age(old, kDeadKept + milliseconds(1));
    age(young, kDeadKept - std::chrono::hours(1));
    EXPECT_EQ(user->purge_dead(kDeadKept + std::chrono::hours(1)), 0);
    for (int i = 0; i < 1'000; ++i) user->claim(1, milliseconds(60'000), "other");
    EXPECT_EQ(user->dead().size(), 1U);
    EXPECT_EQ(user->purge_dead(kDeadKept - std::chrono::hours(2)), 1);
}

// More than go in one transaction.
TEST_P(SqlJobContract, PurgesAllThatAreOldEnough) {
    world->add_all(std::vector<NewJob>(2'300, {.queue = "q", .attempts_max = 1}));
    EXPECT_TRUE(world->transact([](Tx& tx) -> Status {
        TRY_OK(
            tx.execute("INSERT INTO store_job_dead SELECT id, queue, tenant, priority, fence,"
                       " attempt, attempts_max, key, '', 1, payload FROM store_job"));
        TRY_OK(tx.execute("DELETE FROM store_job"));
        return {};
    }));
    while (user->dead("q", 0, 1).at(0).id >= first_id_of(RealClock().unix_ms())) {
    }
    EXPECT_EQ(user->purge_dead({}), 2'300);
    EXPECT_EQ(world->rows("store_job_dead"), 0);
}

// Jobs come and go in many lanes while lanes are swept: none of them may become invisible.
TEST_P(SqlJobContract, SweepingLosesNoJob) {
    constexpr int kThreads = 3, kPerThread = 150;
    std::atomic<int> adding = kThreads;
    std::atomic<std::size_t> done = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    auto add = [&](int thread) {
        JobUser own(*world, "adder");
        for (int i = 0; i < kPerThread; ++i)
            own.add({.queue = "q", .tenant = "t" + std::to_string((thread + i) % 4)});
        --adding;
    };
    auto work = [&] {
        JobUser own(*world, "worker");
        while (done < kThreads * kPerThread && std::chrono::steady_clock::now() < end) {
            const auto claimed = own.claim(5);
            own.complete(claimed);
            done += claimed.size();
        }
    };
    auto sweep = [&] {
        while (adding > 0) {
            const Status swept = world->transact(
                [](Tx& tx) -> Status {
                    TRY_OK(sweep_lanes(tx));
                    return {};
                },
                Isolation::read_committed);
            EXPECT_TRUE(swept) << swept.error().message;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(add, i);
    threads.emplace_back(work);
    threads.emplace_back(sweep);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(done, std::size_t{kThreads * kPerThread});
    EXPECT_EQ(world->rows("store_job"), 0);
}

// Its lane is there and empty for all that a sweep can see.
TEST_P(SqlJobContract, ASweepSparesTheLaneOfAJobThatIsBeingAdded) {
    user->add({.queue = "q"});
    user->complete(user->claim());
    std::future<Status> sweep;
    EXPECT_TRUE(world->transact([&](Tx& tx) -> Status {
        TRY_OK(SqlJobs::add(tx, {.queue = "q"}));
        if (sweep.valid()) return {};
        sweep = std::async(std::launch::async, [&] {
            return world->transact(
                [](Tx& other) -> Status {
                    TRY_OK(sweep_lanes(other));
                    return {};
                },
                Isolation::read_committed);
        });
        // One engine lets it run beside, the other lets it wait for this transaction.
        sweep.wait_for(milliseconds(200));
        return {};
    }));
    EXPECT_TRUE(sweep.get());
    EXPECT_EQ(user->claim().size(), 1U);
}

// Each tenant that ever was would otherwise cost every claim a look.
TEST_P(SqlJobContract, LanesWithoutJobsAreSweptNowAndThen) {
    std::vector<NewJob> jobs;
    for (int i = 0; i < 600; ++i) jobs.push_back({.queue = "q", .tenant = "t" + std::to_string(i)});
    world->add_all(std::move(jobs));
    user->complete(user->claim());
    user->add({.queue = "q", .tenant = "t7"});
    EXPECT_GT(world->rows("store_job_lane"), 500);
    for (int i = 0; i < 1'000; ++i) user->claim(1, milliseconds(60'000), "other");
    EXPECT_EQ(world->rows("store_job_lane"), 1);
    EXPECT_EQ(user->claim().size(), 1U);
}

}  // namespace nsl::store
