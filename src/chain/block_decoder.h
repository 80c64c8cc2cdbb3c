// SPDX-License-Identifier: Apache-2.0
// Whole blocks from a node's answer, fast.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "neo/block.h"

namespace nsl::chain {

// Keeps its buffers from one block to the next. One thread at a time.
class BlockDecoder {
 public:
    BlockDecoder();
    ~BlockDecoder();
    BlockDecoder(BlockDecoder&&) noexcept;
    BlockDecoder& operator=(BlockDecoder&&) noexcept;

    // `reply` is the JSON-RPC answer to getblock [x, 1] with this id. Members that are not part of
    // a block are not looked at. The hash must be its header's, and the merkle root that of its
    // transactions, so nothing that the header's witness covers can differ; that witness is the
    // caller's to check. The transactions' own witnesses are covered by nothing: the chain has
    // checked them, this node shows them. Errors: not_found and others as of RpcClient (the node's
    // error), internal (not JSON, a member missing, of another kind or outside its limits, a hash
    // that is not its block's: names the member), limit_exceeded.
    Result<neo::Block> decode(std::string_view reply, std::uint64_t id);
    // The same for the answer to a batch of `count` getblocks with ids from `first_id` on. A block
    // that the node does not give is an error in its place; anything unreadable is one of the
    // whole, and so is an id that is missing, there twice or none of those asked for.
    Result<std::vector<Result<neo::Block>>> decode_batch(std::string_view reply,
                                                         std::uint64_t first_id, std::size_t count);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace nsl::chain
