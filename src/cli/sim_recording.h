// SPDX-License-Identifier: Apache-2.0
// Recorded one-minute and five-minute bars of many venues, as prices over time.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace nsl::cli {

// Prices and volume are integers of 1e-8.
struct SimBar {
    std::int64_t open_ms = 0;  // Unix time
    std::int64_t span_ms = 0;
    std::int64_t open = 0;
    std::int64_t high = 0;
    std::int64_t low = 0;
    std::int64_t close = 0;
    std::int64_t volume = 0;  // of the bar, in the base asset
};

struct SimTrade {
    std::int64_t price = 0;
    std::int64_t day_volume = 0;  // the bar's volume, taken for a whole day
};

class SimRecording {
 public:
    // CSV with the header line ts_ms,venue,symbol,interval_s,open,high,low,close,volume,trades and
    // symbols like NEO/USDT; of other symbols (perpetuals) the lines are left out. Errors:
    // invalid_argument with the line number, limit_exceeded (4,000,000 lines).
    static Result<SimRecording> parse(std::string_view csv);
    // The same from a file, plain or gzip-compressed (by the gzip program). Errors: not_found,
    // unavailable, and those of parse.
    static Result<SimRecording> load(const std::string& path);

    std::int64_t first_ms() const { return first_ms_; }
    std::int64_t end_ms() const { return end_ms_; }  // where the last bar ends

    // Where the price was: open, then the nearer extreme, the other one, and close, a third of the
    // bar for each leg. nullopt: no bar there, so the venue was silent. Market: "NEO-USDT".
    std::optional<SimTrade> at(const std::string& venue, const std::string& market,
                               std::int64_t time_ms) const;
    bool has(const std::string& venue, const std::string& market) const;
    // Median over the venues that have the market at that time.
    std::optional<std::int64_t> median(const std::string& market, std::int64_t time_ms) const;

 private:
    using Bars = std::vector<SimBar>;
    static std::optional<SimTrade> in_bars(const Bars& bars, std::int64_t time_ms);

    std::map<std::string, std::map<std::string, Bars>> bars_;  // by market, then venue
    std::int64_t first_ms_ = 0;
    std::int64_t end_ms_ = 0;
};

}  // namespace nsl::cli
