// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "base/bytes.h"

namespace nsl {

TEST(OsRandom, GivesDifferentBytesEachTime) {
    OsRandom random;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random.u64());
    EXPECT_EQ(seen.size(), 1000U);
    Bytes large(100'000);
    random.fill(large);
    EXPECT_GT(std::set<std::uint8_t>(large.end() - 4096, large.end()).size(), 200U);
}

TEST(SeededRandom, RepeatsItselfFromTheSameSeed) {
    SeededRandom a(7);
    SeededRandom b(7);
    SeededRandom c(8);
    const std::uint64_t first = a.u64();
    EXPECT_EQ(first, b.u64());
    EXPECT_NE(first, c.u64());
}

// The first output of splitmix64 from seed 0, from the reference implementation.
TEST(SeededRandom, IsSplitmix64) {
    SeededRandom random(0);
    ByteArray<8> out{};
    random.fill(out);
    ByteReader in(out);
    EXPECT_EQ(in.u64(), 0xe220a8397b1dcdaf);
}

TEST(Random, BelowCoversItsRangeEvenly) {
    SeededRandom random(1);
    std::array<int, 6> counts{};
    for (int i = 0; i < 60'000; ++i) ++counts[random.below(6)];
    for (int count : counts) EXPECT_NEAR(count, 10'000, 500);
    EXPECT_EQ(random.below(1), 0U);
    // Without drawing again, the lowest third would come up half of the time.
    constexpr std::uint64_t kThird = std::uint64_t{1} << 62;
    int low = 0;
    for (int i = 0; i < 30'000; ++i) low += random.below(3 * kThird) < kThird ? 1 : 0;
    EXPECT_NEAR(low, 10'000, 500);
}

TEST(RandomDeathTest, BelowZeroIsABug) {
    SeededRandom random(1);
    EXPECT_DEATH(random.below(0), "bug");
}

}  // namespace nsl
