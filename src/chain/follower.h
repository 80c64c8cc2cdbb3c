// SPDX-License-Identifier: Apache-2.0
// Reads the chain block by block, by polling: contiguous, hash-linked, never backwards.
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
#include "chain/rpc_client.h"

namespace nsl::chain {

struct FollowerStatus {
    std::optional<BlockHeader> last;   // last block handed out
    std::uint32_t node_height = 0;     // what the node said last
    std::int64_t last_success_ms = 0;  // when the node last answered
    std::string fault;                 // empty, or why it stands still
};

// Called once per block in order. An error stops the follower at this block: it is handed out
// again, to every handler, as it is after a crash; handlers take the same block twice without harm.
using BlockHandler = std::function<Task<Status>(Block)>;

class Follower {
 public:
    // `resume`: the last block that was handled; empty: start with the node's present tip.
    Follower(RpcClient& rpc, Clock& clock, Logger log, std::optional<BlockHeader> resume,
             milliseconds poll_every);

    void subscribe(BlockHandler handler) { handlers_.push_back(std::move(handler)); }
    // Returns only when cancelled. A block whose previous hash is not ours, or another hash at a
    // known height, is never handed out: `fault` says so, loudly, and reading is tried again.
    Task<void> run();
    const FollowerStatus& status() const { return status_; }

 private:
    // Reads and hands out at most a batch; true when more blocks are waiting.
    Task<Result<bool>> step();
    Task<Status> hand_out(Block block);
    Task<Status> check_last();
    void stumble(const Error& why);

    RpcClient& rpc_;
    Clock& clock_;
    Logger log_;
    milliseconds poll_every_;
    std::vector<BlockHandler> handlers_;
    FollowerStatus status_;
    // The node may have changed since the last answer: compare the last block's hash first.
    bool check_last_ = true;
};

}  // namespace nsl::chain
