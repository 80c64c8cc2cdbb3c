// SPDX-License-Identifier: Apache-2.0
// Compiled contracts (NEP-16) and the hash they are deployed under.
// Source: neo-go pkg/smartcontract/nef.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "neo/hash.h"

namespace nsl::neo {

constexpr std::uint32_t kNefMagic = 0x3346454e;  // "NEF3"
constexpr std::size_t kNefBytesMax = 131'070;    // of a whole file: the VM's longest item
constexpr std::size_t kNefTokensMax = 128;

// A call to another contract that the compiler resolved.
struct MethodToken {
    Hash160 contract;
    std::string method;  // at most 32 bytes, not starting with '_'
    std::uint16_t parameters = 0;
    bool has_return = false;
    std::uint8_t call_flags = 0;  // bits of CallFlags
    bool operator==(const MethodToken&) const = default;
};

struct Nef {
    std::string compiler;             // at most 64 bytes, UTF-8 without NUL
    std::string source;               // URL, at most 256 bytes
    std::vector<MethodToken> tokens;  // at most kNefTokensMax
    Bytes script;                     // not empty

    // The limits above, UTF-8, and known call flags. Errors: invalid_argument, limit_exceeded.
    Status check() const;

    // Errors: invalid_argument (magic, reserved bytes, checksum, trailing bytes: what and where),
    // limit_exceeded. What it accepts, serialize() gives back byte for byte.
    static Result<Nef> parse(ByteView file);
    // Of a NEF that passes check().
    Bytes serialize() const;
    std::uint32_t checksum() const;  // first four bytes, little-endian, of SHA-256² of the rest

    // As getcontractstate shows it: {magic, compiler, source, tokens, script, checksum}.
    // Errors: invalid_argument, the checksum included.
    static Result<Nef> from_json(const json::Value& value);
    json::Value to_json() const;
    bool operator==(const Nef&) const = default;
};

// Hash160(ABORT ‖ push(sender) ‖ push(NEF checksum) ‖ push(name)). Updates do not change it.
Hash160 contract_hash(const Hash160& sender, std::uint32_t nef_checksum, std::string_view name);

}  // namespace nsl::neo
