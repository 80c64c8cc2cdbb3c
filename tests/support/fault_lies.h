// SPDX-License-Identifier: Apache-2.0
// A node's answers with something untrue in them. Pure.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "base/json.h"
#include "fault_plan.h"
#include "neo/block.h"

namespace nsl::testing_support {

inline constexpr std::size_t kExchangeBytesMax = 64 * 1024 * 1024;

inline json::Value parse_exchange(std::string_view text) {
    auto value = json::parse_value(text, {.bytes_max = kExchangeBytesMax});
    return value ? *std::move(value) : json::Value();
}

// The calls of a request, one or a batch; none when it is no JSON-RPC.
inline std::vector<json::Object> calls_of(std::string_view request) {
    const json::Value value = parse_exchange(request);
    std::vector<json::Object> out;
    if (const auto* one = value.if_object()) out.push_back(*one);
    if (const auto* all = value.if_array())
        for (const json::Value& call : *all)
            if (const auto* object = call.if_object()) out.push_back(*object);
    std::erase_if(out, [](const json::Object& call) {
        const auto* method = call.if_contains("method");
        return method == nullptr || !method->is_string() || !call.contains("id");
    });
    return out;
}
inline std::string method_of(const json::Object& call) {
    return std::string(call.at("method").get_string());
}
inline std::vector<std::string> methods_of(const std::vector<json::Object>& calls) {
    std::vector<std::string> out;
    for (const json::Object& call : calls) out.push_back(method_of(call));
    return out;
}

inline json::Object refusal_of(const json::Value& id, int code) {
    return {{"jsonrpc", "2.0"},
            {"id", id},
            {"error", json::Object{{"code", code}, {"message", "as the test wants it"}}}};
}
// The same error to each call.
inline std::string refusal_of_all(const std::vector<json::Object>& calls, int code, bool batch) {
    if (!batch)
        return json::write_value(refusal_of(calls.empty() ? nullptr : calls[0].at("id"), code));
    json::Array all;
    for (const json::Object& call : calls) all.push_back(refusal_of(call.at("id"), code));
    return json::write_value(all);
}

// Changes a result of getblockheader [x, 1]; false when it is none.
inline bool bend_header(json::Value& result) {
    auto header = neo::BlockHeader::from_json(result);
    if (!header) return false;
    header->nonce ^= 1;
    result = header->to_json();
    return true;
}
// Changes a result of getblock [x, 1]; false when it is none, or has nothing to take away.
inline bool bend_block(NodeFault fault, json::Value& result) {
    auto block = neo::Block::from_json(result);
    if (!block) return false;
    if (fault == NodeFault::block_of_another_header) {
        block->header.nonce ^= 1;
    } else {
        if (block->transactions.empty()) return false;
        block->transactions.pop_back();
        std::vector<neo::Hash256> hashes;
        for (const neo::Transaction& tx : block->transactions) hashes.push_back(tx.hash());
        block->header.merkle_root = neo::merkle_root(hashes);
    }
    json::Object bent = block->to_json().as_object();
    for (const char* kept : {"confirmations", "nextblockhash"})
        if (const auto* value = result.as_object().if_contains(kept)) bent[kept] = *value;
    result = std::move(bent);
    return true;
}

// Makes the answer to one call untrue; false when this lie does not fit it.
inline bool bend_one(NodeFault fault, const std::string& method, json::Object& reply,
                     std::uint32_t stale_by) {
    json::Value* result = reply.if_contains("result");
    if (result == nullptr) return false;
    const auto refuse = [&](int code) {
        reply = refusal_of(json::Value(reply.at("id")), code);
        return true;
    };
    switch (fault) {
        case NodeFault::stale_height:
            if (method == "getblockcount") {
                *result = std::max<std::int64_t>(1, result->to_number<std::int64_t>() - stale_by);
                return true;
            }
            if ((method == "getblock" || method == "getblockheader") && result->is_object())
                if (const auto* depth = result->get_object().if_contains("confirmations");
                    depth != nullptr && depth->to_number<std::int64_t>() <= stale_by)
                    return refuse(-109);
            return false;
        case NodeFault::transaction_unknown:
            if (method == "getapplicationlog") return refuse(-105);
            if (method == "gettransactionheight" || method == "getrawtransaction")
                return refuse(-103);
            return false;
        case NodeFault::block_without_transaction:
            return method == "getblock" && bend_block(fault, *result);
        case NodeFault::block_of_another_header:
            return (method == "getblock" && bend_block(fault, *result)) ||
                   (method == "getblockheader" && bend_header(*result));
        default:
            return false;
    }
}

// The same for a whole answer, of a batch to every call that the lie fits; false when to none.
inline bool bend(NodeFault fault, const std::vector<json::Object>& calls, std::string& answer,
                 std::uint32_t stale_by) {
    json::Value value = parse_exchange(answer);
    bool bent = false;
    const auto bend_reply = [&](json::Value& reply) {
        if (!reply.is_object() || !reply.get_object().contains("id")) return;
        for (const json::Object& call : calls)
            if (call.at("id") == reply.get_object().at("id"))
                bent |= bend_one(fault, method_of(call), reply.get_object(), stale_by);
    };
    if (auto* all = value.if_array())
        for (json::Value& reply : *all) bend_reply(reply);
    else
        bend_reply(value);
    if (bent) answer = json::write_value(value);
    return bent;
}

}  // namespace nsl::testing_support
