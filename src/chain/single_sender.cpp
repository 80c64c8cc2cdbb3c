// SPDX-License-Identifier: Apache-2.0
#include "chain/single_sender.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/checked.h"
#include "chain/fees.h"
#include "chain/tx_builder.h"
#include "net/websocket.h"

namespace nsl::chain {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::size_t kScriptMax = 65'535;
constexpr int kOnChain = -501;                      // NEP-23
constexpr milliseconds kPauseCap{5'000};            // between two tries while a node does not help
constexpr std::uint32_t kIncrementDefault = 5'760;  // MaxValidUntilBlockIncrement of the protocol

bool holds(const Block& block, const neo::Hash256& hash) {
    return std::ranges::find(block.transactions, hash) != block.transactions.end();
}

SendResult result_of(const TxRecord& record) {
    return {.hash = record.hash,
            .state = record.state,
            .block = record.block,
            .exception = record.exception,
            .payload = record.payload};
}

}  // namespace

// What wait() knows of the blocks that may hold the transaction, in this life.
struct SingleSender::Watch {
    std::uint32_t next = 0;             // first block that was not read
    std::optional<BlockHeader> last{};  // the one before it, when it was read
    bool started = false;
    bool network_checked = false;
    bool send_due = true;
    bool claimed = false;          // the node said that it is on chain
    std::string look_complaint{};  // logged already
    std::string send_complaint{};
    unsigned troubles = 0;  // in a row

    void start_over() {
        started = false;
        network_checked = false;
        last.reset();
    }
};

struct SingleSender::Sighting {
    enum class Kind { not_yet, included, absent } kind = Kind::not_yet;
    std::uint32_t block = 0;
    Execution execution{};
};

SingleSender::SingleSender(RpcClient& rpc, TxJournal& journal, Signer& signer, Clock& clock,
                           Random& random, Logger log, SendLimits limits)
    : rpc_(rpc),
      journal_(journal),
      signer_(signer),
      clock_(clock),
      random_(random),
      log_(std::move(log)),
      limits_(limits) {}

Task<Result<std::optional<TxRecord>>> SingleSender::unresolved(std::string purpose) {
    co_return co_await journal_.unresolved(std::move(purpose));
}

Task<Result<neo::Hash256>> SingleSender::submit(SendRequest request) {
    if (request.purpose.empty()) co_return fail(Errc::invalid_argument, "purpose is empty");
    if (request.script.empty() || request.script.size() > kScriptMax)
        co_return fail(Errc::invalid_argument, "a script has 1 to 65,535 bytes, this one has " +
                                                   std::to_string(request.script.size()));
    CO_TRY(std::optional<TxRecord> before, co_await journal_.unresolved(request.purpose));
    if (before)
        co_return fail(Errc::conflict, "attempt " + before->hash.display() + " of " +
                                           request.purpose + " has not ended");
    CO_TRY(TxRecord record, co_await prepare(std::move(request)));
    // From here on the transaction may get on chain: nothing is sent that is not in the journal.
    CO_TRY_OK(co_await journal_.add(record));
    CO_TRY(SendReply reply, co_await rpc_.send(record.bytes));
    switch (reply.outcome) {
        case SendOutcome::accepted:
        case SendOutcome::already_known:
            break;
        case SendOutcome::retry_later:
            co_return fail(Errc::unavailable, "the node asks to try later: " + reply.message);
        case SendOutcome::refused:
            co_return fail(Errc::conflict,
                           "the node refused " + record.hash.display() + ": " + reply.message);
    }
    CO_TRY_OK(co_await journal_.update(record.hash, TxState::submitted, 0, {}));
    log_.debug("transaction submitted",
               {{"tx", record.hash.display()}, {"purpose", record.purpose}});
    co_return record.hash;
}

Task<Result<TxRecord>> SingleSender::prepare(SendRequest request) {
    neo::Transaction tx = unsigned_transaction(signer_, std::move(request.script));
    // None of these depends on another: one round trip instead of four.
    auto [asked_version, asked_count, asked_run, asked_policy] =
        co_await (rpc_.version() && rpc_.block_count() &&
                  rpc_.invoke_script(tx.script, tx.signers) && rpc_.fee_policy());
    CO_TRY(const NodeVersion version, std::move(asked_version));
    CO_TRY(const std::uint32_t count, std::move(asked_count));
    CO_TRY(const Execution run, std::move(asked_run));
    CO_TRY(const neo::FeePolicy policy, std::move(asked_policy));
    if (run.vm_state != "HALT")
        co_return fail(Errc::conflict, "the simulation faulted: " + run.exception);
    CO_TRY(tx.system_fee, system_fee_of(run.gas_consumed, limits_.system_fee_margin_percent,
                                        limits_.system_fee_max));
    const std::uint32_t height = count - 1;
    const std::uint32_t window =
        std::min(limits_.valid_for_blocks, version.max_valid_until_block_increment);
    CO_TRY(tx.valid_until_block, checked_add(height, std::max(window, 1U)));
    tx.nonce = static_cast<std::uint32_t>(random_.below(std::uint64_t{1} << 32));
    CO_TRY(tx.network_fee,
           co_await network_fee_for(rpc_, tx, policy, limits_.network_fee_max, log_));
    CO_TRY(tx, co_await signed_by(signer_, std::move(tx), version.network));
    co_return TxRecord{.hash = tx.hash(),
                       .bytes = tx.serialize(),
                       .valid_until_block = tx.valid_until_block,
                       .purpose = std::move(request.purpose),
                       .payload = std::move(request.payload),
                       .created_ms = clock_.unix_ms(),
                       .network = version.network,
                       .first_block = height + 1};
}

Task<Result<SendResult>> SingleSender::wait(neo::Hash256 hash) {
    CO_TRY(std::optional<TxRecord> found, co_await journal_.find(hash));
    if (!found) co_return fail(Errc::not_found, "the journal has no transaction " + hash.display());
    TxRecord record = *std::move(found);
    if (tx_ended(record.state)) co_return result_of(record);
    Watch watch;
    for (;;) {
        Result<Sighting> seen = co_await look(record, watch);
        if (seen && seen->kind == Sighting::Kind::included) {
            const bool halted = seen->execution.vm_state == "HALT";
            co_return co_await finish(record, halted ? TxState::halted : TxState::faulted,
                                      seen->block, halted ? "" : seen->execution.exception);
        }
        if (seen && seen->kind == Sighting::Kind::absent)
            co_return co_await finish(record, TxState::expired, 0, "");
        bool trouble = !seen;
        if (!seen) {
            watch.network_checked = false;
            if (watch.look_complaint != seen.error().message) {
                watch.look_complaint = seen.error().message;
                log_.warn("cannot tell yet whether the transaction is on chain",
                          {{"tx", hash.display()}, {"error", watch.look_complaint}});
            }
        }
        if (watch.send_due) CO_TRY_OK(co_await resend(record, watch));
        trouble = trouble || watch.send_due;
        watch.troubles = trouble ? watch.troubles + 1 : 0;
        milliseconds pause = limits_.poll_every;
        if (trouble)
            pause += net::Backoff{.base = limits_.poll_every, .cap = kPauseCap}.wait(
                watch.troubles - 1, random_);
        co_await clock_.sleep_for(pause);
    }
}

Task<Status> SingleSender::check_network(const TxRecord& record, Watch& watch) {
    CO_TRY(NodeVersion version, co_await rpc_.version());
    if (record.network != 0 && record.network != version.network)
        co_return fail(Errc::unavailable,
                       "the node is of network " + std::to_string(version.network) +
                           ", the transaction was signed for " + std::to_string(record.network));
    watch.network_checked = true;
    if (watch.started) co_return Status{};
    watch.started = true;
    watch.last.reset();
    // A journal that does not know where to begin: the protocol bounds how early it can be.
    const std::uint32_t span = std::max(version.max_valid_until_block_increment, kIncrementDefault);
    watch.next = record.first_block != 0
                     ? record.first_block
                     : record.valid_until_block - std::min(record.valid_until_block, span);
    co_return Status{};
}

// Reads every block that may hold the transaction, each hash-linked to the one before.
Task<Result<SingleSender::Sighting>> SingleSender::look(const TxRecord& record, Watch& watch) {
    if (!watch.network_checked) CO_TRY_OK(co_await check_network(record, watch));
    CO_TRY(std::uint32_t count, co_await rpc_.block_count());
    while (watch.next < count && watch.next <= record.valid_until_block) {
        CO_TRY(Block block, co_await rpc_.block(watch.next));
        if (watch.last && block.previous != watch.last->hash) {
            watch.start_over();
            co_return fail(Errc::unavailable, "block " + std::to_string(block.index) +
                                                  " does not follow the one read before");
        }
        if (holds(block, record.hash)) co_return co_await included(record, watch, block.index);
        watch.last = block;
        ++watch.next;
        // A block came without it: let us see that the node still has it.
        watch.send_due = true;
    }
    const bool all_read = watch.next > record.valid_until_block;
    if (all_read) watch.send_due = false;
    if (!all_read && !watch.claimed) co_return Sighting{};
    // The node may have been exchanged behind its address while we waited.
    CO_TRY_OK(co_await check_network(record, watch));
    // "Known" is evidence where "unknown" is none: a chain that lost its last blocks with its only
    // node may hold the transaction earlier than it was signed.
    Result<std::uint32_t> height = co_await rpc_.transaction_height(record.hash);
    if (height) {
        CO_TRY(Block block, co_await rpc_.block(*height));
        if (holds(block, record.hash)) co_return co_await included(record, watch, *height);
        co_return fail(Errc::unavailable, "the node names block " + std::to_string(*height) +
                                              ", which does not hold the transaction");
    }
    if (height.error().code != Errc::not_found) co_return std::unexpected(height.error());
    watch.claimed = false;
    co_return Sighting{.kind = all_read ? Sighting::Kind::absent : Sighting::Kind::not_yet};
}

Task<Result<SingleSender::Sighting>> SingleSender::included(const TxRecord& record, Watch& watch,
                                                            std::uint32_t block) {
    Result<Execution> run = co_await rpc_.application_log(record.hash);
    if (!run) {
        // The block may be gone with a node that lost its last second.
        watch.start_over();
        co_return std::unexpected(std::move(run).error());
    }
    co_return Sighting{
        .kind = Sighting::Kind::included, .block = block, .execution = std::move(*run)};
}

// Leaves `send_due` set unless a node has the transaction. Errors: the journal's only.
Task<Status> SingleSender::resend(TxRecord& record, Watch& watch) {
    Result<SendReply> reply = co_await rpc_.send(record.bytes);
    const bool has_it = reply && (reply->outcome == SendOutcome::accepted ||
                                  reply->outcome == SendOutcome::already_known);
    if (has_it) {
        watch.send_due = false;
        watch.claimed = reply->code == kOnChain;
        watch.send_complaint.clear();
        if (record.state == TxState::submitted) co_return Status{};
        record.state = TxState::submitted;
        co_return co_await journal_.update(record.hash, TxState::submitted, 0, {});
    }
    const std::string why = reply ? reply->message : reply.error().message;
    if (watch.send_complaint != why) {
        watch.send_complaint = why;
        log_.warn("the node does not take the transaction, trying on",
                  {{"tx", record.hash.display()},
                   {"code", reply ? reply->code : 0},
                   {"valid_until_block", record.valid_until_block},
                   {"error", why}});
    }
    co_return Status{};
}

Task<Result<SendResult>> SingleSender::finish(TxRecord record, TxState state, std::uint32_t block,
                                              std::string exception) {
    Status kept = co_await journal_.update(record.hash, state, block, exception);
    if (!kept && kept.error().code == Errc::conflict) {
        // Another wait() for the same transaction was first: its word stands.
        CO_TRY(std::optional<TxRecord> now, co_await journal_.find(record.hash));
        if (now && tx_ended(now->state)) co_return result_of(*now);
    }
    if (!kept) co_return std::unexpected(std::move(kept).error());
    record.state = state;
    record.block = block;
    record.exception = std::move(exception);
    log_.debug("transaction ended",
               {{"tx", record.hash.display()}, {"state", tx_state_name(state)}, {"block", block}});
    co_return result_of(record);
}

}  // namespace nsl::chain
