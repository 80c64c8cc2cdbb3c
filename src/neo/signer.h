// SPDX-License-Identifier: Apache-2.0
// Who signs a transaction, and where the signature counts. Source: neo-go pkg/core/transaction
// signer.go, witness_rule.go, witness_condition.go.
#pragma once
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/hash.h"
#include "neo/keys.h"

namespace nsl::neo {

// Bits of Signer::scopes. `global` stands alone.
enum class Scope : std::uint8_t {
    none = 0,  // pays the fee, no contract can use the signature
    called_by_entry = 0x01,
    custom_contracts = 0x10,
    custom_groups = 0x20,
    witness_rules = 0x40,
    global = 0x80
};

enum class ConditionType : std::uint8_t {
    boolean = 0x00,
    negation = 0x01,
    all_of = 0x02,
    any_of = 0x03,
    script_hash = 0x18,
    group = 0x19,
    called_by_entry = 0x20,
    called_by_contract = 0x28,
    called_by_group = 0x29
};

// One node of a rule's condition. Which members count depends on the type.
struct WitnessCondition {
    ConditionType type = ConditionType::boolean;
    bool value = false;                     // boolean
    Hash160 contract{};                     // script_hash, called_by_contract
    PublicKey group{};                      // group, called_by_group
    std::vector<WitnessCondition> parts{};  // negation: 1; all_of, any_of: 1..16. At most 3 levels
    bool operator==(const WitnessCondition&) const = default;
};

struct WitnessRule {
    bool allow = false;
    WitnessCondition condition{};
    bool operator==(const WitnessRule&) const = default;
};

struct Signer {
    Hash160 account;
    std::uint8_t scopes = static_cast<std::uint8_t>(Scope::called_by_entry);
    std::vector<Hash160> contracts{};  // with custom_contracts, at most 16
    std::vector<PublicKey> groups{};   // with custom_groups, at most 16
    std::vector<WitnessRule> rules{};  // with witness_rules, at most 16; the first match decides

    bool has(Scope scope) const { return (scopes & static_cast<std::uint8_t>(scope)) != 0; }
    bool operator==(const Signer&) const = default;
};

void write_signer(ByteWriter& out, const Signer& signer);
// Errors: invalid_argument, limit_exceeded (a list above 16).
Result<Signer> read_signer(ByteReader& in);

}  // namespace nsl::neo
