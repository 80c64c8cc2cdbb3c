// SPDX-License-Identifier: Apache-2.0
#include "node/send_block.h"

#include <algorithm>

#include "node/send_rows.h"

namespace nsl::node {
namespace {

using chain::Attempt;
using chain::BlockEffect;
using chain::BlockHeader;
using chain::IntentRecord;
using chain::PaidTransaction;
using store::Tx;

constexpr std::size_t kExpiringMax = 1'000'000;  // intents, at one block

Result<AccountRow> account_of(Result<store::Row> row) {
    AccountRow out;
    if (!row && row.error().code == Errc::not_found) return out;
    if (!row) return std::unexpected(std::move(row).error());
    out.held = row->i64(4);
    if (row->i64(0) < 0) return out;
    BlockHeader last{.index = static_cast<std::uint32_t>(row->i64(0))};
    TRY(last.hash, neo::Hash256::parse(row->text(1)));
    TRY(last.previous, neo::Hash256::parse(row->text(2)));
    last.time_ms = row->i64(3);
    out.last = last;
    return out;
}

// An attempt is on chain: it ends, its intent with it, and the others of it, which it rules out.
Status land(Tx& tx, const std::string& account, const BlockHeader& block,
            const PaidTransaction& paid, BlockEffect& effect) {
    const std::string hash = paid.hash.display();
    auto found = tx.row("SELECT intent, state FROM chain_attempt WHERE hash = $1 AND account = $2",
                        {hash, account});
    if (!found && found.error().code == Errc::not_found) {
        TRY_OK(
            tx.execute("INSERT INTO chain_foreign_spend (hash, account, block, fees, halted)"
                       " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING",
                       {hash, account, std::int64_t{block.index}, paid.fees,
                        std::int64_t{paid.halted ? 1 : 0}}));
        effect.foreign.push_back(paid);
        return {};
    }
    if (!found) return std::unexpected(std::move(found).error());
    const std::string& intent = found->text(0);
    TRY(const std::int64_t now, tx.now_ms());
    const std::string state = paid.halted ? "halted" : "faulted";
    TRY(const std::int64_t ended,
        tx.execute("UPDATE chain_intent SET state = $3, tx = $4, block = $5, reason = $6,"
                   " ended_ms = $7, held = 0 WHERE account = $1 AND id = $2"
                   " AND state IN ('pending', 'in_flight')",
                   {account, intent, state, hash, std::int64_t{block.index}, paid.exception, now}));
    // A second transaction for one intent: what must never be.
    if (ended != 1)
        return fail(Errc::internal, "transaction " + hash + " in block " +
                                        std::to_string(block.index) + " is for intent " + intent +
                                        ", which has ended");
    TRY_OK(
        tx.execute("UPDATE chain_attempt SET state = CASE WHEN hash = $3 THEN $4 ELSE 'replaced'"
                   " END WHERE account = $1 AND intent = $2"
                   " AND state IN ('prepared', 'submitted')",
                   {account, intent, hash, state}));
    TRY(IntentRecord record, read_intent(tx, account, intent));
    effect.ended.push_back(std::move(record));
    return {};
}

// What this block was the last chance of has expired: every block that could hold it was read.
Result<bool> expire(Tx& tx, const std::string& account, const BlockHeader& block,
                    BlockEffect& effect) {
    TRY(const std::int64_t expired,
        tx.execute("UPDATE chain_attempt SET state = 'expired' WHERE account = $1"
                   " AND valid_until_block <= $2 AND state IN ('prepared', 'submitted')",
                   {account, std::int64_t{block.index}}));
    if (expired == 0) return false;
    static const std::string without =
        " WHERE account = $1 AND state = 'in_flight' AND NOT EXISTS (SELECT 1 FROM chain_attempt a"
        " WHERE a.account = chain_intent.account AND a.intent = chain_intent.id"
        " AND a.state IN ('prepared', 'submitted'))";
    static const std::string select = select_intents() + without + " ORDER BY id";
    static const std::string update =
        "UPDATE chain_intent SET windows_used = windows_used + 1, held = 0,"
        " state = CASE WHEN windows_used + 1 >= windows_max THEN 'expired' ELSE 'pending' END,"
        " reason = CASE WHEN windows_used + 1 >= windows_max THEN $2 ELSE '' END,"
        " ended_ms = CASE WHEN windows_used + 1 >= windows_max THEN $3 ELSE 0 END" +
        without;
    const std::string why =
        "every block up to " + std::to_string(block.index) + " was read, and it is in none";
    TRY(const std::vector<store::Row> rows, tx.rows(select, {account}, kExpiringMax));
    TRY(const std::int64_t now, tx.now_ms());
    TRY_OK(tx.execute(update, {account, why, now}));
    for (const store::Row& row : rows) {
        TRY(IntentRecord record, intent_of(row));
        const bool over = ++record.windows_used >= record.intent.windows_max;
        record.state = over ? chain::IntentState::expired : chain::IntentState::pending;
        if (over) record.reason = why;
        if (over) record.ended_ms = now;
        (over ? effect.ended : effect.pending_again).push_back(std::move(record));
    }
    return true;
}

}  // namespace

Result<AccountRow> read_account(Tx& tx, const std::string& account) {
    return account_of(
        tx.row("SELECT height, hash, previous, time_ms, held FROM chain_account WHERE account = $1",
               {account}));
}

Result<AccountRow> lock_account(Tx& tx, const std::string& account) {
    TRY(const std::int64_t locked,
        tx.execute("UPDATE chain_account SET held = held WHERE account = $1", {account}));
    if (locked == 0) {
        TRY_OK(
            tx.execute("INSERT INTO chain_account (account, height, hash, previous, time_ms, held)"
                       " VALUES ($1, -1, '', '', 0, 0) ON CONFLICT (account) DO NOTHING",
                       {account}));
        TRY_OK(tx.execute("UPDATE chain_account SET held = held WHERE account = $1", {account}));
    }
    return read_account(tx, account);
}

Result<BlockEffect> apply_block(Tx& tx, const std::string& account, const BlockHeader& block,
                                const std::vector<PaidTransaction>& paid) {
    TRY(const AccountRow place, lock_account(tx, account));
    const bool next =
        !place.last || (block.index == place.last->index + 1 && block.previous == place.last->hash);
    if (!next)
        return fail(Errc::conflict, "block " + std::to_string(block.index) +
                                        " is not the one after block " +
                                        std::to_string(place.last->index));
    BlockEffect effect;
    for (const PaidTransaction& one : paid) TRY_OK(land(tx, account, block, one, effect));
    TRY(const bool expired, expire(tx, account, block, effect));
    const bool changed = expired || !effect.ended.empty();
    if (changed)
        TRY_OK(tx.execute(
            "UPDATE chain_account SET held = (SELECT CAST(COALESCE(SUM(held), 0) AS BIGINT)"
            " FROM chain_intent i WHERE i.account = $1 AND i.state IN ('pending', 'in_flight'))"
            " WHERE account = $1",
            {account}));
    TRY_OK(
        tx.execute("UPDATE chain_account SET height = $2, hash = $3, previous = $4, time_ms = $5"
                   " WHERE account = $1",
                   {account, std::int64_t{block.index}, block.hash.display(),
                    block.previous.display(), block.time_ms}));
    return effect;
}

}  // namespace nsl::node
