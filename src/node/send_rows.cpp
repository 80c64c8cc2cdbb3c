// SPDX-License-Identifier: Apache-2.0
#include "node/send_rows.h"

namespace nsl::node {
namespace {

using chain::Attempt;
using chain::AttemptState;
using chain::IntentRecord;
using chain::IntentState;

Result<IntentState> intent_state(const std::string& name) {
    for (IntentState state :
         {IntentState::pending, IntentState::in_flight, IntentState::halted, IntentState::faulted,
          IntentState::included, IntentState::expired, IntentState::refused})
        if (name == chain::intent_state_name(state)) return state;
    return fail(Errc::internal, "the journal holds an intent in an unknown state: " + name);
}

Result<AttemptState> attempt_state(const std::string& name) {
    for (AttemptState state : {AttemptState::prepared, AttemptState::submitted,
                               AttemptState::halted, AttemptState::faulted, AttemptState::included,
                               AttemptState::expired, AttemptState::replaced})
        if (name == chain::attempt_state_name(state)) return state;
    return fail(Errc::internal, "the journal holds an attempt in an unknown state: " + name);
}

std::uint32_t u32(const store::Row& row, std::size_t column) {
    return static_cast<std::uint32_t>(row.i64(column));
}

}  // namespace

const std::string& select_intents() {
    static const std::string sql =
        "SELECT id, purpose, script, spends, windows_max, exclusive, payload, state, windows_used,"
        " tx, block, reason, created_ms, ended_ms FROM chain_intent";
    return sql;
}

Result<IntentRecord> intent_of(const store::Row& row) {
    IntentRecord out;
    out.intent.id = row.text(0);
    out.intent.purpose = row.text(1);
    out.intent.script = row.bytes(2);
    out.intent.spends = row.i64(3);
    out.intent.windows_max = u32(row, 4);
    out.intent.exclusive = row.i64(5) != 0;
    out.intent.payload = row.text(6);
    TRY(out.state, intent_state(row.text(7)));
    out.windows_used = u32(row, 8);
    if (!row.text(9).empty()) {
        TRY(out.transaction, neo::Hash256::parse(row.text(9)));
    }
    out.block = u32(row, 10);
    out.reason = row.text(11);
    out.created_ms = row.i64(12);
    out.ended_ms = row.i64(13);
    return out;
}

const std::string& select_attempts() {
    static const std::string sql =
        "SELECT hash, intent, number, bytes, network, system_fee, network_fee, valid_until_block,"
        " first_block, state FROM chain_attempt";
    return sql;
}

Result<Attempt> attempt_of(const store::Row& row) {
    Attempt out;
    TRY(out.hash, neo::Hash256::parse(row.text(0)));
    out.intent = row.text(1);
    out.number = u32(row, 2);
    out.bytes = row.bytes(3);
    out.network = u32(row, 4);
    out.system_fee = row.i64(5);
    out.network_fee = row.i64(6);
    out.valid_until_block = u32(row, 7);
    out.first_block = u32(row, 8);
    TRY(out.state, attempt_state(row.text(9)));
    return out;
}

Result<IntentRecord> read_intent(store::Tx& tx, const std::string& account, const std::string& id) {
    static const std::string sql = select_intents() + " WHERE account = $1 AND id = $2";
    auto row = tx.row(sql, {account, id});
    if (!row && row.error().code == Errc::not_found)
        return fail(Errc::not_found, "no intent " + id + " in the journal");
    if (!row) return std::unexpected(std::move(row).error());
    return intent_of(*row);
}

Result<std::vector<Attempt>> read_under_way(store::Tx& tx, const std::string& account,
                                            const std::string& intent) {
    static const std::string sql = select_attempts() + " WHERE account = $1 AND intent = $2 AND " +
                                   kAttemptOpen + " ORDER BY number";
    TRY(const std::vector<store::Row> rows,
        tx.rows(sql, {account, intent}, chain::kAttemptsUnderWayMax));
    std::vector<Attempt> out;
    out.reserve(rows.size());
    for (const store::Row& row : rows) {
        TRY(Attempt attempt, attempt_of(row));
        out.push_back(std::move(attempt));
    }
    return out;
}

}  // namespace nsl::node
