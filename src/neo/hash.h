// SPDX-License-Identifier: Apache-2.0
// 160- and 256-bit hashes. Raw order in memory; display order ("0x" and reversed hex) in JSON, logs
// and URLs.
#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::neo {

template <std::size_t N>
struct Hash {
    ByteArray<N> raw{};

    // Display form with or without 0x, either case. Errors: invalid_argument.
    static Result<Hash> parse(std::string_view display);
    std::string display() const;  // 0x + lower-case hex, reversed
    bool operator==(const Hash&) const = default;
    auto operator<=>(const Hash&) const = default;
};

using Hash160 = Hash<20>;
using Hash256 = Hash<32>;

// RIPEMD-160(SHA-256(script)): the account or contract of a script.
Hash160 hash160(ByteView data);

// Base58Check(0x35 ‖ raw). Errors: invalid_argument (other version or length).
std::string to_address(const Hash160& account);
Result<Hash160> from_address(std::string_view address);

// Display hash or address.
Result<Hash160> parse_account(std::string_view text);

namespace native {  // display hashes: reference/neo.md section 8
Hash160 contract_management();
Hash160 std_lib();
Hash160 crypto_lib();
Hash160 ledger();
Hash160 neo_token();
Hash160 gas_token();
Hash160 policy();
Hash160 role_management();
Hash160 oracle();
Hash160 notary();
Hash160 treasury();
}  // namespace native

}  // namespace nsl::neo
