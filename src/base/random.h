// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace nsl {

class Random {
 public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;

    std::uint64_t u64();
    // Uniform in [0, bound). bound must be positive.
    std::uint64_t below(std::uint64_t bound);
};

// The operating system's generator (getrandom). Aborts if the system has none: there is no safe
// way on.
class OsRandom final : public Random {
 public:
    void fill(std::span<std::uint8_t> out) override;
};

// Reproducible, for simulation and tests only (splitmix64). Never for keys.
class SeededRandom final : public Random {
 public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::uint8_t> out) override;

 private:
    std::uint64_t state_;
};

}  // namespace nsl
