// SPDX-License-Identifier: Apache-2.0
// Reads the chain block by block, by polling: contiguous, hash-linked, signed, never backwards.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/block_reader.h"
#include "chain/rpc_client.h"

namespace nsl::chain {

struct FollowerStatus {
    std::optional<BlockHeader> last;   // last block handed out
    std::uint32_t node_height = 0;     // what the node said last; nobody has signed that
    std::int64_t last_success_ms = 0;  // when the node last answered
    std::string fault;                 // empty, or why it stands still
};

// Called once per block in order. An error stops the follower at this block: it is handed out
// again, to every handler, as it is after a crash; handlers take the same block twice without harm.
using BlockHandler = std::function<Task<Status>(Block)>;

// Believes a node nothing but its height. All trust comes from one block, whose hash is known:
// - `resume`, the last block that was handled in a former life: the node's block there must have
//   that hash, and the next one is the first to be handed out;
// - without it `anchor`, which the caller may give: it is the first to be handed out;
// - with neither, the node's tip as it is when first asked. This is trust on first use: a node that
//   lies at that moment is believed, until the hash is compared with one from elsewhere.
// Every later block must be linked to the one before and signed by the account that one names, and
// its transactions must be those of its merkle root.
// Holds one block at a time.
class Follower {
 public:
    // `network`: the magic, from configuration (see BlockReader).
    Follower(RpcClient& rpc, Clock& clock, Logger log, std::uint32_t network,
             std::optional<BlockHeader> resume, milliseconds poll_every,
             std::optional<Anchor> anchor = {});

    void subscribe(BlockHandler handler) { handlers_.push_back(std::move(handler)); }
    // Returns only when cancelled. A block that is not signed, not linked or not what its hash
    // says, or another hash at a known height, is never handed out: `fault` says so, loudly, and
    // reading is tried again, so that another node at its URL or a later honest answer lets it go
    // on.
    Task<void> run();
    const FollowerStatus& status() const { return status_; }

 private:
    // Reads and hands out at most a batch; true when more blocks are waiting.
    Task<Result<bool>> step();
    // Finds our place on the node's chain; hands the first block out when there was none before.
    Task<Status> find_place();
    Task<Status> hand_out(neo::Block block);
    void stumble(const Error& why);

    RpcClient& rpc_;
    BlockReader reader_;
    Clock& clock_;
    Logger log_;
    milliseconds poll_every_;
    std::vector<BlockHandler> handlers_;
    FollowerStatus status_;
    std::optional<Anchor> place_;               // the last block handed out, or the first to be
    std::optional<neo::BlockHeader> verified_;  // the last one's header, when it was read
    // The node may have changed since the last answer: compare the last block's hash first.
    bool find_place_ = true;
};

}  // namespace nsl::chain
