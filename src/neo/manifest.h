// SPDX-License-Identifier: Apache-2.0
// A contract's manifest (NEP-15). Source: neo-go pkg/smartcontract/manifest.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "neo/abi.h"
#include "neo/hash.h"
#include "neo/keys.h"

namespace nsl::neo {

constexpr std::size_t kManifestBytesMax = 65'535;

// Whoever a permission or trust names: everybody ("*"), one contract, or a group's key.
struct ContractDescriptor {
    std::optional<Hash160> contract{};
    std::optional<PublicKey> group{};
    bool everybody() const { return !contract && !group; }
    bool operator==(const ContractDescriptor&) const = default;
};

struct ManifestGroup {
    PublicKey key;
    Signature signature{};  // over the contract's raw hash
    bool operator==(const ManifestGroup&) const = default;
};

struct Permission {
    ContractDescriptor contract{};
    std::optional<std::vector<std::string>> methods{};  // nothing: all ("*")
    bool operator==(const Permission&) const = default;
};

struct Manifest {
    std::string name;
    std::vector<ManifestGroup> groups;
    std::vector<std::string> supported_standards;
    Abi abi;
    std::vector<Permission> permissions;
    std::optional<std::vector<ContractDescriptor>> trusts;  // nothing: everybody ("*")
    json::Value extra;                                      // anything; null when missing

    // Errors: invalid_argument with one Fault for each problem (JSON pointers, the first 64;
    // duplicate names, methods, events, permissions and groups, unknown types and members, features
    // that are not {}; only extra may be missing), limit_exceeded (above kManifestBytesMax, or more
    // parts than the chain can store as one stack item).
    static Result<Manifest> parse(std::string_view json);
    static Result<Manifest> from_json(const json::Value& value);
    json::Value to_json() const;  // members in neo-go's order
    // Every group has signed this contract.
    bool groups_signed(const Hash160& contract) const;
    bool operator==(const Manifest&) const = default;
};

}  // namespace nsl::neo
