// SPDX-License-Identifier: Apache-2.0
#include "chain/sender.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/checked.h"
#include "base/crash_point.h"
#include "base/one_exception.h"
#include "chain/sender_flight.h"

namespace nsl::chain {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::size_t kPage = 500;  // intents, of one look into the journal
constexpr std::size_t kOpenOfPurpose = 1'000;
constexpr milliseconds kTroubleEvery{10'000};  // between two lines of the log
constexpr milliseconds kWaitLook{1'000};       // for the end of what another process works on

std::size_t bytes_of(const Intent& intent) {
    return intent.script.size() + intent.payload.size();
}

// The transactions of the block whose fees the account paid. Errors: limit_exceeded.
Result<std::vector<PaidTransaction>> paid_by(const neo::Hash160& account, const ReadBlock& block) {
    std::vector<PaidTransaction> out;
    for (std::size_t i = 0; i < block.whole.transactions.size(); ++i) {
        const neo::Transaction& tx = block.whole.transactions[i];
        if (tx.signers.empty() || tx.signers[0].account != account) continue;
        const TransactionOutcome& outcome = block.outcomes.at(i);
        TRY(const neo::Datoshi fees, checked_add(tx.system_fee, tx.network_fee));
        out.push_back(
            {.hash = outcome.hash,
             .halted = outcome.halted,
             .exception = outcome.unreadable.empty() ? outcome.exception : outcome.unreadable,
             .unreadable = !outcome.unreadable.empty(),
             .fees = fees});
    }
    return out;
}

}  // namespace

Sender::Sender(Nodes& nodes, SendJournal& journal, Signer& signer, PolicySource& policy,
               Clock& clock, Random& random, Logger log, SenderOptions options)
    : nodes_(nodes),
      journal_(journal),
      signer_(signer),
      policy_(policy),
      clock_(clock),
      random_(random),
      log_(std::move(log)),
      options_(options) {}

Task<Result<IntentRecord>> Sender::add(Intent intent) {
    CO_TRY_OK(check_intent(intent));
    const bool full =
        flights_.size() >= options_.open_max || open_bytes_ >= options_.open_bytes_max;
    if (full && !flights_.contains(intent.id))
        co_return fail(Errc::limit_exceeded, std::to_string(flights_.size()) +
                                                 " intents are open: add it when some have ended");
    CO_TRY(IntentRecord record, co_await journal_.add(std::move(intent)));
    crash_point("sender.added");
    // A new one has no attempt yet; one that was there may have, and then it is known already or
    // will be read.
    if (record.state == IntentState::pending) queue(meet({.record = record, .attempts = {}}));
    co_return record;
}

Task<Result<IntentRecord>> Sender::wait_submitted(std::string id) {
    return wait_for(std::move(id), true);
}

Task<Result<IntentRecord>> Sender::wait(std::string id) {
    return wait_for(std::move(id), false);
}

Task<Result<IntentRecord>> Sender::wait_for(std::string id, bool submitted_is_enough) {
    const auto reached = [&](IntentState state, const std::vector<Attempt>& attempts) {
        return intent_ended(state) ||
               (submitted_is_enough && std::ranges::find(attempts, AttemptState::submitted,
                                                         &Attempt::state) != attempts.end());
    };
    for (;;) {
        const auto found = flights_.find(id);
        if (found == flights_.end()) {
            CO_TRY(OpenIntent known, co_await journal_.find(id));
            if (reached(known.record.state, known.attempts)) co_return std::move(known.record);
            co_await changed_.wait_for(kWaitLook);
            continue;
        }
        const FlightPtr flight = found->second;
        while (!flight->ended && !reached(flight->record.state, flight->attempts))
            co_await flight->changed.wait();
        if (reached(flight->record.state, flight->attempts)) co_return flight->record;
    }
}

Task<Result<std::vector<OpenIntent>>> Sender::open(std::string purpose) {
    co_return co_await journal_.open({.max = kOpenOfPurpose, .purpose = std::move(purpose)});
}

SenderStatus Sender::status() const {
    SenderStatus out = status_;
    out.open = flights_.size();
    out.checkpoint = checkpoint_;
    for (const auto& [id, flight] : flights_) out.in_trouble += flight->troubles > 0 ? 1 : 0;
    if (out.in_trouble == 0 && loaded_) out.trouble.clear();
    return out;
}

Task<void> Sender::run() {
    // What a former run left in the middle is in the journal.
    loaded_ = false;
    for (auto& [id, flight] : flights_) {
        flight->ended = true;  // for those who wait: they look again
        flight->changed.notify_all();
    }
    flights_.clear();
    open_bytes_ = 0;
    ready_.clear();
    later_.clear();
    co_await load();
    co_await one_exception(work(options_.at_once) && one_exception(retry_later() && look_again()));
}

Task<void> Sender::load() {
    for (;;) {
        Status done{};
        auto place = co_await journal_.checkpoint();
        auto foreign = co_await journal_.foreign_spends();
        if (place && foreign) {
            checkpoint_ = *place;
            status_.foreign_spends = *foreign;
            done = co_await look(false);
        } else {
            done = std::unexpected(place ? std::move(foreign).error() : std::move(place).error());
        }
        if (done) break;
        status_.trouble = done.error().message;
        log_.warn("the journal of the sender cannot be read", {{"error", done.error().message}});
        co_await clock_.sleep_for(options_.retry_cap);
    }
    loaded_ = true;
    changed_.notify_all();
}

// Meets what the journal holds and we do not know of.
Task<Status> Sender::look(bool pending_only) {
    OpenQuery query{.max = kPage, .pending_only = pending_only};
    for (;;) {
        CO_TRY(std::vector<OpenIntent> page, co_await journal_.open(query));
        for (OpenIntent& open : page) {
            query.after = open.record.intent.id;
            if (flights_.contains(query.after)) continue;
            queue(meet(std::move(open)));
        }
        // What is under way is taken over however much it is; new ones wait until there is room.
        const bool full = pending_only && flights_.size() >= options_.open_max;
        if (page.size() < kPage || full) co_return Status{};
    }
}

Task<void> Sender::look_again() {
    for (;;) {
        co_await clock_.sleep_for(options_.look_every);
        const Status done = co_await look(true);
        if (!done) log_.debug("looking for intents failed", {{"error", done.error().message}});
    }
}

Sender::FlightPtr Sender::meet(OpenIntent open) {
    const std::string id = open.record.intent.id;
    FlightPtr& place = flights_[id];
    if (place) return place;
    open_bytes_ += bytes_of(open.record.intent);
    place = std::make_shared<Flight>(
        Flight{.record = std::move(open.record), .attempts = std::move(open.attempts)});
    return place;
}

void Sender::queue(const FlightPtr& flight) {
    if (flight->queued || flight->waiting || flight->busy || flight->ended) return;
    flight->queued = true;
    ready_.push_back(flight);
    work_to_do_.notify_all();
}

// After a block: whose turn it is, by the rules.
void Sender::queue_what_is_due() {
    for (const auto& [id, flight] : flights_)
        if (next_step(flight->attempts, flight->watch, checkpoint_->index, options_.times) !=
            NextStep::nothing)
            queue(flight);
}

Task<void> Sender::work(std::size_t workers) {
    if (workers <= 1)
        co_await worker();
    else
        co_await one_exception(worker() && work(workers - 1));
}

Task<void> Sender::worker() {
    for (;;) {
        while (ready_.empty()) co_await work_to_do_.wait();
        const FlightPtr flight = ready_.front();
        ready_.pop_front();
        flight->queued = false;
        if (flight->ended || flight->busy) continue;
        flight->busy = true;
        const Status done = co_await step(flight);
        flight->busy = false;
        note(*flight, done);
        if (flight->ended) continue;
        if (!done) {
            flight->waiting = true;
            const unsigned doubled = std::min(flight->troubles, 10U);
            const milliseconds most =
                std::min(options_.retry_cap, options_.retry_first * (1 << doubled));
            const milliseconds pause(random_.below(static_cast<std::uint64_t>(most.count()) + 1));
            later_.emplace(clock_.monotonic() + pause, flight);
            later_changed_.notify_all();
        } else if (checkpoint_ && next_step(flight->attempts, flight->watch, checkpoint_->index,
                                            options_.times) != NextStep::nothing) {
            queue(flight);
        }
    }
}

// An outage is the trouble of all: one line when it begins and one each while it lasts, not one for
// every intent.
void Sender::note(Flight& flight, const Status& done) {
    if (done) {
        flight.troubles = 0;
        return;
    }
    ++flight.troubles;
    ++troubles_untold_;
    status_.trouble = done.error().message;
    const auto now = clock_.monotonic();
    if (trouble_told_ && now - *trouble_told_ < kTroubleEvery) return;
    log_.warn("what is to get on chain waits", {{"intent", flight.record.intent.id},
                                                {"code", errc_name(done.error().code)},
                                                {"error", done.error().message},
                                                {"troubles", troubles_untold_}});
    trouble_told_ = now;
    troubles_untold_ = 0;
}

Task<void> Sender::retry_later() {
    for (;;) {
        while (later_.empty()) co_await later_changed_.wait();
        const auto now = clock_.monotonic();
        const auto first = later_.begin();
        if (first->first > now) {
            const auto span = std::chrono::ceil<milliseconds>(first->first - now);
            // A nearer one may come: looks again after a tenth of a second at the latest.
            co_await clock_.sleep_for(std::min(span, milliseconds(100)));
            continue;
        }
        const FlightPtr flight = first->second;
        later_.erase(first);
        flight->waiting = false;
        queue(flight);
    }
}

void Sender::finish(const FlightPtr& flight, IntentRecord record) {
    log_.debug("intent ended", {{"intent", record.intent.id},
                                {"state", intent_state_name(record.state)},
                                {"block", record.block}});
    forget(record.intent.id);
    flight->record = std::move(record);
    flight->attempts.clear();
    flight->ended = true;
    flight->changed.notify_all();
    changed_.notify_all();
}

void Sender::forget(const std::string& id) {
    const auto found = flights_.find(id);
    if (found == flights_.end()) return;
    open_bytes_ -= bytes_of(found->second->record.intent);
    flights_.erase(found);
}

Task<Status> Sender::refresh(FlightPtr flight) {
    CO_TRY(OpenIntent known, co_await journal_.find(flight->record.intent.id));
    flight->in_doubt = false;
    if (flight->ended) co_return Status{};
    if (intent_ended(known.record.state)) {
        finish(flight, std::move(known.record));
        co_return Status{};
    }
    flight->record = std::move(known.record);
    flight->attempts = std::move(known.attempts);
    flight->watch = {};
    co_return Status{};
}

Task<Status> Sender::refresh_all() {
    std::vector<FlightPtr> all;
    all.reserve(flights_.size());
    for (const auto& [id, flight] : flights_) all.push_back(flight);
    for (const FlightPtr& flight : all) CO_TRY_OK(co_await refresh(flight));
    forget_balance();
    CO_TRY(status_.foreign_spends, co_await journal_.foreign_spends());
    in_doubt_ = false;
    co_return Status{};
}

Task<Result<std::optional<BlockHeader>>> Sender::checkpoint() {
    while (!loaded_) co_await changed_.wait();
    CO_TRY(std::optional<BlockHeader> place, co_await journal_.checkpoint());
    // Not before those are known that its blocks ended.
    if (in_doubt_) CO_TRY_OK(co_await refresh_all());
    checkpoint_ = place;
    if (checkpoint_) queue_what_is_due();
    co_return place;
}

Task<Status> Sender::on_block(std::shared_ptr<const ReadBlock> block) {
    while (!loaded_) co_await changed_.wait();
    CO_TRY(std::vector<PaidTransaction> paid, paid_by(signer_.account(), *block));
    if (in_doubt_) CO_TRY_OK(co_await refresh_all());
    const bool ours = !paid.empty();
    crash_point("sender.block_read");
    const BlockHeader& header = block->summary;
    auto effect = co_await journal_.apply(header, std::move(paid));
    crash_point("sender.block_applied");
    if (!effect) {
        in_doubt_ = true;
        co_return std::unexpected(std::move(effect).error());
    }
    checkpoint_ = header;
    if (ours) forget_balance();
    for (IntentRecord& record : effect->ended)
        if (const auto found = flights_.find(record.intent.id); found != flights_.end())
            finish(FlightPtr(found->second), std::move(record));
    for (IntentRecord& record : effect->pending_again) {
        const FlightPtr flight = meet({.record = record, .attempts = {}});
        flight->record = std::move(record);
        flight->watch = {};
    }
    // What no later block may hold is under way no more.
    for (const auto& [id, flight] : flights_)
        std::erase_if(flight->attempts, [&](const Attempt& attempt) {
            return attempt.valid_until_block <= checkpoint_->index;
        });
    for (const PaidTransaction& spend : effect->foreign) {
        ++status_.foreign_spends;
        log_.error(
            "somebody else spends from our account",
            {{"tx", spend.hash.display()}, {"block", checkpoint_->index}, {"fees", spend.fees}});
    }
    queue_what_is_due();
    changed_.notify_all();
    co_return Status{};
}

}  // namespace nsl::chain
