// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_reputation.h"

#include <algorithm>

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kMemoryRounds = 256;
constexpr std::int32_t kRejectsOut = 5;
constexpr std::int64_t kOutFirstMs = 60'000;
constexpr std::int64_t kOutMaxMs = 600'000;
constexpr std::int32_t kTimesOutMax = 4;  // 60 s × 2^4 is above the longest
constexpr std::int32_t kCleanBack = 20;
constexpr std::int32_t kCleanForgiven = 600;
constexpr std::int64_t kLeastPpm = 50'000;

void learn(std::int64_t& average, bool good) {
    average += ((good ? kNano : 0) - average) / kMemoryRounds;
}

void reject(Reputation& reputation, std::int64_t now_ms) {
    reputation.clean = 0;
    if (reputation.out || ++reputation.rejects < kRejectsOut) return;
    reputation.out = true;
    reputation.rejects = 0;
    reputation.out_until_ms = now_ms + std::min(kOutFirstMs << reputation.times_out, kOutMaxMs);
    reputation.times_out = std::min(reputation.times_out + 1, kTimesOutMax);
}

void survive(Reputation& reputation, std::int64_t now_ms) {
    reputation.rejects = 0;
    // Good conduct while serving the time does not shorten the trial after it.
    if (reputation.out && now_ms < reputation.out_until_ms) return;
    reputation.clean = std::min(reputation.clean + 1, kCleanForgiven);
    if (reputation.out && reputation.clean >= kCleanBack) {
        reputation.out = false;
        reputation.clean = 0;
    }
    if (!reputation.out && reputation.clean == kCleanForgiven) reputation.times_out = 0;
}

}  // namespace

void note_round(Reputation& reputation, Outcome outcome, std::int64_t now_ms) {
    learn(reputation.uptime_nano, outcome != Outcome::absent);
    if (outcome == Outcome::absent || outcome == Outcome::unjudged) return;
    learn(reputation.hits_nano, outcome == Outcome::survived);
    if (outcome == Outcome::rejected)
        reject(reputation, now_ms);
    else
        survive(reputation, now_ms);
}

std::int64_t reputation_ppm(const Reputation& reputation) {
    if (reputation.out) return 0;
    const Int128 square = Int128{reputation.hits_nano} * reputation.hits_nano / kNano;
    const Int128 value = square * square / kNano * reputation.uptime_nano / kNano;
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(value / 1'000), kLeastPpm, 1'000'000);
}

}  // namespace nsl::pricefeed
