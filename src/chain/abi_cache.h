// SPDX-License-Identifier: Apache-2.0
// Events by the names and types that their contracts declare.
#pragma once
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "chain/read_block.h"
#include "chain/rpc_client.h"
#include "neo/abi.h"

namespace nsl::chain {

// Asks a node for each contract once, keeps what was used last, and forgets a contract when a block
// deploys, updates or destroys it. What is asked for is the contract as it is now: while old blocks
// are read, that is a later one than theirs, and where an event does not fit it, its fields are
// none. So they are where there is no such contract, or its manifest is nonsense. Native contracts
// change at hard forks without an event: until the next start their old declarations count.
class AbiCache {
 public:
    static constexpr std::size_t kContractsMax = 1'024;

    explicit AbiCache(std::size_t contracts_max = kContractsMax) : max_(contracts_max) {}

    // Fills Event::fields of a block's outcomes; the blocks in their order. Errors: unavailable,
    // timeout (no contract is left out because a node is away).
    Task<Status> decode(RpcClient& node, std::vector<TransactionOutcome>& outcomes);

 private:
    using Events = std::shared_ptr<const std::vector<neo::AbiEvent>>;  // null: none known
    struct Known {
        Events events;
        std::list<neo::Hash160>::iterator used;
    };

    void forget_changed(const std::vector<TransactionOutcome>& outcomes);
    Task<Result<std::map<neo::Hash160, Events>>> events_of(RpcClient& node,
                                                           std::set<neo::Hash160> contracts);
    void keep(const neo::Hash160& contract, Events events);

    std::size_t max_;
    std::map<neo::Hash160, Known> known_;
    std::list<neo::Hash160> used_;  // the last used first
};

}  // namespace nsl::chain
