// SPDX-License-Identifier: Apache-2.0
// Reads the chain block by block: contiguous, hash-linked, signed, never backwards; and hands each
// block to each subscriber once.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async_event.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/block_fetcher.h"
#include "chain/block_reader.h"
#include "chain/nodes.h"
#include "chain/read_block.h"

namespace nsl::chain {

struct FollowerOptions {
    std::uint32_t network = 0;  // the magic, from configuration (see BlockChecks)
    milliseconds poll_every{200};
    // Without any checkpoint: the block to begin with.
    std::optional<Anchor> anchor{};
    std::size_t blocks_max = 50;  // asked for in one request, far behind the tip; 1..kRpcBatchMax
};

struct FollowerStatus {
    std::optional<BlockHeader> last;   // the last block that all subscribers have
    std::uint32_t node_height = 0;     // what the node said last; nobody has signed that
    std::int64_t last_success_ms = 0;  // when a node last answered
    std::string fault;                 // empty, or why it stands still
};

// Believes a node nothing but when to look. All trust comes from one block, whose hash is known:
// - the lowest checkpoint of the subscribers: a node's block there must have that hash, and the
//   next one is the first to be handed out;
// - without any `anchor`: it is the first to be handed out;
// - with neither, the node's tip as it is when first asked. This is trust on first use: a node that
//   lies at that moment is believed, until the hash is compared with one from elsewhere.
// Every later block must be linked to the one before and signed by the account that one names, and
// its transactions must be those of its merkle root; the other checkpoints must be of this chain.
//
// A subscriber gets the blocks after its checkpoint, in order, each once; without a checkpoint all
// that are handed out from its start on. Nobody gets the next block before all have this one. Holds
// two fetches at most: what one is, BlockFetcher says.
class Follower {
 public:
    Follower(Nodes& nodes, Clock& clock, Logger log, FollowerOptions options);

    // Before run(); the subscriber outlives it.
    void subscribe(BlockSubscriber& subscriber) { readers_.push_back({&subscriber}); }
    // Returns only when cancelled; may be run again after it threw. A block that is not signed, not
    // linked or not what its hash says, or another hash at a known height, is never handed out:
    // `fault` says so, loudly, the node is distrusted, and reading is tried again, so that another
    // node or a later honest answer lets it go on.
    Task<void> run();
    // There may be a new block: looks at once instead of at the next poll. Not after an error.
    void wake();
    const FollowerStatus& status() const { return status_; }

 private:
    struct Reader {
        BlockSubscriber* subscriber;
        std::optional<BlockHeader> checkpoint{};
        bool ask = true;  // what its checkpoint is
    };

    // Reads and hands out a number of blocks; true when more are waiting.
    Task<Result<bool>> step();
    Task<Status> ask_checkpoints();
    // Finds our place on the node's chain; hands the first block out when there was none before.
    Task<Status> find_place(RpcClient& node);
    Task<Status> begin(RpcClient& node);
    // Verifies what was fetched and hands it out.
    Task<Status> take(RpcClient& node, const Fetched& fetched);
    Task<Status> hand_out(std::shared_ptr<const ReadBlock> block);
    // The checkpoints at this block name it.
    Status agree(const BlockHeader& block) const;
    void stumble(const Error& why);
    std::unexpected<Error> liar(RpcClient& node, Error why);
    Task<void> pause();

    Nodes& nodes_;
    Clock& clock_;
    Logger log_;
    FollowerOptions options_;
    BlockChecks checks_;
    std::vector<Reader> readers_;
    std::unique_ptr<BlockFetcher> fetcher_;
    FollowerStatus status_;
    bool begun_ = false;   // the checkpoints have been asked for
    bool placed_ = false;  // it is known where the chain is to be read on, namely at:
    Anchor place_{};       // the last block that all have, or the first to be
    bool first_ = false;   // `place_` itself is the next to be handed out
    // Its header has to be read, and its hash compared: the node may be another than before.
    bool find_place_ = true;
    neo::BlockHeader verified_{};  // of `place_`, when that has been done
    struct Told {
        Errc code = Errc::internal;
        std::chrono::nanoseconds at{0};
    };
    std::optional<Told> told_{};  // in the log
    std::chrono::nanoseconds looked_at_{0};
    bool woken_ = false;
    AsyncEvent wake_;
};

}  // namespace nsl::chain
