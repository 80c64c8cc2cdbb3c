// SPDX-License-Identifier: Apache-2.0
#include "node/tx_journal_sql.h"

namespace nsl::node {
namespace {

using chain::TxRecord;
using chain::TxState;

constexpr const char* kSelect =
    "SELECT hash, bytes, valid_until_block, purpose, payload, state, block, exception, created_ms,"
    " network, first_block FROM chain_tx";

Result<TxState> parse_state(const std::string& name) {
    for (TxState state : {TxState::prepared, TxState::submitted, TxState::halted, TxState::faulted,
                          TxState::expired})
        if (name == chain::tx_state_name(state)) return state;
    return fail(Errc::internal, "the journal holds an unknown state: " + name);
}

Result<TxRecord> record_of(const store::Row& row) {
    TxRecord record;
    TRY(record.hash, neo::Hash256::parse(row.text(0)));
    record.bytes = row.bytes(1);
    record.valid_until_block = static_cast<std::uint32_t>(row.i64(2));
    record.purpose = row.text(3);
    record.payload = row.text(4);
    TRY(record.state, parse_state(row.text(5)));
    record.block = static_cast<std::uint32_t>(row.i64(6));
    record.exception = row.text(7);
    record.created_ms = row.i64(8);
    record.network = static_cast<std::uint32_t>(row.i64(9));
    record.first_block = static_cast<std::uint32_t>(row.i64(10));
    return record;
}

Result<std::optional<TxRecord>> one(Result<store::Row> row) {
    if (!row && row.error().code == Errc::not_found) return std::nullopt;
    if (!row) return std::unexpected(std::move(row).error());
    TRY(TxRecord record, record_of(*row));
    return record;
}

}  // namespace

std::vector<std::string> tx_journal_schema() {
    return {
        "CREATE TABLE chain_tx ("
        " hash TEXT PRIMARY KEY,"
        " bytes BLOB NOT NULL,"
        " valid_until_block BIGINT NOT NULL,"
        " purpose TEXT NOT NULL,"
        " payload TEXT NOT NULL,"
        " state TEXT NOT NULL,"
        " block BIGINT NOT NULL,"
        " exception TEXT NOT NULL,"
        " created_ms BIGINT NOT NULL,"
        " network BIGINT NOT NULL,"
        " first_block BIGINT NOT NULL)",
        // One unresolved attempt per purpose, held by the database itself.
        "CREATE UNIQUE INDEX chain_tx_unresolved ON chain_tx (purpose)"
        " WHERE state IN ('prepared', 'submitted')",
    };
}

Task<Status> SqlTxJournal::add(TxRecord record) {
    Status done = co_await db_.transact([&](store::Tx& tx) -> Status {
        TRY_OK(tx.execute(
            "INSERT INTO chain_tx (hash, bytes, valid_until_block, purpose, payload,"
            " state, block, exception, created_ms, network, first_block)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            {record.hash.display(), record.bytes, std::int64_t{record.valid_until_block},
             record.purpose, record.payload, std::string(chain::tx_state_name(record.state)),
             std::int64_t{record.block}, record.exception, record.created_ms,
             std::int64_t{record.network}, std::int64_t{record.first_block}}));
        return {};
    });
    if (!done && done.error().code == Errc::conflict)
        co_return fail(Errc::conflict, "a transaction for " + record.purpose +
                                           " is under way, or this one is known already");
    co_return done;
}

Task<Status> SqlTxJournal::update(neo::Hash256 hash, TxState state, std::uint32_t block,
                                  std::string exception) {
    co_return co_await db_.transact([&](store::Tx& tx) -> Status {
        TRY(auto changed,
            tx.execute("UPDATE chain_tx SET state = $2, block = $3, exception = $4 WHERE hash = $1"
                       " AND state IN ('prepared', 'submitted')",
                       {hash.display(), std::string(chain::tx_state_name(state)),
                        std::int64_t{block}, exception}));
        if (changed == 1) return {};
        TRY(auto known, one(tx.row(std::string(kSelect) + " WHERE hash = $1", {hash.display()})));
        if (!known) return fail(Errc::not_found, "no such transaction in the journal");
        return fail(Errc::conflict, "the attempt has ended: its fate never changes");
    });
}

Task<Result<std::optional<TxRecord>>> SqlTxJournal::unresolved(std::string purpose) {
    std::optional<TxRecord> out;
    CO_TRY_OK(co_await db_.read([&](store::Tx& tx) -> Status {
        TRY(out, one(tx.row(std::string(kSelect) +
                                " WHERE purpose = $1 AND state IN ('prepared', 'submitted')",
                            {purpose})));
        return {};
    }));
    co_return out;
}

Task<Result<std::optional<TxRecord>>> SqlTxJournal::find(neo::Hash256 hash) {
    std::optional<TxRecord> out;
    CO_TRY_OK(co_await db_.read([&](store::Tx& tx) -> Status {
        TRY(out, one(tx.row(std::string(kSelect) + " WHERE hash = $1", {hash.display()})));
        return {};
    }));
    co_return out;
}

}  // namespace nsl::node
