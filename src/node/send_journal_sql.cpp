// SPDX-License-Identifier: Apache-2.0
#include "node/send_journal_sql.h"

#include <algorithm>
#include <map>

#include "base/checked.h"
#include "base/decimal.h"
#include "chain/send_rules.h"
#include "node/send_block.h"
#include "node/send_rows.h"

namespace nsl::node {
namespace {

using chain::Attempt;
using chain::Intent;
using chain::IntentRecord;
using chain::IntentState;
using chain::OpenIntent;
using store::Isolation;
using store::Tx;

constexpr std::size_t kPageMax = 1'000;
// Attempts under way between the first and the last intent of a page, those of others included.
constexpr std::size_t kBetweenMax = 500'000;

// False when one of that id is there already.
Result<bool> add_intent(Tx& tx, const std::string& account, const Intent& intent) {
    TRY(const std::int64_t now, tx.now_ms());
    TRY(const std::int64_t added,
        tx.execute("INSERT INTO chain_intent (account, id, purpose, script, spends, windows_max,"
                   " exclusive, payload, state, windows_used, attempts, held, tx, block, reason,"
                   " created_ms, ended_ms)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', 0, 0, 0, '', 0, '', $9, 0)"
                   " ON CONFLICT (account, id) DO NOTHING",
                   {account, intent.id, intent.purpose, intent.script, intent.spends,
                    std::int64_t{intent.windows_max}, std::int64_t{intent.exclusive ? 1 : 0},
                    intent.payload, now}));
    return added == 1;
}

// The open intents of the page, which is in order of id, with what is under way for each.
Result<std::vector<OpenIntent>> with_attempts(Tx& tx, const std::string& account,
                                              const std::vector<store::Row>& page,
                                              bool some_have_attempts) {
    static const std::string sql = select_attempts() +
                                   " WHERE account = $1 AND intent >= $2 AND intent <= $3 AND " +
                                   kAttemptOpen + " ORDER BY intent, number";
    std::vector<OpenIntent> out;
    out.reserve(page.size());
    for (const store::Row& row : page) {
        TRY(IntentRecord record, intent_of(row));
        out.push_back({.record = std::move(record), .attempts = {}});
    }
    if (out.empty() || !some_have_attempts) return out;
    TRY(const std::vector<store::Row> rows,
        tx.rows(sql, {account, out.front().record.intent.id, out.back().record.intent.id},
                kBetweenMax));
    // By name: in which order a database has them is its own affair.
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < out.size(); ++i) places[out[i].record.intent.id] = i;
    for (const store::Row& row : rows) {
        TRY(Attempt attempt, attempt_of(row));
        const auto owner = places.find(attempt.intent);
        if (owner != places.end()) out[owner->second].attempts.push_back(std::move(attempt));
    }
    return out;
}

// Both would be able to get on chain.
Status check_ruled_out(const std::vector<Attempt>& under_way,
                       const std::vector<neo::Hash256>& rules_out) {
    for (const Attempt& other : under_way)
        if (std::ranges::find(rules_out, other.hash) == rules_out.end())
            return fail(Errc::conflict, "attempt " + other.hash.display() +
                                            " is under way, and the new one does not rule it out");
    return {};
}

Status keep_attempt(Tx& tx, const std::string& account, Attempt& attempt,
                    const std::vector<neo::Hash256>& rules_out, neo::Datoshi balance) {
    TRY(const AccountRow place, lock_account(tx, account));
    if (!place.last) return fail(Errc::unavailable, "no block of the chain has been applied yet");
    attempt.first_block = place.last->index + 1;
    if (attempt.valid_until_block < attempt.first_block)
        return fail(Errc::invalid_argument, "an attempt that is valid until block " +
                                                std::to_string(attempt.valid_until_block) +
                                                " is too late: block " +
                                                std::to_string(place.last->index) + " was read");
    TRY(const IntentRecord record, read_intent(tx, account, attempt.intent));
    if (chain::intent_ended(record.state))
        return fail(Errc::conflict, "intent " + attempt.intent + " has ended");
    TRY(const std::vector<Attempt> under_way, read_under_way(tx, account, attempt.intent));
    TRY_OK(check_ruled_out(under_way, rules_out));
    TRY(const store::Row before,
        tx.row("SELECT attempts, held FROM chain_intent WHERE account = $1 AND id = $2",
               {account, attempt.intent}));
    attempt.number = static_cast<std::uint32_t>(before.i64(0)) + 1;
    TRY(const neo::Datoshi cost, chain::cost_of(attempt, record.intent));
    const neo::Datoshi held = std::max(before.i64(1), cost);
    TRY(const neo::Datoshi all, checked_add(place.held - before.i64(1), held));
    if (all > balance)
        return fail(Errc::insufficient_funds, "what is under way may cost the account " +
                                                  fixed_to_string(all, 8) + " GAS, it has " +
                                                  fixed_to_string(balance, 8));
    TRY_OK(tx.execute("UPDATE chain_account SET held = $2 WHERE account = $1", {account, all}));
    TRY_OK(
        tx.execute("UPDATE chain_intent SET state = 'in_flight', attempts = $3, held = $4"
                   " WHERE account = $1 AND id = $2",
                   {account, attempt.intent, std::int64_t{attempt.number}, held}));
    TRY(const std::int64_t now, tx.now_ms());
    TRY_OK(tx.execute(
        "INSERT INTO chain_attempt (hash, account, intent, number, bytes, network, system_fee,"
        " network_fee, valid_until_block, first_block, state, kept_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'prepared', $11)",
        {attempt.hash.display(), account, attempt.intent, std::int64_t{attempt.number},
         attempt.bytes, std::int64_t{attempt.network}, attempt.system_fee, attempt.network_fee,
         std::int64_t{attempt.valid_until_block}, std::int64_t{attempt.first_block}, now}));
    attempt.state = chain::AttemptState::prepared;
    return {};
}

Status end_without_attempt(Tx& tx, const std::string& account, const std::string& id,
                           const std::string& reason) {
    TRY_OK(lock_account(tx, account));
    TRY(const std::int64_t now, tx.now_ms());
    TRY(const std::int64_t changed,
        tx.execute("UPDATE chain_intent SET reason = $3, ended_ms = $4, state ="
                   " CASE WHEN windows_used > 0 THEN 'expired' ELSE 'refused' END"
                   " WHERE account = $1 AND id = $2 AND state = 'pending'",
                   {account, id, reason, now}));
    if (changed == 1) return {};
    TRY(const IntentRecord record, read_intent(tx, account, id));
    return fail(Errc::conflict, "intent " + id + " is " + chain::intent_state_name(record.state));
}

}  // namespace

// Takes no lock of the account: it changes nothing that another intent goes by.
Task<Result<IntentRecord>> SqlSendJournal::add(Intent intent) {
    CO_TRY_OK(chain::check_intent(intent));
    IntentRecord out;
    bool is_new = false;
    const Status done = co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY(is_new, add_intent(tx, account_, intent));
            TRY(out, read_intent(tx, account_, intent.id));
            return {};
        },
        Isolation::read_committed);
    if (!done && done.error().code == Errc::conflict && intent.exclusive)
        co_return fail(Errc::conflict, "an intent of " + intent.purpose + " is under way");
    if (!done) co_return std::unexpected(done.error());
    if (!is_new && out.intent != intent)
        co_return fail(Errc::conflict, "intent " + intent.id + " is there, and is another one");
    co_return out;
}

Task<Result<Attempt>> SqlSendJournal::keep(Attempt attempt, std::vector<neo::Hash256> rules_out,
                                           neo::Datoshi balance) {
    CO_TRY_OK(co_await db_.transact(
        [&](Tx& tx) -> Status { return keep_attempt(tx, account_, attempt, rules_out, balance); },
        Isolation::read_committed));
    co_return attempt;
}

Task<Status> SqlSendJournal::submitted(neo::Hash256 attempt) {
    co_return co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY_OK(
                tx.execute("UPDATE chain_attempt SET state = 'submitted'"
                           " WHERE hash = $1 AND account = $2 AND state = 'prepared'",
                           {attempt.display(), account_}));
            return {};
        },
        Isolation::read_committed);
}

Task<Result<IntentRecord>> SqlSendJournal::give_up(std::string intent, std::string reason) {
    IntentRecord out;
    CO_TRY_OK(co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY_OK(end_without_attempt(tx, account_, intent, reason));
            TRY(out, read_intent(tx, account_, intent));
            return {};
        },
        Isolation::read_committed));
    co_return out;
}

Task<Result<chain::BlockEffect>> SqlSendJournal::apply(chain::BlockHeader block,
                                                       std::vector<chain::PaidTransaction> paid) {
    chain::BlockEffect out;
    CO_TRY_OK(co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY(out, apply_block(tx, account_, block, paid));
            return {};
        },
        Isolation::read_committed));
    co_return out;
}

Task<Result<std::optional<chain::BlockHeader>>> SqlSendJournal::checkpoint() {
    std::optional<chain::BlockHeader> out;
    CO_TRY_OK(co_await db_.read([&](Tx& tx) -> Status {
        TRY(out, read_checkpoint(tx, account_));
        return {};
    }));
    co_return out;
}

Task<Result<std::uint64_t>> SqlSendJournal::foreign_spends() {
    std::uint64_t out = 0;
    CO_TRY_OK(co_await db_.read([&](Tx& tx) -> Status {
        TRY(const store::Row row, tx.row("SELECT CAST(COUNT(*) AS BIGINT) FROM chain_foreign_spend"
                                         " WHERE account = $1",
                                         {account_}));
        out = static_cast<std::uint64_t>(row.i64(0));
        return {};
    }));
    co_return out;
}

Task<Result<std::vector<OpenIntent>>> SqlSendJournal::open(chain::OpenQuery query) {
    static const std::string sql =
        select_intents() + " WHERE account = $1 AND id > $2 AND " + kIntentOpen +
        " AND ($3 = 0 OR state = 'pending') AND ($4 = '' OR purpose = $4)"
        " ORDER BY id LIMIT $5";
    std::vector<OpenIntent> out;
    const std::size_t max = std::clamp(query.max, std::size_t{1}, kPageMax);
    CO_TRY_OK(co_await db_.read([&](Tx& tx) -> Status {
        TRY(const std::vector<store::Row> page,
            tx.rows(sql,
                    {account_, query.after, std::int64_t{query.pending_only ? 1 : 0}, query.purpose,
                     static_cast<std::int64_t>(max)},
                    max));
        TRY(out, with_attempts(tx, account_, page, !query.pending_only));
        return {};
    }));
    co_return out;
}

Task<Result<OpenIntent>> SqlSendJournal::find(std::string intent) {
    OpenIntent out;
    CO_TRY_OK(co_await db_.read([&](Tx& tx) -> Status {
        TRY(out.record, read_intent(tx, account_, intent));
        TRY(out.attempts, read_under_way(tx, account_, intent));
        return {};
    }));
    co_return out;
}

}  // namespace nsl::node
