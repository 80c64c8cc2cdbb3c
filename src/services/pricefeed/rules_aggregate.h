// SPDX-License-Identifier: Apache-2.0
// One feed's aggregation step, pure and in integers: the same inputs give the same bytes on every
// machine. The algorithm, its parameters and where each idea comes from: docs/price-algorithm.md.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "services/pricefeed/types.h"

namespace nsl::pricefeed {

// A source's price, already in the feed's quote asset.
struct Vote {
    std::int64_t price = 0;  // 1e-8; outside 1..kPriceMax it is no vote
    std::int64_t bid = 0;    // 0: unknown, taken as price
    std::int64_t ask = 0;
    std::int64_t age_ms = 0;
    std::int64_t volume = 0;                  // lagged 24 h quote volume in whole units; 0: unknown
    std::int64_t reputation_ppm = 1'000'000;  // 0: judged by the outlier filter, without weight
};

// What a feed remembers between evaluations.
struct FeedMemory {
    std::int64_t price = 0;  // last accepted; 0: none
    std::int64_t confidence = 0;
    std::int64_t observed_ms = 0;
    std::int64_t variance_e18 = 0;  // EWMA of squared log returns per second × 1e18; 0: none yet
    std::int64_t evaluated_ms = 0;
    std::int32_t suspect_rounds = 0;
    std::int64_t suspect_price = 0;
    std::int64_t suspect_ms = 0;     // of the last suspect round that counted
    std::int64_t sampled_price = 0;  // where the next return is measured from; 0: none
    std::int64_t sampled_ms = 0;
};

// A price of another class (a second vendor, an on-chain average) that a jump of more than 25 % has
// to agree with. No feed requires one yet: the service has no such source so far.
struct Anchor {
    bool required = false;
    std::int64_t price = 0;  // 1e-8; 0: it is silent
};

struct Aggregate {
    Estimate estimate;
    FeedMemory memory;                   // to hand in next time
    std::vector<std::uint8_t> accepted;  // per vote, 1: survived the outlier filter
};

// Weights, weighted median, outlier cut, HOLD below quorum or below 60 % of weight, Huber mean,
// confidence, jump gate. At most kSourcesMax votes.
Aggregate aggregate(const std::vector<Vote>& votes, const FeedSpec& spec, const FeedMemory& memory,
                    std::int64_t now_ms, const Anchor& anchor = {});

// The same into an Aggregate that is used again and again, which then allocates nothing.
void aggregate_into(std::span<const Vote> votes, const FeedSpec& spec, const FeedMemory& memory,
                    std::int64_t now_ms, const Anchor& anchor, Aggregate& out);

// How far the price may be expected to move in `elapsed_ms`, as a share × 1e9: one standard
// deviation.
std::int64_t expected_move_nano(const FeedMemory& memory, std::int64_t elapsed_ms);

}  // namespace nsl::pricefeed
