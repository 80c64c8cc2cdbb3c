// SPDX-License-Identifier: Apache-2.0
// Which candidate becomes the price of a feed, and how lively the feed is.
#pragma once
#include <cstdint>
#include <string>

#include "services/pricefeed/rules_aggregate.h"

namespace nsl::pricefeed {

// True when the candidate may become the price. Otherwise the jump is noted in the memory and
// `reason` says what it waits for.
bool pass_jump_gate(std::int64_t candidate, std::int64_t now_ms, const Anchor& anchor,
                    FeedMemory& memory, std::string& reason);

// Makes it the price and learns from its return. The caller sets confidence and observed_ms.
void accept_price(std::int64_t price, std::int64_t now_ms, FeedMemory& memory);

}  // namespace nsl::pricefeed
