// SPDX-License-Identifier: Apache-2.0
// The part of job_contract.h that is about jobs which fail.
#pragma once
#include "job_world.h"

namespace nsl::store {

class JobContract : public OnEachJobWorld<JobWorldFactory> {};

inline const std::vector<std::int64_t> kNoIds;

TEST_P(JobContract, FailedJobsAreTriedAgainUntilTheyAreDead) {
    const std::int64_t id =
        user->add({.queue = "q", .key = "k", .tenant = "t", .payload = "p", .attempts_max = 3});
    std::int64_t fence = 0;
    for (int attempt = 1; attempt <= 3; ++attempt) {
        const Job job = user->claim_one();
        EXPECT_EQ(job.attempt, attempt);
        EXPECT_GT(job.fence, fence);
        fence = job.fence;
        EXPECT_TRUE(user->dead().empty());
        EXPECT_TRUE(user->fail(job, Failure::transient, "no answer " + std::to_string(attempt)));
        // Who has given it up cannot end it any more.
        EXPECT_EQ(user->complete({job}), std::vector{id});
        EXPECT_EQ(user->fail(job).error().code, Errc::conflict);
    }
    EXPECT_TRUE(user->claim().empty());
    const auto dead = user->dead();
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].id, id);
    EXPECT_EQ(dead[0].queue, "q");
    EXPECT_EQ(dead[0].key, "k");
    EXPECT_EQ(dead[0].tenant, "t");
    EXPECT_EQ(dead[0].payload, "p");
    EXPECT_EQ(dead[0].attempts, 3);
    EXPECT_EQ(dead[0].error, "no answer 3");
    EXPECT_LT(std::abs(dead[0].died_ms - RealClock().unix_ms()), 30'000);
    EXPECT_FALSE(user->try_add({.queue = "q", .key = "k"}).value().is_new);
}

TEST_P(JobContract, APermanentFailureIsTheEnd) {
    user->add({.queue = "q"});
    EXPECT_TRUE(user->fail(user->claim_one(), Failure::permanent, "no such account"));
    EXPECT_TRUE(user->claim().empty());
    ASSERT_EQ(user->dead().size(), 1U);
    EXPECT_EQ(user->dead()[0].attempts, 1);
    EXPECT_EQ(user->dead()[0].error, "no such account");
    EXPECT_TRUE(user->dead("other").empty());
}

TEST_P(JobContract, AJobWhoseOwnersCrashIsDeadAfterItsAttempts) {
    const std::int64_t id = user->add({.queue = "q", .attempts_max = 2});
    user->claim_soon(milliseconds(20));
    EXPECT_EQ(user->claim_soon(milliseconds(20)).attempt, 2);
    user->wait_until_ready(1);
    // It stands before a job that can be tried, and does not hide it.
    user->add({.queue = "q", .payload = "next"});
    EXPECT_EQ(user->claim_soon().payload, "next");
    EXPECT_TRUE(user->claim().empty());
    ASSERT_EQ(user->dead().size(), 1U);
    EXPECT_EQ(user->dead()[0].id, id);
    EXPECT_EQ(user->dead()[0].attempts, 2);
    EXPECT_NE(user->dead()[0].error.find("ran out"), std::string::npos);
}

TEST_P(JobContract, ADeadLetterComesBackWithItsIdAndKey) {
    const std::int64_t id =
        user->add({.queue = "q", .key = "k", .tenant = "t", .payload = "p", .attempts_max = 2});
    const Job first = user->claim_one();
    EXPECT_TRUE(user->fail(first, Failure::permanent));
    EXPECT_TRUE(user->revive(id));
    EXPECT_EQ(user->revive(id).error().code, Errc::not_found);
    EXPECT_EQ(user->revive(id + 1).error().code, Errc::not_found);
    EXPECT_TRUE(user->dead().empty());
    EXPECT_FALSE(user->try_add({.queue = "q", .key = "k"}).value().is_new);
    const Job again = user->claim_one();
    EXPECT_EQ(again.id, id);
    EXPECT_EQ(again.key, "k");
    EXPECT_EQ(again.tenant, "t");
    EXPECT_EQ(again.payload, "p");
    EXPECT_EQ(again.attempt, 1);
    EXPECT_EQ(again.attempts_max, 2);
    EXPECT_GT(again.fence, first.fence);
    EXPECT_EQ(user->complete({first}), std::vector{id});
    EXPECT_TRUE(user->fail(again));
    EXPECT_EQ(user->complete({user->claim_one()}), kNoIds);
}

TEST_P(JobContract, DeadLettersAreListedNewestFirst) {
    std::vector<std::int64_t> ids = world->add_all(std::vector<NewJob>(5, {.queue = "q"}));
    for (const Job& job : user->claim()) EXPECT_TRUE(user->fail(job, Failure::permanent));
    std::ranges::sort(ids, std::greater<>());
    std::vector<std::int64_t> listed;
    for (std::int64_t before = 0;;) {
        const auto page = user->dead("q", before, 2);
        EXPECT_LE(page.size(), 2U);
        if (page.empty()) break;
        for (const DeadJob& dead : page) listed.push_back(dead.id);
        before = listed.back();
    }
    EXPECT_EQ(listed, ids);
}

TEST_P(JobContract, ARemovedDeadLetterIsGoneAndItsKeyStaysTaken) {
    const std::int64_t id = user->add({.queue = "q", .key = "k"});
    user->add({.queue = "q"});
    EXPECT_EQ(user->remove_dead(id).error().code, Errc::not_found);
    for (const Job& job : user->claim()) EXPECT_TRUE(user->fail(job, Failure::permanent));
    EXPECT_TRUE(user->remove_dead(id));
    ASSERT_EQ(user->dead().size(), 1U);
    EXPECT_NE(user->dead()[0].id, id);
    EXPECT_EQ(user->remove_dead(id).error().code, Errc::not_found);
    EXPECT_EQ(user->revive(id).error().code, Errc::not_found);
    EXPECT_FALSE(user->try_add({.queue = "q", .key = "k"}).value().is_new);
}

TEST_P(JobContract, DeadLettersArePurgedByTheTimeOfTheirDeath) {
    user->add({.queue = "q"});
    user->add({.queue = "other"});
    EXPECT_TRUE(user->fail(user->claim_one(), Failure::permanent));
    EXPECT_TRUE(
        user->fail(user->claim(1, milliseconds(60'000), "other").at(0), Failure::permanent));
    EXPECT_EQ(user->purge_dead(std::chrono::hours(1)), 0);
    EXPECT_EQ(user->dead().size() + user->dead("other").size(), 2U);
    const std::int64_t last = user->dead("other").at(0).died_ms;
    while (RealClock().unix_ms() <= last + 5) {
    }
    EXPECT_EQ(user->purge_dead(milliseconds(0)), 2);
    EXPECT_EQ(user->dead().size() + user->dead("other").size(), 0U);
}

TEST_P(JobContract, ErrorsAreKeptUpToTheirLimitAndAsText) {
    std::string error = "nul\0, half \xc3 and ";
    error.insert(3, 1, '\0');
    while (error.size() < 5'000) error += "ä";
    user->add({.queue = "q"});
    EXPECT_TRUE(user->fail(user->claim_one(), Failure::permanent, error));
    const std::string kept = user->dead().at(0).error;
    EXPECT_TRUE(kept.starts_with("nul"));
    EXPECT_LE(kept.size(), 2'000U);
    EXPECT_GE(kept.size(), 1'990U);
    EXPECT_TRUE(utf8_valid(kept));
}

}  // namespace nsl::store
