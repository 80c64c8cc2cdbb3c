// SPDX-License-Identifier: Apache-2.0
#include "cli/chain_tx_view.h"

#include <fmt/format.h>

#include "cli/block_view.h"
#include "cli/input.h"
#include "cli/terminal.h"
#include "cli/transaction_view.h"

namespace nsl::cli {
namespace {

// What an unknown transaction means, and what would be a proof.
std::string unknown_text(const TransactionStory& story) {
    std::string out = fmt::format(
        "transaction {}\n  unknown to {}, whose newest block is {}\n"
        "  That proves nothing: a node may be behind, may have dropped it, or may not say.\n",
        story.hash.display(), printable(story.node), story.node_height);
    if (!story.valid_until)
        return out +
               "  Nor can it say until when a block may still hold it: its validUntilBlock can "
               "(--valid-until).\n";
    if (story.node_height < *story.valid_until)
        return out + fmt::format("  Blocks up to {} may hold it: {} of them are still to come.\n",
                                 *story.valid_until, *story.valid_until - story.node_height);
    return out + fmt::format(
                     "  No block after {} may hold it, and the node is there. It is not on chain "
                     "if none of\n"
                     "  the blocks from its signing up to {} holds it: each read, linked to the "
                     "one before\n"
                     "  and signed.\n",
                     *story.valid_until, *story.valid_until);
}

std::string run_text(const TransactionStory& story) {
    if (!story.run) return "  log        cannot be had: " + printable(story.run_trouble) + "\n";
    std::string out = fmt::format("  consumed   {} of {}\n", gas_text(story.run->gas_consumed),
                                  gas_text(story.tx ? story.tx->system_fee : 0));
    if (!story.run->exception.empty())
        out += "  exception  " + printable(story.run->exception) + "\n";
    for (const chain::Event& event : story.events)
        out += "  event      " + event_text(event) + "\n";
    return out;
}

}  // namespace

std::string story_state(const TransactionStory& story) {
    if (!story.tx) return "unknown";
    if (!story.block) return "pooled";
    return story.run ? story.run->vm_state : "included";
}

std::string story_text(const TransactionStory& story, bool disassembly) {
    if (!story.tx) return unknown_text(story);
    std::string out = transaction_text(*story.tx, true, disassembly);
    if (!story.block)
        return out + fmt::format(
                         "  state      pooled by {}, whose newest block is {}: no block "
                         "that it knows holds it\n",
                         printable(story.node), story.node_height);
    out += fmt::format(
        "  state      {} in block {}, {}, {} blocks ago\n", printable(story_state(story)),
        story.block->index, utc_text(story.block->time_ms),
        story.node_height > story.block->index ? story.node_height - story.block->index : 0);
    out += fmt::format("  block      {} holds it, signed by whom the block before names\n",
                       story.block->hash.display());
    return out + run_text(story) +
           (story.run ? "             (what it did is this node's word: nobody signs that)\n" : "");
}

json::Object story_object(const TransactionStory& story, bool disassembly) {
    json::Object out{{"hash", story.hash.display()}};
    if (story.tx) out = transaction_object(*story.tx, true, disassembly);
    out["node"] = story.node;
    out["node_height"] = story.node_height;
    out["state"] = story_state(story);
    if (!story.tx) {
        // Until when it may still come, if the asker knows.
        if (story.valid_until) {
            out["valid_until_block"] = *story.valid_until;
            out["may_still_come"] = story.node_height < *story.valid_until;
        }
        out["proves"] = "nothing";
        return out;
    }
    if (!story.block) return out;
    out["block"] = story.block->index;
    out["block_hash"] = story.block->hash.display();
    out["block_time_ms"] = story.block->time_ms;
    if (!story.run) {
        out["log_error"] = story.run_trouble;
        return out;
    }
    out["gas_consumed"] = story.run->gas_consumed;
    if (!story.run->exception.empty()) out["exception"] = story.run->exception;
    json::Array events;
    for (const chain::Event& event : story.events) events.push_back(event_object(event));
    out["events"] = std::move(events);
    return out;
}

}  // namespace nsl::cli
