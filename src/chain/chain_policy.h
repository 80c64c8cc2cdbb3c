// SPDX-License-Identifier: Apache-2.0
// What the committee sets and may change at any block: prices and times. Nothing of it is built in.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "base/task.h"
#include "neo/transaction.h"

namespace nsl::chain {

struct ChainPolicy {
    neo::FeePolicy fees;  // per byte, execution factor in pico, storage, attributes
    std::uint32_t ms_per_block = 0;
    std::uint32_t max_valid_until_block_increment = 0;
    bool operator==(const ChainPolicy&) const = default;
};

// Who knows the present one.
class PolicySource {
 public:
    virtual ~PolicySource() = default;
    // As of the newest block that was read. Errors: unavailable, timeout (never read yet, and now
    // neither).
    virtual Task<Result<ChainPolicy>> policy() = 0;
};

}  // namespace nsl::chain
