// SPDX-License-Identifier: Apache-2.0
// What all Jobs keep to: run against the fake and against those of each engine, by
//   INSTANTIATE_TEST_SUITE_P(…, JobContract, ::testing::Values(factory, …));
#pragma once
#include <atomic>
#include <map>
#include <thread>

#include "job_dead_contract.h"

namespace nsl::store {

TEST_P(JobContract, AnAddedJobIsClaimedWithAllItWasGiven) {
    const std::int64_t id = user->add({.queue = "q",
                                       .key = "k1",
                                       .tenant = "t",
                                       .payload = R"({"note":"ä\"'$1"})",
                                       .attempts_max = 7});
    EXPECT_TRUE(user->claim(10, milliseconds(60'000), "other").empty());
    const Job job = user->claim_one();
    EXPECT_EQ(job.id, id);
    EXPECT_GE(job.fence, 1);
    EXPECT_EQ(job.queue, "q");
    EXPECT_EQ(job.key, "k1");
    EXPECT_EQ(job.tenant, "t");
    EXPECT_EQ(job.payload, R"({"note":"ä\"'$1"})");
    EXPECT_EQ(job.attempt, 1);
    EXPECT_EQ(job.attempts_max, 7);
    EXPECT_LT(std::abs(job.until_ms - RealClock().unix_ms() - 60'000), 30'000);
    EXPECT_TRUE(user->claim().empty());
    EXPECT_EQ(user->complete({job}), kNoIds);
    EXPECT_EQ(user->complete({job}), std::vector{id});
}

TEST_P(JobContract, ADelayedJobIsNotClaimedBeforeItsTime) {
    const auto added = std::chrono::steady_clock::now();
    user->add({.queue = "q", .delay = milliseconds(100)});
    EXPECT_EQ(user->stats().delayed, 1);
    user->claim_soon();
    // Two clocks, one of them in whole milliseconds.
    EXPECT_GE(std::chrono::steady_clock::now() - added, milliseconds(95));
}

TEST_P(JobContract, ParallelClaimersGetEachJobOnce) {
    constexpr std::size_t kJobs = 1'000;
    std::vector<NewJob> jobs;
    for (std::size_t i = 0; i < kJobs; ++i)
        jobs.push_back({.queue = "q", .tenant = i % 3 == 0 ? "t" : ""});
    world->add_all(std::move(jobs));
    std::atomic<std::size_t> done = 0;
    std::vector<std::vector<Job>> claimed(4);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    auto work = [&](std::size_t index) {
        JobUser own(*world, "owner" + std::to_string(index));
        while (done < kJobs && std::chrono::steady_clock::now() < end) {
            const auto batch = own.claim(17);
            claimed[index].insert(claimed[index].end(), batch.begin(), batch.end());
            EXPECT_EQ(own.complete(batch), kNoIds);
            done += batch.size();
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < claimed.size(); ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
    std::map<std::int64_t, int> times;
    for (const auto& own : claimed)
        for (const Job& job : own) ++times[job.id];
    EXPECT_EQ(times.size(), kJobs);
    for (const auto& [id, count] : times) EXPECT_EQ(count, 1) << id;
    EXPECT_EQ(user->stats().ready + user->stats().claimed, 0);
}

TEST_P(JobContract, AClaimThatRunsOutGoesToAnotherAndTheFirstHasLostIt) {
    const std::int64_t id = user->add({.queue = "q"});
    const Job old = user->claim_one(milliseconds(50));
    JobUser bert(*world, "bert");
    const Job taken = bert.claim_soon();
    EXPECT_EQ(taken.id, id);
    EXPECT_GT(taken.fence, old.fence);
    EXPECT_EQ(taken.attempt, 2);
    EXPECT_GE(taken.until_ms - 60'000, old.until_ms);
    EXPECT_EQ(user->complete({old}), std::vector{id});
    EXPECT_EQ(user->extend({old}, milliseconds(1'000)), std::vector{id});
    EXPECT_EQ(user->fail(old).error().code, Errc::conflict);
    EXPECT_EQ(user->fail(old, Failure::permanent).error().code, Errc::conflict);
    EXPECT_EQ(user->put_back(old).error().code, Errc::conflict);
    EXPECT_TRUE(user->dead().empty());
    EXPECT_EQ(bert.complete({taken}), kNoIds);
}

TEST_P(JobContract, WhoIsLateButNotReplacedMayStillEndAJob) {
    user->add({.queue = "q"});
    const Job job = user->claim_one(milliseconds(30));
    user->wait_until_ready(1);
    EXPECT_EQ(user->complete({job}), kNoIds);
    EXPECT_TRUE(user->claim().empty());
}

TEST_P(JobContract, ExtendedClaimsStay) {
    user->add({.queue = "q"});
    const Job job = user->claim_one(milliseconds(50));
    const auto claimed = std::chrono::steady_clock::now();
    EXPECT_EQ(user->extend({job}, milliseconds(60'000)), kNoIds);
    JobUser bert(*world, "bert");
    while (std::chrono::steady_clock::now() < claimed + milliseconds(80))
        EXPECT_TRUE(bert.claim().empty());
    EXPECT_EQ(user->complete({job}), kNoIds);
}

// More than go into one statement, lost ones and doubles among them.
TEST_P(JobContract, ManyEndAtOnceAndTheLostAreNamed) {
    for (const std::size_t count : {1, 2, 8, 9, 64, 65, 140}) {
        world->add_all(std::vector<NewJob>(count, {.queue = "q"}));
        std::vector<Job> jobs = user->claim();
        ASSERT_EQ(jobs.size(), count);
        std::vector<std::int64_t> lost;
        for (std::size_t i = 0; i < count; i += 5) {
            EXPECT_TRUE(user->put_back(jobs[i]));
            lost.push_back(jobs[i].id);
        }
        if (count > 2) jobs.push_back(jobs[1]);
        EXPECT_EQ(user->extend(jobs, milliseconds(1'000)), lost);
        EXPECT_EQ(user->complete(jobs), lost);
        const std::vector<Job> rest = user->claim();
        EXPECT_EQ(rest.size(), lost.size());
        EXPECT_EQ(user->complete(rest), kNoIds);
    }
    EXPECT_EQ(user->complete({}), kNoIds);
    EXPECT_EQ(user->extend({}, milliseconds(1'000)), kNoIds);
}

TEST_P(JobContract, AKeyIsTakenOnceForEver) {
    const std::int64_t id = user->add({.queue = "q", .key = "block 7"});
    auto again = [&] { return user->try_add({.queue = "q", .key = "block 7"}).value(); };
    EXPECT_EQ(again().id, id);
    EXPECT_FALSE(again().is_new);
    const Job job = user->claim_one();
    EXPECT_FALSE(again().is_new);
    EXPECT_EQ(user->complete({job}), kNoIds);
    EXPECT_EQ(again().id, id);
    EXPECT_FALSE(again().is_new);
    EXPECT_TRUE(user->claim().empty());
    // A key is its queue's, and no key is no key.
    user->add({.queue = "other", .key = "block 7"});
    user->add({.queue = "q"});
    user->add({.queue = "q"});
}

TEST_P(JobContract, UrgentJobsComeFirstAndThenTheLongestReady) {
    user->add({.queue = "q", .payload = "later", .priority = 9});
    user->add({.queue = "q", .payload = "normal", .priority = 5});
    user->add({.queue = "q", .payload = "urgent", .priority = 0});
    EXPECT_EQ(payloads(user->claim(1)), std::vector<std::string>{"urgent"});
    EXPECT_EQ(payloads(user->claim(2)), (std::vector<std::string>{"normal", "later"}));
    for (const char* payload : {"a", "b", "c"}) {
        const auto added = RealClock().unix_ms();
        user->add({.queue = "q", .payload = payload});
        while (RealClock().unix_ms() == added) {
        }
    }
    for (const char* payload : {"a", "b", "c"}) EXPECT_EQ(user->claim_one().payload, payload);
}

TEST_P(JobContract, ABusyTenantDoesNotDelayAnother) {
    for (int i = 0; i < 10; ++i)
        world->add_all(std::vector<NewJob>(1'000, {.queue = "q", .tenant = "busy"}));
    EXPECT_EQ(user->claim(50).size(), 50U);
    world->add_all(std::vector<NewJob>(10, {.queue = "q", .tenant = "small"}));
    std::map<std::string, int> served;
    for (const Job& job : user->claim(50)) ++served[job.tenant];
    EXPECT_EQ(served["small"], 10);
    EXPECT_EQ(served["busy"], 40);
}

TEST_P(JobContract, WhatATenantDoesNotUseIsSharedByTheOthers) {
    std::vector<NewJob> jobs(9, {.queue = "q", .tenant = "b"});
    jobs.resize(18, {.queue = "q", .tenant = "c"});
    jobs.push_back({.queue = "q", .tenant = "a"});
    world->add_all(std::move(jobs));
    std::map<std::string, int> served;
    for (const Job& job : user->claim(5)) ++served[job.tenant];
    EXPECT_EQ(served, (std::map<std::string, int>{{"a", 1}, {"b", 2}, {"c", 2}}));
}

TEST_P(JobContract, MoreTenantsThanTurnsAreServedInTurns) {
    std::vector<NewJob> jobs;
    for (const char* tenant : {"", "a", "b", "c", "d"})
        for (int i = 0; i < 10; ++i) jobs.push_back({.queue = "q", .tenant = tenant});
    world->add_all(std::move(jobs));
    std::map<std::string, int> served;
    for (int i = 0; i < 5; ++i) {
        for (const Job& job : user->claim(2)) ++served[job.tenant];
        // Claims of another queue do not disturb the turns.
        user->claim(2, milliseconds(1'000), "other");
    }
    EXPECT_EQ(served.size(), 5U);
    for (const auto& [tenant, count] : served) EXPECT_EQ(count, 2) << tenant;
}

TEST_P(JobContract, AJobThatIsPutBackHasNotBeenTried) {
    const std::int64_t id = user->add({.queue = "q", .attempts_max = 1});
    const Job first = user->claim_one();
    EXPECT_TRUE(user->put_back(first));
    EXPECT_EQ(user->complete({first}), std::vector{id});
    EXPECT_EQ(user->put_back(first).error().code, Errc::conflict);
    const Job second = user->claim_one();
    EXPECT_EQ(second.attempt, 1);
    EXPECT_GT(second.fence, first.fence);
}

TEST_P(JobContract, PausesAreKept) {
    world->add_all(std::vector<NewJob>(2, {.queue = "q"}));
    EXPECT_TRUE(user->put_back(user->claim_one(), milliseconds(60'000)));
    EXPECT_TRUE(user->fail(user->claim_one(), Failure::transient, "no", milliseconds(60'000)));
    EXPECT_TRUE(user->claim().empty());
    EXPECT_EQ(user->stats().delayed, 2);
}

TEST_P(JobContract, ATenantHasNoMoreOpenJobsInAQueueThanItMay) {
    NewJob job{.queue = "q", .tenant = "t", .open_max = 3};
    const auto refused = [&](const NewJob& one) {
        const auto added = user->try_add(one);
        EXPECT_FALSE(added);
        if (!added) EXPECT_EQ(added.error().code, Errc::limit_exceeded) << added.error().message;
        return !added && added.error().message.find("3") != std::string::npos;
    };
    user->add(job);
    job.delay = milliseconds(60'000);
    user->add(job);
    job = {.queue = "q", .key = "k", .tenant = "t", .open_max = 3};
    const std::int64_t keyed = user->add(job);
    // What is claimed or for later is open too.
    const Job claimed = user->claim_one();
    job.key = "another";
    EXPECT_TRUE(refused(job));
    // A bound of others', and what is there already.
    user->add({.queue = "q", .tenant = "other", .open_max = 3});
    user->add({.queue = "other", .tenant = "t", .open_max = 3});
    EXPECT_EQ(user->try_add({.queue = "q", .key = "k", .tenant = "t", .open_max = 3})->id, keyed);
    // One that ends makes room for one, whose key was not taken when it was refused.
    EXPECT_EQ(user->complete({claimed}), kNoIds);
    user->add(job);
    EXPECT_TRUE(refused({.queue = "q", .tenant = "t", .open_max = 3}));
    user->add({.queue = "q", .tenant = "t", .open_max = 4});
    // The dead are not open, and come back all the same.
    std::int64_t dead = 0;
    for (const Job& one : user->claim())
        if (one.tenant == "t" && dead == 0) {
            EXPECT_TRUE(user->fail(one, Failure::permanent));
            dead = one.id;
        }
    user->add({.queue = "q", .tenant = "t", .open_max = 4});
    EXPECT_TRUE(user->revive(dead));
    EXPECT_EQ(user->try_add({.queue = "q", .tenant = "t", .open_max = 5}).error().code,
              Errc::limit_exceeded);
}

// With so many that not each of them is counted, on each of the connections.
TEST_P(JobContract, ManyOpenJobsStopAtTheLimitOrALittleLater) {
    constexpr std::int64_t kMax = 3'000, kConnections = 16;
    const NewJob job{.queue = "q", .open_max = kMax};
    world->add_all(std::vector<NewJob>(2'900, job));
    std::int64_t added = 2'900;
    for (int refused = 0; refused < 64 && added < 2 * kMax;) {
        const auto one = user->try_add(job);
        if (!one) EXPECT_EQ(one.error().code, Errc::limit_exceeded);
        if (one)
            ++added;
        else
            ++refused;
    }
    EXPECT_GE(added, kMax);
    EXPECT_LE(added, kMax + kConnections * (kMax / 128));
    EXPECT_EQ(user->complete(user->claim(1'000)), kNoIds);
    // A count of that many counts for some milliseconds.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!user->try_add(job) && std::chrono::steady_clock::now() < end) {
    }
    EXPECT_EQ(user->stats().ready, added - 1'000 + 1);
}

TEST_P(JobContract, StatsCountEveryState) {
    world->add_all(std::vector<NewJob>(4, {.queue = "q"}));
    const auto added = std::chrono::steady_clock::now();
    user->add({.queue = "q", .delay = milliseconds(60'000)});
    user->add({.queue = "other"});
    EXPECT_TRUE(user->fail(user->claim_one(), Failure::permanent));
    user->claim_one();
    while (std::chrono::steady_clock::now() < added + milliseconds(10)) {
    }
    const QueueStats stats = user->stats();
    EXPECT_EQ(stats.ready, 2);
    EXPECT_EQ(stats.claimed, 1);
    EXPECT_EQ(stats.delayed, 1);
    EXPECT_EQ(stats.dead, 1);
    EXPECT_GE(stats.oldest_ready_ms, 9);
    EXPECT_LT(stats.oldest_ready_ms, 60'000);
    const QueueStats none = user->stats("nothing");
    EXPECT_EQ(none.ready + none.claimed + none.delayed + none.dead + none.oldest_ready_ms, 0);
}

TEST_P(JobContract, TakesWhatIsAtItsLimits) {
    const std::string longest(200, 'a');
    user->add({.queue = longest,
               .key = longest,
               .tenant = longest,
               .payload = std::string(256 * 1024, 'p'),
               .priority = 9,
               .attempts_max = 1'000,
               .delay = milliseconds(0)});
    const auto claimed = user->claim(1'000, milliseconds(3'600'000), longest);
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].payload.size(), 256U * 1024);
    EXPECT_EQ(user->complete(claimed), kNoIds);
}

TEST_P(JobContract, SaysWhatWouldBeRight) {
    const std::string too_long(201, 'a');
    for (const NewJob& bad :
         std::vector<NewJob>{{.queue = ""},
                             {.queue = too_long},
                             {.queue = "q", .key = too_long},
                             {.queue = "q", .tenant = too_long},
                             {.queue = "q", .tenant = "\xff"},
                             {.queue = "q", .payload = std::string(256 * 1024 + 1, 'p')},
                             {.queue = "q", .payload = std::string("a\0b", 3)},
                             {.queue = "q", .priority = -1},
                             {.queue = "q", .priority = 10},
                             {.queue = "q", .attempts_max = 0},
                             {.queue = "q", .attempts_max = 1'001},
                             {.queue = "q", .open_max = 0},
                             {.queue = "q", .open_max = 10'000'001},
                             {.queue = "q", .delay = milliseconds(-1)},
                             {.queue = "q", .delay = std::chrono::hours(24 * 366 + 1)}}) {
        const auto refused = user->try_add(bad);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::invalid_argument) << refused.error().message;
    }
    EXPECT_NE(user->try_add({.queue = "q", .priority = 10}).error().message.find("0 to 9"),
              std::string::npos);
    asio::io_context& loop = lasting_loop();
    auto code = [&](auto task) { return run_blocking(loop, std::move(task)).error().code; };
    Jobs& jobs = *user->jobs;
    const milliseconds minute(60'000);
    for (const Errc refused :
         {code(jobs.claim("", "o", 1, minute)), code(jobs.claim("q", "", 1, minute)),
          code(jobs.claim("q", too_long, 1, minute)), code(jobs.claim("q", "o", 0, minute)),
          code(jobs.claim("q", "o", 1'001, minute)), code(jobs.claim("q", "o", 1, {})),
          code(jobs.claim("q", "o", 1, milliseconds(3'600'001))), code(jobs.extend({}, {})),
          code(jobs.extend(std::vector<Job>(1'001), minute)),
          code(jobs.complete(std::vector<Job>(1'001))),
          code(jobs.fail_job({}, Failure::transient, "", milliseconds(-1))),
          code(jobs.put_back({}, milliseconds(-1))), code(jobs.dead("", 0, 1)),
          code(jobs.dead("q", -1, 1)), code(jobs.dead("q", 0, 0)), code(jobs.dead("q", 0, 1'001)),
          code(jobs.purge_dead(milliseconds(-1))), code(jobs.purge_dead(milliseconds::max())),
          code(jobs.stats(""))})
        EXPECT_EQ(refused, Errc::invalid_argument);
}

}  // namespace nsl::store
