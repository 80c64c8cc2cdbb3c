// SPDX-License-Identifier: Apache-2.0
// What the sender and the follower need from the world, in their own words.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "neo/transaction.h"

namespace nsl::chain {

enum class TxState { prepared, submitted, halted, faulted, expired };
const char* tx_state_name(TxState state);

// One attempt to get something on chain. `hash` and `bytes` are written before the first send and
// never change.
struct TxRecord {
    neo::Hash256 hash;
    Bytes bytes;  // the whole signed transaction
    std::uint32_t valid_until_block = 0;
    std::string purpose;  // the owner's key: "pricefeed"
    std::string payload;  // the owner's own notes, opaque here (JSON)
    TxState state = TxState::prepared;
    std::uint32_t block = 0;  // when halted or faulted
    std::string exception{};  // when faulted
    std::int64_t created_ms = 0;
    std::uint32_t network = 0;      // magic it was signed for
    std::uint32_t first_block = 0;  // the chain's height when it was signed, plus one; 0: unknown
};

// Halted, faulted and expired attempts never change again.
bool tx_ended(TxState state);

// Durable. Every call commits before it returns.
class TxJournal {
 public:
    virtual ~TxJournal() = default;
    // Errors: conflict when the purpose has an unresolved attempt (prepared or submitted): one in
    // flight per purpose; conflict when the hash is known.
    virtual Task<Status> add(TxRecord record) = 0;
    // Errors: not_found; conflict when the attempt has ended.
    virtual Task<Status> update(neo::Hash256 hash, TxState state, std::uint32_t block,
                                std::string exception) = 0;
    virtual Task<Result<std::optional<TxRecord>>> unresolved(std::string purpose) = 0;
    virtual Task<Result<std::optional<TxRecord>>> find(neo::Hash256 hash) = 0;
};

// Signs transactions for one account. A wallet's key now, the enclave later.
class Signer {
 public:
    virtual ~Signer() = default;
    virtual neo::Hash160 account() const = 0;
    virtual Bytes verification_script() const = 0;
    virtual Task<Result<neo::Witness>> sign(neo::Transaction tx, std::uint32_t network) = 0;
};

}  // namespace nsl::chain
