// SPDX-License-Identifier: Apache-2.0
// Numbers for rows that many nodes add at once, without a counter that all of them would wait for.
#pragma once
#include <cstdint>

#include "base/random.h"
#include "base/result.h"

namespace nsl::store {

constexpr int kIdRandomBits = 20;

// Positive, in the order of time: the milliseconds since 1970 (41 bits until 2039, 43 at most) and
// 20 random bits. Two of one millisecond are the same once in 1,048,576: insert with ON CONFLICT DO
// NOTHING and take another when it did nothing.
inline std::int64_t time_ordered_id(std::int64_t now_ms, Random& random) {
    NSL_ASSERT(now_ms >= 0 && now_ms < (std::int64_t{1} << (63 - kIdRandomBits)));
    return now_ms << kIdRandomBits | static_cast<std::int64_t>(random.below(1U << kIdRandomBits));
}

// By so much every fence grows when a database is made from a backup. Whoever holds a fence of the
// life that the backup was taken from, which may have gone on since, holds none of the new one's:
// that life would have had to change hands once a millisecond for 34 years.
constexpr std::int64_t kFencesPerLife = std::int64_t{1} << 40;

// The lowest of those of a millisecond.
inline std::int64_t first_id_of(std::int64_t ms) {
    return ms << kIdRandomBits;
}

}  // namespace nsl::store
