// SPDX-License-Identifier: Apache-2.0
// The exchange simulator's world, pure and reproducible: true prices in USD that wander together,
// and what each venue quotes of them. All prices and volumes are integers of 1e-8.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "cli/sim_recording.h"

namespace nsl::cli {

inline constexpr std::int64_t kSimStepMs = 50;  // the world moves in steps of this
inline constexpr std::int64_t kSimUnit = 100'000'000;

// How a venue sees the world. Shares in percent, distances in hundredths of a basis point.
struct SimVenue {
    std::string_view name;
    std::string_view quote;   // USDT or USD
    std::int64_t latency_ms;  // its prices are this old
    std::int64_t half_spread_cbp;
    std::int64_t noise_cbp;       // standard deviation around the true price
    std::int64_t volume_percent;  // of the asset's reference volume
    std::int64_t interval_ms;     // between two frames of one market
};
std::span<const SimVenue> sim_venues();

struct SimQuote {
    bool silent = false;  // a recording that has nothing here: no frame is due
    std::int64_t bid = 0;
    std::int64_t ask = 0;
    std::int64_t last = 0;
    std::int64_t base_volume = 0;  // 24 h
    std::int64_t quote_volume = 0;
    std::int64_t time_ms = 0;    // Unix time of the step
    std::uint64_t sequence = 0;  // grows with every step
    bool operator==(const SimQuote&) const = default;
};

class SimMarket {
 public:
    // Same seed, same world: a step's prices depend on the number of steps since start_ms and the
    // calls to set() and hold() between them, on nothing else.
    SimMarket(std::uint64_t seed, std::int64_t start_ms);

    // From now on prices follow the recording, `speed` times as fast as it was. A venue's market
    // that was recorded quotes what was recorded; others derive from the median of the recorded
    // ones; assets that were not recorded keep wandering. The last prices stay when it ends.
    void replay(SimRecording recording, std::uint32_t speed);

    // Takes the steps that are due. After a gap of more than an hour the missing ones are skipped.
    void advance(std::int64_t now_ms);

    // By its place in sim_venues(); nullptr: the venue does not have the market.
    const SimQuote* quote(std::size_t venue, std::string_view market) const;
    std::vector<std::string> markets(std::size_t venue) const;
    // "NEO-USD" → 1e-8 USD.
    std::map<std::string, std::int64_t> truth() const;

    // Jumps; the walk goes on from there (for USDT around it). A recording that plays overrules it.
    // Errors: not_found, invalid_argument (not positive, or above 10,000,000).
    Status set(std::string_view asset, std::int64_t price);
    // Still: prices stand, and every venue quotes them without delay or noise, so that the middle
    // of bid and ask and the last price are the true one in the venue's quote asset.
    void hold(bool still) { still_ = still; }
    bool held() const { return still_; }

 private:
    static constexpr std::size_t kAssets = 5;
    static constexpr std::size_t kHistory = 16;  // steps; the longest latency is below
    using Prices = std::array<std::int64_t, kAssets>;

    struct Market {
        std::size_t venue;
        std::size_t asset;
        std::string name;
        std::int64_t noise_cbp = 0;
        SimQuote quote{};
    };

    void step();
    void wander();
    void follow_recording();
    void quote(Market& market);
    void set_quote(Market& market, std::int64_t middle, std::int64_t base_volume,
                   std::int64_t drawn);
    Prices prices_ago(std::int64_t span_ms) const;
    // Standard normal, in units of 2^-16.
    std::int64_t normal();

    SeededRandom random_;
    std::int64_t time_ms_;
    std::uint64_t steps_ = 0;
    Prices prices_{};
    std::int64_t tether_anchor_ = kSimUnit;
    std::array<Prices, kHistory> history_{};
    std::vector<Market> markets_;
    bool still_ = false;

    std::optional<SimRecording> recording_;
    std::int64_t replay_ms_ = 0;  // where in the recording
    std::uint32_t speed_ = 1;
};

}  // namespace nsl::cli
