// SPDX-License-Identifier: Apache-2.0
#include "node/block_indexer.h"

#include "node/checkpoints.h"
#include "services/pricefeed/store_sql.h"

namespace nsl::node {

Task<Result<std::optional<chain::BlockHeader>>> BlockIndexer::checkpoint() {
    return load_checkpoint(db_, name());
}

// What an unreadable log may have hidden is in the contract.
std::vector<pricefeed::RoundEvent> BlockIndexer::rounds_in(const chain::ReadBlock& block) const {
    std::vector<pricefeed::RoundEvent> found;
    for (const chain::TransactionOutcome& outcome : block.outcomes) {
        for (const chain::Event& event : outcome.events) {
            auto rounds = contract_.rounds_of(event.raw, outcome.hash, block.summary.index);
            if (!rounds) {
                // The contract's own event in a shape we do not know: a newer contract. Say so and
                // go on, or nothing would ever be read again.
                log_.error("event not understood",
                           {{"tx", outcome.hash.display()}, {"cause", rounds.error().message}});
                continue;
            }
            if (const auto& some = *rounds) found.insert(found.end(), some->begin(), some->end());
        }
    }
    return found;
}

Task<Status> BlockIndexer::on_block(std::shared_ptr<const chain::ReadBlock> block) {
    const std::vector<pricefeed::RoundEvent> found = rounds_in(*block);
    CO_TRY_OK(co_await db_.transact([&](store::Tx& tx) -> Status {
        for (const pricefeed::RoundEvent& event : found)
            TRY_OK(pricefeed::SqlFeedStore::add_event(tx, event));
        return save_checkpoint(tx, name(), block->summary);
    }));
    if (!found.empty()) {
        probe_.stored(found.size());
        // The contract's own state first, so that nobody sees a round's transaction before the
        // round.
        auto state = co_await contract_.state();
        if (state) service_.on_state(*std::move(state));
        service_.on_rounds(found);
    }
    co_return Status{};
}

}  // namespace nsl::node
