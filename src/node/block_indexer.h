// SPDX-License-Identifier: Apache-2.0
// Follows the chain for the services: events and checkpoint commit together.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "chain/follower.h"
#include "chain/rpc_client.h"
#include "node/feed_contract.h"
#include "services/pricefeed/probe.h"
#include "services/pricefeed/service.h"
#include "store/db.h"

namespace nsl::node {

std::vector<std::string> checkpoint_schema();

// The last block whose effects are committed. Errors: unavailable.
Task<Result<std::optional<chain::BlockHeader>>> load_checkpoint(store::Db& db);

// The follower's subscriber: reads a block's application logs, stores the rounds it finds and the
// checkpoint in one transaction, then tells the service.
class BlockIndexer {
 public:
    BlockIndexer(store::Db& db, chain::RpcClient& rpc, ChainFeedContract& contract,
                 pricefeed::Service& service, pricefeed::Probe& probe, Logger log)
        : db_(db), rpc_(rpc), contract_(contract), service_(service), probe_(probe), log_(log) {}

    Task<Status> on_block(chain::Block block);

 private:
    store::Db& db_;
    chain::RpcClient& rpc_;
    ChainFeedContract& contract_;
    pricefeed::Service& service_;
    pricefeed::Probe& probe_;
    Logger log_;
};

}  // namespace nsl::node
