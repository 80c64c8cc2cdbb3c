// SPDX-License-Identifier: Apache-2.0
// Incidents of the past, as prices at one moment, with the results of an independent prototype in
// floating point (docs/price-algorithm.md, "Replays"). Confidences are compared in 1/100 bp.
#include <gtest/gtest.h>

#include "services/pricefeed/rules_aggregate.h"

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

FeedSpec spec_of(int quorum = 3) {
    return {.id = "X-USD", .quorum = quorum};
}

FeedMemory after(std::int64_t price) {
    return {.price = price, .observed_ms = kNow - 3'000};
}

std::vector<Vote> votes_of(std::initializer_list<std::int64_t> prices) {
    std::vector<Vote> votes;
    for (const std::int64_t price : prices) votes.push_back({.price = price});
    return votes;
}

std::int64_t bp_hundredths(const Estimate& estimate) {
    return (estimate.confidence * 1'000'000 + estimate.price / 2) / estimate.price;
}

TEST(PriceReplay, TwoSourcesOneThousandTimesTooHighHold) {
    const auto out = aggregate(votes_of({86'000, 86'000'000}), spec_of(), after(86'000), kNow);
    EXPECT_EQ(out.estimate.quality, Quality::hold);
    EXPECT_EQ(out.estimate.reason, "quorum 2 of 3");
    EXPECT_EQ(out.estimate.price, 86'000);
}

TEST(PriceReplay, TwoOfElevenNearZeroChangeNothing) {
    // 43,000 plus the nine middle deciles of a normal distribution of sd 8.
    const auto out = aggregate(
        votes_of({4'298'974'755'875, 4'299'326'702'900, 4'299'580'479'600, 4'299'797'322'300,
                  4'300'000'000'000, 4'300'202'677'700, 4'300'419'520'400, 4'300'673'297'100,
                  4'301'025'244'125, 10'000, 43'000}),
        spec_of(), after(4'300'000'000'000), kNow);
    EXPECT_EQ(out.estimate.quality, Quality::ok);
    EXPECT_EQ(out.estimate.sources, 9U);
    EXPECT_EQ(out.estimate.price, 4'300'000'000'000);
    EXPECT_EQ(bp_hundredths(out.estimate), 200);
}

TEST(PriceReplay, HeaviestVenueThirtyPercentOffIsCut) {
    const std::vector<Vote> votes = {{.price = 130'000'000, .volume = 50'000'000},
                                     {.price = 101'000'000, .volume = 3'000'000},
                                     {.price = 100'500'000, .volume = 2'000'000},
                                     {.price = 101'200'000, .volume = 2'000'000}};
    const auto out = aggregate(votes, spec_of(), after(100'500'000), kNow);
    EXPECT_EQ(out.estimate.quality, Quality::ok);
    EXPECT_EQ(out.estimate.price, 100'938'346);
    EXPECT_EQ(bp_hundredths(out.estimate), 4'343);
    EXPECT_EQ(out.accepted, (std::vector<std::uint8_t>{0, 1, 1, 1}));
}

TEST(PriceReplay, BurstOfVolumeOnOneVenueBuysNothing) {
    const std::vector<Vote> votes = {{.price = 65'700'000, .volume = 1'000'000},
                                     {.price = 94'000'000, .volume = 2'000'000},
                                     {.price = 93'500'000, .volume = 2'000'000},
                                     {.price = 95'000'000, .volume = 1'000'000},
                                     {.price = 93'000'000, .volume = 1'000'000}};
    const auto out = aggregate(votes, spec_of(), after(95'500'000), kNow);
    EXPECT_EQ(out.estimate.quality, Quality::ok);
    EXPECT_EQ(out.estimate.price, 93'750'000);
    EXPECT_EQ(bp_hundredths(out.estimate), 2'667);
}

TEST(PriceReplay, SocketsSilentForTwoMinutesDoNotVote) {
    const std::vector<Vote> votes = {{.price = 10'000'000'000, .age_ms = 120'000},
                                     {.price = 10'002'000'000, .age_ms = 118'000},
                                     {.price = 9'998'000'000, .age_ms = 121'000},
                                     {.price = 9'200'000'000, .age_ms = 200},
                                     {.price = 9'203'000'000, .age_ms = 300}};
    const auto two = aggregate(votes, spec_of(2), after(9'210'000'000), kNow);
    EXPECT_EQ(two.estimate.quality, Quality::ok);
    EXPECT_EQ(two.estimate.price, 9'200'000'000);
    EXPECT_EQ(bp_hundredths(two.estimate), 326);
    const auto three = aggregate(votes, spec_of(3), after(9'210'000'000), kNow);
    EXPECT_EQ(three.estimate.quality, Quality::hold);
    EXPECT_EQ(three.estimate.price, 9'210'000'000);
}

TEST(PriceReplay, VenuesOfADepeggedQuoteConvertedAgree) {
    // 105.26, 105.24, 105.29, 105.25, 105.27 at 0.95, and three venues in dollars.
    const auto out =
        aggregate(votes_of({9'999'700'000, 9'997'800'000, 10'002'550'000, 9'998'750'000,
                            10'000'650'000, 10'001'000'000, 9'998'000'000, 10'000'000'000}),
                  spec_of(), after(10'000'000'000), kNow);
    EXPECT_EQ(out.estimate.quality, Quality::ok);
    EXPECT_EQ(out.estimate.price, 9'999'749'170);
    EXPECT_EQ(bp_hundredths(out.estimate), 200);
}

class TrueCrash : public testing::Test {
 protected:
    Aggregate round(const FeedMemory& memory, std::int64_t now_ms, Anchor anchor = {}) {
        return aggregate(votes_of({6'000'000'000, 6'005'000'000, 6'010'000'000, 6'015'000'000,
                                   6'020'000'000, 6'025'000'000}),
                         spec_of(), memory, now_ms, anchor);
    }
};

TEST_F(TrueCrash, IsSuspectOnceThenFollowed) {
    const auto first = round(after(10'000'000'000), kNow);
    EXPECT_EQ(first.estimate.quality, Quality::suspect);
    EXPECT_EQ(first.estimate.price, 10'000'000'000);
    EXPECT_EQ(first.memory.suspect_price, 6'012'500'000);
    EXPECT_EQ(first.estimate.reason, "jump -39 %, seen 1 of 2");

    const auto early = round(first.memory, kNow + 2'999);
    EXPECT_EQ(early.estimate.quality, Quality::suspect);
    const auto second = round(early.memory, kNow + 3'000);
    EXPECT_EQ(second.estimate.quality, Quality::ok);
    EXPECT_EQ(second.estimate.price, 6'012'500'000);
    EXPECT_EQ(bp_hundredths(second.estimate), 1'247);
}

TEST_F(TrueCrash, NeedsTheAnchorWhereOneIsRequired) {
    FeedMemory memory = after(10'000'000'000);
    const Anchor agrees{.required = true, .price = 6'100'000'000};
    const Anchor disagrees{.required = true, .price = 10'000'000'000};
    const Anchor silent{.required = true};
    memory = round(memory, kNow, agrees).memory;
    EXPECT_EQ(round(memory, kNow + 3'000, agrees).estimate.quality, Quality::ok);
    EXPECT_EQ(round(memory, kNow + 3'000, disagrees).estimate.reason,
              "jump -39 %, the anchor disagrees");
    EXPECT_EQ(round(memory, kNow + 3'000, silent).estimate.reason,
              "jump -39 %, the anchor is silent");
}

TEST(PriceReplay, AnotherMetalsPriceIsSuspect) {
    const auto votes = votes_of(
        {170'000'000'000, 170'100'000'000, 170'200'000'000, 170'300'000'000, 170'400'000'000});
    const auto out = aggregate(votes, spec_of(), after(1'800'000'000), kNow);
    EXPECT_EQ(out.estimate.quality, Quality::suspect);
    EXPECT_EQ(out.estimate.price, 1'800'000'000);
    EXPECT_EQ(out.memory.suspect_price, 170'200'000'000);

    // With an anchor it stays suspect for good; without one the second round is believed.
    FeedMemory memory = out.memory;
    const Anchor anchor{.required = true, .price = 1'790'000'000};
    for (int i = 1; i <= 20; ++i) {
        const auto again = aggregate(votes, spec_of(), memory, kNow + i * 3'000, anchor);
        EXPECT_EQ(again.estimate.quality, Quality::suspect);
        memory = again.memory;
    }
    EXPECT_EQ(aggregate(votes, spec_of(), out.memory, kNow + 3'000).estimate.quality, Quality::ok);
}

TEST(PriceReplay, AFallToATenthIsFollowedWithoutAFloor) {
    FeedMemory memory = after(10'000'000);
    const auto votes = votes_of({1'000'000, 1'001'000, 999'000, 1'000'500});
    memory = aggregate(votes, spec_of(), memory, kNow).memory;
    const auto out = aggregate(votes, spec_of(), memory, kNow + 3'000);
    EXPECT_EQ(out.estimate.quality, Quality::ok);
    EXPECT_NEAR(static_cast<double>(out.estimate.price), 1'000'250, 300);
}

}  // namespace
}  // namespace nsl::pricefeed
