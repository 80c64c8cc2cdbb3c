// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/result.h"

namespace nsl {

std::uint64_t Random::u64() {
    std::array<std::uint8_t, 8> bytes{};
    fill(bytes);
    std::uint64_t value = 0;
    for (std::uint8_t byte : bytes) value = value << 8 | byte;
    return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
    NSL_ASSERT(bound > 0);
    // Values below 2^64 mod bound would make the small results likelier; they are drawn again.
    const std::uint64_t skip = (0 - bound) % bound;
    for (;;) {
        const std::uint64_t value = u64();
        if (value >= skip) return value % bound;
    }
}

void OsRandom::fill(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = getrandom(out.data(), out.size(), 0);
        NSL_ASSERT(got > 0 || errno == EINTR);
        if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
    }
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        // splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        z ^= z >> 31;
        const std::size_t count = std::min<std::size_t>(out.size(), sizeof z);
        for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint8_t>(z >> (8 * i));
        out = out.subspan(count);
    }
}

}  // namespace nsl
