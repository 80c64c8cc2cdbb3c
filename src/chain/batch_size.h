// SPDX-License-Identifier: Apache-2.0
// How many things to ask a node for at once. Pure.
#pragma once
#include <algorithm>
#include <cstddef>

namespace nsl::chain {

// Doubles while answers come, up to `max`. What fails is tried with half, and after that kHold
// things are read before more are asked for than went well: a node that takes no batches, or whose
// answers are too long, is not asked in vain each time.
class BatchSize {
 public:
    static constexpr std::size_t kHold = 256;

    BatchSize(std::size_t first, std::size_t max) : size_(std::min(first, max)), max_(max) {}

    // 1 or more when something is wanted.
    std::size_t of(std::size_t wanted) const { return std::min(size_, wanted); }
    void went_well(std::size_t count) {
        held_ -= std::min(held_, count);
        if (held_ == 0 && count >= size_) size_ = std::min(size_ * 2, max_);
    }
    void was_too_much(std::size_t count) { hold(std::max<std::size_t>(count / 2, 1)); }
    // Several at once failed where one alone does not.
    void only_one() { hold(1); }

 private:
    void hold(std::size_t size) {
        size_ = size;
        held_ = kHold;
    }

    std::size_t size_;
    std::size_t max_;
    std::size_t held_ = 0;
};

}  // namespace nsl::chain
