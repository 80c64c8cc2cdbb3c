// SPDX-License-Identifier: Apache-2.0
// The calls of RpcClient that are several in one HTTP request.
#include <limits>
#include <utility>

#include "chain/rpc_client.h"
#include "chain/rpc_reply.h"

namespace nsl::chain {
namespace {

constexpr const char* kName = "batch";

Status check_count(std::size_t calls) {
    if (calls <= kRpcBatchMax) return {};
    return fail(Errc::invalid_argument, "a batch has at most " + std::to_string(kRpcBatchMax) +
                                            " calls, not " + std::to_string(calls));
}

// The trouble of a node that could not answer some of it.
template <class T>
Status useful(const std::vector<Result<T>>& answers) {
    for (const Result<T>& answer : answers)
        if (!answer && answer.error().code == Errc::unavailable)
            return std::unexpected(answer.error());
    return {};
}

}  // namespace

Task<Result<std::string>> RpcClient::post_batch(std::vector<RpcCall> calls,
                                                std::uint64_t first_id) {
    json::Array body;
    for (RpcCall& call : calls)
        body.emplace_back(numbered(call.method, std::move(call.params), first_id + body.size()));
    return post(kName, json::Value(std::move(body)));
}

Task<Result<std::vector<Result<json::Value>>>> RpcClient::batch(std::vector<RpcCall> calls) {
    CO_TRY_OK(check_count(calls.size()));
    std::vector<Result<json::Value>> out;
    // An empty array is no request (JSON-RPC 2.0 section 6).
    if (calls.empty()) co_return out;
    const std::uint64_t first_id = std::exchange(next_id_, next_id_ + calls.size());
    CO_TRY(const std::string body, co_await post_batch(calls, first_id));
    auto replies = read_batch(body, first_id, calls.size());
    if (!replies) {
        heard_decoded(replies);
        log_.warn("node answered a batch with something else",
                  {{"error", replies.error().message}});
        co_return fail(replies.error().code, kName + (": " + replies.error().message));
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
        RpcReply& reply = (*replies)[i];
        if (const auto* failure = std::get_if<RpcFailure>(&reply))
            out.push_back(std::unexpected(refusal(calls[i].method, *failure)));
        else
            out.push_back(std::get<json::Value>(std::move(reply)));
    }
    heard_decoded(useful(out));
    co_return out;
}

Task<Result<std::vector<Result<neo::Block>>>> RpcClient::full_blocks(std::uint32_t first,
                                                                     std::size_t count) {
    CO_TRY_OK(check_count(count));
    if (count > std::numeric_limits<std::uint32_t>::max() - first)
        co_return fail(Errc::invalid_argument, "there are no blocks so high");
    std::vector<Result<neo::Block>> none;
    if (count == 0) co_return none;
    std::vector<RpcCall> calls;
    calls.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        calls.push_back({"getblock", {first + static_cast<std::uint32_t>(i), 1}});
    const std::uint64_t first_id = std::exchange(next_id_, next_id_ + count);
    CO_TRY(const std::string body, co_await post_batch(std::move(calls), first_id));
    auto blocks = decoder_.decode_batch(body, first_id, count);
    for (std::size_t i = 0; blocks && i < count; ++i) {
        if (!(*blocks)[i]) continue;
        const Status right =
            check_index((*blocks)[i]->header.index, first + static_cast<std::uint32_t>(i));
        if (!right) blocks = std::unexpected(right.error());
    }
    if (blocks)
        heard_decoded(useful(*blocks));
    else
        heard_decoded(blocks);
    co_return blocks;
}

Task<Result<std::vector<Result<Execution>>>> RpcClient::application_logs(
    std::vector<neo::Hash256> transactions) {
    std::vector<RpcCall> calls;
    calls.reserve(transactions.size());
    for (const neo::Hash256& hash : transactions)
        calls.push_back({"getapplicationlog", {hash.display()}});
    CO_TRY(auto values, co_await batch(std::move(calls)));
    std::vector<Result<Execution>> out;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i])
            out.push_back(read_application_log(*values[i], transactions[i]));
        else
            out.push_back(std::unexpected(std::move(values[i]).error()));
    }
    co_return out;
}

}  // namespace nsl::chain
