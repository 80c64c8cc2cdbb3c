// SPDX-License-Identifier: Apache-2.0
// One market of one venue: what it says now, how often it has news, how much it trades.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "services/pricefeed/rules_engine.h"
#include "services/pricefeed/rules_fixed.h"

namespace nsl::pricefeed {

// Prices below 90 keep 16 decimal places, so that a market like NEO-BTC loses nothing in a
// conversion.
inline constexpr int kCoarsePlaces = 8;
inline constexpr int kFinePlaces = 16;

// Median of the last gaps between two pieces of news.
class GapMeter {
 public:
    void add(std::int64_t gap_ms);
    std::int64_t median_ms() const;  // 0: no gap yet

 private:
    static constexpr std::size_t kGaps = 15;
    std::array<std::int32_t, kGaps> gaps_{};
    std::size_t count_ = 0;
};

// Hourly samples of the rolling 24 h volume. The present hour never counts, and until three hours
// are known nothing does: a burst of trading today buys no weight today.
class VolumeMeter {
 public:
    void add(std::int64_t volume, std::int64_t now_ms);
    std::int64_t lagged() const { return lagged_; }  // median of the samples; 0: unknown

 private:
    static constexpr std::size_t kHours = 24;
    static constexpr std::size_t kHoursMin = 3;
    std::array<std::int64_t, kHours> samples_{};
    std::size_t count_ = 0;
    std::int64_t hour_ = 0;
    std::int64_t latest_ = 0;
    std::int64_t lagged_ = 0;
};

struct Quote {
    std::int64_t bid = 0;  // 10^-places; as price when unknown
    std::int64_t ask = 0;
    std::int64_t price = 0;
    int places = kCoarsePlaces;
    std::int64_t time_ms = 0;
    bool live = false;
};

struct QuotePart {
    std::optional<Decimal> value;
    std::int64_t time_ms = 0;
};

struct Market {
    std::string venue;
    std::string name;
    // The most that any feed allows; each feed's own limit applies when it is evaluated.
    std::int32_t spread_max_bp = 0;
    std::int32_t age_max_ms = 0;

    QuotePart bid;
    QuotePart ask;
    QuotePart last;
    Quote quote;
    std::optional<std::uint64_t> sequence;
    std::uint64_t news = 0;  // counts changes of price or sequence
    std::int64_t news_ms = 0;
    bool frozen = false;
    GapMeter gaps;
    VolumeMeter volume;
};

// Merges a tick into the market, or leaves its quote as it was and says why.
Verdict merge_tick(Market& market, const Tick& tick, std::int64_t received_ms);

// Forgets what the market said, not how it used to behave.
void disconnect(Market& market);

// (ask - bid) / mid above the limit.
bool wider_than(const Quote& quote, std::int32_t spread_max_bp);

}  // namespace nsl::pricefeed
