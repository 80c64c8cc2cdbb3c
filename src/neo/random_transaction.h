// SPDX-License-Identifier: Apache-2.0
// Transactions drawn by rapidcheck: every scope, condition and attribute. For tests only.
#pragma once
#include <rapidcheck.h>

#include "neo/transaction.h"

namespace nsl::neo {

inline Bytes some_bytes(std::size_t min, std::size_t max) {
    const auto size = *rc::gen::inRange<std::size_t>(min, max + 1);
    return *rc::gen::container<Bytes>(size, rc::gen::arbitrary<std::uint8_t>());
}

template <std::size_t N>
Hash<N> some_hash() {
    Hash<N> out;
    std::ranges::copy(some_bytes(N, N), out.raw.begin());
    return out;
}

inline PublicKey some_key() {
    SeededRandom random(*rc::gen::inRange<std::uint64_t>(0, 1000));
    return PrivateKey::generate(random).public_key();
}

inline PublicKey some_fixed_key() {
    SeededRandom random(1);
    return PrivateKey::generate(random).public_key();
}

inline int below(int bound) {
    return *rc::gen::inRange(0, bound);
}

inline WitnessCondition some_condition(int levels) {
    WitnessCondition out;
    switch (below(levels > 1 ? 9 : 6)) {
        case 0:
            out.value = below(2) == 1;
            break;
        case 1:
            out.type = ConditionType::called_by_entry;
            break;
        case 2:
        case 3:
            out.type = below(2) == 1 ? ConditionType::group : ConditionType::called_by_group;
            out.group = some_key();
            break;
        case 4:
        case 5:
            out.type =
                below(2) == 1 ? ConditionType::script_hash : ConditionType::called_by_contract;
            out.contract = some_hash<20>();
            break;
        case 6:
            out.type = ConditionType::negation;
            out.parts = {some_condition(levels - 1)};
            break;
        default:
            out.type = below(2) == 1 ? ConditionType::all_of : ConditionType::any_of;
            for (int i = below(3); i >= 0; --i) out.parts.push_back(some_condition(levels - 1));
    }
    return out;
}

inline Signer some_signer() {
    Signer out{.account = some_hash<20>(), .scopes = 0};
    if (below(5) == 0) {
        out.scopes = static_cast<std::uint8_t>(Scope::global);
        return out;
    }
    const auto add = [&out](Scope scope) { out.scopes |= static_cast<std::uint8_t>(scope); };
    if (below(2) == 0) add(Scope::called_by_entry);
    if (below(3) == 0) {
        add(Scope::custom_contracts);
        for (int i = below(3); i > 0; --i) out.contracts.push_back(some_hash<20>());
    }
    if (below(3) == 0) {
        add(Scope::custom_groups);
        for (int i = below(3); i > 0; --i) out.groups.push_back(some_key());
    }
    if (below(3) == 0) {
        add(Scope::witness_rules);
        for (int i = below(3); i > 0; --i) out.rules.push_back({below(2) == 1, some_condition(3)});
    }
    return out;
}

inline std::vector<Attribute> some_attributes() {
    std::vector<Attribute> out;
    if (below(4) == 0) out.push_back(HighPriority{});
    if (below(8) == 0)
        out.push_back(OracleResponse{.id = 7, .code = 0, .result = some_bytes(0, 9)});
    else if (below(8) == 0)
        out.push_back(
            OracleResponse{.id = *rc::gen::arbitrary<std::uint64_t>(), .code = 0x1f, .result = {}});
    if (below(4) == 0) out.push_back(NotValidBefore{*rc::gen::arbitrary<std::uint32_t>()});
    for (int i = below(3); i > 0; --i) out.push_back(Conflicts{some_hash<32>()});
    if (below(4) == 0) out.push_back(NotaryAssisted{*rc::gen::arbitrary<std::uint8_t>()});
    return out;
}

inline Transaction some_transaction() {
    Transaction out;
    out.nonce = *rc::gen::arbitrary<std::uint32_t>();
    out.system_fee = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60);
    out.network_fee = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60);
    out.valid_until_block = *rc::gen::arbitrary<std::uint32_t>();
    for (int i = below(3); i >= 0; --i) out.signers.push_back(some_signer());
    out.attributes = some_attributes();
    out.script = some_bytes(1, 300);
    for (std::size_t i = 0; i < out.signers.size(); ++i)
        out.witnesses.push_back({some_bytes(0, 80), some_bytes(0, 80)});
    return out;
}

}  // namespace nsl::neo
