// SPDX-License-Identifier: Apache-2.0
// One transaction at a time, exactly once across crashes, for a program that keeps no database and
// follows no chain: a command. Services use sender.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/ports.h"
#include "chain/rpc_client.h"

namespace nsl::chain {

struct SendLimits {
    neo::Datoshi system_fee_max = 20'0000'0000;  // of one transaction
    neo::Datoshi network_fee_max = 1'0000'0000;
    std::uint32_t valid_for_blocks = 30;  // validity window after the present height
    int system_fee_margin_percent = 10;   // the state may move between simulation and block
    milliseconds poll_every{200};
};

struct SendRequest {
    Bytes script;
    std::string purpose;  // one unresolved attempt per purpose
    std::string payload;  // kept with the attempt, handed back with the outcome
};

// How an attempt ended. `expired` is said only after every block up to the validity limit was seen
// without the transaction: "the node does not know it" is never evidence.
struct SendResult {
    neo::Hash256 hash;
    TxState state;  // halted, faulted or expired
    std::uint32_t block = 0;
    std::string exception;
    std::string payload;
};

class SingleSender {
 public:
    SingleSender(RpcClient& rpc, TxJournal& journal, Signer& signer, Clock& clock, Random& random,
                 Logger log, SendLimits limits = {});

    // Simulates, computes fees, signs, writes hash and bytes to the journal, submits. Returns as
    // soon as a node has taken it. Errors: invalid_argument (empty purpose, script outside
    // 1..65,535 bytes), conflict (simulation faulted, with the exception; the purpose has an
    // unresolved attempt; the node refused the bytes), limit_exceeded (fee caps), unavailable and
    // timeout; those of the signer and the journal. After an error unresolved() tells whether the
    // attempt was journaled: then wait() sends it, and it alone says how it ended, a refused one
    // included.
    Task<Result<neo::Hash256>> submit(SendRequest request);

    // The attempt left by a former life, if any.
    Task<Result<std::optional<TxRecord>>> unresolved(std::string purpose);

    // Resends identical bytes and watches until the attempt ends. Transport errors and refusals are
    // waited out with a bounded pause; returns an error only when the journal fails or knows no
    // such hash (not_found).
    Task<Result<SendResult>> wait(neo::Hash256 hash);

 private:
    struct Watch;
    struct Sighting;
    Task<Result<TxRecord>> prepare(SendRequest request);
    Task<Result<Sighting>> look(const TxRecord& record, Watch& watch);
    Task<Result<Sighting>> included(const TxRecord& record, Watch& watch, std::uint32_t block);
    Task<Status> check_network(const TxRecord& record, Watch& watch);
    Task<Status> resend(TxRecord& record, Watch& watch);
    Task<Result<SendResult>> finish(TxRecord record, TxState state, std::uint32_t block,
                                    std::string exception);

    RpcClient& rpc_;
    TxJournal& journal_;
    Signer& signer_;
    Clock& clock_;
    Random& random_;
    Logger log_;
    SendLimits limits_;
};

}  // namespace nsl::chain
