// SPDX-License-Identifier: Apache-2.0
// Reads blocks that no node can make up: each is checked against the header before it.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "base/task.h"
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

// Holds no block: what was verified is the caller's to keep. One block costs as many signature
// checks as the consensus account asks for, about 0.2 ms each, between two waits for the network.
class BlockReader {
 public:
    // `network`: the magic, from configuration. It is part of what is signed, so it is not the
    // node's to say.
    BlockReader(RpcClient& rpc, std::uint32_t network) : rpc_(rpc), network_(network) {}

    // The anchor's block. Errors: conflict (the node has another block there); those of
    // RpcClient::full_block.
    Task<Result<neo::Block>> known(Anchor anchor);
    // The block after one that was verified. Errors: unauthenticated (the account that `previous`
    // names has not signed it, or for another network), conflict (not linked to `previous`, or not
    // later); those of RpcClient::full_block, which are internal when the header or the
    // transactions are not those of the hash, or it is the block of another height.
    // Whatever the error, the next try may succeed: the node may be exchanged for an honest one.
    Task<Result<neo::Block>> after(neo::BlockHeader previous);

 private:
    Task<Result<neo::Block>> read(std::uint32_t index);

    RpcClient& rpc_;
    std::uint32_t network_;
};

// The block after one that was verified, whoever has shown it. Errors: as BlockReader::after's own.
Status check_after(const neo::Block& block, const neo::BlockHeader& previous,
                   std::uint32_t network);

// What most users want of a block: which it is, and which transactions it holds.
Block summary_of(const neo::Block& block);

}  // namespace nsl::chain
