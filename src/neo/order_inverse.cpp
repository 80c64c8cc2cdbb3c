// SPDX-License-Identifier: Apache-2.0
#include "neo/order_inverse.h"

#include <bit>
#include <compare>

#include "base/result.h"

namespace nsl::neo {
namespace {

using Word = std::uint64_t;
__extension__ using DoubleWord = unsigned __int128;

// 256 bits, least significant word first.
struct Number {
    std::array<Word, 4> words{};

    bool even() const { return (words[0] & 1) == 0; }
    bool is_one() const { return words == std::array<Word, 4>{1, 0, 0, 0}; }
    std::strong_ordering operator<=>(const Number& other) const {
        for (std::size_t i = 4; i-- > 0;)
            if (words[i] != other.words[i]) return words[i] <=> other.words[i];
        return std::strong_ordering::equal;
    }
    bool operator==(const Number&) const = default;
};

constexpr Number kOrder{
    {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}};
constexpr Word kMinusOrderInverse = 0xccd1c8aaee00bc4f;  // -order⁻¹ mod 2^64

// a - b modulo 2^256; true when it borrowed.
bool subtract(Number& a, const Number& b) {
    Word borrow = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const DoubleWord difference = DoubleWord{a.words[i]} - b.words[i] - borrow;
        a.words[i] = static_cast<Word>(difference);
        borrow = static_cast<Word>(difference >> 64) & 1;
    }
    return borrow != 0;
}

void add(Number& a, const Number& b) {
    Word carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const DoubleWord sum = DoubleWord{a.words[i]} + b.words[i] + carry;
        a.words[i] = static_cast<Word>(sum);
        carry = static_cast<Word>(sum >> 64);
    }
}

// (top · 2^256 + a) / 2^bits, for 0 < bits < 64.
void shift_right(Number& a, int bits, Word top = 0) {
    for (std::size_t i = 0; i < 4; ++i) {
        const Word above = i == 3 ? top : a.words[i + 1];
        a.words[i] = (a.words[i] >> bits) | (above << (64 - bits));
    }
}

// a / 2^bits modulo the order: a multiple of the order makes the low bits zero first.
void divide_by_power(Number& a, int bits) {
    const Word multiple = a.words[0] * kMinusOrderInverse & ((Word{1} << bits) - 1);
    DoubleWord carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        carry += DoubleWord{multiple} * kOrder.words[i] + a.words[i];
        a.words[i] = static_cast<Word>(carry);
        carry >>= 64;
    }
    shift_right(a, bits, static_cast<Word>(carry));
}

Number from_bytes(const ByteArray<32>& big_endian) {
    Number out;
    for (std::size_t i = 0; i < 32; ++i)
        out.words[3 - i / 8] = out.words[3 - i / 8] << 8 | big_endian[i];
    return out;
}

ByteArray<32> to_bytes(const Number& number) {
    ByteArray<32> out;
    for (std::size_t i = 0; i < 32; ++i)
        out[i] = static_cast<std::uint8_t>(number.words[3 - i / 8] >> (8 * (7 - i % 8)));
    return out;
}

}  // namespace

// The binary extended algorithm of Euclid. It holds u ≡ value·x and v ≡ value·y modulo the order,
// v odd, and makes u + v smaller until u is gcd(value, order), which is 1.
ByteArray<32> order_inverse(const ByteArray<32>& value) {
    Number u = from_bytes(value), v = kOrder, x{{1, 0, 0, 0}}, y;
    NSL_ASSERT(u != Number{} && u < kOrder);
    for (;;) {
        while (u.even()) {
            const int bits = u.words[0] == 0 ? 63 : std::countr_zero(u.words[0]);
            shift_right(u, bits);
            divide_by_power(x, bits);
        }
        if (u.is_one()) return to_bytes(x);
        if (u < v) {
            std::swap(u, v);
            std::swap(x, y);
        }
        subtract(u, v);
        if (subtract(x, y)) add(x, kOrder);
    }
}

}  // namespace nsl::neo
