// SPDX-License-Identifier: Apache-2.0
// What the transactions of blocks did, from a node's application logs.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/batch_size.h"
#include "chain/nodes.h"
#include "chain/read_block.h"

namespace nsl::chain {

// A block as a node tells it. Nothing of it has been verified.
struct ToldBlock {
    std::shared_ptr<ReadBlock> block;
    // An error when the outcomes are not complete; asking again may help. Errors: unavailable,
    // timeout, not_found.
    Status outcomes{};
};

// Asks for many logs at once, and one by one where a node takes no batches or its answer gets too
// long. A log that the node gives but nobody can read is asked for again and again, of other nodes
// where there are some, and after kTries of its block the outcome is `unreadable`: anyone can make
// a transaction with such a log, and it must not stop the reading of the chain.
class OutcomeReader {
 public:
    static constexpr int kTries = 3;
    // Events of the blocks together after which no more blocks are taken: bounds the memory.
    static constexpr std::size_t kEventsMax = 8'192;

    OutcomeReader(Nodes& nodes, Logger log) : nodes_(nodes), log_(std::move(log)) {}

    // Fills the outcomes of the blocks in their order. Drops those after the first whose outcomes
    // are not complete, and those after kEventsMax events; the first stays in any case.
    Task<void> read(RpcClient& node, std::vector<ToldBlock>& blocks);

 private:
    using Logs = std::vector<Result<Execution>>;
    // As many as went well, at most `hashes`; at least one.
    Task<Logs> ask(RpcClient& node, std::vector<neo::Hash256> hashes);
    // The outcomes of one block, by its logs.
    Status complete(RpcClient& node, ReadBlock& block, Logs logs);

    Nodes& nodes_;
    Logger log_;
    BatchSize size_{kRpcBatchMax, kRpcBatchMax};
    // The block with a log that could not be read, and how often it was tried.
    neo::Hash256 odd_block_;
    int odd_tries_ = 0;
};

}  // namespace nsl::chain
