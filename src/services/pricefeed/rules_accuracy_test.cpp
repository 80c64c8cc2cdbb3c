// SPDX-License-Identifier: Apache-2.0
// How close eight honest venues of different quality bring the estimate to the truth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.h"
#include "services/pricefeed/rules_aggregate.h"

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

// Standard normal, Box-Muller.
double normal(Random& random) {
    const double u = static_cast<double>(random.u64() >> 11) * 0x1p-53 + 0x1p-54;
    const double v = static_cast<double>(random.u64() >> 11) * 0x1p-53;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

TEST(PriceAccuracy, BeatsTheMedianOnHonestVenues) {
    constexpr std::array<double, 8> kNoiseBp = {1, 1.2, 1.5, 2, 3, 3, 4, 5};
    constexpr std::array<std::int64_t, 8> kVolumes = {30, 20, 12, 8, 4, 3, 2, 1};
    constexpr std::int64_t kTruth = 10'000'000'000;
    constexpr int kRounds = 20'000;
    const FeedSpec spec{.id = "X-USD"};
    SeededRandom random(1);
    double own = 0;
    double median = 0;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<Vote> votes;
        std::vector<std::int64_t> prices;
        for (std::size_t i = 0; i < kNoiseBp.size(); ++i) {
            const double noise = kNoiseBp[i] * normal(random) * 1e-4;
            prices.push_back(kTruth + std::llround(noise * static_cast<double>(kTruth)));
            votes.push_back({.price = prices.back(), .volume = kVolumes[i] * 1'000'000});
        }
        const auto out = aggregate(votes, spec, {}, kNow);
        ASSERT_EQ(out.estimate.quality, Quality::ok);
        std::ranges::sort(prices);
        const auto bp = [](double price) {
            return (price / static_cast<double>(kTruth) - 1) * 1e4;
        };
        own += std::pow(bp(static_cast<double>(out.estimate.price)), 2);
        median += std::pow(bp(static_cast<double>(prices[3] + prices[4]) / 2), 2);
    }
    const double own_rmse = std::sqrt(own / kRounds);
    const double median_rmse = std::sqrt(median / kRounds);
    RecordProperty("rmse_bp", std::to_string(own_rmse));
    RecordProperty("median_rmse_bp", std::to_string(median_rmse));
    std::printf("rmse %.4f bp, median %.4f bp\n", own_rmse, median_rmse);
    EXPECT_LE(own_rmse, 0.70);
    EXPECT_LT(own_rmse, 0.85 * median_rmse);
}

}  // namespace
}  // namespace nsl::pricefeed
