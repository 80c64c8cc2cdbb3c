// SPDX-License-Identifier: Apache-2.0
// What a source's past is worth.
#pragma once
#include <cstdint>

#include "services/pricefeed/rules_fixed.h"

namespace nsl::pricefeed {

inline constexpr std::int64_t kReputationRoundMs = 1'000;

// One source of one feed. A round is at most one per second, however often prices are evaluated.
struct Reputation {
    std::int64_t hits_nano = kNano;    // EWMA of "survived the outlier filter"
    std::int64_t uptime_nano = kNano;  // EWMA of "had a usable quote"
    std::int32_t rejects = 0;          // in a row
    std::int32_t clean = 0;            // rounds in a row
    std::int32_t times_out = 0;        // decides how long the next exclusion lasts
    bool out = false;
    std::int64_t out_until_ms = 0;
};

enum class Outcome { absent, unjudged, rejected, survived };

// Five rejected rounds in a row put a source out for 60 s, twice as long each time up to 10 min; it
// comes back after 20 clean rounds, and ten clean minutes make the next exclusion short again.
void note_round(Reputation& reputation, Outcome outcome, std::int64_t now_ms);

// hits⁴ × uptime, 50'000 to 1'000'000; 0 while out.
std::int64_t reputation_ppm(const Reputation& reputation);

}  // namespace nsl::pricefeed
