// SPDX-License-Identifier: Apache-2.0
#include "store/jobs.h"

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "job_contract.h"
#include "job_sql_contract.h"

namespace nsl::store {
namespace {

std::unique_ptr<JobWorld> fake_world() {
    return std::make_unique<FakeJobWorld>();
}
std::unique_ptr<SqlJobWorld> sql_world(OpenDb open) {
    return open ? std::make_unique<SqlJobWorld>(std::move(open)) : nullptr;
}
std::unique_ptr<SqlJobWorld> sqlite_world() {
    return sql_world(fresh_sqlite());
}
std::unique_ptr<SqlJobWorld> postgres_world() {
    return sql_world(fresh_postgres());
}

INSTANTIATE_TEST_SUITE_P(Fake, JobContract, ::testing::Values(&fake_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, JobContract, ::testing::Values(&sqlite_world));
INSTANTIATE_TEST_SUITE_P(Postgres, JobContract, ::testing::Values(&postgres_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, SqlJobContract, ::testing::Values(&sqlite_world));
INSTANTIATE_TEST_SUITE_P(Postgres, SqlJobContract, ::testing::Values(&postgres_world));

RC_GTEST_PROP(Backoff, IsSpreadUpToItsBound, ()) {
    const auto first = *rc::gen::inRange(0, 5'000);
    const auto cap = *rc::gen::inRange(0, 400'000);
    const auto attempt = *rc::gen::inRange(-1, 1'001);
    const double bound = std::min<double>(cap, first * std::pow(2.0, std::max(attempt, 1) - 1));
    SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
    const Backoff backoff{.first = milliseconds(first), .cap = milliseconds(cap)};
    std::int64_t least = INT64_MAX, most = 0;
    for (int i = 0; i < 100; ++i) {
        const std::int64_t pause = backoff_of(backoff, attempt, random).count();
        RC_ASSERT(pause >= 0);
        RC_ASSERT(static_cast<double>(pause) <= bound);
        least = std::min(least, pause);
        most = std::max(most, pause);
    }
    // Of a hundred, some are in the lowest tenth and some in the highest, but for one run in
    // 10,000.
    RC_ASSERT(static_cast<double>(least) <= bound / 10);
    RC_ASSERT(static_cast<double>(most) >= bound * 9 / 10 - 1);
}

TEST(Backoff, GrowsToItsCapAndNoFurther) {
    SeededRandom random(1);
    auto longest = [&](Backoff backoff, int attempt) {
        milliseconds out{0};
        for (int i = 0; i < 2'000; ++i) out = std::max(out, backoff_of(backoff, attempt, random));
        return out.count();
    };
    EXPECT_NEAR(static_cast<double>(longest({}, 1)), 1'000, 10);
    EXPECT_NEAR(static_cast<double>(longest({}, 4)), 8'000, 80);
    EXPECT_NEAR(static_cast<double>(longest({}, 20)), 300'000, 3'000);
    EXPECT_EQ(longest({.first = milliseconds(0)}, 20), 0);
    EXPECT_LE(longest({.first = milliseconds::max(), .cap = milliseconds::max() - milliseconds(1)},
                      1'000),
              milliseconds::max().count());
}

}  // namespace
}  // namespace nsl::store
