// SPDX-License-Identifier: Apache-2.0
// The sender's journal in memory. It passes send_journal_contract.h, as the SQL one does.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chain/send_journal.h"
#include "chain/send_rules.h"

namespace nsl::testing_support {

using chain::Attempt;
using chain::AttemptState;
using chain::BlockEffect;
using chain::Intent;
using chain::IntentRecord;
using chain::IntentState;
using chain::OpenIntent;
using chain::PaidTransaction;

class FakeSendJournal final : public chain::SendJournal {
 public:
    // The next call of this name fails: before it has done anything, or after.
    std::string failing{};
    bool does_it_first = false;

    Task<Result<IntentRecord>> add(Intent intent) override {
        co_return co_await answer<IntentRecord>("add", [&]() -> Result<IntentRecord> {
            TRY_OK(chain::check_intent(intent));
            if (const auto known = records_.find(intent.id); known != records_.end()) {
                if (known->second.intent == intent) return known->second;
                return fail(Errc::conflict, "intent " + intent.id + " is another one");
            }
            for (const auto& [id, other] : records_)
                if (intent.exclusive && other.intent.exclusive && is_open(other) &&
                    other.intent.purpose == intent.purpose)
                    return fail(Errc::conflict, "an intent of the purpose is under way");
            return records_[intent.id] = {.intent = intent, .created_ms = ++now_};
        });
    }

    Task<Result<Attempt>> keep(Attempt attempt, std::vector<neo::Hash256> rules_out,
                               neo::Datoshi balance) override {
        co_return co_await answer<Attempt>("keep", [&]() -> Result<Attempt> {
            if (!checkpoint_) return fail(Errc::unavailable, "no block was applied");
            attempt.first_block = checkpoint_->index + 1;
            if (attempt.valid_until_block < attempt.first_block)
                return fail(Errc::invalid_argument, "too late");
            TRY(IntentRecord * record, open_one(attempt.intent));
            for (const Attempt& other : under_way(attempt.intent))
                if (std::ranges::find(rules_out, other.hash) == rules_out.end())
                    return fail(Errc::conflict, "not ruled out");
            TRY(const neo::Datoshi cost, chain::cost_of(attempt, record->intent));
            neo::Datoshi others = 0;
            for (const auto& [id, held] : held_)
                if (id != attempt.intent) others += held;
            const neo::Datoshi held = std::max(held_[attempt.intent], cost);
            if (others + held > balance)
                return fail(Errc::insufficient_funds, "more than the account has");
            held_[attempt.intent] = held;
            record->state = IntentState::in_flight;
            attempt.number = 1;
            for (const Attempt& other : attempts_)
                if (other.intent == attempt.intent) ++attempt.number;
            attempt.state = AttemptState::prepared;
            attempts_.push_back(attempt);
            return attempt;
        });
    }

    Task<Status> submitted(neo::Hash256 hash) override {
        auto done = co_await answer<int>("submitted", [&]() -> Result<int> {
            for (Attempt& attempt : attempts_)
                if (attempt.hash == hash && attempt.state == AttemptState::prepared)
                    attempt.state = AttemptState::submitted;
            return 0;
        });
        if (!done) co_return std::unexpected(done.error());
        co_return Status{};
    }

    Task<Result<IntentRecord>> give_up(std::string intent, std::string reason) override {
        co_return co_await answer<IntentRecord>("give_up", [&]() -> Result<IntentRecord> {
            TRY(IntentRecord * record, open_one(intent));
            if (record->state != IntentState::pending)
                return fail(Errc::conflict, "one is under way");
            record->state = record->windows_used > 0 ? IntentState::expired : IntentState::refused;
            record->reason = reason;
            record->ended_ms = ++now_;
            return *record;
        });
    }

    Task<Result<BlockEffect>> apply(chain::BlockHeader block,
                                    std::vector<PaidTransaction> paid) override {
        co_return co_await answer<BlockEffect>("apply", [&]() -> Result<BlockEffect> {
            if (checkpoint_ &&
                (block.index != checkpoint_->index + 1 || block.previous != checkpoint_->hash))
                return fail(Errc::conflict, "not the next block");
            BlockEffect effect;
            for (const PaidTransaction& one : paid) land(block, one, effect);
            expire(block, effect);
            checkpoint_ = block;
            return effect;
        });
    }

    Task<Result<std::optional<chain::BlockHeader>>> checkpoint() override { co_return checkpoint_; }

    Task<Result<std::uint64_t>> foreign_spends() override { co_return foreign_; }

    Task<Result<std::vector<OpenIntent>>> open(chain::OpenQuery query) override {
        co_return co_await answer<std::vector<OpenIntent>>(
            "open", [&]() -> Result<std::vector<OpenIntent>> {
                std::vector<OpenIntent> out;
                for (const auto& [id, record] : records_) {
                    const bool meant =
                        id > query.after && is_open(record) &&
                        (!query.pending_only || record.state == IntentState::pending) &&
                        (query.purpose.empty() || record.intent.purpose == query.purpose);
                    if (meant && out.size() < query.max)
                        out.push_back({.record = record, .attempts = under_way(id)});
                }
                return out;
            });
    }

    Task<Result<OpenIntent>> find(std::string intent) override {
        co_return co_await answer<OpenIntent>("find", [&]() -> Result<OpenIntent> {
            const auto found = records_.find(intent);
            if (found == records_.end()) return fail(Errc::not_found, "no such intent");
            return OpenIntent{.record = found->second, .attempts = under_way(intent)};
        });
    }

    const std::vector<Attempt>& attempts() const { return attempts_; }

 private:
    template <class T>
    Task<Result<T>> answer(std::string call, std::function<Result<T>()> work) {
        const bool fails = failing == call;
        if (fails) failing.clear();
        if (fails && !does_it_first) co_return fail(Errc::unavailable, "the journal is broken");
        Result<T> done = work();
        if (fails && done) co_return fail(Errc::unavailable, "the answer of the journal was lost");
        co_return done;
    }
    static bool is_open(const IntentRecord& record) { return !chain::intent_ended(record.state); }
    Result<IntentRecord*> open_one(const std::string& id) {
        const auto found = records_.find(id);
        if (found == records_.end()) return fail(Errc::not_found, "no such intent");
        if (!is_open(found->second)) return fail(Errc::conflict, "it has ended");
        return &found->second;
    }
    std::vector<Attempt> under_way(const std::string& intent) const {
        std::vector<Attempt> out;
        for (const Attempt& attempt : attempts_)
            if (attempt.intent == intent && !chain::attempt_ended(attempt.state))
                out.push_back(attempt);
        return out;
    }
    void land(const chain::BlockHeader& block, const PaidTransaction& paid, BlockEffect& effect) {
        const auto found = std::ranges::find(attempts_, paid.hash, &Attempt::hash);
        if (found == attempts_.end()) {
            effect.foreign.push_back(paid);
            ++foreign_;
            return;
        }
        IntentRecord& record = records_.at(found->intent);
        record.state = paid.unreadable ? IntentState::included
                       : paid.halted   ? IntentState::halted
                                       : IntentState::faulted;
        record.transaction = paid.hash;
        record.block = block.index;
        record.reason = paid.exception;
        record.ended_ms = ++now_;
        held_.erase(found->intent);
        const std::string intent = found->intent;
        for (Attempt& attempt : attempts_)
            if (attempt.intent == intent && !chain::attempt_ended(attempt.state))
                attempt.state = attempt.hash != paid.hash ? AttemptState::replaced
                                : paid.unreadable         ? AttemptState::included
                                : paid.halted             ? AttemptState::halted
                                                          : AttemptState::faulted;
        effect.ended.push_back(record);
    }
    void expire(const chain::BlockHeader& block, BlockEffect& effect) {
        for (Attempt& attempt : attempts_)
            if (!chain::attempt_ended(attempt.state) && attempt.valid_until_block <= block.index)
                attempt.state = AttemptState::expired;
        for (auto& [id, record] : records_) {
            if (record.state != IntentState::in_flight || !under_way(id).empty()) continue;
            held_.erase(id);
            const bool over = ++record.windows_used >= record.intent.windows_max;
            record.state = over ? IntentState::expired : IntentState::pending;
            if (over) record.reason = "it is in no block";
            if (over) record.ended_ms = ++now_;
            (over ? effect.ended : effect.pending_again).push_back(record);
        }
    }

    std::map<std::string, IntentRecord> records_;
    std::map<std::string, neo::Datoshi> held_;  // by intent
    std::vector<Attempt> attempts_;
    std::optional<chain::BlockHeader> checkpoint_;
    std::uint64_t foreign_ = 0;
    std::int64_t now_ = 1'700'000'000'000;
};

}  // namespace nsl::testing_support
