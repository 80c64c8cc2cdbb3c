// SPDX-License-Identifier: Apache-2.0
// Roots, powers and logarithms in integers, so that every machine gets the same bytes.
#pragma once
#include <cstdint>

namespace nsl::pricefeed {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

inline constexpr std::int64_t kNano = 1'000'000'000;

// Largest r with r² <= value, exactly.
std::uint64_t isqrt(std::uint64_t value);
std::uint64_t isqrt_wide(Uint128 value);

// 2^(-elapsed / half_life) × 2^32, off by at most 2 of its units; 2^32 for elapsed <= 0. half_life
// must be positive.
std::uint64_t half_life_decay(std::int64_t elapsed, std::int64_t half_life);

// ln(a / b) × 10^9, off by at most 1 of its units. Both must be positive.
std::int64_t ln_ratio_nano(std::int64_t a, std::int64_t b);

// a × b / c rounded half up, for values that are not negative; c positive, a × b below 2^127.
constexpr Uint128 scale(Uint128 a, Uint128 b, Uint128 c) {
    return (a * b + c / 2) / c;
}

}  // namespace nsl::pricefeed
