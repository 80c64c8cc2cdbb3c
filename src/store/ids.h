// SPDX-License-Identifier: Apache-2.0
// Numbers for rows that many nodes add at once, without a counter that all of them would wait for.
#pragma once
#include <cstdint>

#include "base/random.h"
#include "base/result.h"

namespace nsl::store {

// Positive, in the order of time: the milliseconds since 1970 (41 bits until 2039, 43 at most) and
// 20 random bits. Two of one millisecond are the same once in 1,048,576: insert with ON CONFLICT DO
// NOTHING and take another when it did nothing.
inline std::int64_t time_ordered_id(std::int64_t now_ms, Random& random) {
    constexpr int kRandomBits = 20;
    NSL_ASSERT(now_ms >= 0 && now_ms < (std::int64_t{1} << (63 - kRandomBits)));
    return now_ms << kRandomBits | static_cast<std::int64_t>(random.below(1U << kRandomBits));
}

}  // namespace nsl::store
