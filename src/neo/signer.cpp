// SPDX-License-Identifier: Apache-2.0
#include "neo/signer.h"

#include "base/encoding.h"
#include "neo/varint.h"

namespace nsl::neo {
namespace {

constexpr std::uint64_t kSubitemsMax = 16;
constexpr int kConditionDepthMax = 3;
constexpr std::uint8_t kKnownScopes = 0x01 | 0x10 | 0x20 | 0x40 | 0x80;

Result<Hash160> read_hash160(ByteReader& in) {
    TRY(const ByteArray<20> raw, in.array<20>());
    return Hash160{raw};
}

Result<PublicKey> read_public_key(ByteReader& in) {
    TRY(const ByteView bytes, in.bytes(33));
    return PublicKey::from_bytes(bytes);
}

template <class T, class Read>
Result<std::vector<T>> read_list(ByteReader& in, Read read) {
    TRY(const std::uint64_t count, read_varint(in, kSubitemsMax));
    std::vector<T> out;
    for (std::uint64_t i = 0; i < count; ++i) {
        TRY(T item, read(in));
        out.push_back(std::move(item));
    }
    return out;
}

void write_condition(ByteWriter& out, const WitnessCondition& condition) {
    out.u8(static_cast<std::uint8_t>(condition.type));
    switch (condition.type) {
        case ConditionType::boolean:
            out.u8(condition.value ? 1 : 0);
            break;
        case ConditionType::all_of:
        case ConditionType::any_of:
            write_varint(out, condition.parts.size());
            [[fallthrough]];
        case ConditionType::negation:
            for (const WitnessCondition& part : condition.parts) write_condition(out, part);
            break;
        case ConditionType::script_hash:
        case ConditionType::called_by_contract:
            out.bytes(condition.contract.raw);
            break;
        case ConditionType::group:
        case ConditionType::called_by_group:
            out.bytes(condition.group.compressed);
            break;
        case ConditionType::called_by_entry:
            break;
    }
}

Result<WitnessCondition> read_condition(ByteReader& in, int depth) {
    if (depth > kConditionDepthMax)
        return fail(Errc::invalid_argument, "a witness rule is nested deeper than 3 levels");
    WitnessCondition out;
    TRY(const std::uint8_t type, in.u8());
    out.type = static_cast<ConditionType>(type);
    const auto read_part = [depth](ByteReader& from) { return read_condition(from, depth + 1); };
    switch (out.type) {
        case ConditionType::boolean: {
            TRY(const std::uint8_t value, in.u8());
            if (value > 1)
                return fail(Errc::invalid_argument, "a boolean condition is neither 0 nor 1");
            out.value = value == 1;
            return out;
        }
        case ConditionType::negation: {
            TRY(WitnessCondition part, read_part(in));
            out.parts.push_back(std::move(part));
            return out;
        }
        case ConditionType::all_of:
        case ConditionType::any_of: {
            TRY(out.parts, read_list<WitnessCondition>(in, read_part));
            if (out.parts.empty())
                return fail(Errc::invalid_argument, "a witness rule combines no conditions");
            return out;
        }
        case ConditionType::script_hash:
        case ConditionType::called_by_contract: {
            TRY(out.contract, read_hash160(in));
            return out;
        }
        case ConditionType::group:
        case ConditionType::called_by_group: {
            TRY(out.group, read_public_key(in));
            return out;
        }
        case ConditionType::called_by_entry:
            return out;
    }
    return fail(Errc::invalid_argument,
                "witness condition type 0x" + hex_encode({&type, 1}) + " is not known");
}

Result<WitnessRule> read_rule(ByteReader& in) {
    TRY(const std::uint8_t action, in.u8());
    if (action > 1)
        return fail(Errc::invalid_argument, "a witness rule's action is neither deny nor allow");
    TRY(WitnessCondition condition, read_condition(in, 1));
    return WitnessRule{action == 1, std::move(condition)};
}

}  // namespace

void write_signer(ByteWriter& out, const Signer& signer) {
    out.bytes(signer.account.raw);
    out.u8(signer.scopes);
    if (signer.has(Scope::custom_contracts)) {
        write_varint(out, signer.contracts.size());
        for (const Hash160& contract : signer.contracts) out.bytes(contract.raw);
    }
    if (signer.has(Scope::custom_groups)) {
        write_varint(out, signer.groups.size());
        for (const PublicKey& group : signer.groups) out.bytes(group.compressed);
    }
    if (signer.has(Scope::witness_rules)) {
        write_varint(out, signer.rules.size());
        for (const WitnessRule& rule : signer.rules) {
            out.u8(rule.allow ? 1 : 0);
            write_condition(out, rule.condition);
        }
    }
}

Result<Signer> read_signer(ByteReader& in) {
    Signer out;
    TRY(out.account, read_hash160(in));
    TRY(out.scopes, in.u8());
    if ((out.scopes & ~kKnownScopes) != 0)
        return fail(Errc::invalid_argument,
                    "scopes 0x" + hex_encode({&out.scopes, 1}) + " have an unknown bit");
    if (out.has(Scope::global) && out.scopes != static_cast<std::uint8_t>(Scope::global))
        return fail(Errc::invalid_argument, "the global scope is combined with others");
    if (out.has(Scope::custom_contracts)) {
        TRY(out.contracts, read_list<Hash160>(in, read_hash160));
    }
    if (out.has(Scope::custom_groups)) {
        TRY(out.groups, read_list<PublicKey>(in, read_public_key));
    }
    if (out.has(Scope::witness_rules)) {
        TRY(out.rules, read_list<WitnessRule>(in, read_rule));
    }
    return out;
}

}  // namespace nsl::neo
