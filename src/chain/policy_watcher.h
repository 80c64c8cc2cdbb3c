// SPDX-License-Identifier: Apache-2.0
// Keeps what the committee sets, as of the newest block.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/async_event.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/chain_policy.h"
#include "chain/nodes.h"
#include "chain/read_block.h"

namespace nsl::chain {

// Prices and times as one node has them in its newest block, in one round trip: of the Policy
// contract, and the times of getversion where that contract has none (before Echidna). Fees of all
// attributes that the chain knows. Errors: those of RpcClient; internal (the Policy contract does
// not answer, or with what no chain can have).
Task<Result<ChainPolicy>> read_policy(RpcClient& node);

// A subscriber without a checkpoint, so it hears of every block that is handed out; it holds none
// up. Reads after each block, at most once a second, and whenever it is asked since a new block.
class PolicyWatcher final : public PolicySource, public BlockSubscriber {
 public:
    PolicyWatcher(Nodes& nodes, Clock& clock, Logger log)
        : nodes_(nodes), clock_(clock), log_(std::move(log)) {}

    // Until cancelled. Every change is one line of the log, with what was and what is.
    Task<void> run();

    // The last known when the nodes do not answer within two seconds.
    Task<Result<ChainPolicy>> policy() override;

    std::string name() const override { return "policy"; }
    Task<Result<std::optional<BlockHeader>>> checkpoint() override;
    Task<Status> on_block(std::shared_ptr<const ReadBlock> block) override;

 private:
    bool stale() const { return read_at_ < blocks_; }
    Task<Result<ChainPolicy>> read();
    void log_changes(const ChainPolicy& before, const ChainPolicy& now) const;

    Nodes& nodes_;
    Clock& clock_;
    Logger log_;
    std::uint64_t blocks_ = 1;   // heard of, and one for the start
    std::uint64_t read_at_ = 0;  // that number when what is known was asked for
    std::optional<ChainPolicy> known_;
    bool failing_ = false;
    AsyncEvent block_came_;
};

}  // namespace nsl::chain
