// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_aggregate.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

FeedSpec spec_of(int quorum = 3) {
    return {.id = "X-USD", .quorum = quorum};
}

std::int64_t in(std::int64_t low, std::int64_t high) {
    return *rc::gen::inRange<std::int64_t>(low, high);
}

// Votes around `centre` within `width_ppm`, of any volume, age and book.
std::vector<Vote> any_votes(std::int64_t count, std::int64_t centre, std::int64_t width_ppm) {
    std::vector<Vote> votes;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t price = centre + centre / 1'000'000 * in(-width_ppm, width_ppm + 1);
        votes.push_back({.price = price,
                         .bid = in(0, 2) == 0 ? 0 : price - price / in(1'000, 100'000),
                         .ask = in(0, 2) == 0 ? 0 : price + price / in(1'000, 100'000),
                         .age_ms = in(0, 40'000),
                         .volume = in(0, 2) == 0 ? 0 : in(1, 1'000'000'000),
                         .reputation_ppm = in(0, 4) == 0 ? 0 : in(50'000, 1'000'001)});
    }
    return votes;
}

bool same(const FeedMemory& a, const FeedMemory& b) {
    return a.price == b.price && a.confidence == b.confidence && a.observed_ms == b.observed_ms &&
           a.variance_e18 == b.variance_e18 && a.evaluated_ms == b.evaluated_ms &&
           a.suspect_rounds == b.suspect_rounds && a.suspect_price == b.suspect_price &&
           a.suspect_ms == b.suspect_ms && a.sampled_price == b.sampled_price &&
           a.sampled_ms == b.sampled_ms;
}

RC_GTEST_PROP(PriceAggregate, StaysWithinWhatWasVoted, ()) {
    const auto votes = any_votes(in(0, 33), in(1'000'000, 10'000'000'000'000), 400'000);
    const auto out = aggregate(votes, spec_of(static_cast<int>(in(1, 6))), {}, kNow);
    if (out.estimate.quality != Quality::ok) return;
    const auto [low, high] = std::ranges::minmax(votes, {}, &Vote::price);
    RC_ASSERT(out.estimate.price >= low.price && out.estimate.price <= high.price);
    RC_ASSERT(out.estimate.confidence > 0);
    RC_ASSERT(out.estimate.observed_ms <= kNow);
    RC_ASSERT(out.estimate.observed_ms >= kNow - 30'000);
}

RC_GTEST_PROP(PriceAggregate, OrderOfVotesChangesNothing, ()) {
    auto votes = any_votes(in(0, 33), in(1'000'000, 10'000'000'000'000), 3'000);
    const FeedMemory memory{.price = in(0, 2) * 5'000'000'000, .observed_ms = kNow - 1'000};
    std::vector<std::size_t> order(votes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(i))]);
    std::vector<Vote> shuffled;
    for (const std::size_t i : order) shuffled.push_back(votes[i]);

    const auto a = aggregate(votes, spec_of(), memory, kNow);
    const auto b = aggregate(shuffled, spec_of(), memory, kNow);
    RC_ASSERT(a.estimate == b.estimate);
    RC_ASSERT(same(a.memory, b.memory));
    for (std::size_t i = 0; i < order.size(); ++i) RC_ASSERT(b.accepted[i] == a.accepted[order[i]]);
}

RC_GTEST_PROP(PriceAggregate, ScalesWithItsInput, ()) {
    const std::int64_t factor = in(2, 1'000);
    const auto votes = any_votes(in(3, 20), in(1'000'000, 1'000'000'000'000), 5'000);
    auto larger = votes;
    for (Vote& vote : larger) {
        vote.price *= factor;
        vote.bid *= factor;
        vote.ask *= factor;
    }
    const auto a = aggregate(votes, spec_of(), {}, kNow).estimate;
    const auto b = aggregate(larger, spec_of(), {}, kNow).estimate;
    RC_ASSERT(a.quality == b.quality);
    RC_ASSERT(a.sources == b.sources);
    RC_ASSERT(std::abs(b.price - a.price * factor) <= factor + 1);
    RC_ASSERT(std::abs(b.confidence - a.confidence * factor) <= 3 * factor + 3);
}

// Where the filter cut honest votes and left only three, the bad one among them holds a third and
// can pull past the nearest honest vote, by less than a third of the honest range.
RC_GTEST_PROP(PriceAggregate, OneOfFourEqualVotesCannotLeaveTheHonestRange, ()) {
    const std::int64_t centre = in(1'000'000, 10'000'000'000'000);
    const std::int64_t width = in(1, 20'000);
    std::vector<Vote> votes;
    for (std::int64_t i = 0, honest = in(3, 12); i < honest; ++i)
        votes.push_back({.price = centre + centre / 1'000'000 * in(-width, width + 1)});
    const auto [low, high] = std::ranges::minmax(votes, {}, &Vote::price);
    const std::int64_t least = low.price;
    const std::int64_t most = high.price;
    const bool near = in(0, 2) == 0;
    const std::int64_t bad =
        near ? centre + centre / 1'000'000 * in(-5 * width, 5 * width + 1) : in(1, kPriceMax);
    votes.push_back({.price = bad});
    const auto out = aggregate(votes, spec_of(1), {}, kNow).estimate;
    if (out.quality != Quality::ok) return;
    const std::int64_t slack = out.sources < 4 ? (most - least) / 3 + 1 : 0;
    RC_ASSERT(out.price >= least - slack && out.price <= most + slack);
}

// With volumes one source may hold a third of the weight. As long as the honest ones agree within
// the floor of the filter, it moves the price by less than they disagree themselves.
RC_GTEST_PROP(PriceAggregate, OneHeavyVoteIsBoundedByHonestDisagreement, ()) {
    const std::int64_t centre = in(10'000'000, 10'000'000'000'000);
    std::vector<Vote> votes;
    for (std::int64_t i = 0, honest = in(3, 12); i < honest; ++i)
        votes.push_back(
            {.price = centre + centre / 1'000'000 * in(-400, 401), .volume = in(1, 1'000'000'000)});
    const auto [low, high] = std::ranges::minmax(votes, {}, &Vote::price);
    const std::int64_t least = low.price;
    const std::int64_t most = high.price;
    votes.push_back({.price = centre + centre / 1'000'000 * in(-4'000, 4'001),
                     .volume = in(1, 1'000'000'000'000)});
    const auto out = aggregate(votes, spec_of(1), {}, kNow).estimate;
    if (out.quality != Quality::ok) return;
    const std::int64_t range = most - least;
    RC_ASSERT(out.price >= least - range - 1 && out.price <= most + range + 1);
}

RC_GTEST_PROP(PriceAggregate, HoldAndSuspectKeepTheAcceptedPrice, ()) {
    const FeedMemory memory{
        .price = 5'000'000'000, .confidence = 1'234'567, .observed_ms = kNow - 7'000};
    const auto votes = any_votes(in(0, 6), in(1'000'000'000, 10'000'000'000), 100'000);
    const auto out = aggregate(votes, spec_of(), memory, kNow);
    if (out.estimate.quality == Quality::ok) return;
    RC_ASSERT(out.estimate.price == memory.price);
    RC_ASSERT(out.estimate.confidence == memory.confidence);
    RC_ASSERT(out.estimate.observed_ms == memory.observed_ms);
    RC_ASSERT(out.memory.price == memory.price);
    RC_ASSERT(!out.estimate.reason.empty());
}

TEST(PriceAggregate, HoldsWhenTheSurvivorsCarryTooLittleWeight) {
    // Two camps, five and three strong: the median's camp survives with 62 %, or 57 % of seven.
    std::vector<Vote> votes(5, {.price = 10'000'000'000});
    votes.insert(votes.end(), 3, {.price = 11'000'000'000});
    EXPECT_EQ(aggregate(votes, spec_of(), {}, kNow).estimate.quality, Quality::ok);
    votes.erase(votes.begin());
    const auto out = aggregate(votes, spec_of(), {}, kNow);
    EXPECT_EQ(out.estimate.quality, Quality::hold);
    EXPECT_EQ(out.estimate.reason, "weight 57 %");
}

TEST(PriceAggregate, CountsOnlyUsableVotesForTheQuorum) {
    std::vector<Vote> votes(3, {.price = 10'000'000'000});
    votes.push_back({.price = 0});
    votes.push_back({.price = kPriceMax + 1});
    votes.push_back({.price = 10'000'000'000, .age_ms = 30'001});
    votes.push_back({.price = 10'000'000'000, .reputation_ppm = 0});
    EXPECT_EQ(aggregate(votes, spec_of(4), {}, kNow).estimate.reason, "quorum 3 of 4");
    const auto out = aggregate(votes, spec_of(3), {}, kNow);
    EXPECT_EQ(out.estimate.sources, 3U);
    EXPECT_EQ(out.accepted, (std::vector<std::uint8_t>{1, 1, 1, 0, 0, 0, 1}));
}

TEST(PriceAggregate, FresherAndLargerVotesWeighMore) {
    std::vector<Vote> votes = {
        {.price = 10'000'000'000}, {.price = 10'001'000'000}, {.price = 10'002'000'000}};
    const auto equal = aggregate(votes, spec_of(), {}, kNow).estimate.price;
    votes[2].age_ms = 10'000;
    EXPECT_LT(aggregate(votes, spec_of(), {}, kNow).estimate.price, equal);
    votes[2].age_ms = 0;
    votes[0].volume = 1'000'000;
    votes[1].volume = 1'000'000;
    votes[2].volume = 2'000'000;
    EXPECT_GT(aggregate(votes, spec_of(), {}, kNow).estimate.price, equal);
}

TEST(PriceAggregate, UnknownVolumeCountsAsTheSmallestKnown) {
    std::vector<Vote> votes = {{.price = 10'000'000'000, .volume = 9'000'000},
                               {.price = 10'001'000'000, .volume = 4'000'000},
                               {.price = 10'003'000'000, .volume = 1'000'000},
                               {.price = 10'004'000'000}};
    const auto unknown = aggregate(votes, spec_of(), {}, kNow);
    votes[3].volume = 1'000'000;
    EXPECT_EQ(aggregate(votes, spec_of(), {}, kNow).estimate, unknown.estimate);
    votes[3].volume = 9'000'000;
    EXPECT_NE(aggregate(votes, spec_of(), {}, kNow).estimate, unknown.estimate);

    std::vector<Vote> equal = {{.price = 10'000'000'000, .volume = 1'000'000},
                               {.price = 10'001'000'000, .volume = 1'000'000},
                               {.price = 10'003'000'000, .volume = 1'000'000},
                               {.price = 10'004'000'000}};
    const auto partly = aggregate(equal, spec_of(), {}, kNow).estimate;
    for (Vote& vote : equal) vote.volume = 0;
    EXPECT_EQ(aggregate(equal, spec_of(), {}, kNow).estimate, partly);
}

TEST(PriceAggregate, CutsBeyondThreeAndAHalfSigma) {
    // Three agree, so σ is its floor of 5 bp.
    std::vector<Vote> votes(4, {.price = 10'000'000'000});
    votes[3].price = 10'017'500'000;
    EXPECT_EQ(aggregate(votes, spec_of(), {}, kNow).estimate.sources, 4U);
    votes[3].price = 10'017'500'001;
    EXPECT_EQ(aggregate(votes, spec_of(), {}, kNow).estimate.sources, 3U);
}

TEST(PriceAggregate, StaysBetweenTheQuartiles) {
    // Four far votes pull the bounded mean above nine equal ones, where both median and upper
    // quartile lie.
    std::vector<Vote> votes(7, {.price = 9'999'900'000});
    votes.insert(votes.end(), 9, {.price = 10'000'000'000});
    votes.insert(votes.end(), 4, {.price = 10'005'000'000});
    const auto out = aggregate(votes, spec_of(), {}, kNow).estimate;
    EXPECT_EQ(out.sources, 20U);
    EXPECT_EQ(out.price, 10'000'000'000);
}

TEST(PriceAggregate, WideBooksWidenTheConfidence) {
    std::vector<Vote> votes(4, {.price = 10'000'000'000});
    EXPECT_EQ(aggregate(votes, spec_of(), {}, kNow).estimate.confidence, 2'000'000);
    for (Vote& vote : votes) {
        vote.bid = 9'950'000'000;
        vote.ask = 10'050'000'000;
    }
    EXPECT_EQ(aggregate(votes, spec_of(), {}, kNow).estimate.confidence, 50'000'000);
}

TEST(PriceAggregate, ConfidenceGrowsWithTheRootOfAge) {
    std::vector<Vote> votes(4, {.price = 10'000'000'000, .age_ms = 25'000});
    // 4e-5 × √25 = 2 bp, beside the floor of 2 bp.
    const auto out = aggregate(votes, spec_of(), {}, kNow).estimate;
    EXPECT_EQ(out.confidence, 2'828'427);
    EXPECT_EQ(out.observed_ms, kNow - 25'000);
}

TEST(PriceAggregate, SmallMovesPassTheGateAndLargeOnesDoNot) {
    const FeedMemory memory{.price = 10'000'000'000, .observed_ms = kNow - 3'000};
    const auto at = [&](std::int64_t price) {
        return aggregate(std::vector<Vote>(3, {.price = price}), spec_of(), memory, kNow)
            .estimate.quality;
    };
    EXPECT_EQ(at(10'512'000'000), Quality::ok);
    EXPECT_EQ(at(10'513'000'000), Quality::suspect);
    EXPECT_EQ(at(9'513'000'000), Quality::ok);
    EXPECT_EQ(at(9'512'000'000), Quality::suspect);
}

TEST(PriceAggregate, ALivelyFeedMayJumpFurther) {
    FeedMemory memory{.price = 10'000'000'000, .observed_ms = kNow - 10'000};
    memory.variance_e18 = 16'000'000'000'000;  // 0.4 % per √second: 8σ over 10 s is 10.1 %
    const auto out =
        aggregate(std::vector<Vote>(3, {.price = 11'000'000'000}), spec_of(), memory, kNow);
    EXPECT_EQ(out.estimate.quality, Quality::ok);
}

TEST(PriceAggregate, ASecondSuspectStoryStartsAgain) {
    FeedMemory memory{.price = 10'000'000'000, .observed_ms = kNow};
    const auto round = [&](std::int64_t price, std::int64_t now_ms) {
        auto out = aggregate(std::vector<Vote>(3, {.price = price}), spec_of(), memory, now_ms);
        memory = out.memory;
        return out.estimate.quality;
    };
    EXPECT_EQ(round(12'000'000'000, kNow), Quality::suspect);
    EXPECT_EQ(round(15'000'000'000, kNow + 3'000), Quality::suspect);
    EXPECT_EQ(round(12'000'000'000, kNow + 6'000), Quality::suspect);
    EXPECT_EQ(round(12'100'000'000, kNow + 9'000), Quality::ok);
}

TEST(PriceAggregate, AHoldBetweenSuspectRoundsStartsAgain) {
    FeedMemory memory{.price = 10'000'000'000, .observed_ms = kNow};
    const std::vector<Vote> jump(3, {.price = 12'000'000'000});
    memory = aggregate(jump, spec_of(), memory, kNow).memory;
    memory = aggregate({}, spec_of(), memory, kNow + 3'000).memory;
    EXPECT_EQ(aggregate(jump, spec_of(), memory, kNow + 6'000).estimate.quality, Quality::suspect);
}

TEST(PriceAggregate, LearnsHowLivelyAFeedIs) {
    FeedMemory calm;
    FeedMemory wild;
    for (int i = 0; i < 300; ++i) {
        const std::int64_t now_ms = kNow + i * 1'000;
        const std::int64_t step = i % 2 == 0 ? 0 : 10'000'000;  // 10 bp up and down
        calm = aggregate(std::vector<Vote>(3, {.price = 10'000'000'000}), spec_of(), calm, now_ms)
                   .memory;
        wild = aggregate(std::vector<Vote>(3, {.price = 10'000'000'000 + step}), spec_of(), wild,
                         now_ms)
                   .memory;
    }
    EXPECT_LT(expected_move_nano(calm, 1'000), 10'000);
    EXPECT_NEAR(static_cast<double>(expected_move_nano(wild, 1'000)), 1e6, 3e4);
}

}  // namespace
}  // namespace nsl::pricefeed
