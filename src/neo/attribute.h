// SPDX-License-Identifier: Apache-2.0
// Transaction attributes. Source: neo-go pkg/core/transaction attribute.go.
#pragma once
#include <cstdint>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/hash.h"

namespace nsl::neo {

struct HighPriority {  // needs the committee as a signer
    static constexpr std::uint8_t kType = 0x01;
    bool operator==(const HighPriority&) const = default;
};
struct OracleResponse {
    static constexpr std::uint8_t kType = 0x11;
    std::uint64_t id = 0;
    std::uint8_t code = 0;  // 0 is success; only then may there be a result
    Bytes result;           // at most 65,535 bytes
    bool operator==(const OracleResponse&) const = default;
};
struct NotValidBefore {
    static constexpr std::uint8_t kType = 0x20;
    std::uint32_t height = 0;
    bool operator==(const NotValidBefore&) const = default;
};
struct Conflicts {  // the only one that may be repeated
    static constexpr std::uint8_t kType = 0x21;
    Hash256 hash;
    bool operator==(const Conflicts&) const = default;
};
struct NotaryAssisted {  // needs the Notary contract as a signer
    static constexpr std::uint8_t kType = 0x22;
    std::uint8_t keys = 0;
    bool operator==(const NotaryAssisted&) const = default;
};

using Attribute =
    std::variant<HighPriority, OracleResponse, NotValidBefore, Conflicts, NotaryAssisted>;

std::uint8_t attribute_type(const Attribute& attribute);  // the byte on the wire
void write_attribute(ByteWriter& out, const Attribute& attribute);
// Errors: invalid_argument (unknown types by number), limit_exceeded.
Result<Attribute> read_attribute(ByteReader& in);

}  // namespace nsl::neo
