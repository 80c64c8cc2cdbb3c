// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_jump.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "services/pricefeed/rules_fixed.h"

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kVarianceStart = 1'600'000'000;  // (4e-5)² × 1e18, per second
constexpr std::int64_t kVarianceHalfLifeMs = 60'000;
constexpr std::int64_t kSampleMinMs = 1'000;       // shorter returns measure noise between venues
constexpr std::int64_t kJumpMinNano = 50'000'000;  // 5 %
constexpr std::int64_t kJumpSigmas = 8;
constexpr std::int32_t kSuspectRounds = 2;
constexpr std::int64_t kSuspectGapMs = 3'000;
constexpr std::int64_t kLargeJumpDivisor = 4;    // 25 %
constexpr std::int64_t kAnchorNearDivisor = 10;  // 10 %

std::int64_t distance(std::int64_t a, std::int64_t b) {
    return a < b ? b - a : a - b;
}

bool within_gate(std::int64_t candidate, std::int64_t from, std::int64_t elapsed_ms,
                 const FeedMemory& memory) {
    const std::int64_t limit =
        std::max(kJumpMinNano, kJumpSigmas * expected_move_nano(memory, elapsed_ms));
    return std::abs(ln_ratio_nano(candidate, from)) <= limit;
}

// A round counts when it comes long enough after the last that did and tells the same story;
// another story starts again.
void count_suspect_round(std::int64_t candidate, std::int64_t now_ms, FeedMemory& memory) {
    const std::int64_t since_ms = now_ms - memory.suspect_ms;
    const bool same = memory.suspect_rounds > 0 && memory.suspect_price > 0 &&
                      within_gate(candidate, memory.suspect_price, since_ms, memory);
    if (same && since_ms < kSuspectGapMs) return;
    memory.suspect_rounds = same ? std::min(memory.suspect_rounds + 1, kSuspectRounds) : 1;
    memory.suspect_price = candidate;
    memory.suspect_ms = now_ms;
}

const char* anchor_objection(std::int64_t candidate, const FeedMemory& memory,
                             const Anchor& anchor) {
    if (!anchor.required) return nullptr;
    if (distance(candidate, memory.price) <= memory.price / kLargeJumpDivisor) return nullptr;
    if (anchor.price <= 0) return "the anchor is silent";
    if (distance(candidate, anchor.price) > anchor.price / kAnchorNearDivisor)
        return "the anchor disagrees";
    return nullptr;
}

}  // namespace

std::int64_t expected_move_nano(const FeedMemory& memory, std::int64_t elapsed_ms) {
    const std::int64_t variance = memory.variance_e18 > 0 ? memory.variance_e18 : kVarianceStart;
    const std::int64_t elapsed = std::max<std::int64_t>(elapsed_ms, 0);
    return static_cast<std::int64_t>(isqrt_wide(Uint128(Int128{variance} * elapsed / 1'000)));
}

bool pass_jump_gate(std::int64_t candidate, std::int64_t now_ms, const Anchor& anchor,
                    FeedMemory& memory, std::string& reason) {
    if (memory.price <= 0 ||
        within_gate(candidate, memory.price, now_ms - memory.observed_ms, memory)) {
        memory.suspect_rounds = 0;
        return true;
    }
    count_suspect_round(candidate, now_ms, memory);
    const char* objection = anchor_objection(candidate, memory, anchor);
    if (memory.suspect_rounds >= kSuspectRounds && objection == nullptr) {
        memory.suspect_rounds = 0;
        return true;
    }
    const auto percent =
        static_cast<long long>((Int128{candidate} - memory.price) * 100 / memory.price);
    std::array<char, 96> text;
    if (objection != nullptr)
        std::snprintf(text.data(), text.size(), "jump %+lld %%, %s", percent, objection);
    else
        std::snprintf(text.data(), text.size(), "jump %+lld %%, seen %d of %d", percent,
                      memory.suspect_rounds, kSuspectRounds);
    reason = text.data();
    return false;
}

void accept_price(std::int64_t price, std::int64_t now_ms, FeedMemory& memory) {
    memory.price = price;
    const std::int64_t elapsed_ms = now_ms - memory.sampled_ms;
    if (memory.sampled_price > 0 && elapsed_ms < kSampleMinMs) return;
    if (memory.sampled_price > 0) {
        // Bounded, so that one accepted jump does not open the gate for minutes.
        const std::int64_t move =
            std::min(std::abs(ln_ratio_nano(price, memory.sampled_price)), kJumpMinNano);
        const Int128 rate = Int128{move} * move * 1'000 / elapsed_ms;
        const std::uint64_t old_share = half_life_decay(elapsed_ms, kVarianceHalfLifeMs);
        const std::int64_t before = memory.variance_e18 > 0 ? memory.variance_e18 : kVarianceStart;
        const Int128 mixed =
            Int128{before} * old_share + rate * ((std::uint64_t{1} << 32) - old_share);
        memory.variance_e18 = std::max<std::int64_t>(static_cast<std::int64_t>(mixed >> 32), 1);
    }
    memory.sampled_price = price;
    memory.sampled_ms = now_ms;
}

}  // namespace nsl::pricefeed
