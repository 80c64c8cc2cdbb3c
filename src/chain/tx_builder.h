// SPDX-License-Identifier: Apache-2.0
// The steps that make a transaction of a script, for those who send.
#pragma once
#include <cstdint>

#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/ports.h"
#include "chain/rpc_client.h"

namespace nsl::chain {

// With one signer, called_by_entry, and its witness of the final size, not yet signed.
neo::Transaction unsigned_transaction(const Signer& signer, Bytes script);

// What it must pay for its size, attributes and witnesses: the larger of our formula and the node's
// answer, which are told when they differ. Errors: limit_exceeded (above `max`), the node's.
Task<Result<neo::Datoshi>> network_fee_for(RpcClient& node, neo::Transaction tx,
                                           neo::FeePolicy policy, neo::Datoshi max, Logger log);

// With the signer's witness. Errors: internal (the witness is another account's), the signer's.
Task<Result<neo::Transaction>> signed_by(Signer& signer, neo::Transaction tx,
                                         std::uint32_t network);

}  // namespace nsl::chain
