// SPDX-License-Identifier: Apache-2.0
// Blocks and their headers. Source: neo-go pkg/core/block.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "neo/hash.h"
#include "neo/transaction.h"
#include "neo/witness.h"

namespace nsl::neo {

constexpr std::size_t kBlockTransactionsMax = 65'535;

struct BlockHeader {
    std::uint32_t version = 0;  // the only one there is
    Hash256 previous{};
    Hash256 merkle_root{};
    std::uint64_t time_ms = 0;
    std::uint64_t nonce = 0;
    std::uint32_t index = 0;
    std::uint8_t primary = 0;  // which validator proposed it
    Hash160 next_consensus{};  // account that must have signed the next header
    Witness witness{};

    Hash256 hash() const;  // SHA-256 of the 109 bytes before the witness
    Bytes serialize_unsigned() const;
    Bytes serialize() const;
    // Errors: invalid_argument (another version than 0, trailing bytes), limit_exceeded.
    static Result<BlockHeader> parse(ByteView data);
    // getblockheader [x, 1], and the header part of getblock [x, 1]. The hash shown must be the
    // computed one. Errors: invalid_argument, limit_exceeded.
    static Result<BlockHeader> from_json(const json::Value& value);
    json::Value to_json() const;  // without size, confirmations and nextblockhash
    bool operator==(const BlockHeader&) const = default;
};

struct Block {
    BlockHeader header;
    std::vector<Transaction> transactions;  // at most kBlockTransactionsMax

    Bytes serialize() const;
    // Errors: as the header's; also invalid_argument when the merkle root is not the transactions',
    // or one is there twice.
    static Result<Block> parse(ByteView data);
    // getblock [x, 1]. The size, where given, must be the computed one. Errors: as parse().
    static Result<Block> from_json(const json::Value& value);
    json::Value to_json() const;  // of the header, and tx; without size as in neo-go's events
    // The merkle root is that of the transactions, none of which comes twice. Errors:
    // invalid_argument.
    Status check() const;
    bool operator==(const Block&) const = default;
};

// Of one hash the hash itself, of none all zeros; an odd level repeats its last. Source: neo-go
// pkg/crypto/hash merkle_tree.go.
Hash256 merkle_root(std::span<const Hash256> hashes);

// A header of the chain that `previous` belongs to: linked by hash, the next index, later in time,
// and signed by the account `previous` names. The primary is not checked: how many validators there
// are is not known here. Errors: unauthenticated (the witness), invalid_argument (the rest, saying
// which).
Status check_header(const BlockHeader& header, const BlockHeader& previous, std::uint32_t network);
// Its two halves. The first: all but the signatures. Errors: invalid_argument.
Status check_link(const BlockHeader& header, const BlockHeader& previous);
// The second: signed by `account`, with what `checker` keeps of the headers before. Errors:
// unauthenticated.
Status check_signers(const BlockHeader& header, const Hash160& account, std::uint32_t network,
                     WitnessChecker& checker);

}  // namespace nsl::neo
