// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_aggregate.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "services/pricefeed/rules_fixed.h"
#include "services/pricefeed/rules_jump.h"
#include "services/pricefeed/rules_weights.h"

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kBpWhole = 10'000;
constexpr std::int64_t kMadToSigma = 14'826;  // × 1e-4: a normal distribution's σ from its MAD
constexpr std::int64_t kSigmaFloorBp = 5;
constexpr std::int64_t kCutTenths = 35;            // |price - median| above 3.5 σ is an outlier
constexpr std::int64_t kHuberPerMad = 19'940'970;  // × 1e-7: 1.345 × 1.4826
constexpr std::int64_t kHuberWhole = 10'000'000;
constexpr std::int64_t kConfidenceFloorBp = 2;
constexpr std::int64_t kWeightMinFifths = 3;  // survivors below 60 % of all weight: HOLD

// Votes with weight, by ascending price.
struct Ballot {
    struct Item {
        Weighted weighted;
        std::uint8_t vote = 0;
    };
    std::array<Weighted, kSourcesMax> prices;
    std::array<std::uint8_t, kSourcesMax> votes;
    std::size_t size = 0;

    std::span<const Weighted> view() const { return std::span(prices).first(size); }
};

// Median and spread of a ballot, in fine units.
struct Centre {
    std::int64_t median = 0;
    std::int64_t mad = 0;
};

bool usable(const Vote& vote, const FeedSpec& spec) {
    return vote.price > 0 && vote.price <= kPriceMax && vote.age_ms <= spec.age_max_ms;
}

Ballot collect(std::span<const Vote> votes, const FeedSpec& spec) {
    std::array<const Vote*, kSourcesMax> counted;
    std::array<std::int64_t, kSourcesMax> weights;
    std::array<Ballot::Item, kSourcesMax> items;
    std::size_t size = 0;
    for (std::size_t i = 0; i < votes.size(); ++i) {
        if (!usable(votes[i], spec) || votes[i].reputation_ppm <= 0) continue;
        counted[size] = &votes[i];
        items[size++].vote = static_cast<std::uint8_t>(i);
    }
    vote_weights(std::span(counted).first(size), weights);
    for (std::size_t i = 0; i < size; ++i)
        items[i].weighted = {counted[i]->price * kFine, weights[i]};
    std::ranges::sort(std::span(items).first(size), {},
                      [](const Ballot::Item& item) { return item.weighted.value; });
    Ballot ballot;
    ballot.size = size;
    for (std::size_t i = 0; i < size; ++i) {
        ballot.prices[i] = items[i].weighted;
        ballot.votes[i] = items[i].vote;
    }
    return ballot;
}

// Distances from the median of ascending prices are two ascending runs: merging them sorts.
Centre centre_of(const Ballot& ballot, std::int64_t total) {
    Centre centre{weighted_quarter(ballot.view(), total, 2), 0};
    std::array<Weighted, kSourcesMax> distances;
    std::size_t right = 0;
    while (right < ballot.size && ballot.prices[right].value < centre.median) ++right;
    std::size_t left = right;
    for (std::size_t i = 0; i < ballot.size; ++i) {
        const bool take_left =
            right == ballot.size || (left > 0 && centre.median - ballot.prices[left - 1].value <=
                                                     ballot.prices[right].value - centre.median);
        const Weighted& next = take_left ? ballot.prices[--left] : ballot.prices[right++];
        const std::int64_t distance = next.value - centre.median;
        distances[i] = {distance < 0 ? -distance : distance, next.weight};
    }
    centre.mad = weighted_quarter(std::span(distances).first(ballot.size), total, 2);
    return centre;
}

bool outlier(std::int64_t fine_price, const Centre& centre) {
    constexpr std::int64_t kTick = kFine;
    const Int128 sigma =
        std::max({Int128{centre.mad} * kMadToSigma, Int128{centre.median} * kSigmaFloorBp,
                  Int128{kTick} * kBpWhole});
    const Int128 distance = Int128{fine_price} - centre.median;
    return (distance < 0 ? -distance : distance) * 10 * kBpWhole > sigma * kCutTenths;
}

void keep_survivors(Ballot& ballot, std::span<const std::uint8_t> accepted) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ballot.size; ++i) {
        if (accepted[ballot.votes[i]] == 0) continue;
        ballot.prices[kept] = ballot.prices[i];
        ballot.votes[kept++] = ballot.votes[i];
    }
    ballot.size = kept;
}

// The Huber mean: the median plus the mean distance from it, each distance bounded; never outside
// the middle half.
std::int64_t huber_mean(const Ballot& ballot, std::int64_t total, const Centre& centre) {
    const auto bound = static_cast<std::int64_t>(
        (Int128{centre.mad} * kHuberPerMad + kHuberWhole / 2) / kHuberWhole);
    Int128 sum = 0;
    for (const Weighted& item : ballot.view())
        sum += Int128{item.weight} * std::clamp(item.value - centre.median, -bound, bound);
    const Int128 half = sum < 0 ? -(Int128{total} / 2) : Int128{total} / 2;
    const auto mean = centre.median + static_cast<std::int64_t>((sum + half) / total);
    return std::clamp(mean, weighted_quarter(ballot.view(), total, 1),
                      weighted_quarter(ballot.view(), total, 3));
}

// Half width of the middle half of all that the survivors said: bid, price and ask count alike.
std::int64_t half_width(const Ballot& ballot, std::span<const Vote> votes, std::int64_t total,
                        std::int64_t fine_price) {
    std::array<Weighted, 3 * kSourcesMax> said;
    std::size_t size = 0;
    for (std::size_t i = 0; i < ballot.size; ++i) {
        const Vote& vote = votes[ballot.votes[i]];
        const std::int64_t weight = ballot.prices[i].weight;
        const std::int64_t bid = vote.bid > 0 ? std::min(vote.bid, vote.price) : vote.price;
        const std::int64_t ask = std::min(std::max(vote.ask, vote.price), kPriceMax);
        said[size++] = {bid * kFine, weight};
        said[size++] = {vote.price * kFine, weight};
        said[size++] = {ask * kFine, weight};
    }
    const auto view = std::span(said).first(size);
    std::ranges::sort(view, {}, &Weighted::value);
    const std::int64_t low = weighted_quarter(view, 3 * total, 1);
    const std::int64_t high = weighted_quarter(view, 3 * total, 3);
    return std::max(fine_price - low, high - fine_price);
}

std::int64_t median_age(const Ballot& ballot, std::span<const Vote> votes, std::int64_t total) {
    std::array<Weighted, kSourcesMax> ages;
    for (std::size_t i = 0; i < ballot.size; ++i)
        ages[i] = {std::max<std::int64_t>(votes[ballot.votes[i]].age_ms, 0),
                   ballot.prices[i].weight};
    const auto view = std::span(ages).first(ballot.size);
    std::ranges::sort(view, {}, &Weighted::value);
    return weighted_quarter(view, total, 2);
}

// √(half width² + (σ × price)² × age): whole seconds only, so that a feed without news does not
// change at every evaluation.
std::int64_t confidence_of(std::int64_t price, std::int64_t fine_width, const FeedMemory& memory,
                           std::int64_t age_ms) {
    const auto floor_width =
        static_cast<std::int64_t>((Int128{price} * kConfidenceFloorBp + kBpWhole - 1) / kBpWhole);
    const std::int64_t width = std::max((fine_width + kFine - 1) / kFine, floor_width);
    const std::int64_t whole_ms = age_ms / 1'000 * 1'000;
    if (whole_ms == 0) return width;
    const auto drift = static_cast<std::int64_t>(
        std::min<Int128>(Int128{price} * expected_move_nano(memory, whole_ms) / kNano, kPriceMax));
    return static_cast<std::int64_t>(
        isqrt_wide(Uint128(Int128{width} * width) + Uint128(Int128{drift} * drift)));
}

void hold(Aggregate& out, std::size_t sources, const char* format, int value, int other) {
    std::array<char, 64> reason;
    std::snprintf(reason.data(), reason.size(), format, value, other);
    out.memory.suspect_rounds = 0;
    out.estimate.quality = Quality::hold;
    out.estimate.sources = static_cast<std::uint32_t>(sources);
    out.estimate.reason = reason.data();
}

// Fills estimate and memory for a candidate that has quorum and weight behind it.
void settle(Aggregate& out, const Ballot& ballot, std::span<const Vote> votes, std::int64_t now_ms,
            const Anchor& anchor) {
    const std::int64_t total = total_weight(ballot.view());
    const Centre centre = centre_of(ballot, total);
    const std::int64_t fine = huber_mean(ballot, total, centre);
    const std::int64_t price = (fine + kFine / 2) / kFine;
    out.estimate.sources = static_cast<std::uint32_t>(ballot.size);
    if (!pass_jump_gate(price, now_ms, anchor, out.memory, out.estimate.reason)) {
        out.estimate.quality = Quality::suspect;
        return;
    }
    const std::int64_t age_ms = median_age(ballot, votes, total);
    const std::int64_t width = half_width(ballot, votes, total, fine);
    out.memory.confidence = confidence_of(price, width, out.memory, age_ms);
    out.memory.observed_ms = now_ms - age_ms;
    accept_price(price, now_ms, out.memory);
    out.estimate.quality = Quality::ok;
    out.estimate.reason.clear();
}

}  // namespace

void aggregate_into(std::span<const Vote> votes, const FeedSpec& spec, const FeedMemory& memory,
                    std::int64_t now_ms, const Anchor& anchor, Aggregate& out) {
    NSL_ASSERT(votes.size() <= kSourcesMax);
    out.memory = memory;
    out.memory.evaluated_ms = now_ms;
    out.accepted.assign(votes.size(), 0);
    Ballot ballot = collect(votes, spec);
    const auto quorum = static_cast<std::size_t>(std::max(spec.quorum, 1));
    const std::int64_t total = total_weight(ballot.view());
    if (ballot.size > 0) {
        const Centre centre = centre_of(ballot, total);
        for (std::size_t i = 0; i < votes.size(); ++i)
            out.accepted[i] =
                usable(votes[i], spec) && !outlier(votes[i].price * kFine, centre) ? 1 : 0;
        keep_survivors(ballot, out.accepted);
    }
    const std::int64_t kept = total_weight(ballot.view());
    if (ballot.size < quorum)
        hold(out, ballot.size, "quorum %d of %d", static_cast<int>(ballot.size), spec.quorum);
    else if (Int128{kept} * 5 < Int128{total} * kWeightMinFifths)
        hold(out, ballot.size, "weight %d %%", static_cast<int>(Int128{kept} * 100 / total), 0);
    else
        settle(out, ballot, votes, now_ms, anchor);
    out.estimate.price = out.memory.price;
    out.estimate.confidence = out.memory.confidence;
    out.estimate.observed_ms = out.memory.observed_ms;
}

Aggregate aggregate(const std::vector<Vote>& votes, const FeedSpec& spec, const FeedMemory& memory,
                    std::int64_t now_ms, const Anchor& anchor) {
    Aggregate out;
    aggregate_into(votes, spec, memory, now_ms, anchor, out);
    return out;
}

}  // namespace nsl::pricefeed
