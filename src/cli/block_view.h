// SPDX-License-Identifier: Apache-2.0
// Blocks and events for people and as JSON. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "chain/read_block.h"

namespace nsl::cli {

std::string utc_text(std::int64_t unix_ms);  // "2023-11-14 22:13:20 UTC"

// "GasToken.Transfer {"from":…}": by names where the contract's interface gives them.
std::string event_text(const chain::Event& event);
// {contract, native?, name, position, fields or state}
json::Object event_object(const chain::Event& event);

// Which events somebody wants; without either, everything.
struct EventFilter {
    std::optional<neo::Hash160> contract{};
    std::string name{};

    bool everything() const { return !contract && name.empty(); }
    bool takes(const chain::Event& event) const;
};

// One thing to be told of a block.
struct BlockLine {
    std::string text{};     // without a newline
    json::Object object{};  // {"event": "block" | "transaction" | "notification", …}
};
// The events that the filter takes. Of everything the block itself first, then each transaction
// before its events.
std::vector<BlockLine> block_lines(const chain::ReadBlock& block, const EventFilter& filter);

}  // namespace nsl::cli
