// SPDX-License-Identifier: Apache-2.0
// One step of the sender for one intent: make an attempt, or send the newest.
#include "base/crash_point.h"
#include "base/decimal.h"
#include "chain/fees.h"
#include "chain/sender_flight.h"
#include "chain/tx_builder.h"

namespace nsl::chain {
namespace {

// What the transaction itself names, so that nothing else can be claimed for it.
std::vector<neo::Hash256> conflicts_of(const neo::Transaction& tx) {
    std::vector<neo::Hash256> out;
    out.reserve(tx.attributes.size());
    for (const neo::Attribute& attribute : tx.attributes)
        if (const auto* conflicts = std::get_if<neo::Conflicts>(&attribute))
            out.push_back(conflicts->hash);
    return out;
}

// The database may have done what it did not say.
bool leaves_open(const Error& error) {
    return error.code == Errc::unavailable || error.code == Errc::timeout;
}

}  // namespace

Task<Status> Sender::step(FlightPtr flight) {
    if (flight->in_doubt) CO_TRY_OK(co_await refresh(flight));
    if (flight->ended) co_return Status{};
    if (!checkpoint_) co_return fail(Errc::unavailable, "no block has been read yet");
    switch (next_step(flight->attempts, flight->watch, checkpoint_->index, options_.times)) {
        case NextStep::nothing:
            co_return Status{};
        case NextStep::make:
            co_return co_await make(std::move(flight));
        case NextStep::replace: {
            const Status made = co_await make(flight);
            // What is under way is sent again, whatever keeps a dearer one from being made.
            if (!made && !flight->ended) static_cast<void>(co_await send(flight));
            co_return made;
        }
        case NextStep::send:
            co_return co_await send(std::move(flight));
    }
    co_return Status{};
}

Task<Status> Sender::make(FlightPtr flight) {
    // Its window would be over before it began.
    if (nodes_.height() > checkpoint_->index + options_.lag_max)
        co_return fail(Errc::unavailable, "reading is at block " +
                                              std::to_string(checkpoint_->index) +
                                              ", the chain at " + std::to_string(nodes_.height()));
    CO_TRY(const neo::Datoshi funds, co_await balance());
    // Before the simulation, in which a payment without funds is a fault.
    if (flight->attempts.empty() && flight->record.intent.spends >= funds) {
        forget_balance();
        co_return fail(Errc::insufficient_funds,
                       "it spends " + fixed_to_string(flight->record.intent.spends, 8) +
                           " GAS and fees, the account has " + fixed_to_string(funds, 8));
    }
    auto built = co_await build(flight);
    if (!built) co_return co_await not_built(flight, std::move(built).error());
    flight->doubted_at.reset();
    Attempt attempt{.hash = built->hash(),
                    .intent = flight->record.intent.id,
                    .bytes = built->serialize(),
                    .network = options_.network,
                    .system_fee = built->system_fee,
                    .network_fee = built->network_fee,
                    .valid_until_block = built->valid_until_block};
    crash_point("sender.signed");
    // From here on it may get on chain: nothing is sent that is not in the journal.
    auto kept = co_await journal_.keep(std::move(attempt), conflicts_of(*built), funds);
    crash_point("sender.kept");
    if (!kept) {
        if (kept.error().code == Errc::insufficient_funds) forget_balance();
        flight->in_doubt = leaves_open(kept.error()) || kept.error().code == Errc::conflict;
        co_return std::unexpected(std::move(kept).error());
    }
    if (flight->ended) co_return Status{};
    flight->record.state = IntentState::in_flight;
    flight->attempts.push_back(*std::move(kept));
    flight->watch = {};
    co_return co_await send(std::move(flight));
}

Task<Status> Sender::not_built(FlightPtr flight, Error why) {
    const bool against = why.code == Errc::conflict || why.code == Errc::limit_exceeded;
    if (!against || flight->ended) co_return std::unexpected(std::move(why));
    if (!flight->attempts.empty()) {
        // What is under way stays: only this way to speed it up is none.
        flight->watch.replaceable = false;
        log_.debug("an attempt cannot be replaced",
                   {{"intent", flight->record.intent.id}, {"error", why.message}});
        co_return Status{};
    }
    if (!flight->doubted_at) flight->doubted_at = checkpoint_->index;
    if (checkpoint_->index < *flight->doubted_at + std::uint64_t{options_.refuse_after_blocks})
        co_return fail(Errc::unavailable, why.message + "; asked again after a block");
    co_return co_await give_up(flight, std::move(why).message);
}

Task<Result<neo::Transaction>> Sender::build(FlightPtr flight) {
    RpcClient& node = nodes_.best();
    CO_TRY(const ChainPolicy policy, co_await policy_.policy());
    neo::Transaction tx = unsigned_transaction(signer_, flight->record.intent.script);
    for (const Attempt& attempt : flight->attempts)
        tx.attributes.emplace_back(neo::Conflicts{.hash = attempt.hash});
    tx.nonce = static_cast<std::uint32_t>(random_.below(std::uint64_t{1} << 32));
    // The same fee does the same work; and what it did once it may not do again in a simulation.
    if (flight->attempts.empty()) {
        CO_TRY(tx.system_fee, co_await simulated_fee(node, tx));
    } else {
        tx.system_fee = flight->attempts.back().system_fee;
    }
    CO_TRY(tx.valid_until_block,
           last_valid_block(flight->attempts, checkpoint_->index, options_.times,
                            policy.max_valid_until_block_increment));
    CO_TRY(tx.network_fee,
           co_await network_fee_for(node, tx, policy.fees, options_.network_fee_max, log_));
    CO_TRY(tx.network_fee,
           outbidding_fee(tx.network_fee, flight->attempts, options_.network_fee_max));
    co_return co_await signed_by(signer_, std::move(tx), options_.network);
}

// Errors: conflict (it faults, with the exception), limit_exceeded (too dear).
Task<Result<neo::Datoshi>> Sender::simulated_fee(RpcClient& node, const neo::Transaction& tx) {
    auto run = co_await node.invoke_script(tx.script, tx.signers);
    if (!run) {
        // A refusal of the question is the node's, not the script's.
        Error error = std::move(run).error();
        if (error.code == Errc::invalid_argument) error.code = Errc::unavailable;
        co_return std::unexpected(std::move(error));
    }
    if (run->vm_state != "HALT")
        co_return fail(Errc::conflict, "the simulation faulted: " + run->exception);
    co_return system_fee_of(run->gas_consumed, options_.system_fee_margin_percent,
                            options_.system_fee_max);
}

Task<Status> Sender::give_up(FlightPtr flight, std::string reason) {
    auto record = co_await journal_.give_up(flight->record.intent.id, std::move(reason));
    crash_point("sender.given_up");
    if (!record) {
        flight->in_doubt = true;
        co_return std::unexpected(std::move(record).error());
    }
    if (!flight->ended) finish(flight, *std::move(record));
    co_return Status{};
}

Task<Status> Sender::send(FlightPtr flight) {
    if (flight->attempts.empty()) co_return Status{};
    const Attempt attempt = flight->attempts.back();
    CO_TRY(SendReply reply, co_await nodes_.send(attempt.bytes));
    crash_point("sender.sent");
    // It may have landed, or been replaced, meanwhile.
    const bool still =
        !flight->ended && !flight->attempts.empty() && flight->attempts.back().hash == attempt.hash;
    if (!still) co_return Status{};
    switch (reply.outcome) {
        case SendOutcome::accepted:
        case SendOutcome::already_known:
            break;
        case SendOutcome::retry_later:
            if (reply.error == SendError::funds) forget_balance();
            co_return fail(Errc::unavailable, "the node asks to try later: " + reply.message);
        case SendOutcome::refused:
            // Another node may have it, so it stays under way until its window ends.
            flight->watch.refused = true;
            co_return fail(Errc::unavailable,
                           "the node refused " + attempt.hash.display() + ": " + reply.message);
    }
    flight->watch.taken = true;
    flight->watch.refused = false;
    flight->watch.sent_at = checkpoint_->index;
    if (attempt.state == AttemptState::submitted) co_return Status{};
    flight->attempts.back().state = AttemptState::submitted;
    flight->changed.notify_all();
    const Status told = co_await journal_.submitted(attempt.hash);
    crash_point("sender.submitted");
    co_return told;
}

void Sender::forget_balance() {
    balance_.reset();
    ++balance_asked_;
}

Task<Result<neo::Datoshi>> Sender::balance() {
    if (balance_) co_return *balance_;
    const std::uint64_t asked = balance_asked_;
    CO_TRY(neo::StackItem item,
           co_await nodes_.best().call(neo::native::gas_token(), "balanceOf",
                                       {neo::Argument::hash(signer_.account())}));
    auto amount = item.as_i64();
    if (!amount || *amount < 0)
        co_return fail(Errc::unavailable, "the node's answer is no balance");
    // A block may have come meanwhile that the answer does not know of.
    if (asked == balance_asked_) balance_ = *amount;
    co_return *amount;
}

}  // namespace nsl::chain
