// SPDX-License-Identifier: Apache-2.0
// Exact decimals: what an exchange or a person wrote, never a double.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl {

enum class Rounding {
    exact,
    half_even,
    down,  // towards zero
    up     // away from zero
};

// coefficient × 10^exponent. Normalised: the coefficient has no trailing zeros, zero has exponent
// 0.
class Decimal {
 public:
    Decimal() = default;

    // JSON number grammar (RFC 8259 section 6) plus leading zeros, as exchanges send: "0.10",
    // "-3", "1.5e-7". At most 64 characters. Errors: invalid_argument (empty, NaN, Infinity,
    // signs other than a leading '-'), limit_exceeded (coefficient beyond 64 bits with sign, or
    // |exponent| above 64, both after normalising).
    static Result<Decimal> parse(std::string_view text);
    // An exponent that is not within 64 after normalising is a bug: limit outside data before.
    static Decimal from(std::int64_t coefficient, int exponent);

    // The integer n with n × 10^-places == value after rounding. `exact` refuses to round.
    // Errors: invalid_argument (would need rounding), limit_exceeded (does not fit).
    Result<std::int64_t> to_fixed(int places, Rounding rounding = Rounding::exact) const;

    // Plain notation without exponent: "0.00000001", "-12.5".
    std::string to_string() const;

    std::int64_t coefficient() const { return coefficient_; }
    int exponent() const { return exponent_; }
    bool operator==(const Decimal&) const = default;
    std::strong_ordering operator<=>(const Decimal& other) const;

 private:
    std::int64_t coefficient_ = 0;
    int exponent_ = 0;
};

// a × b / c rounded half to even, computed in 128 bits. Errors: limit_exceeded, invalid_argument
// (c is zero). Used for fixed-point conversion, where all are of one sign or not: any signs work.
Result<std::int64_t> mul_div(std::int64_t a, std::int64_t b, std::int64_t c);

// Fixed-point integer to plain text: (598000000, 8) → "5.98".
std::string fixed_to_string(std::int64_t value, int places);

}  // namespace nsl
