// SPDX-License-Identifier: Apache-2.0
// One market as a source of one feed: its conversion, and whether it still lives.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "services/pricefeed/rules_aggregate.h"
#include "services/pricefeed/rules_market.h"
#include "services/pricefeed/rules_reputation.h"

namespace nsl::pricefeed {

// What another source of the feed said when this one last had news.
struct SeenPrice {
    std::int64_t price = 0;  // 10^-places; 0: nothing
    int places = kCoarsePlaces;
};

struct Source {
    std::size_t market = 0;        // index into the engine's markets
    std::vector<std::size_t> via;  // feeds, in order
    std::vector<SeenPrice> seen;   // by source of the feed
    std::uint64_t seen_news = 0;   // the market's news count at that time
    Reputation reputation{};
};

// It has a quote that the feed may use.
bool present(const Market& market, const FeedSpec& spec, std::int64_t now_ms);

// The source's vote in the feed's quote asset; false when it has none: not present, a conversion
// feed is not ok, or the result does not fit. The age is that of the oldest price used, and the
// confidence of the conversions widens bid and ask.
bool source_vote(const Source& source, const Market& market, const FeedSpec& spec,
                 std::span<const Estimate> estimates, std::int64_t now_ms, Vote& out);

// A market without news for 10 s and five of its usual gaps, while at least two others of the feed
// moved by more than 2 σ since, is frozen until it has news.
void mark_frozen(std::span<Source> sources, std::span<Market> markets, const FeedSpec& spec,
                 const FeedMemory& memory, std::int64_t now_ms);

}  // namespace nsl::pricefeed
