// SPDX-License-Identifier: Apache-2.0
// Blocks that no node can make up: known by their hash, or checked against the header before.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "chain/read_block.h"
#include "chain/rpc_client.h"
#include "neo/block.h"

namespace nsl::chain {

// A block that is known to be of the chain, by its hash alone: the hash covers which account signs
// the next block, so everything after it can be checked.
struct Anchor {
    std::uint32_t index = 0;
    neo::Hash256 hash;
    bool operator==(const Anchor&) const = default;
};

// The anchor's block. Errors: conflict (the node has another block there); those of
// RpcClient::full_block. Whatever the error, the next try may succeed: the node may be exchanged
// for an honest one.
Task<Result<neo::Block>> read_known(RpcClient& node, Anchor anchor);

// The block after one that is of the chain. Errors: those of CheckedBlocks::end and of
// RpcClient::full_block.
Task<Result<neo::Block>> read_after(RpcClient& node, neo::BlockHeader previous,
                                    std::uint32_t network);

// What most users want of a block: which it is, and which transactions it holds.
Block summary_of(const neo::Block& block);

// How many blocks of a row are of the chain, and what is wrong with the one after those: one that
// the account which the header before names has not signed, nor any later one of the row in its
// place, or for another network (unauthenticated), or that is not linked to it, or not later
// (conflict).
struct CheckedBlocks {
    std::size_t good = 0;
    Status end{};
};

// Whoever has shown the blocks: their hashes must have been checked to be those of their bytes, as
// RpcClient does. A header's hash covers the one before it, so who signs one signs all before it:
// of headers in a row that name the same account the last one's witness is checked, and the
// witnesses of the others are not (docs/decisions/0012-one-signature-for-a-row.md). One signature
// costs about 0.1 ms, and there are as many as the account asks for, so a row is checked on a
// thread of this one's own.
class BlockChecks {
 public:
    // `network`: the magic, from configuration. It is part of what is signed, so it is not a node's
    // to say.
    explicit BlockChecks(std::uint32_t network);
    ~BlockChecks();

    // Each is the block after the one before it, the first after `previous`, which is of the chain.
    // One row at a time; ends only when the check has ended, cancelled or not.
    Task<CheckedBlocks> check(neo::BlockHeader previous,
                              std::vector<std::shared_ptr<const ReadBlock>> row);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace nsl::chain
