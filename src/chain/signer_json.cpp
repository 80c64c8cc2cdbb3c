// SPDX-License-Identifier: Apache-2.0
#include "chain/signer_json.h"

#include <string>
#include <string_view>
#include <utility>

namespace nsl::chain {
namespace {

using neo::ConditionType;

constexpr std::pair<neo::Scope, std::string_view> kScopeNames[] = {
    {neo::Scope::called_by_entry, "CalledByEntry"},
    {neo::Scope::custom_contracts, "CustomContracts"},
    {neo::Scope::custom_groups, "CustomGroups"},
    {neo::Scope::witness_rules, "WitnessRules"},
    {neo::Scope::global, "Global"},
};

std::string scope_names(const neo::Signer& signer) {
    std::string out;
    for (const auto& [scope, name] : kScopeNames) {
        if (!signer.has(scope)) continue;
        if (!out.empty()) out += ", ";
        out += name;
    }
    return out.empty() ? "None" : out;
}

// At most three levels deep, as the protocol allows.
json::Value condition_json(const neo::WitnessCondition& condition) {
    json::Object out;
    auto parts = [&] {
        json::Array list;
        for (const neo::WitnessCondition& part : condition.parts)
            list.push_back(condition_json(part));
        return list;
    };
    switch (condition.type) {
        case ConditionType::boolean:
            out["type"] = "Boolean";
            out["expression"] = condition.value;
            break;
        case ConditionType::negation:
            out["type"] = "Not";
            NSL_ASSERT(condition.parts.size() == 1);
            out["expression"] = condition_json(condition.parts[0]);
            break;
        case ConditionType::all_of:
            out["type"] = "And";
            out["expressions"] = parts();
            break;
        case ConditionType::any_of:
            out["type"] = "Or";
            out["expressions"] = parts();
            break;
        case ConditionType::script_hash:
            out["type"] = "ScriptHash";
            out["hash"] = condition.contract.display();
            break;
        case ConditionType::group:
            out["type"] = "Group";
            out["group"] = condition.group.hex();
            break;
        case ConditionType::called_by_entry:
            out["type"] = "CalledByEntry";
            break;
        case ConditionType::called_by_contract:
            out["type"] = "CalledByContract";
            out["hash"] = condition.contract.display();
            break;
        case ConditionType::called_by_group:
            out["type"] = "CalledByGroup";
            out["group"] = condition.group.hex();
            break;
    }
    return out;
}

template <class Items, class Convert>
void put_list(json::Object& out, std::string_view name, const Items& items, Convert convert) {
    if (items.empty()) return;
    json::Array list;
    for (const auto& item : items) list.push_back(convert(item));
    out[name] = std::move(list);
}

}  // namespace

json::Value signer_json(const neo::Signer& signer) {
    json::Object out;
    out["account"] = signer.account.display();
    out["scopes"] = scope_names(signer);
    put_list(out, "allowedcontracts", signer.contracts,
             [](const neo::Hash160& contract) { return json::Value(contract.display()); });
    put_list(out, "allowedgroups", signer.groups,
             [](const neo::PublicKey& group) { return json::Value(group.hex()); });
    put_list(out, "rules", signer.rules, [](const neo::WitnessRule& rule) {
        json::Object one;
        one["action"] = rule.allow ? "Allow" : "Deny";
        one["condition"] = condition_json(rule.condition);
        return json::Value(std::move(one));
    });
    return out;
}

}  // namespace nsl::chain
