// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <set>

#include "base/checked.h"
#include "base/spawn.h"

namespace nsl {
namespace {

Result<int> positive(int value) {
    if (value <= 0) return fail(Errc::invalid_argument, "must be positive");
    return value;
}

Result<int> sum_of_positives(int a, int b) {
    TRY(const int first, positive(a));
    TRY(const int second, positive(b));
    return first + second;
}

Status both_positive(int a, int b) {
    TRY_OK(positive(a));
    TRY_OK(positive(b));
    return {};
}

Task<Result<int>> later_sum(int a, int b) {
    CO_TRY_OK(positive(a));
    CO_TRY(const int second, positive(b));
    co_return a + second;
}

}  // namespace

TEST(Result, TryHandsTheFirstErrorUp) {
    EXPECT_EQ(sum_of_positives(2, 3), 5);
    EXPECT_EQ(sum_of_positives(2, 0).error().message, "must be positive");
    EXPECT_TRUE(both_positive(1, 1));
    EXPECT_EQ(both_positive(1, -1).error().code, Errc::invalid_argument);
}

TEST(Result, TryWorksInCoroutines) {
    asio::io_context loop;
    EXPECT_EQ(run_blocking(loop, later_sum(2, 3)), 5);
    EXPECT_EQ(run_blocking(loop, later_sum(0, 3)).error().code, Errc::invalid_argument);
    EXPECT_EQ(run_blocking(loop, later_sum(3, 0)).error().code, Errc::invalid_argument);
}

TEST(Result, EveryCodeHasItsOwnName) {
    std::set<std::string> names;
    for (int code = 0; code <= static_cast<int>(Errc::internal); ++code)
        names.insert(errc_name(static_cast<Errc>(code)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(Errc::internal) + 1);
    EXPECT_STREQ(errc_name(Errc::insufficient_funds), "insufficient_funds");
}

TEST(ResultDeathTest, ABrokenInvariantStopsTheProgram) {
    EXPECT_DEATH(NSL_ASSERT(1 + 1 == 3), "bug: 1 \\+ 1 == 3");
}

TEST(Checked, ReportsOverflowInsteadOfWrapping) {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(checked_add<std::int64_t>(kMax - 1, 1), kMax);
    EXPECT_EQ(checked_add<std::int64_t>(kMax, 1).error().code, Errc::limit_exceeded);
    EXPECT_EQ(checked_sub<std::uint32_t>(3, 3), 0U);
    EXPECT_EQ(checked_sub<std::uint32_t>(3, 4).error().code, Errc::limit_exceeded);
    EXPECT_EQ(checked_mul<std::int32_t>(65536, 32767), 2147418112);
    EXPECT_EQ(checked_mul<std::int32_t>(65536, 32768).error().code, Errc::limit_exceeded);
}

TEST(Checked, CastsOnlyWhatFits) {
    EXPECT_EQ((checked_cast<std::uint8_t>(255)), 255);
    EXPECT_EQ((checked_cast<std::uint8_t>(256)).error().code, Errc::limit_exceeded);
    EXPECT_EQ((checked_cast<std::uint64_t>(-1)).error().code, Errc::limit_exceeded);
    EXPECT_EQ((checked_cast<std::int64_t>(std::uint64_t{1} << 63)).error().code,
              Errc::limit_exceeded);
}

}  // namespace nsl
