// SPDX-License-Identifier: Apache-2.0
#include "node/checkpoints.h"

namespace nsl::node {

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

std::vector<std::string> subscriber_schema() {
    return {
        "CREATE TABLE chain_subscriber ("
        " name TEXT PRIMARY KEY,"
        " height BIGINT NOT NULL,"
        " hash TEXT NOT NULL,"
        " previous TEXT NOT NULL,"
        " time_ms BIGINT NOT NULL)",
        "INSERT INTO chain_subscriber (name, height, hash, previous, time_ms)"
        " SELECT 'pricefeed', height, hash, previous, time_ms FROM chain_checkpoint WHERE id = 1",
        "DROP TABLE chain_checkpoint",
    };
}

Result<std::optional<chain::BlockHeader>> load_checkpoint(store::Tx& tx,
                                                          const std::string& subscriber) {
    const auto row =
        tx.row("SELECT height, hash, previous, time_ms FROM chain_subscriber WHERE name = $1",
               {subscriber});
    if (!row && row.error().code == Errc::not_found) return std::nullopt;
    if (!row) return std::unexpected(row.error());
    chain::BlockHeader header;
    header.index = static_cast<std::uint32_t>(row->i64(0));
    TRY(header.hash, neo::Hash256::parse(row->text(1)));
    TRY(header.previous, neo::Hash256::parse(row->text(2)));
    header.time_ms = row->i64(3);
    return header;
}

Task<Result<std::optional<chain::BlockHeader>>> load_checkpoint(store::Db& db,
                                                                std::string subscriber) {
    std::optional<chain::BlockHeader> out;
    CO_TRY_OK(co_await db.read([&](store::Tx& tx) -> Status {
        TRY(out, load_checkpoint(tx, subscriber));
        return {};
    }));
    co_return out;
}

Status save_checkpoint(store::Tx& tx, const std::string& subscriber,
                       const chain::BlockHeader& block) {
    TRY(const auto stored, load_checkpoint(tx, subscriber));
    const store::Params values = {subscriber, std::int64_t{block.index}, block.hash.display(),
                                  block.previous.display(), block.time_ms};
    if (!stored) {
        TRY_OK(
            tx.execute("INSERT INTO chain_subscriber (name, height, hash, previous, time_ms)"
                       " VALUES ($1, $2, $3, $4, $5)",
                       values));
        return {};
    }
    if (block.index != stored->index + 1 || block.previous != stored->hash)
        return fail(Errc::conflict, "block " + std::to_string(block.index) +
                                        " is not the one after " + std::to_string(stored->index) +
                                        ", where the checkpoint of " + subscriber + " is");
    TRY_OK(
        tx.execute("UPDATE chain_subscriber SET height = $2, hash = $3, previous = $4,"
                   " time_ms = $5 WHERE name = $1",
                   values));
    return {};
}

}  // namespace nsl::node
