// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <array>
#include <limits>

namespace nsl {
namespace {

using Wide = unsigned __int128;

constexpr std::size_t kTextMax = 64;
constexpr int kExponentMax = 64;
// Beyond any exponent that can still be normalised into range from 64 characters.
constexpr int kWrittenExponentMax = 1000;
constexpr std::uint64_t kMagnitudeMax = std::numeric_limits<std::int64_t>::max();
constexpr int kPowers = 20;

constexpr std::array<std::uint64_t, kPowers> powers_of_ten() {
    std::array<std::uint64_t, kPowers> out{1};
    for (std::size_t i = 1; i < out.size(); ++i) out[i] = out[i - 1] * 10;
    return out;
}
constexpr auto kPowersOfTen = powers_of_ten();

std::uint64_t magnitude(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return value < 0 ? 0 - bits : bits;
}

bool fits(Wide magnitude, bool negative) {
    return magnitude <= Wide{kMagnitudeMax} + (negative ? 1 : 0);
}

std::int64_t with_sign(Wide magnitude, bool negative) {
    const auto bits = static_cast<std::uint64_t>(magnitude);
    return static_cast<std::int64_t>(negative ? 0 - bits : bits);
}

int digit_count(std::uint64_t value) {
    int count = 0;
    while (count < kPowers && value >= kPowersOfTen[static_cast<std::size_t>(count)]) ++count;
    return count;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::unexpected<Error> not_a_number() {
    return fail(Errc::invalid_argument,
                "not a decimal number: digits with an optional leading '-', fraction and exponent "
                "are wanted, at most 64 characters");
}

std::unexpected<Error> too_large() {
    return fail(Errc::limit_exceeded, "number does not fit 63 bits and an exponent within 64");
}

// Digits of a number as they are read. Zeros are held back until a digit follows, so that trailing
// zeros never make a number too large.
struct Digits {
    std::uint64_t coefficient = 0;
    int held_zeros = 0;
    bool overflow = false;

    void add(char c) {
        if (c == '0') {
            if (coefficient != 0) ++held_zeros;
            return;
        }
        const int shift = held_zeros + 1;
        held_zeros = 0;
        if (shift >= kPowers) {
            overflow |= coefficient != 0;
            return;
        }
        const Wide next = Wide{coefficient} * kPowersOfTen[static_cast<std::size_t>(shift)] +
                          static_cast<unsigned>(c - '0');
        if (next > Wide{kMagnitudeMax} + 1)
            overflow = true;
        else
            coefficient = static_cast<std::uint64_t>(next);
    }
};

}  // namespace

Result<Decimal> Decimal::parse(std::string_view text) {
    if (text.empty() || text.size() > kTextMax) return not_a_number();
    std::size_t at = 0;
    auto more = [&] { return at < text.size(); };
    auto more_digits = [&] { return more() && is_digit(text[at]); };

    const bool negative = text[0] == '-';
    if (negative) ++at;
    if (!more_digits()) return not_a_number();
    Digits digits;
    while (more_digits()) digits.add(text[at++]);
    int exponent = 0;
    if (more() && text[at] == '.') {
        ++at;
        if (!more_digits()) return not_a_number();
        for (; more_digits(); --exponent) digits.add(text[at++]);
    }
    if (more() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        const bool down = more() && text[at] == '-';
        if (more() && (text[at] == '-' || text[at] == '+')) ++at;
        if (!more_digits()) return not_a_number();
        int written = 0;
        while (more_digits())
            written = std::min(written * 10 + (text[at++] - '0'), kWrittenExponentMax);
        exponent += down ? -written : written;
    }
    if (more()) return not_a_number();
    if (digits.overflow || !fits(digits.coefficient, negative)) return too_large();
    if (digits.coefficient == 0) return Decimal();
    exponent += digits.held_zeros;
    if (exponent > kExponentMax || exponent < -kExponentMax) return too_large();
    Decimal out;
    out.coefficient_ = with_sign(digits.coefficient, negative);
    out.exponent_ = exponent;
    return out;
}

Decimal Decimal::from(std::int64_t coefficient, int exponent) {
    Decimal out;
    if (coefficient == 0) return out;
    while (coefficient % 10 == 0) {
        coefficient /= 10;
        ++exponent;
    }
    NSL_ASSERT(exponent >= -kExponentMax && exponent <= kExponentMax);
    out.coefficient_ = coefficient;
    out.exponent_ = exponent;
    return out;
}

namespace {

// numerator / denominator, rounded in the given way. `exact` has been ruled out by the caller.
Wide divide(Wide numerator, Wide denominator, Rounding rounding) {
    Wide quotient = numerator / denominator;
    const Wide rest = numerator % denominator;
    if (rest == 0) return quotient;
    if (rounding == Rounding::up) ++quotient;
    if (rounding == Rounding::half_even) {
        const Wide other = denominator - rest;
        if (rest > other || (rest == other && quotient % 2 == 1)) ++quotient;
    }
    return quotient;
}

}  // namespace

Result<std::int64_t> Decimal::to_fixed(int places, Rounding rounding) const {
    if (coefficient_ == 0) return 0;
    const bool negative = coefficient_ < 0;
    const Wide size = magnitude(coefficient_);
    const std::int64_t shift = std::int64_t{exponent_} + places;
    Wide out = 0;
    if (shift >= 0) {
        if (shift >= kPowers) return too_large();
        out = size * kPowersOfTen[static_cast<std::size_t>(shift)];
    } else if (rounding == Rounding::exact) {
        // Normalised: no division by ten comes out even.
        return fail(Errc::invalid_argument,
                    to_string() + " has more than " + std::to_string(places) + " decimal places");
    } else {
        // 10^20 is above twice any coefficient, so a larger divisor rounds the same way.
        const auto down = static_cast<std::size_t>(std::min<std::int64_t>(-shift, kPowers));
        const Wide divisor = Wide{kPowersOfTen[down - 1]} * 10;
        out = divide(size, divisor, rounding);
    }
    if (!fits(out, negative)) return too_large();
    return with_sign(out, negative);
}

std::string Decimal::to_string() const {
    std::string digits = std::to_string(magnitude(coefficient_));
    if (exponent_ >= 0) {
        digits.append(static_cast<std::size_t>(exponent_), '0');
    } else {
        const auto places = static_cast<std::size_t>(-exponent_);
        if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
        digits.insert(digits.size() - places, 1, '.');
    }
    return coefficient_ < 0 ? "-" + digits : digits;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
    const int sign = (coefficient_ > 0) - (coefficient_ < 0);
    const int other_sign = (other.coefficient_ > 0) - (other.coefficient_ < 0);
    if (sign != other_sign || sign == 0) return sign <=> other_sign;
    std::uint64_t a = magnitude(coefficient_);
    std::uint64_t b = magnitude(other.coefficient_);
    // First by the position of the leading digit; equal positions can be scaled to equal exponents
    // within 19 digits.
    std::strong_ordering order = digit_count(a) + exponent_ <=> digit_count(b) + other.exponent_;
    if (order == 0) {
        const int gap = exponent_ - other.exponent_;
        if (gap > 0) a *= kPowersOfTen[static_cast<std::size_t>(gap)];
        if (gap < 0) b *= kPowersOfTen[static_cast<std::size_t>(-gap)];
        order = a <=> b;
    }
    return sign > 0 ? order : 0 <=> order;
}

Result<std::int64_t> mul_div(std::int64_t a, std::int64_t b, std::int64_t c) {
    if (c == 0) return fail(Errc::invalid_argument, "division by zero");
    const bool negative = ((a < 0) != (b < 0)) != (c < 0);
    const Wide out = divide(Wide{magnitude(a)} * magnitude(b), magnitude(c), Rounding::half_even);
    if (!fits(out, negative)) return fail(Errc::limit_exceeded, "quotient does not fit 64 bits");
    return with_sign(out, negative);
}

std::string fixed_to_string(std::int64_t value, int places) {
    return Decimal::from(value, -places).to_string();
}

}  // namespace nsl
