// SPDX-License-Identifier: Apache-2.0
// Signers in transaction_json.h. Source: neo-go pkg/core/transaction signer.go, witness_scope.go,
// witness_rule.go, witness_condition.go.
#include "neo/reading.h"
#include "neo/transaction_json.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kSubitemsMax = 16;
constexpr int kConditionDepthMax = 3;

constexpr std::pair<Scope, std::string_view> kScopeNames[] = {
    {Scope::called_by_entry, "CalledByEntry"},
    {Scope::custom_contracts, "CustomContracts"},
    {Scope::custom_groups, "CustomGroups"},
    {Scope::witness_rules, "WitnessRules"},
    {Scope::global, "Global"},
};

constexpr std::pair<ConditionType, std::string_view> kConditionNames[] = {
    {ConditionType::boolean, "Boolean"},
    {ConditionType::negation, "Not"},
    {ConditionType::all_of, "And"},
    {ConditionType::any_of, "Or"},
    {ConditionType::script_hash, "ScriptHash"},
    {ConditionType::group, "Group"},
    {ConditionType::called_by_entry, "CalledByEntry"},
    {ConditionType::called_by_contract, "CalledByContract"},
    {ConditionType::called_by_group, "CalledByGroup"},
};

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Result<std::uint8_t> scope_bit(std::string_view name) {
    if (name == "None") return std::uint8_t{0};
    for (const auto& [scope, known] : kScopeNames)
        if (name == known) return static_cast<std::uint8_t>(scope);
    return fail(Errc::invalid_argument,
                "a scope is None, CalledByEntry, CustomContracts, CustomGroups, WitnessRules or "
                "Global");
}

template <class Items, class Convert>
json::Array list_of(const Items& items, Convert convert) {
    json::Array out;
    out.reserve(items.size());
    for (const auto& item : items) out.emplace_back(convert(item));
    return out;
}

// Items of a list; `convert` is told the item's own place.
template <class T, class Convert>
Result<std::vector<T>> read_items(const json::Object& in, std::string_view name, Convert convert) {
    TRY(const json::Array* items, array_member(in, name, kSubitemsMax));
    std::vector<T> out;
    out.reserve(items->size());
    for (const json::Value& item : *items) {
        auto one = convert(item);
        if (!one)
            return in_part(std::string(name) + "[" + std::to_string(out.size()) + "]",
                           std::move(one).error());
        out.push_back(std::move(*one));
    }
    return out;
}

template <class T>
Result<T> parsed_text(const json::Value& value) {
    const auto* text = value.if_string();
    if (!text) return fail(Errc::invalid_argument, "should be a string");
    return T::parse(std::string_view(*text));
}

json::Value condition_to_json(const WitnessCondition& condition) {
    json::Object out;
    out["type"] = std::ranges::find(kConditionNames, condition.type,
                                    &std::pair<ConditionType, std::string_view>::first)
                      ->second;
    switch (condition.type) {
        case ConditionType::boolean:
            out["expression"] = condition.value;
            break;
        case ConditionType::negation:
            NSL_ASSERT(condition.parts.size() == 1);
            out["expression"] = condition_to_json(condition.parts[0]);
            break;
        case ConditionType::all_of:
        case ConditionType::any_of:
            out["expressions"] = list_of(condition.parts, condition_to_json);
            break;
        case ConditionType::script_hash:
        case ConditionType::called_by_contract:
            out["hash"] = condition.contract.display();
            break;
        case ConditionType::group:
        case ConditionType::called_by_group:
            out["group"] = condition.group.hex();
            break;
        case ConditionType::called_by_entry:
            break;
    }
    return out;
}

Result<bool> boolean_member(const json::Object& in, std::string_view name) {
    const json::Value* value = in.if_contains(name);
    if (!value || !value->is_bool())
        return fail(Errc::invalid_argument, std::string(name) + " should be true or false");
    return value->get_bool();
}

Result<WitnessCondition> condition_from_json(const json::Value& value, int depth) {
    if (depth > kConditionDepthMax)
        return fail(Errc::invalid_argument, "a witness rule is nested deeper than 3 levels");
    TRY(const json::Object* object, as_object(value, "a condition"));
    TRY(const std::string_view type, text_member(*object, "type"));
    const auto* known = std::ranges::find(kConditionNames, type,
                                          &std::pair<ConditionType, std::string_view>::second);
    if (known == std::end(kConditionNames))
        return fail(Errc::invalid_argument, "the type of a witness condition is not known");
    WitnessCondition out{.type = known->first};
    const auto part = [depth](const json::Value& v) { return condition_from_json(v, depth + 1); };
    switch (out.type) {
        case ConditionType::boolean: {
            TRY(out.value, boolean_member(*object, "expression"));
            break;
        }
        case ConditionType::negation: {
            const json::Value* inner = find_member(*object, "expression");
            if (!inner) return fail(Errc::invalid_argument, "expression is missing");
            TRY(WitnessCondition one, part(*inner));
            out.parts.push_back(std::move(one));
            break;
        }
        case ConditionType::all_of:
        case ConditionType::any_of: {
            TRY(out.parts, read_items<WitnessCondition>(*object, "expressions", part));
            if (out.parts.empty())
                return fail(Errc::invalid_argument, "a witness rule combines no conditions");
            break;
        }
        case ConditionType::script_hash:
        case ConditionType::called_by_contract: {
            TRY(out.contract, parsed_member<Hash160>(*object, "hash"));
            break;
        }
        case ConditionType::group:
        case ConditionType::called_by_group: {
            TRY(out.group, parsed_member<PublicKey>(*object, "group"));
            break;
        }
        case ConditionType::called_by_entry:
            break;
    }
    return out;
}

json::Value rule_to_json(const WitnessRule& rule) {
    json::Object out;
    out["action"] = rule.allow ? "Allow" : "Deny";
    out["condition"] = condition_to_json(rule.condition);
    return out;
}

Result<WitnessRule> rule_from_json(const json::Value& value) {
    TRY(const json::Object* object, as_object(value, "a rule"));
    TRY(const std::string_view action, text_member(*object, "action"));
    if (action != "Allow" && action != "Deny")
        return fail(Errc::invalid_argument, "a witness rule's action is Allow or Deny");
    const json::Value* inner = find_member(*object, "condition");
    if (!inner) return fail(Errc::invalid_argument, "condition is missing");
    TRY(WitnessCondition condition, condition_from_json(*inner, 1));
    return WitnessRule{action == "Allow", std::move(condition)};
}

// A list that its scope does not ask for would be lost without a word, and with it a restriction
// that somebody meant.
Status check_unasked(const Signer& signer, Scope scope, const json::Object& in,
                     std::string_view name) {
    const json::Value* found = find_member(in, name);
    if (signer.has(scope) || !found || (found->is_array() && found->get_array().empty())) return {};
    return fail(Errc::invalid_argument,
                std::string(name) + " is given, but the scopes do not include it");
}

}  // namespace

std::string scopes_text(std::uint8_t scopes) {
    std::string out;
    for (const auto& [scope, name] : kScopeNames) {
        if ((scopes & static_cast<std::uint8_t>(scope)) == 0) continue;
        if (!out.empty()) out += ", ";
        out += name;
    }
    return out.empty() ? "None" : out;
}

Result<std::uint8_t> parse_scopes(std::string_view text) {
    constexpr auto kGlobal = static_cast<std::uint8_t>(Scope::global);
    std::uint8_t out = 0;
    bool first = true, alone = false;
    for (std::size_t at = 0; at <= text.size(); first = false) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        TRY(const std::uint8_t bit, scope_bit(trimmed(text.substr(at, comma - at))));
        if (alone || (!first && (bit == 0 || bit == kGlobal)))
            return fail(Errc::invalid_argument, "the scopes None and Global stand alone");
        if ((out & bit) != 0) return fail(Errc::invalid_argument, "a scope is repeated");
        alone = bit == 0 || bit == kGlobal;
        out |= bit;
        at = comma + 1;
    }
    return out;
}

json::Value signer_to_json(const Signer& signer) {
    json::Object out;
    out["account"] = signer.account.display();
    out["scopes"] = scopes_text(signer.scopes);
    if (signer.has(Scope::custom_contracts))
        out["allowedcontracts"] =
            list_of(signer.contracts, [](const Hash160& contract) { return contract.display(); });
    if (signer.has(Scope::custom_groups))
        out["allowedgroups"] =
            list_of(signer.groups, [](const PublicKey& group) { return group.hex(); });
    if (signer.has(Scope::witness_rules)) out["rules"] = list_of(signer.rules, rule_to_json);
    return out;
}

Result<Signer> signer_from_json(const json::Value& value) {
    TRY(const json::Object* object, as_object(value, "a signer"));
    Signer out;
    TRY(const std::string_view account, text_member(*object, "account"));
    TRY(out.account, parse_account(account));
    TRY(const std::string_view scopes, text_member(*object, "scopes"));
    TRY(out.scopes, parse_scopes(scopes));
    TRY_OK(check_unasked(out, Scope::custom_contracts, *object, "allowedcontracts"));
    TRY_OK(check_unasked(out, Scope::custom_groups, *object, "allowedgroups"));
    TRY_OK(check_unasked(out, Scope::witness_rules, *object, "rules"));
    if (out.has(Scope::custom_contracts) && find_member(*object, "allowedcontracts")) {
        TRY(out.contracts, read_items<Hash160>(*object, "allowedcontracts", parsed_text<Hash160>));
    }
    if (out.has(Scope::custom_groups) && find_member(*object, "allowedgroups")) {
        TRY(out.groups, read_items<PublicKey>(*object, "allowedgroups", parsed_text<PublicKey>));
    }
    if (out.has(Scope::witness_rules) && find_member(*object, "rules")) {
        TRY(out.rules, read_items<WitnessRule>(*object, "rules", rule_from_json));
    }
    return out;
}

}  // namespace nsl::neo
