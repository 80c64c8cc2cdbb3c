// SPDX-License-Identifier: Apache-2.0
// Typed JSON-RPC calls to one Neo node.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/block_decoder.h"
#include "neo/script.h"
#include "neo/stack_item.h"
#include "neo/transaction.h"

namespace nsl::net {
class HttpClient;
}

namespace nsl::chain {

struct NodeVersion {
    std::string user_agent;
    std::uint32_t network = 0;  // magic
    std::uint32_t ms_per_block = 0;
    std::uint32_t max_valid_until_block_increment = 0;
    std::uint32_t validators_count = 0;
};

struct BlockHeader {
    std::uint32_t index = 0;
    neo::Hash256 hash;
    neo::Hash256 previous;
    std::int64_t time_ms = 0;
};

struct Block : BlockHeader {
    std::vector<neo::Hash256> transactions;
};

struct Notification {
    neo::Hash160 contract;
    std::string name;
    neo::StackItem state;  // an array; null when the node cannot show it, or nobody could read it
};

struct Execution {
    std::string vm_state;  // HALT or FAULT
    neo::Datoshi gas_consumed = 0;
    std::string exception;
    std::vector<neo::StackItem> stack;  // of a simulation; an application log's is not read
    std::vector<Notification> notifications;
};

// What a node answers to sendrawtransaction, by what the sender must do next.
enum class SendOutcome { accepted, already_known, retry_later, refused };
// Why it was not accepted, by NEP-23.
enum class SendError {
    none,
    unclassified,     // -500: also a network fee that does not pay for the witnesses
    on_chain,         // -501
    pool_full,        // -502
    pooled,           // -503
    network_fee,      // -504: below the price of its size
    policy,           // -505: a blocked account, a system fee above a block's
    script,           // -506
    attribute,        // -507
    signature,        // -508: also one for another network
    size,             // -509
    expired,          // -510: the last valid block is past, or too far ahead
    funds,            // -511
    verify_function,  // -512
    other             // any other code
};
const char* send_error_name(SendError error);

struct SendReply {
    SendOutcome outcome = SendOutcome::accepted;
    SendError error = SendError::none;
    int code = 0;         // JSON-RPC error code, 0 when accepted
    std::string message;  // the node's words, cut to 512 bytes
};

// The two things a node can say: a result, or an error of its own.
struct RpcFailure {
    int code = 0;
    std::string message;  // the node's message and data, cut to 512 bytes
};
using RpcReply = std::variant<json::Value, RpcFailure>;

struct RpcCall {
    std::string method;
    json::Array params;
};
constexpr std::size_t kRpcBatchMax = 100;  // calls; neo-go's maxBatchSize (pkg/neorpc/types.go)

// For whoever chooses among nodes. They outlive the client's calls; both may be empty.
struct RpcHooks {
    // Before each exchange: an error is the call's, and the node is not asked.
    std::function<Task<Status>()> admit{};
    // After each: whether it was answered, not what. An answer that is none is internal: one of
    // another shape, another block than that asked for, the node's own "internal error" (-32603).
    // Not called when the call was cancelled.
    std::function<void(const Status&)> heard{};
};

// Errors of all calls: unavailable and timeout (transport; says nothing about the chain),
// not_found (the node's "unknown …" codes), invalid_argument (the node refused the parameters),
// internal (an answer of another shape than documented, or longer than the HTTP client's limit).
// Members that are not read may be anything; those that are read are checked.
class RpcClient {
 public:
    RpcClient(net::HttpClient& http, std::string url, Logger log, RpcHooks hooks = {});

    const std::string& url() const { return url_; }
    Task<Result<NodeVersion>> version();
    Task<Result<std::uint32_t>> block_count();  // height + 1
    Task<Result<Block>> block(std::uint32_t index);
    // The same block whole. Each hash in it is that of its bytes; whether its validators signed it
    // is for neo::check_header to tell.
    Task<Result<neo::Block>> full_block(std::uint32_t index);
    // Of the Application trigger. Errors: not_found while pooled or unknown.
    Task<Result<Execution>> application_log(neo::Hash256 transaction);
    // The block that holds the transaction; not_found while pooled or unknown.
    Task<Result<std::uint32_t>> transaction_height(neo::Hash256 hash);
    // Runs without sending. vm_state may be FAULT: the caller checks.
    Task<Result<Execution>> invoke_script(Bytes script, std::vector<neo::Signer> signers = {});
    // One read-only call; its single result item. Errors: conflict when it faults (with the
    // exception).
    Task<Result<neo::StackItem>> call(neo::Hash160 contract, std::string method,
                                      std::vector<neo::Argument> args = {});
    Task<Result<neo::Datoshi>> calculate_network_fee(Bytes transaction);
    // An error here leaves open whether the node has taken it.
    Task<Result<SendReply>> send(Bytes transaction);
    // From the Policy contract. Before Faun there is no getExecPicoFeeFactor: then 10,000 times
    // getExecFeeFactor.
    Task<Result<neo::FeePolicy>> fee_policy();
    // Any other call; its `result`.
    Task<Result<json::Value>> raw(std::string method, json::Array params);

    // Several calls in one HTTP request: at most kRpcBatchMax, and the answers together at most the
    // HTTP client's limit. The results are in the order of the calls; a call that the node refuses
    // is an error in its place. Errors of the whole: as above; invalid_argument (too many calls),
    // internal (the answer is no array, or an answer is missing, there twice or to none of them),
    // and the node's own, when it takes no batches.
    Task<Result<std::vector<Result<json::Value>>>> batch(std::vector<RpcCall> calls);
    // full_block of `count` blocks from `first` on, and application_log of each, as a batch.
    Task<Result<std::vector<Result<neo::Block>>>> full_blocks(std::uint32_t first,
                                                              std::size_t count);
    Task<Result<std::vector<Result<Execution>>>> application_logs(
        std::vector<neo::Hash256> transactions);

 private:
    // The body of the HTTP answer.
    Task<Result<std::string>> post(std::string method, json::Array params, std::uint64_t id);
    Task<Result<std::string>> post(std::string method, json::Value body);
    static json::Object numbered(const std::string& method, json::Array params, std::uint64_t id);
    static Error refusal(const std::string& method, const RpcFailure& failure);
    void heard(Status how) const;
    // What the node says of a block it does not have is no fault of its answer. A call that was
    // answered is unavailable by -32603 alone.
    template <class T>
    void heard_decoded(const Result<T>& decoded) const {
        const bool useless = !decoded && (decoded.error().code == Errc::internal ||
                                          decoded.error().code == Errc::unavailable);
        heard(useless ? Status(fail(Errc::internal, decoded.error().message)) : Status());
    }
    Task<Result<std::string>> post_batch(std::vector<RpcCall> calls, std::uint64_t first_id);
    // Tells `heard` of what went wrong; of an answer that could be read, its caller does.
    Task<Result<RpcReply>> exchange(std::string method, json::Array params);
    // The result as `read` understands it; what it does not is heard of too.
    template <class Read>
    auto asked(std::string method, json::Array params, Read read)
        -> Task<std::invoke_result_t<Read, json::Value>>;

    net::HttpClient& http_;
    std::string url_;
    Logger log_;
    RpcHooks hooks_;
    std::uint64_t next_id_ = 1;
    BlockDecoder decoder_;
};

}  // namespace nsl::chain
