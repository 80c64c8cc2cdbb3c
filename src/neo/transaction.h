// SPDX-License-Identifier: Apache-2.0
// Transactions: binary form, hash, signing data, fees. reference: neo-go pkg/core/transaction.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/attribute.h"
#include "neo/hash.h"
#include "neo/signer.h"
#include "neo/varint.h"
#include "neo/witness.h"

namespace nsl::neo {

using Datoshi = std::int64_t;  // 1e-8 GAS

constexpr std::size_t kTransactionBytesMax = 102'400;

struct Transaction {
    std::uint32_t nonce = 0;
    Datoshi system_fee = 0;
    Datoshi network_fee = 0;
    std::uint32_t valid_until_block = 0;  // last block that may include it
    std::vector<Signer> signers;          // 1..16; the first pays
    std::vector<Attribute> attributes;    // signers and attributes together at most 16
    Bytes script;                         // 1..65,535 bytes
    std::vector<Witness> witnesses;       // as many as signers, same order

    Bytes serialize_unsigned() const;
    Bytes serialize() const;  // at most 102,400 bytes
    // Errors: invalid_argument (what and at which byte), trailing bytes and non-canonical varints
    // included. What it accepts, serialize() gives back byte for byte.
    static Result<Transaction> parse(ByteView data);
    // The same for the part that is signed, without witnesses.
    static Result<Transaction> parse_unsigned(ByteView data);
    // The rules across its parts, which parse() has checked: fees, an account that signs twice, a
    // repeated attribute, counts and sizes. Errors: invalid_argument.
    Status check() const;

    Hash256 hash() const;                          // SHA-256 of the unsigned bytes
    Bytes sign_data(std::uint32_t network) const;  // magic LE ‖ hash, 36 bytes
    bool operator==(const Transaction&) const = default;
};

// One transaction of a longer input. Errors: invalid_argument, limit_exceeded.
Result<Transaction> read_transaction(ByteReader& in);

// Prices of the Policy contract. A node answers with its own: these are the protocol's defaults.
struct FeePolicy {
    Datoshi fee_per_byte = 1000;
    std::int64_t pico_factor = 300'000;  // execution fee factor × 10,000
    Datoshi storage_price = 100'000;
    // getAttributeFee by attribute type; others cost nothing. Conflicts is charged once a signer,
    // NotaryAssisted once a key and once more.
    std::map<std::uint8_t, Datoshi> attribute_fee = {{NotaryAssisted::kType, 10'000'000}};
    bool operator==(const FeePolicy&) const = default;
};

// The witness of a signer that is a contract.
struct ContractWitness {
    Bytes invocation{};     // pushes the arguments of `verify`
    Datoshi execution = 0;  // what `verify` consumes, as a node measures it
};

// Network fee of a transaction whose witnesses are the given verification scripts, one for each
// signer in the same order, empty for those in `contracts`: size with full-length signatures,
// attributes, and execution, rounded up to whole datoshi witness by witness as nodes do (neo-go
// pkg/core/fee). Errors: invalid_argument (a script that is not a standard signature script or not
// of that signer), limit_exceeded (overflow).
Result<Datoshi> network_fee(const Transaction& tx, const std::vector<Bytes>& verification_scripts,
                            const FeePolicy& policy,
                            const std::map<Hash160, ContractWitness>& contracts = {});

// What a test run consumed and a margin for state that moves until then, rounded up. The fee is
// burned whole, also when the script faults. Errors: invalid_argument (negative), limit_exceeded
// (overflow).
Result<Datoshi> system_fee(Datoshi gas_consumed, int margin_percent);

}  // namespace nsl::neo
