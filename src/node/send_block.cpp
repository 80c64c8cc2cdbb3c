// SPDX-License-Identifier: Apache-2.0
#include "node/send_block.h"

#include <algorithm>

#include "node/checkpoints.h"
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

// Of the account, among the subscribers of the chain.
std::string subscriber_of(const std::string& account) {
    return "sender/" + account;
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
    const std::string state = paid.unreadable ? "included" : paid.halted ? "halted" : "faulted";
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

Result<std::optional<BlockHeader>> read_checkpoint(Tx& tx, const std::string& account) {
    return load_checkpoint(tx, subscriber_of(account));
}

Result<AccountRow> lock_account(Tx& tx, const std::string& account) {
    TRY(const std::int64_t locked,
        tx.execute("UPDATE chain_account SET held = held WHERE account = $1", {account}));
    if (locked == 0) {
        TRY_OK(
            tx.execute("INSERT INTO chain_account (account, held) VALUES ($1, 0)"
                       " ON CONFLICT (account) DO NOTHING",
                       {account}));
        TRY_OK(tx.execute("UPDATE chain_account SET held = held WHERE account = $1", {account}));
    }
    TRY(const store::Row row,
        tx.row("SELECT held FROM chain_account WHERE account = $1", {account}));
    AccountRow out{.last = std::nullopt, .held = row.i64(0)};
    TRY(out.last, read_checkpoint(tx, account));
    return out;
}

Result<BlockEffect> apply_block(Tx& tx, const std::string& account, const BlockHeader& block,
                                const std::vector<PaidTransaction>& paid) {
    TRY_OK(lock_account(tx, account));
    TRY_OK(save_checkpoint(tx, subscriber_of(account), block));
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
    return effect;
}

}  // namespace nsl::node
