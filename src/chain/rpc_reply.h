// SPDX-License-Identifier: Apache-2.0
// What a node's answers mean. Pure.
//
// Error codes: NEP-23; shapes: neo-go pkg/neorpc/result, neo-node RpcServer. All readers fail with
// internal when a member they need is missing or of another kind; other members are not looked at.
// What a stranger's transaction left behind never makes its log unreadable: a notification's state
// that is no stack item reads as null, such a stack as empty.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "chain/rpc_client.h"
#include "neo/transaction.h"

namespace nsl::chain {

// Our error for a JSON-RPC error code of any call but sendrawtransaction: -101..-109 and -606
// (unknown block, contract, transaction, …, old state) are not_found; -32603 (the node's own
// trouble), -32601 and -600 (it does not offer this call, or not to us) unavailable: they say
// nothing about what was asked for. Everything else is invalid_argument.
Errc errc_of_code(int code);
Error error_of(const RpcFailure& failure);

// For sendrawtransaction: -501 (on chain) and -503 (in the pool) are already_known, -502 (pool
// full) and -511 (funds) retry_later, everything else refused. -500 is refused too: it covers
// conflicts and verification faults that no resending cures, and nothing in it tells which.
SendOutcome outcome_of_code(int code);
SendError send_error_of_code(int code);

// One JSON-RPC 2.0 answer to the request with this id.
Result<RpcReply> read_reply(std::string_view body, std::uint64_t id);
// The answer to a batch of `count` (at least 1) requests with ids from `first_id` on; in the order
// of the requests, whatever the order of the answers. Errors: of errc_of_code when the node answers
// the whole with one error; internal when it is no array, or an id is missing, there twice, or none
// of those asked for.
Result<std::vector<RpcReply>> read_batch(std::string_view body, std::uint64_t first_id,
                                         std::size_t count);

Result<std::uint32_t> read_u32(const json::Value& value, std::string_view what);
// A decimal string of datoshi, not negative.
Result<neo::Datoshi> read_datoshi(const json::Value& value, std::string_view what);
Result<NodeVersion> read_version(const json::Value& value);
Result<Block> read_block(const json::Value& value);
// The result of invokescript and invokefunction.
Result<Execution> read_execution(const json::Value& value);
// The Application execution of this transaction's log.
Result<Execution> read_application_log(const json::Value& value, const neo::Hash256& transaction);
Result<neo::Datoshi> read_network_fee(const json::Value& value);

}  // namespace nsl::chain
