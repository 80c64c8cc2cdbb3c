// SPDX-License-Identifier: Apache-2.0
#include "base/int256.h"

#include <limits>

namespace nsl {
namespace {

constexpr std::size_t kBytesMax = 32;
constexpr std::size_t kDigitsMax = 77;  // 2^255 has 77 digits

bool fits(const Int256& value) {
    const Int256 bound = Int256(1) << 255;
    return value >= -bound && value < bound;
}

// Unsigned, little-endian, the top bit free for the sign; zero is empty.
Bytes magnitude_bytes(Int256 value) {
    Bytes out;
    while (value != 0) {
        out.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(value & 0xff)));
        value >>= 8;
    }
    if (!out.empty() && (out.back() & 0x80) != 0) out.push_back(0);
    return out;
}

}  // namespace

Result<Int256> int256_parse(std::string_view text) {
    const bool negative = text.starts_with('-');
    const std::string_view digits = text.substr(negative ? 1 : 0);
    const bool plain = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
    const bool canonical = plain && (digits[0] != '0' || (digits.size() == 1 && !negative));
    if (!canonical) {
        return fail(Errc::invalid_argument,
                    "not an integer: decimal digits without leading zeros are wanted, with an "
                    "optional leading '-'");
    }
    Int256 value = 0;
    if (digits.size() <= kDigitsMax) {
        for (char c : digits) value = value * 10 + (c - '0');
        if (negative) value = -value;
    }
    if (digits.size() > kDigitsMax || !fits(value))
        return fail(Errc::limit_exceeded, "integer does not fit 256 bits");
    return value;
}

std::string int256_text(const Int256& value) {
    return value.str();
}

Bytes int256_encode(const Int256& value) {
    if (value >= 0) return magnitude_bytes(value);
    // -1 - value has the inverted bits of value.
    Bytes out = magnitude_bytes(-(value + 1));
    if (out.empty()) out.push_back(0);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(~byte);
    return out;
}

Result<Int256> int256_decode(ByteView data) {
    if (data.size() > kBytesMax)
        return fail(Errc::limit_exceeded, "integer is longer than 32 bytes");
    const bool negative = !data.empty() && (data.back() & 0x80) != 0;
    Int256 value = 0;
    for (auto byte = data.rbegin(); byte != data.rend(); ++byte)
        value = (value << 8) + (negative ? static_cast<std::uint8_t>(~*byte) : *byte);
    if (negative) value = -value - 1;
    return value;
}

Result<std::int64_t> int256_to_i64(const Int256& value) {
    if (value < std::numeric_limits<std::int64_t>::min() ||
        value > std::numeric_limits<std::int64_t>::max())
        return fail(Errc::limit_exceeded, "integer does not fit 64 bits");
    return static_cast<std::int64_t>(value);
}

}  // namespace nsl
