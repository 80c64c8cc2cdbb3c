// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_fixed.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "services/pricefeed/rules_weights.h"

namespace nsl::pricefeed {
namespace {

RC_GTEST_PROP(FixedPoint, RootIsTheFloor, (std::uint64_t value)) {
    const std::uint64_t scaled = value >> *rc::gen::inRange(0, 64);
    const Uint128 root = isqrt(scaled);
    RC_ASSERT(root * root <= scaled);
    RC_ASSERT((root + 1) * (root + 1) > scaled);
}

RC_GTEST_PROP(FixedPoint, WideRootIsTheFloor, (std::uint64_t high, std::uint64_t low)) {
    const Uint128 value = ((Uint128{high} << 64) | low) >> *rc::gen::inRange(0, 128);
    const Uint128 root = isqrt_wide(value);
    RC_ASSERT(root * root <= value);
    RC_ASSERT(root == ~std::uint64_t{0} || (root + 1) * (root + 1) > value);
}

TEST(FixedPoint, RootsAtTheEdges) {
    EXPECT_EQ(isqrt(0), 0U);
    EXPECT_EQ(isqrt(1), 1U);
    EXPECT_EQ(isqrt(~std::uint64_t{0}), 4'294'967'295U);
    EXPECT_EQ(isqrt_wide(~Uint128{0}), ~std::uint64_t{0});
    for (std::uint64_t root = 4'294'967'290; root <= 4'294'967'295; ++root) {
        EXPECT_EQ(isqrt(root * root), root);
        EXPECT_EQ(isqrt(root * root - 1), root - 1);
    }
}

RC_GTEST_PROP(FixedPoint, DecayIsWithinTwoUnits, ()) {
    const auto half_life = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
    const auto elapsed = *rc::gen::inRange<std::int64_t>(0, 40'000'000);
    const long double exact =
        std::exp2(32.0L - static_cast<long double>(elapsed) / static_cast<long double>(half_life));
    const auto got = static_cast<long double>(half_life_decay(elapsed, half_life));
    RC_ASSERT(std::fabs(got - exact) <= 2.0L);
}

TEST(FixedPoint, DecayHalvesExactly) {
    EXPECT_EQ(half_life_decay(-5, 5'000), std::uint64_t{1} << 32);
    EXPECT_EQ(half_life_decay(0, 5'000), std::uint64_t{1} << 32);
    EXPECT_EQ(half_life_decay(5'000, 5'000), std::uint64_t{1} << 31);
    EXPECT_EQ(half_life_decay(50'000, 5'000), std::uint64_t{1} << 22);
    EXPECT_EQ(half_life_decay(5'000'000, 5'000), 0U);
}

RC_GTEST_PROP(FixedPoint, LogarithmIsWithinOneUnit, ()) {
    const auto any = [] {
        return (*rc::gen::inRange<std::int64_t>(1, INT64_MAX) >> *rc::gen::inRange(0, 62)) | 1;
    };
    const std::int64_t a = any();
    const std::int64_t b = any();
    const long double exact =
        (std::log(static_cast<long double>(a)) - std::log(static_cast<long double>(b))) * 1e9L;
    RC_ASSERT(std::fabs(static_cast<long double>(ln_ratio_nano(a, b)) - exact) <= 1.0L);
}

TEST(FixedPoint, LogarithmOfKnownRatios) {
    EXPECT_EQ(ln_ratio_nano(7, 7), 0);
    EXPECT_EQ(ln_ratio_nano(2, 1), 693'147'181);
    EXPECT_EQ(ln_ratio_nano(1, 2), -693'147'181);
    EXPECT_EQ(ln_ratio_nano(INT64_MAX, 1), 43'668'272'375);
}

std::vector<std::int64_t> weights_of(const std::vector<std::int64_t>& volumes) {
    std::vector<Vote> votes;
    for (const std::int64_t volume : volumes) votes.push_back({.price = 1, .volume = volume});
    std::vector<const Vote*> pointers;
    for (const Vote& vote : votes) pointers.push_back(&vote);
    std::vector<std::int64_t> weights(votes.size());
    vote_weights(pointers, weights);
    return weights;
}

RC_GTEST_PROP(VoteWeights, NoneHoldsMoreThanItsShare, ()) {
    const auto count = *rc::gen::inRange<std::size_t>(3, 33);
    std::vector<std::int64_t> volumes;
    for (std::size_t i = 0; i < count; ++i)
        volumes.push_back(*rc::gen::inRange<std::int64_t>(0, INT64_MAX) >>
                          *rc::gen::inRange(0, 63));
    const auto weights = weights_of(volumes);
    Int128 total = 0;
    for (const std::int64_t weight : weights) total += weight;
    const std::int64_t share = count == 3 ? 2 : 1;
    const std::int64_t whole = count == 3 ? 5 : 3;
    for (std::size_t i = 0; i < count; ++i) {
        RC_ASSERT(weights[i] > 0);
        RC_ASSERT(Int128{weights[i]} * whole <= total * share);
        for (std::size_t j = 0; j < count; ++j)
            if (volumes[i] > volumes[j] && volumes[j] > 0) RC_ASSERT(weights[i] >= weights[j]);
    }
}

TEST(VoteWeights, TheCapIsTheLimitOfLoweringOneAfterTheOther) {
    // √: 100, 100, 1, 1: both large ones end at a third, 2 : 2 : 1 : 1.
    const auto four = weights_of({10'000, 10'000, 1, 1});
    EXPECT_EQ(four[0], 2 * four[2]);
    EXPECT_EQ(four[1], 2 * four[3]);
    // Of three, two fifths: 2 : 2 : 1.
    const auto three = weights_of({1'000'000, 40'000, 1});
    EXPECT_EQ(three[0], 2 * three[2]);
    EXPECT_EQ(three[1], 2 * three[2]);
    const auto two = weights_of({1'000'000, 1});
    EXPECT_EQ(two[0], 1'000 * two[1]);
}

TEST(WeightedQuarter, TakesTheFirstBeyondAndTheMeanOnEquality) {
    const std::vector<Weighted> items = {{10, 1}, {20, 1}, {40, 1}, {80, 1}};
    EXPECT_EQ(weighted_quarter(items, 4, 1), 15);
    EXPECT_EQ(weighted_quarter(items, 4, 2), 30);
    EXPECT_EQ(weighted_quarter(items, 4, 3), 60);
    const std::vector<Weighted> heavy = {{10, 1}, {20, 3}, {40, 1}};
    EXPECT_EQ(weighted_quarter(heavy, 5, 1), 20);
    EXPECT_EQ(weighted_quarter(heavy, 5, 3), 20);
    const std::vector<Weighted> one = {{10, 7}};
    EXPECT_EQ(weighted_quarter(one, 7, 3), 10);
}

}  // namespace
}  // namespace nsl::pricefeed
