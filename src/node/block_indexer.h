// SPDX-License-Identifier: Apache-2.0
// Reads the chain for the price feed: rounds and checkpoint commit together.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "chain/read_block.h"
#include "node/feed_contract.h"
#include "services/pricefeed/probe.h"
#include "services/pricefeed/service.h"
#include "store/db.h"

namespace nsl::node {

// Stores the rounds that it finds in a block's events and the checkpoint in one transaction, then
// tells the service.
class BlockIndexer final : public chain::BlockSubscriber {
 public:
    BlockIndexer(store::Db& db, ChainFeedContract& contract, pricefeed::Service& service,
                 pricefeed::Probe& probe, Logger log)
        : db_(db), contract_(contract), service_(service), probe_(probe), log_(log) {}

    std::string name() const override { return "pricefeed"; }
    Task<Result<std::optional<chain::BlockHeader>>> checkpoint() override;
    Task<Status> on_block(std::shared_ptr<const chain::ReadBlock> block) override;

 private:
    std::vector<pricefeed::RoundEvent> rounds_in(const chain::ReadBlock& block) const;

    store::Db& db_;
    ChainFeedContract& contract_;
    pricefeed::Service& service_;
    pricefeed::Probe& probe_;
    Logger log_;
};

}  // namespace nsl::node
