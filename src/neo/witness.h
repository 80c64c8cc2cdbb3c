// SPDX-License-Identifier: Apache-2.0
// Signature witnesses checked without a node: transactions, block headers and notary requests.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "neo/hash.h"
#include "neo/keys.h"

namespace nsl::neo {

constexpr std::size_t kWitnessBytesMax = 1024;  // of each of its scripts

struct Witness {
    Bytes invocation;    // what it pushes the verification script works on
    Bytes verification;  // empty: the account is a contract, whose `verify` decides
    bool operator==(const Witness&) const = default;
};

void write_witness(ByteWriter& out, const Witness& witness);
// Errors: invalid_argument, limit_exceeded.
Result<Witness> read_witness(ByteReader& in);

// {invocation, verification}, both base64. Errors: invalid_argument, limit_exceeded.
json::Value witness_to_json(const Witness& witness);
Result<Witness> witness_from_json(const json::Value& value);

// Whether something is signed as `account` asks: the verification script is a standard signature or
// multi-signature script with that hash, and the invocation script pushes exactly its m signatures,
// in the order of its keys, over `sign_data` (SHA-256 of it is what ECDSA signs).
// Errors: unauthenticated (what does not hold), invalid_argument (a script that is not a standard
// one: only a node can tell).
Status check_witness(const Witness& witness, const Hash160& account, ByteView sign_data);

// The same for many witnesses in a row of which most have the same verification script, as block
// headers do: its keys are made ready once. One thread at a time.
class WitnessChecker {
 public:
    // Errors: as check_witness.
    Status check(const Witness& witness, const Hash160& account, ByteView sign_data);

 private:
    Status prepare(const Bytes& verification);
    bool verify(std::size_t key, ByteView sign_data, const Signature& signature);

    Bytes script_;  // whose keys these are; empty: of none
    std::size_t signatures_ = 0;
    std::vector<PublicKey> keys_;
    std::vector<std::optional<Verifier>> verifiers_;  // of the keys, when they were needed
};

// magic LE ‖ hash, 36 bytes: what signers of transactions, headers and notary requests sign.
Bytes sign_data(std::uint32_t network, const Hash256& hash);

}  // namespace nsl::neo
