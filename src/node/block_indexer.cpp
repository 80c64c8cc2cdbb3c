// SPDX-License-Identifier: Apache-2.0
#include "node/block_indexer.h"

#include "services/pricefeed/store_sql.h"

namespace nsl::node {
namespace {

// The node could not be asked, or has not caught up with its own block.
bool may_come(Errc code) {
    return code == Errc::unavailable || code == Errc::timeout || code == Errc::not_found;
}

Status save_checkpoint(store::Tx& tx, const chain::BlockHeader& block) {
    TRY_OK(
        tx.execute("INSERT INTO chain_checkpoint (id, height, hash, previous, time_ms)"
                   " VALUES (1, $1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET"
                   " height = excluded.height, hash = excluded.hash,"
                   " previous = excluded.previous, time_ms = excluded.time_ms"
                   " WHERE excluded.height > chain_checkpoint.height",
                   {std::int64_t{block.index}, block.hash.display(), block.previous.display(),
                    block.time_ms}));
    return {};
}

}  // namespace

std::vector<std::string> checkpoint_schema() {
    return {
        "CREATE TABLE chain_checkpoint ("
        " id BIGINT PRIMARY KEY,"
        " height BIGINT NOT NULL,"
        " hash TEXT NOT NULL,"
        " previous TEXT NOT NULL,"
        " time_ms BIGINT NOT NULL)",
    };
}

Task<Result<std::optional<chain::BlockHeader>>> load_checkpoint(store::Db& db) {
    std::optional<chain::BlockHeader> out;
    CO_TRY_OK(co_await db.read([&](store::Tx& tx) -> Status {
        auto row =
            tx.row("SELECT height, hash, previous, time_ms FROM chain_checkpoint WHERE id = 1");
        if (!row && row.error().code == Errc::not_found) return {};
        if (!row) return std::unexpected(std::move(row).error());
        chain::BlockHeader header;
        header.index = static_cast<std::uint32_t>(row->i64(0));
        TRY(header.hash, neo::Hash256::parse(row->text(1)));
        TRY(header.previous, neo::Hash256::parse(row->text(2)));
        header.time_ms = row->i64(3);
        out = header;
        return {};
    }));
    co_return out;
}

Task<Status> BlockIndexer::on_block(chain::Block block) {
    std::vector<pricefeed::RoundEvent> found;
    for (const neo::Hash256& tx : block.transactions) {
        auto read = co_await rpc_.application_log(tx);
        if (!read && may_come(read.error().code))
            co_return std::unexpected(std::move(read).error());
        if (!read) {
            // Anyone can make a transaction whose log no client accepts (too deep, too large). It
            // must not stop the reading of the chain: what it may have hidden is in the contract.
            log_.error("application log not understood: skipped",
                       {{"tx", tx.display()}, {"cause", read.error().message}});
            continue;
        }
        chain::Execution& execution = *read;
        if (execution.vm_state != "HALT") continue;
        for (const chain::Notification& event : execution.notifications) {
            auto rounds = contract_.rounds_of(event, tx, block.index);
            if (!rounds) {
                // The contract's own event in a shape we do not know: a newer contract. Say so and
                // go on, or nothing would ever be read again.
                log_.error("event not understood",
                           {{"tx", tx.display()}, {"cause", rounds.error().message}});
                continue;
            }
            if (*rounds) found.insert(found.end(), (*rounds)->begin(), (*rounds)->end());
        }
    }
    CO_TRY_OK(co_await db_.transact([&](store::Tx& tx) -> Status {
        for (const pricefeed::RoundEvent& event : found)
            TRY_OK(pricefeed::SqlFeedStore::add_event(tx, event));
        return save_checkpoint(tx, block);
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
