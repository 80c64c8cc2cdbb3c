// SPDX-License-Identifier: Apache-2.0
#include "chain/abi_cache.h"

#include <algorithm>
#include <utility>

#include "chain/error_kinds.h"
#include "neo/manifest.h"

namespace nsl::chain {
namespace {

using neo::Hash160;

// Contracts in one request: a state has its script too, up to 700 KB as base64.
constexpr std::size_t kContractsAtOnce = 8;

// Source: neo-go pkg/core/native management.go.
std::optional<Hash160> changed_by(const Notification& event) {
    if (event.contract != neo::native::contract_management()) return {};
    if (event.name != "Deploy" && event.name != "Update" && event.name != "Destroy") return {};
    const auto parts = event.state.as_array();
    if (!parts || (*parts)->size() != 1) return {};
    const auto contract = (**parts)[0].as_hash160();
    return contract ? std::optional(*contract) : std::nullopt;
}

// Null where there is nothing that can be read.
std::shared_ptr<const std::vector<neo::AbiEvent>> events_in(const json::Value& state) {
    const auto* contract = state.if_object();
    const json::Value* manifest = contract ? contract->if_contains("manifest") : nullptr;
    if (!manifest) return nullptr;
    auto read = neo::Manifest::from_json(*manifest);
    if (!read) return nullptr;
    return std::make_shared<const std::vector<neo::AbiEvent>>(std::move(read->abi.events));
}

}  // namespace

void AbiCache::forget_changed(const std::vector<TransactionOutcome>& outcomes) {
    for (const TransactionOutcome& outcome : outcomes) {
        for (const Event& event : outcome.events) {
            const auto contract = changed_by(event.raw);
            const auto at = contract ? known_.find(*contract) : known_.end();
            if (at == known_.end()) continue;
            used_.erase(at->second.used);
            known_.erase(at);
        }
    }
}

void AbiCache::keep(const Hash160& contract, Events events) {
    if (known_.size() >= max_) {
        known_.erase(used_.back());
        used_.pop_back();
    }
    used_.push_front(contract);
    known_[contract] = {std::move(events), used_.begin()};
}

Task<Result<std::map<Hash160, AbiCache::Events>>> AbiCache::events_of(RpcClient& node,
                                                                      std::set<Hash160> contracts) {
    std::map<Hash160, Events> out;
    std::vector<Hash160> unknown;
    for (const Hash160& contract : contracts) {
        const auto at = known_.find(contract);
        if (at == known_.end()) {
            unknown.push_back(contract);
            continue;
        }
        used_.splice(used_.begin(), used_, at->second.used);
        out[contract] = at->second.events;
    }
    for (std::size_t from = 0; from < unknown.size(); from += kContractsAtOnce) {
        const std::size_t count = std::min(kContractsAtOnce, unknown.size() - from);
        std::vector<RpcCall> calls;
        for (std::size_t i = from; i < from + count; ++i)
            calls.push_back({"getcontractstate", {unknown[i].display()}});
        Result<std::vector<Result<json::Value>>> answers{};
        if (count > 1) answers = co_await node.batch(calls);
        for (std::size_t i = 0; i < count; ++i) {
            // One by one where the node takes no batch, or this answer is not in it.
            Result<json::Value> state = count > 1 && answers && (*answers)[i]
                                            ? (*answers)[i]
                                            : co_await node.raw(calls[i].method, calls[i].params);
            if (!state && is_away(state.error().code))
                co_return std::unexpected(std::move(state).error());
            Events events = state ? events_in(*state) : nullptr;
            out[unknown[from + i]] = events;
            // What only this node may have got wrong is not kept.
            if (state || state.error().code != Errc::internal)
                keep(unknown[from + i], std::move(events));
        }
    }
    co_return out;
}

Task<Status> AbiCache::decode(RpcClient& node, std::vector<TransactionOutcome>& outcomes) {
    forget_changed(outcomes);
    std::set<Hash160> contracts;
    for (const TransactionOutcome& outcome : outcomes)
        for (const Event& event : outcome.events) contracts.insert(event.raw.contract);
    if (contracts.empty()) co_return Status{};
    CO_TRY(const auto known, co_await events_of(node, std::move(contracts)));
    for (TransactionOutcome& outcome : outcomes) {
        for (Event& event : outcome.events) {
            const Events& events = known.at(event.raw.contract);
            if (!events) continue;
            const auto declared = std::ranges::find(*events, event.raw.name, &neo::AbiEvent::name);
            if (declared == events->end()) continue;
            if (auto fields = neo::decode_event(*declared, event.raw.state))
                event.fields = *std::move(fields);
        }
    }
    co_return Status{};
}

}  // namespace nsl::chain
