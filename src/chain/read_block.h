// SPDX-License-Identifier: Apache-2.0
// A block as its readers get it: verified, with what its transactions did, and handed to each
// reader exactly once.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/rpc_client.h"
#include "neo/block.h"

namespace nsl::chain {

// A notification of a transaction that halted. (block, transaction, position) names it for ever.
struct Event {
    std::uint32_t position = 0;  // among the notifications of its transaction, from 0
    Notification raw;
    // Its parameters by name, as neo::decode_event gives them; none where the contract's ABI cannot
    // be had, has no such event, or the event is not of that shape.
    std::optional<json::Object> fields{};
};

// What a transaction did, as a node's application log tells it: blocks are signed, logs are not.
struct TransactionOutcome {
    neo::Hash256 hash;
    bool halted = false;
    std::string exception{};        // of one that faulted
    neo::Datoshi gas_consumed = 0;  // the system fee is burned whole, whatever was consumed
    std::vector<Event> events{};    // only when it halted
    // Not empty: nobody could read its log, and why. Then `halted` and the rest say nothing.
    std::string unreadable{};
};

struct ReadBlock {
    Block summary;     // index, hashes, time
    neo::Block whole;  // of the chain; its witness may not have been looked at (see BlockChecks)
    std::vector<TransactionOutcome> outcomes;  // one for each transaction, in their order
};

// Takes the chain's blocks in order, each exactly once, for ever.
class BlockSubscriber {
 public:
    virtual ~BlockSubscriber() = default;
    virtual std::string name() const = 0;  // for logs and metrics: "sender", "pricefeed"
    // Whether it looks at Event::fields, which are none while nobody does. Asked when reading
    // starts.
    virtual bool reads_fields() const { return false; }
    // The last block whose effects are committed; none before the first.
    virtual Task<Result<std::optional<BlockHeader>>> checkpoint() = 0;
    // Commits the block's effects and the checkpoint together, or neither. After an error the
    // checkpoint is asked for, which tells whether the commit was done, and what is behind it is
    // handed out again.
    virtual Task<Status> on_block(std::shared_ptr<const ReadBlock> block) = 0;
};

}  // namespace nsl::chain
