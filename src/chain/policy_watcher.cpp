// SPDX-License-Identifier: Apache-2.0
#include "chain/policy_watcher.h"

#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "base/deadline.h"
#include "base/encoding.h"
#include "chain/error_kinds.h"
#include "chain/rpc_reply.h"
#include "neo/script.h"

namespace nsl::chain {
namespace {

constexpr milliseconds kPause{1'000}, kPatience{2'000};
constexpr std::array<std::uint8_t, 5> kAttributes = {
    neo::HighPriority::kType, neo::OracleResponse::kType, neo::NotValidBefore::kType,
    neo::Conflicts::kType, neo::NotaryAssisted::kType};

// What the Policy contract offers. A call that it does not have faults the whole script, so there
// is one for each kind of chain. Source: neo-go pkg/core/native policy.go.
struct Kind {
    const char* factor;
    std::int64_t pico_per_unit;  // of `factor`
    bool times;                  // it has them, and NotaryAssisted a fee
};
constexpr std::array<Kind, 3> kKinds = {{
    {.factor = "getExecPicoFeeFactor", .pico_per_unit = 1, .times = true},   // since Faun
    {.factor = "getExecFeeFactor", .pico_per_unit = 10'000, .times = true},  // since Echidna
    {.factor = "getExecFeeFactor", .pico_per_unit = 10'000, .times = false},
}};

std::size_t attributes_of(const Kind& kind) {
    return kind.times ? kAttributes.size() : kAttributes.size() - 1;
}

Bytes script_of(const Kind& kind) {
    neo::ScriptBuilder script;
    const auto ask = [&](const char* method, const std::vector<neo::Argument>& args = {}) {
        script.call(neo::native::policy(), method, args, neo::CallFlags::read_only);
    };
    ask("getFeePerByte");
    ask(kind.factor);
    ask("getStoragePrice");
    for (std::size_t i = 0; i < attributes_of(kind); ++i)
        ask("getAttributeFee", {neo::Argument::integer(std::int64_t{kAttributes.at(i)})});
    if (kind.times) {
        ask("getMillisecondsPerBlock");
        ask("getMaxValidUntilBlockIncrement");
    }
    return script.take();
}

// The times are 0 where the contract has none.
Result<ChainPolicy> policy_in(const Execution& run, const Kind& kind) {
    const std::size_t attributes = attributes_of(kind);
    if (run.stack.size() != 3 + attributes + (kind.times ? 2 : 0))
        return fail(Errc::internal, "the Policy contract gave another number of values");
    std::vector<std::int64_t> values;
    values.reserve(run.stack.size());
    for (const neo::StackItem& item : run.stack) {
        TRY(const std::int64_t value, item.as_i64());
        if (value < 0) return fail(Errc::internal, "the Policy contract gave a negative value");
        values.push_back(value);
    }
    ChainPolicy out;
    out.fees.fee_per_byte = values[0];
    TRY(out.fees.pico_factor, checked_mul(values[1], kind.pico_per_unit));
    out.fees.storage_price = values[2];
    out.fees.attribute_fee.clear();
    for (std::size_t i = 0; i < attributes; ++i)
        out.fees.attribute_fee[kAttributes.at(i)] = values[3 + i];
    if (kind.times) {
        TRY(out.ms_per_block, checked_cast<std::uint32_t>(values[3 + attributes]));
        TRY(out.max_valid_until_block_increment,
            checked_cast<std::uint32_t>(values[4 + attributes]));
    }
    return out;
}

using Answers = std::vector<Result<json::Value>>;

Result<ChainPolicy> policy_in(const Answers& answers) {
    std::string why = "no answer";
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (!answers.at(i)) return std::unexpected(answers.at(i).error());
        TRY(const Execution run, read_execution(*answers.at(i)));
        why = run.exception;
        if (run.vm_state != "HALT") continue;
        TRY(ChainPolicy out, policy_in(run, kKinds.at(i)));
        if (!kKinds.at(i).times) {
            if (!answers.back()) return std::unexpected(answers.back().error());
            TRY(const NodeVersion version, read_version(*answers.back()));
            out.ms_per_block = version.ms_per_block;
            out.max_valid_until_block_increment = version.max_valid_until_block_increment;
        }
        if (out.ms_per_block == 0 || out.max_valid_until_block_increment == 0)
            return fail(Errc::internal, "the chain's times should not be 0");
        return out;
    }
    return fail(Errc::internal, "the Policy contract does not answer: " + why);
}

}  // namespace

Task<Result<ChainPolicy>> read_policy(RpcClient& node) {
    std::vector<RpcCall> calls;
    calls.reserve(kKinds.size() + 1);
    for (const Kind& kind : kKinds)
        calls.push_back({"invokescript", {base64_encode(script_of(kind))}});
    calls.push_back({"getversion", {}});
    Result<Answers> answers = co_await node.batch(calls);
    if (!answers && is_nonsense(answers.error().code)) {
        // A node that takes no batches.
        answers.emplace();
        for (const RpcCall& call : calls)
            answers->push_back(co_await node.raw(call.method, call.params));
    }
    if (!answers) co_return std::unexpected(std::move(answers).error());
    co_return policy_in(*answers);
}

Task<Result<ChainPolicy>> PolicyWatcher::read() {
    const std::uint64_t asked_at = blocks_;
    Result<ChainPolicy> now = co_await read_policy(nodes_.best());
    if (!now) {
        if (!std::exchange(failing_, true))
            log_.warn("the chain's policy cannot be read: the last known counts",
                      {{"error", now.error().message}});
        co_return now;
    }
    failing_ = false;
    // Two may be under way; the later question counts.
    if (known_ && asked_at < read_at_) co_return known_.value_or(ChainPolicy{});
    read_at_ = asked_at;
    if (known_) log_changes(*known_, *now);
    known_ = *now;
    co_return now;
}

void PolicyWatcher::log_changes(const ChainPolicy& before, const ChainPolicy& now) const {
    const auto compare = [&](const std::string& what, std::int64_t old, std::int64_t value) {
        if (old != value)
            log_.info("the chain's policy has changed",
                      {{"what", what}, {"old", old}, {"new", value}});
    };
    compare("fee_per_byte", before.fees.fee_per_byte, now.fees.fee_per_byte);
    compare("execution_factor_pico", before.fees.pico_factor, now.fees.pico_factor);
    compare("storage_price", before.fees.storage_price, now.fees.storage_price);
    for (const std::uint8_t type : kAttributes) {
        const auto fee = [type](const ChainPolicy& policy) {
            const auto at = policy.fees.attribute_fee.find(type);
            return at == policy.fees.attribute_fee.end() ? 0 : at->second;
        };
        compare("attribute_fee_" + std::to_string(type), fee(before), fee(now));
    }
    compare("ms_per_block", before.ms_per_block, now.ms_per_block);
    compare("max_valid_until_block_increment", before.max_valid_until_block_increment,
            now.max_valid_until_block_increment);
}

Task<void> PolicyWatcher::run() {
    for (;;) {
        while (!stale()) co_await block_came_.wait();
        co_await read();
        co_await clock_.sleep_for(kPause);
    }
}

Task<Result<ChainPolicy>> PolicyWatcher::policy() {
    if (stale()) {
        Result<ChainPolicy> now = co_await with_deadline(read(), kPatience, "reading the policy");
        if (!known_) co_return now;
    }
    co_return known_.value_or(ChainPolicy{});
}

Task<Result<std::optional<BlockHeader>>> PolicyWatcher::checkpoint() {
    co_return std::nullopt;
}

Task<Status> PolicyWatcher::on_block(std::shared_ptr<const ReadBlock> /*block*/) {
    ++blocks_;
    block_came_.notify_all();
    co_return Status{};
}

}  // namespace nsl::chain
