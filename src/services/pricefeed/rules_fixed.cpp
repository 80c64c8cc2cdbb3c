// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_fixed.h"

#include <bit>

#include "base/result.h"

namespace nsl::pricefeed {
namespace {

constexpr int kFraction = 60;  // bits after the point of intermediate results
constexpr std::uint64_t kOne = std::uint64_t{1} << kFraction;
constexpr std::uint64_t kLn2 = 799'144'290'325'165'979;  // ln 2 × 2^60

// 2^62 <= value. Newton from above: the tangent at the middle is at most 25 % too large, and each
// step squares the relative error and halves it, so four steps leave less than one unit.
std::uint64_t isqrt_normalised(std::uint64_t value) {
    std::uint64_t root = (std::uint64_t{1} << 30) + (value >> 32);
    for (int i = 0; i < 5; ++i) root = (root + value / root) / 2;
    while (Uint128{root} * root > value) --root;
    while (Uint128{root + 1} * (root + 1) <= value) ++root;
    return root;
}

}  // namespace

std::uint64_t isqrt(std::uint64_t value) {
    if (value == 0) return 0;
    const int shift = std::countl_zero(value) & ~1;
    return isqrt_normalised(value << shift) >> (shift / 2);
}

std::uint64_t isqrt_wide(Uint128 value) {
    const auto high = static_cast<std::uint64_t>(value >> 64);
    if (high == 0) return isqrt(static_cast<std::uint64_t>(value));
    const int shift = std::countl_zero(high) & ~1;
    const Uint128 normal = value << shift;
    // The root of the upper half is right to 31 bits; one step doubles that.
    const std::uint64_t upper = isqrt_normalised(static_cast<std::uint64_t>(normal >> 64));
    Uint128 root = Uint128{upper + 1} << 32;
    root = (root + normal / root) / 2;
    while (root * root > normal || root >> 64 != 0) --root;
    return static_cast<std::uint64_t>(root) >> (shift / 2);
}

std::uint64_t half_life_decay(std::int64_t elapsed, std::int64_t half_life) {
    NSL_ASSERT(half_life > 0);
    constexpr int kOutBits = 32;
    if (elapsed <= 0) return std::uint64_t{1} << kOutBits;
    const std::int64_t halvings = elapsed / half_life;
    if (halvings > kOutBits) return 0;
    const auto rest = static_cast<std::uint64_t>(elapsed % half_life);
    const auto part = static_cast<std::uint64_t>((Uint128{rest} << kFraction) /
                                                 static_cast<std::uint64_t>(half_life));
    // e^-x by its Taylor series, innermost term first; x < ln 2, so term 16 is below 2^-50.
    const auto x = static_cast<std::uint64_t>(Uint128{part} * kLn2 >> kFraction);
    std::uint64_t sum = kOne;
    for (unsigned n = 15; n >= 1; --n)
        sum = kOne - static_cast<std::uint64_t>(Uint128{x} * sum >> kFraction) / n;
    return sum >> (kFraction - kOutBits + static_cast<int>(halvings));
}

std::int64_t ln_ratio_nano(std::int64_t a, std::int64_t b) {
    NSL_ASSERT(a > 0 && b > 0);
    const int shift_a = std::countl_zero(static_cast<std::uint64_t>(a)) - 1;
    const int shift_b = std::countl_zero(static_cast<std::uint64_t>(b)) - 1;
    const Int128 x = Int128{a} << shift_a;
    const Int128 y = Int128{b} << shift_b;
    // x and y are within a factor of two, so |z| < 1/3 and ln(x/y) = 2 atanh(z) =
    // 2 (z + z³/3 + z⁵/5 + …), where the term of z^31 is below 2^-52.
    const Int128 z = ((x - y) << kFraction) / (x + y);
    const Int128 square = z * z >> kFraction;
    Int128 power = z;
    Int128 sum = 0;
    for (int n = 1; n <= 29; n += 2) {
        sum += power / n;
        power = power * square >> kFraction;
    }
    const Int128 whole = 2 * sum + Int128{shift_b - shift_a} * static_cast<std::int64_t>(kLn2);
    const Int128 scaled = whole * kNano;
    const Int128 half = Int128{1} << (kFraction - 1);
    return static_cast<std::int64_t>((scaled + half) >> kFraction);
}

}  // namespace nsl::pricefeed
