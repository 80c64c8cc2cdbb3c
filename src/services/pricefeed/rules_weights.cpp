// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_weights.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kAgeHalfLifeMs = 5'000;
constexpr std::int64_t kVolumeMax = std::int64_t{1} << 50;
constexpr std::int64_t kReputationWhole = 1'000'000;
constexpr int kRootBits = 16;  // fraction bits of √volume
// √volume <= 2^41, decay <= 2^32, reputation < 2^20: the product is below 2^93, a weight below
// 2^50.
constexpr int kProductShift = 46;

std::uint64_t volume_root(std::int64_t volume) {
    const auto bounded = static_cast<std::uint64_t>(std::min(volume, kVolumeMax));
    // Shifted up as far as it goes, so that small volumes have a precise root too.
    const int shift = std::countl_zero(bounded) & ~1;
    return isqrt(bounded << shift) << kRootBits >> (shift / 2);
}

// The share that no vote may pass is 1/3, or 2/5 of three votes. What n votes hold at the cap when
// the others hold `rest`: rest × share / (1 - n × share).
void cap_weights(std::span<std::int64_t> weights) {
    const std::size_t count = weights.size();
    if (count < 3) return;
    const std::int64_t share = count == 3 ? 2 : 1;
    const std::int64_t whole = count == 3 ? 5 : 3;
    std::array<std::int64_t, kSourcesMax> sorted;
    std::ranges::copy(weights, sorted.begin());
    const auto used = std::span(sorted).first(count);
    std::ranges::sort(used, std::greater());
    Int128 rest = 0;
    for (const std::int64_t weight : used) rest += weight;
    // The largest are lowered until the largest of the others is within the share: the fixed point
    // of lowering one after the other.
    for (std::int64_t capped = 0; capped * share < whole; ++capped) {
        const std::int64_t left = whole - capped * share;
        const std::int64_t largest = used[static_cast<std::size_t>(capped)];
        if (Int128{largest} * left <= rest * share) {
            if (capped == 0) return;
            const auto cap = static_cast<std::int64_t>(rest * share / left);
            for (std::int64_t& weight : weights) weight = std::min(weight, cap);
            return;
        }
        rest -= largest;
    }
}

}  // namespace

void vote_weights(std::span<const Vote* const> votes, std::span<std::int64_t> weights) {
    constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
    std::int64_t freshest = kNone;
    std::int64_t smallest = kNone;
    for (const Vote* vote : votes) {
        freshest = std::min(freshest, std::max<std::int64_t>(vote->age_ms, 0));
        if (vote->volume > 0) smallest = std::min(smallest, vote->volume);
    }
    if (smallest == kNone) smallest = 1;
    for (std::size_t i = 0; i < votes.size(); ++i) {
        const Vote& vote = *votes[i];
        // Shares depend on differences of age only; measured from the freshest they keep their
        // bits.
        const std::int64_t later = std::max<std::int64_t>(vote.age_ms, 0) - freshest;
        const std::int64_t reputation =
            std::clamp<std::int64_t>(vote.reputation_ppm, 0, kReputationWhole);
        const Uint128 product = Uint128{volume_root(vote.volume > 0 ? vote.volume : smallest)} *
                                half_life_decay(later, kAgeHalfLifeMs) *
                                static_cast<std::uint64_t>(reputation);
        weights[i] = std::max<std::int64_t>(static_cast<std::int64_t>(product >> kProductShift), 1);
    }
    cap_weights(weights.first(votes.size()));
}

std::int64_t total_weight(std::span<const Weighted> sorted) {
    std::int64_t total = 0;
    for (const Weighted& item : sorted) total += item.weight;
    return total;
}

std::int64_t weighted_quarter(std::span<const Weighted> sorted, std::int64_t total, int numerator) {
    const Int128 target = Int128{total} * numerator;
    Int128 sum = 0;
    for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
        sum += Int128{sorted[i].weight} * 4;
        if (sum > target) return sorted[i].value;
        if (sum == target) return (sorted[i].value + sorted[i + 1].value) / 2;
    }
    return sorted.back().value;
}

}  // namespace nsl::pricefeed
