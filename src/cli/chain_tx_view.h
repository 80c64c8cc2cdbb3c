// SPDX-License-Identifier: Apache-2.0
// What became of a transaction, for people and as JSON. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "chain/read_block.h"
#include "chain/rpc_client.h"
#include "neo/transaction.h"

namespace nsl::cli {

struct TransactionStory {
    neo::Hash256 hash{};
    std::string node{};                          // who told it
    std::uint32_t node_height = 0;               // its newest block, as it says
    std::optional<std::uint32_t> valid_until{};  // as the asker says, when the node knows nothing
    std::optional<neo::Transaction> tx{};        // none: unknown to the node
    // The block that holds it, which was read: it does hold it, and is signed by the validators
    // that the block before names. None: unknown, or still in the node's pool.
    std::optional<chain::BlockHeader> block{};
    // What it did, as the node tells: nobody has signed that.
    std::optional<chain::Execution> run{};
    std::string run_trouble{};           // why there is no `run` though there is a block
    std::vector<chain::Event> events{};  // of `run`
};

// "unknown", "pooled", "HALT", "FAULT", or "included" when its log cannot be had.
std::string story_state(const TransactionStory& story);
// Lines ended by '\n'.
std::string story_text(const TransactionStory& story, bool disassembly);
json::Object story_object(const TransactionStory& story, bool disassembly);

}  // namespace nsl::cli
