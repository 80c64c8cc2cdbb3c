// SPDX-License-Identifier: Apache-2.0
// The sender's memory: what one account is to get on chain, and each transaction it signed for
// that. Whatever is not in here is never sent.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "chain/rpc_client.h"
#include "neo/transaction.h"

namespace nsl::chain {

constexpr std::size_t kIntentIdMax = 200, kPurposeMax = 100, kPayloadMax = 65'536;  // bytes
constexpr std::size_t kIntentScriptMax = 65'535;
constexpr std::uint32_t kWindowsMax = 1'000;
// Conflicts that one transaction can name: signers and attributes are at most 16 together.
constexpr std::size_t kAttemptsUnderWayMax = 15;

// What somebody wants on chain, once.
struct Intent {
    // The owner's idempotency key, 1..200 bytes: the same id is the same intent for ever.
    std::string id;
    std::string purpose;  // whose it is, 1..100 bytes: "pricefeed"
    Bytes script;         // 1..65,535 bytes
    // GAS that the script takes from the account, fees not counted: kept free for it.
    neo::Datoshi spends = 0;
    // Validity windows it may use: after one ends without it, the next attempt is made, until this
    // many (1..1,000). A price that is late is not worth a second one; a payment is.
    std::uint32_t windows_max = 1;
    bool exclusive = false;  // there is at most one open intent of this purpose
    std::string payload{};   // the owner's own notes, at most 64 KiB, handed back
    bool operator==(const Intent&) const = default;
};
// The limits above. Errors: invalid_argument.
Status check_intent(const Intent& intent);

// That a transaction is on chain is what validators signed; what it did there, halted or faulted,
// is the word of the node that was asked.
enum class IntentState {
    pending,    // no transaction for it can get on chain at present
    in_flight,  // at least one can
    halted,     // one did, and did its work
    faulted,    // one did, and its script failed: the fee is gone, nothing else happened
    included,   // one did, and what it did no node tells so that it can be read
    expired,    // none did, none can, and no window is left
    refused     // it could not be built: nothing was ever signed for it
};
const char* intent_state_name(IntentState state);
bool intent_ended(IntentState state);  // all but the first two: never changes again

enum class AttemptState {
    prepared,   // signed and kept; perhaps sent
    submitted,  // a node has said that it has it
    halted,
    faulted,
    included,
    expired,  // every block that could hold it was read, and none does
    replaced  // another attempt of its intent is on chain, which rules this one out
};
const char* attempt_state_name(AttemptState state);
bool attempt_ended(AttemptState state);

// One signed transaction. Its bytes never change.
struct Attempt {
    neo::Hash256 hash;
    std::string intent;
    std::uint32_t number = 0;  // of its intent's attempts, from 1
    Bytes bytes;               // the whole signed transaction
    std::uint32_t network = 0;
    neo::Datoshi system_fee = 0;
    neo::Datoshi network_fee = 0;
    std::uint32_t valid_until_block = 0;
    std::uint32_t first_block = 0;  // no earlier block can hold it: the checkpoint's when kept, + 1
    AttemptState state = AttemptState::prepared;
    bool operator==(const Attempt&) const = default;
};

struct IntentRecord {
    Intent intent;
    IntentState state = IntentState::pending;
    std::uint32_t windows_used = 0;             // that ended without it
    std::optional<neo::Hash256> transaction{};  // the one on chain
    std::uint32_t block = 0;                    // that holds it
    std::string reason{};                       // of one that faulted, expired or was refused
    std::int64_t created_ms = 0;
    std::int64_t ended_ms = 0;
    bool operator==(const IntentRecord&) const = default;
};

struct OpenIntent {
    IntentRecord record;
    std::vector<Attempt> attempts;  // that have not ended, by number
    bool operator==(const OpenIntent&) const = default;
};

struct OpenQuery {
    std::string after{};        // ids behind this one
    std::size_t max = 500;      // 1..1,000
    bool pending_only = false;  // those without an attempt under way
    std::string purpose{};      // of this one; empty: any
};

// A transaction in a block whose fees the account paid.
struct PaidTransaction {
    neo::Hash256 hash;
    bool halted = false;
    std::string exception{};
    bool unreadable = false;  // what it did cannot be told; `exception` says why
    neo::Datoshi fees = 0;    // system and network
};

// What a block changed.
struct BlockEffect {
    std::vector<IntentRecord> ended;
    // Intents whose last possible attempt has expired and that have another window: pending again.
    std::vector<IntentRecord> pending_again;
    // Paid by the account, and not known here: somebody else uses its key.
    std::vector<PaidTransaction> foreign;
};

// Of one account. Durable: every call has committed when it returns success.
class SendJournal {
 public:
    virtual ~SendJournal() = default;
    // Adds an intent; the one that is there when its id is known. Errors: conflict (known with
    // another content; exclusive, and another of its purpose is open), invalid_argument (limits
    // above).
    virtual Task<Result<IntentRecord>> add(Intent intent) = 0;
    // Keeps a signed transaction, before it is sent. `rules_out` are those its Conflicts name. Sets
    // number and first_block. Errors: conflict (the intent has ended, or has an attempt under way
    // that is not ruled out: both could get on chain; the attempt is known), invalid_argument (not
    // valid beyond the checkpoint), unavailable (no block was applied yet), insufficient_funds
    // (what all open intents of the account may cost, the dearest attempt of each, is more than
    // `balance`), not_found.
    virtual Task<Result<Attempt>> keep(Attempt attempt, std::vector<neo::Hash256> rules_out,
                                       neo::Datoshi balance) = 0;
    // A node has it. No error when it has ended, or is not known.
    virtual Task<Status> submitted(neo::Hash256 attempt) = 0;
    // Ends an intent for which no attempt is under way: refused, or expired when a window was used.
    // Errors: conflict (one is under way, or it has ended), not_found.
    virtual Task<Result<IntentRecord>> give_up(std::string intent, std::string reason) = 0;
    // A block, and those of its transactions that the account paid: ends attempts that it holds,
    // and those that no later block may hold, and moves the checkpoint. Errors: conflict (the block
    // is not the one after the checkpoint; the first may be any).
    virtual Task<Result<BlockEffect>> apply(BlockHeader block,
                                            std::vector<PaidTransaction> paid) = 0;
    virtual Task<Result<std::optional<BlockHeader>>> checkpoint() = 0;
    // How many transactions the account has paid that were not known here.
    virtual Task<Result<std::uint64_t>> foreign_spends() = 0;
    // Open intents by id.
    virtual Task<Result<std::vector<OpenIntent>>> open(OpenQuery query) = 0;
    // Errors: not_found.
    virtual Task<Result<OpenIntent>> find(std::string intent) = 0;
};

}  // namespace nsl::chain
