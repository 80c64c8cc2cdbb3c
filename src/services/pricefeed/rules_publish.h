// SPDX-License-Identifier: Apache-2.0
// The decisions of the host's publisher, pure.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "services/pricefeed/types.h"

namespace nsl::pricefeed {

inline constexpr std::size_t kBatchMax = 25;  // as many records as a report holds

// What the chain holds for a feed.
struct StoredRound {
    std::uint64_t round = 0;  // 0: none yet
    std::int64_t price = 0;
    std::int64_t confidence = 0;
    std::int64_t observed_ms = 0;
    std::uint8_t status = 0;
    std::uint8_t sources = 0;
};

struct PublishInput {
    FeedSpec spec;
    Estimate estimate;
    StoredRound stored;
};

enum class PublishCause { first, deviation, heartbeat, coalesced };
const char* publish_cause_name(PublishCause cause);

struct DueFeed {
    std::uint16_t feed = 0;  // number on chain
    std::uint64_t round = 0;
    PublishCause cause = PublishCause::first;
    bool operator==(const DueFeed&) const = default;
};

// `feeds` in the order of the table; unpublished ones have no number and are passed over. Which
// feeds belong in the next batch, at most 25, by feed number. A feed is due when it has no round
// yet, moved by its deviation, or its heartbeat ends within two block times. When any is due, those
// past half of their own deviation or heartbeat come along. A feed that is not ok, or whose
// observation is not newer than the stored one, is never due. When more than 25 qualify, due ones
// go before those that come along, and among each the longest unwritten first.
std::vector<DueFeed> due_feeds(const std::vector<PublishInput>& feeds, std::int64_t now_ms,
                               std::int64_t block_time_ms);

}  // namespace nsl::pricefeed
