// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_reputation.h"

#include <gtest/gtest.h>

#include "services/pricefeed/rules_market.h"

namespace nsl::pricefeed {
namespace {

struct Trial {
    Reputation reputation;
    std::int64_t now_ms = 0;

    void rounds(int count, Outcome outcome) {
        for (int i = 0; i < count; ++i, now_ms += kReputationRoundMs)
            note_round(reputation, outcome, now_ms);
    }
    // Rounds until it is back, all clean.
    int time_out() {
        int count = 0;
        for (; reputation.out; ++count) rounds(1, Outcome::survived);
        return count;
    }
};

TEST(Reputation, IsWholeWithoutFault) {
    Trial run;
    run.rounds(1'000, Outcome::survived);
    EXPECT_EQ(reputation_ppm(run.reputation), 1'000'000);
}

TEST(Reputation, FallsWithTheFourthPowerOfHits) {
    Trial run;
    run.rounds(4, Outcome::rejected);
    // (255/256)^4 of hits, to the fourth.
    EXPECT_NEAR(static_cast<double>(reputation_ppm(run.reputation)), 939'300, 100);
    EXPECT_FALSE(run.reputation.out);
}

TEST(Reputation, FallsWithAbsenceAndNeverBelowItsFloor) {
    Trial run;
    run.rounds(256, Outcome::absent);
    EXPECT_NEAR(static_cast<double>(reputation_ppm(run.reputation)), 367'000, 2'000);
    run.rounds(10'000, Outcome::absent);
    EXPECT_EQ(reputation_ppm(run.reputation), 50'000);
}

TEST(Reputation, FiveRejectsInARowPutItOut) {
    Trial run;
    run.rounds(4, Outcome::rejected);
    run.rounds(1, Outcome::survived);
    run.rounds(4, Outcome::rejected);
    EXPECT_FALSE(run.reputation.out);
    run.rounds(1, Outcome::rejected);
    EXPECT_TRUE(run.reputation.out);
    EXPECT_EQ(reputation_ppm(run.reputation), 0);
}

TEST(Reputation, ExclusionDoublesToTenMinutesAndIsForgiven) {
    Trial run;
    for (const int seconds : {60, 120, 240, 480, 600, 600}) {
        run.rounds(5, Outcome::rejected);
        EXPECT_NEAR(run.time_out(), seconds + 20, 1);
    }
    run.rounds(600, Outcome::survived);
    run.rounds(5, Outcome::rejected);
    EXPECT_NEAR(run.time_out(), 60 + 20, 1);
}

TEST(Reputation, ARejectDuringTheTrialStartsItAgain) {
    Trial run;
    run.rounds(5, Outcome::rejected);
    run.rounds(75, Outcome::survived);
    EXPECT_TRUE(run.reputation.out);
    run.rounds(1, Outcome::rejected);
    run.rounds(19, Outcome::survived);
    EXPECT_TRUE(run.reputation.out);
    run.rounds(1, Outcome::survived);
    EXPECT_FALSE(run.reputation.out);
}

TEST(GapMeter, TellsTheMedianOfTheLastGaps) {
    GapMeter meter;
    EXPECT_EQ(meter.median_ms(), 0);
    for (int i = 0; i < 15; ++i) meter.add(100'000);
    for (const int gap : {1, 2, 3, 4, 5, 6, 7, 8}) meter.add(gap * 1'000);
    EXPECT_EQ(meter.median_ms(), 8'000);
}

TEST(VolumeMeter, KnowsWholeHoursOnlyAndTheirMedian) {
    constexpr std::int64_t kHour = 3'600'000;
    VolumeMeter meter;
    meter.add(100, 0);
    meter.add(110, kHour);
    meter.add(5'000, kHour + 1);
    meter.add(120, 2 * kHour);
    EXPECT_EQ(meter.lagged(), 0);  // two whole hours
    meter.add(130, 3 * kHour);
    EXPECT_EQ(meter.lagged(), 120);  // of 100, 5000, 120
    for (int hour = 4; hour <= 40; ++hour) meter.add(1'000 + hour, hour * kHour);
    EXPECT_EQ(meter.lagged(), 1'028);  // of 1016 to 1039
}

}  // namespace
}  // namespace nsl::pricefeed
