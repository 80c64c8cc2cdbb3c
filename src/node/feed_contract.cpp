// SPDX-License-Identifier: Apache-2.0
#include "node/feed_contract.h"

#include <algorithm>

#include "base/checked.h"
#include "base/encoding.h"
#include "neo/script.h"
#include "neo/stack_item.h"

namespace nsl::node {
namespace {

using neo::Argument;
using Items = std::vector<neo::StackItem>;
using pricefeed::RoundEvent;
using pricefeed::StoredRound;

constexpr const char* kPurpose = "pricefeed";
constexpr std::uint64_t kRoundsKept = 64;  // the contract's ring

// Readers of bytes and items say invalid_argument. Here it is the node or the contract that gave
// them, so it is no fault of whoever asked us.
template <class T>
Result<T> understood(Result<T> read) {
    if (!read && read.error().code == Errc::invalid_argument)
        return fail(Errc::internal,
                    "the contract's answer cannot be understood: " + read.error().message);
    return read;
}

// One 40-byte record as stored; round 0 says that the slot is empty.
Result<RoundEvent> read_record(ByteReader& in) {
    RoundEvent out;
    StoredRound& round = out.stored;
    TRY(out.feed, in.u16());
    TRY(round.status, in.u8());
    TRY(round.sources, in.u8());
    TRY([[maybe_unused]] auto reserved, in.u32());
    TRY(round.round, in.u64());
    TRY(round.price, in.i64());
    TRY(round.confidence, in.i64());
    TRY(round.observed_ms, in.i64());
    return out;
}

std::string intent_of(const std::string& batch) {
    return std::string(kPurpose) + "/" + batch;
}

pricefeed::BatchEnd end_of(chain::IntentState state) {
    switch (state) {
        case chain::IntentState::halted:
            return pricefeed::BatchEnd::stored;
        case chain::IntentState::faulted:
        case chain::IntentState::included:  // the contract's own state tells what comes next
            return pricefeed::BatchEnd::faulted;
        case chain::IntentState::refused:
            return pricefeed::BatchEnd::refused;
        case chain::IntentState::expired:
            return pricefeed::BatchEnd::expired;
        case chain::IntentState::pending:
        case chain::IntentState::in_flight:
            break;
    }
    NSL_ASSERT(false);
}

// What getRoundData and latestRoundData return.
Result<StoredRound> round_of(const neo::StackItem& item) {
    TRY(const Items* parts, item.as_array());
    if (parts->size() != 6)
        return fail(Errc::internal, "the contract returned a round of another shape");
    std::int64_t numbers[6];
    for (std::size_t i = 0; i < 6; ++i) {
        TRY(numbers[i], (*parts)[i].as_i64());
    }
    TRY(auto round, checked_cast<std::uint64_t>(numbers[0]));
    TRY(auto status, checked_cast<std::uint8_t>(numbers[4]));
    TRY(auto sources, checked_cast<std::uint8_t>(numbers[5]));
    return StoredRound{round, numbers[1], numbers[2], numbers[3], status, sources};
}

// What `sequence` and `latestRounds` return: a record for each feed, in order.
Result<pricefeed::ContractState> state_of(const Items& stack, std::size_t feeds) {
    pricefeed::ContractState out;
    TRY(std::int64_t sequence, stack[0].as_i64());
    if (sequence < 0) return fail(Errc::internal, "the contract returned a negative sequence");
    out.sequence = static_cast<std::uint64_t>(sequence);
    TRY(Bytes packed, stack[1].as_bytes());
    ByteReader in(packed);
    for (std::size_t i = 0; i < feeds; ++i) {
        TRY(RoundEvent record, read_record(in));
        if (record.stored.round > 0 && record.feed != i)
            return fail(Errc::internal, "the contract returned a round of another feed");
        out.latest.push_back(record.stored.round > 0 ? record.stored : StoredRound{});
    }
    TRY_OK(in.finish());
    return out;
}

Result<std::vector<StoredRound>> rounds_in(const Items& stack) {
    std::vector<StoredRound> out;
    for (const neo::StackItem& item : stack) {
        TRY(StoredRound round, round_of(item));
        out.push_back(round);
    }
    return out;
}

Result<std::vector<RoundEvent>> events_in(const neo::StackItem& state) {
    TRY(const Items* parts, state.as_array());
    if (parts->size() != 2) return fail(Errc::internal, "BatchStored has another shape");
    TRY(Bytes packed, (*parts)[1].as_bytes());
    ByteReader in(packed);
    std::vector<RoundEvent> out;
    while (in.left() > 0) {
        TRY(RoundEvent record, read_record(in));
        out.push_back(record);
    }
    return out;
}

Result<std::vector<Bytes>> keys_of(const neo::StackItem& item) {
    TRY(const Items* parts, item.as_array());
    std::vector<Bytes> out;
    for (const neo::StackItem& part : *parts) {
        TRY(Bytes key, part.as_bytes());
        out.push_back(std::move(key));
    }
    return out;
}

Result<std::vector<std::string>> texts_of(const neo::StackItem& item) {
    TRY(const Items* parts, item.as_array());
    std::vector<std::string> out;
    for (const neo::StackItem& part : *parts) {
        TRY(std::string text, part.as_text());
        out.push_back(std::move(text));
    }
    return out;
}

}  // namespace

Task<Result<Items>> ChainFeedContract::read(chain::RpcClient& node, Bytes script,
                                            std::size_t results) {
    CO_TRY(chain::Execution run, co_await node.invoke_script(std::move(script)));
    if (run.vm_state != "HALT")
        co_return fail(Errc::conflict, "the contract refused the read: " + run.exception);
    if (run.stack.size() != results)
        co_return fail(Errc::internal, "the contract returned another number of results");
    co_return std::move(run.stack);
}

Task<Result<pricefeed::ContractState>> ChainFeedContract::state() {
    neo::ScriptBuilder script;
    script.call(contract_, "sequence", {}, neo::CallFlags::read_only)
        .call(contract_, "latestRounds", {}, neo::CallFlags::read_only);
    CO_TRY(Items stack, co_await read(nodes_.best(), script.take(), 2));
    co_return understood(state_of(stack, feeds_.size()));
}

Task<Result<std::vector<StoredRound>>> ChainFeedContract::rounds(std::string feed,
                                                                 std::uint64_t newest,
                                                                 std::size_t count) {
    chain::RpcClient& node = nodes_.best();
    neo::ScriptBuilder last;
    last.call(contract_, "latestRoundData", {Argument::text(feed)}, neo::CallFlags::read_only);
    auto top = co_await read(node, last.take(), 1);
    if (!top && top.error().code == Errc::conflict)
        co_return fail(Errc::not_found,
                       "the contract has no feed " + feed + ": " + top.error().message);
    if (!top) co_return std::unexpected(std::move(top).error());
    CO_TRY(StoredRound latest, understood(round_of(top->front())));
    newest = std::min(newest, latest.round);
    std::uint64_t oldest = latest.round > kRoundsKept ? latest.round - kRoundsKept + 1 : 1;

    neo::ScriptBuilder script;
    std::size_t asked = 0;
    for (std::uint64_t round = newest; round >= oldest && asked < count; --round, ++asked)
        script.call(contract_, "getRoundData",
                    {Argument::text(feed), Argument::integer(static_cast<std::int64_t>(round))},
                    neo::CallFlags::read_only);
    if (asked == 0) co_return std::vector<StoredRound>{};
    auto stack = co_await read(node, script.take(), asked);
    // A batch stored between the two reads may have pushed the oldest round out of the ring.
    if (!stack && stack.error().code == Errc::conflict)
        co_return fail(Errc::unavailable, "the rounds moved while they were read: ask again");
    if (!stack) co_return std::unexpected(std::move(stack).error());
    co_return understood(rounds_in(*stack));
}

Task<Result<std::string>> ChainFeedContract::send(tee::SignedReport report) {
    Argument::Array signatures{Argument::bytes(report.signature)};
    neo::ScriptBuilder script;
    script.call(contract_, "submit",
                {Argument::bytes(report.report), Argument::bytes(ByteView(&signer_position_, 1)),
                 Argument::array(std::move(signatures))});
    const std::string batch = hex_encode(sha256(report.report));
    // A price that is late is not worth a second window: a newer one is sent instead.
    CO_TRY_OK(co_await sender_.add({.id = intent_of(batch),
                                    .purpose = kPurpose,
                                    .script = script.take(),
                                    .windows_max = 1,
                                    .exclusive = true}));
    CO_TRY(const chain::IntentRecord record, co_await sender_.wait_submitted(intent_of(batch)));
    if (record.state == chain::IntentState::refused) co_return fail(Errc::conflict, record.reason);
    co_return batch;
}

Task<Result<std::optional<std::string>>> ChainFeedContract::in_flight() {
    CO_TRY(const auto open, co_await sender_.open(kPurpose));
    if (open.empty()) co_return std::nullopt;
    co_return open.front().record.intent.id.substr(intent_of("").size());
}

Task<Result<pricefeed::BatchOutcome>> ChainFeedContract::wait(std::string batch) {
    CO_TRY(const chain::IntentRecord record, co_await sender_.wait(intent_of(batch)));
    co_return pricefeed::BatchOutcome{
        .end = end_of(record.state), .block = record.block, .reason = record.reason};
}

Task<Status> ChainFeedContract::check(tee::EnclaveIdentity identity) {
    neo::ScriptBuilder script;
    for (const char* method : {"configId", "feeds", "signers", "threshold"})
        script.call(contract_, method, {}, neo::CallFlags::read_only);
    auto stack = co_await read(nodes_.best(), script.take(), 4);
    if (!stack && stack.error().code == Errc::conflict)
        co_return fail(Errc::not_found, "no price feed contract at " + contract_.display() + ": " +
                                            stack.error().message);
    if (!stack) co_return std::unexpected(std::move(stack).error());
    CO_TRY(Bytes config, understood((*stack)[0].as_bytes()));
    if (!std::ranges::equal(config, identity.config_id))
        co_return fail(Errc::conflict,
                       "the contract holds feed configuration " + hex_encode(config) +
                           ", the enclave runs " + hex_encode(identity.config_id) +
                           ": give both the same feeds, or let the owner call setConfig");
    CO_TRY(auto feeds, understood(texts_of((*stack)[1])));
    if (feeds != feeds_)
        co_return fail(Errc::conflict, "the contract's feed table is not the configured one");
    CO_TRY(auto signers, understood(keys_of((*stack)[2])));
    auto ours = std::ranges::find_if(signers, [&](const Bytes& key) {
        return std::ranges::equal(key, identity.public_key.compressed);
    });
    if (ours == signers.end())
        co_return fail(Errc::conflict, "the contract does not accept the enclave's key " +
                                           identity.public_key.hex() +
                                           ": the owner adds it with setSigners");
    signer_position_ = static_cast<std::uint8_t>(ours - signers.begin());
    CO_TRY(std::int64_t threshold, understood((*stack)[3].as_i64()));
    if (threshold != 1)
        co_return fail(Errc::conflict, "the contract wants " + std::to_string(threshold) +
                                           " signatures a report; this node gathers one");
    co_return Status{};
}

Result<std::optional<std::vector<RoundEvent>>> ChainFeedContract::rounds_of(
    const chain::Notification& event, neo::Hash256 tx, std::uint32_t block) const {
    if (event.contract != contract_ || event.name != "BatchStored") return std::nullopt;
    TRY(std::vector<RoundEvent> out, understood(events_in(event.state)));
    for (RoundEvent& round : out) {
        round.tx = tx;
        round.block = block;
    }
    return out;
}

}  // namespace nsl::node
