// SPDX-License-Identifier: Apache-2.0
// How much each vote counts, and weighted quantiles.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "services/pricefeed/rules_aggregate.h"
#include "services/pricefeed/rules_fixed.h"

namespace nsl::pricefeed {

// Prices inside the aggregation are in quarters of 1e-8: a mean of two prices, and of two distances
// from such a mean, is then exact.
inline constexpr std::int64_t kFine = 4;

struct Weighted {
    std::int64_t value = 0;
    std::int64_t weight = 0;  // at most 2^50
};

// Writes one weight per vote: √volume × 2^(-age / 5 s) × reputation, no one above the cap share. A
// vote of unknown volume counts like the smallest known of this call. `votes` holds at most
// kSourcesMax.
void vote_weights(std::span<const Vote* const> votes, std::span<std::int64_t> weights);

std::int64_t total_weight(std::span<const Weighted> sorted);

// Of values in ascending order: the first whose cumulative weight exceeds numerator/4 of `total`;
// when some cumulative weight equals it, the mean of that value and the next. `total` must be the
// sum of the weights and positive.
std::int64_t weighted_quarter(std::span<const Weighted> sorted, std::int64_t total, int numerator);

}  // namespace nsl::pricefeed
