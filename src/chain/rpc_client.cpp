// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc_client.h"

#include <utility>

#include "base/checked.h"
#include "base/encoding.h"
#include "chain/rpc_reply.h"
#include "neo/transaction_json.h"
#include "net/http_client.h"

namespace nsl::chain {
namespace {

constexpr std::int64_t kPicoPerFactor = 10'000;

json::Array params_of(auto... items) {
    json::Array out;
    (out.emplace_back(std::move(items)), ...);
    return out;
}

Bytes policy_script(std::string_view factor_method) {
    const neo::Hash160 policy = neo::native::policy();
    neo::ScriptBuilder script;
    script.call(policy, "getFeePerByte", {}, neo::CallFlags::read_only);
    script.call(policy, factor_method, {}, neo::CallFlags::read_only);
    script.call(policy, "getStoragePrice", {}, neo::CallFlags::read_only);
    return script.take();
}

Result<neo::FeePolicy> policy_of(const Execution& run, std::int64_t pico_per_unit) {
    if (run.vm_state != "HALT" || run.stack.size() != 3)
        return fail(Errc::internal, "the Policy contract did not answer: " + run.exception);
    neo::FeePolicy out;
    TRY(out.fee_per_byte, run.stack[0].as_i64());
    TRY(std::int64_t factor, run.stack[1].as_i64());
    TRY(out.pico_factor, checked_mul(factor, pico_per_unit));
    TRY(out.storage_price, run.stack[2].as_i64());
    if (out.fee_per_byte < 0 || out.pico_factor < 0 || out.storage_price < 0)
        return fail(Errc::internal, "the Policy contract's fees should not be negative");
    return out;
}

}  // namespace

RpcClient::RpcClient(net::HttpClient& http, std::string url, Logger log, RpcHooks hooks)
    : http_(http), url_(std::move(url)), log_(std::move(log)), hooks_(std::move(hooks)) {}

Error RpcClient::refusal(const std::string& method, const RpcFailure& failure) {
    Error error = error_of(failure);
    error.message = method + ": " + error.message;
    return error;
}

void RpcClient::heard(Status how) const {
    if (hooks_.heard) hooks_.heard(how);
}

json::Object RpcClient::numbered(const std::string& method, json::Array params, std::uint64_t id) {
    json::Object call;
    call["jsonrpc"] = "2.0";
    call["id"] = id;
    call["method"] = method;
    call["params"] = std::move(params);
    return call;
}

Task<Result<std::string>> RpcClient::post(std::string method, json::Array params,
                                          std::uint64_t id) {
    json::Object call = numbered(method, std::move(params), id);
    return post(std::move(method), json::Value(std::move(call)));
}

Task<Result<std::string>> RpcClient::post(std::string method, json::Value body) {
    if (hooks_.admit) CO_TRY_OK(co_await hooks_.admit());
    net::HttpRequest request;
    request.method = "POST";
    request.url = url_;
    request.headers["content-type"] = "application/json";
    request.body = json::write_value(body);
    // Every call may arrive twice: reading changes nothing, and a transaction is known by its hash.
    request.idempotent = true;
    Result<net::HttpResponse> response = co_await http_.send(std::move(request));
    if (!response) {
        Error error = std::move(response).error();
        log_.debug("node does not answer", {{"method", method}, {"error", error.message}});
        if (error.code == Errc::limit_exceeded) error.code = Errc::internal;
        error.message = method + ": " + error.message;
        heard(std::unexpected(error));
        co_return std::unexpected(std::move(error));
    }
    if (response->status != 200) {
        Error error{Errc::unavailable,
                    method + ": the node answered HTTP " + std::to_string(response->status)};
        heard(std::unexpected(error));
        co_return std::unexpected(std::move(error));
    }
    co_return std::move(response->body);
}

Task<Result<RpcReply>> RpcClient::exchange(std::string method, json::Array params) {
    const std::uint64_t id = next_id_++;
    CO_TRY(const std::string body, co_await post(method, std::move(params), id));
    Result<RpcReply> reply = read_reply(body, id);
    if (!reply) {
        log_.warn("node answered something else than JSON-RPC",
                  {{"method", method}, {"error", reply.error().message}});
        heard(std::unexpected(reply.error()));
        co_return fail(reply.error().code, method + ": " + reply.error().message);
    }
    co_return std::move(*reply);
}

template <class Read>
auto RpcClient::asked(std::string method, json::Array params, Read read)
    -> Task<std::invoke_result_t<Read, json::Value>> {
    using Answer = std::invoke_result_t<Read, json::Value>;
    CO_TRY(RpcReply reply, co_await exchange(method, std::move(params)));
    const auto* failure = std::get_if<RpcFailure>(&reply);
    Answer answer = failure ? Answer(std::unexpected(refusal(method, *failure)))
                            : read(std::get<json::Value>(std::move(reply)));
    heard_decoded(answer);
    co_return answer;
}

Task<Result<json::Value>> RpcClient::raw(std::string method, json::Array params) {
    return asked(std::move(method), std::move(params),
                 [](json::Value value) -> Result<json::Value> { return value; });
}

Task<Result<NodeVersion>> RpcClient::version() {
    return asked("getversion", {}, read_version);
}

Task<Result<std::uint32_t>> RpcClient::block_count() {
    return asked("getblockcount", {}, [](const json::Value& value) -> Result<std::uint32_t> {
        TRY(std::uint32_t count, read_u32(value, "getblockcount"));
        if (count == 0) return fail(Errc::internal, "getblockcount: a chain has its first block");
        return count;
    });
}

Task<Result<Block>> RpcClient::block(std::uint32_t index) {
    return asked("getblock", params_of(index, 1),
                 [index](const json::Value& value) -> Result<Block> {
                     TRY(Block block, read_block(value));
                     TRY_OK(check_index(block.index, index));
                     return block;
                 });
}

Task<Result<neo::Block>> RpcClient::full_block(std::uint32_t index) {
    const std::uint64_t id = next_id_++;
    CO_TRY(const std::string body, co_await post("getblock", params_of(index, 1), id));
    Result<neo::Block> block = decoder_.decode(body, id);
    if (block)
        if (auto right = check_index(block->header.index, index); !right)
            block = std::unexpected(std::move(right).error());
    heard_decoded(block);
    co_return block;
}

Task<Result<Execution>> RpcClient::application_log(neo::Hash256 transaction) {
    return asked("getapplicationlog", params_of(transaction.display()),
                 [transaction](const json::Value& value) {
                     return read_application_log(value, transaction);
                 });
}

Task<Result<std::uint32_t>> RpcClient::transaction_height(neo::Hash256 hash) {
    return asked("gettransactionheight", params_of(hash.display()),
                 [](const json::Value& value) { return read_u32(value, "gettransactionheight"); });
}

Task<Result<Execution>> RpcClient::invoke_script(Bytes script, std::vector<neo::Signer> signers) {
    json::Array params = params_of(base64_encode(script));
    if (!signers.empty()) {
        json::Array list;
        for (const neo::Signer& signer : signers) list.push_back(neo::signer_to_json(signer));
        params.emplace_back(std::move(list));
    }
    CO_TRY(json::Value value, co_await raw("invokescript", std::move(params)));
    co_return read_execution(value);
}

Task<Result<neo::StackItem>> RpcClient::call(neo::Hash160 contract, std::string method,
                                             std::vector<neo::Argument> args) {
    neo::ScriptBuilder script;
    script.call(contract, method, args, neo::CallFlags::read_only);
    CO_TRY(Execution run, co_await invoke_script(script.take()));
    if (run.vm_state != "HALT")
        co_return fail(Errc::conflict,
                       method + " of " + contract.display() + " faulted: " + run.exception);
    if (run.stack.size() != 1)
        co_return fail(Errc::internal, method + ": a call leaves one result, this one left " +
                                           std::to_string(run.stack.size()));
    co_return std::move(run.stack[0]);
}

Task<Result<neo::Datoshi>> RpcClient::calculate_network_fee(Bytes transaction) {
    return asked("calculatenetworkfee", params_of(base64_encode(transaction)), read_network_fee);
}

Task<Result<SendReply>> RpcClient::send(Bytes transaction) {
    CO_TRY(RpcReply reply,
           co_await exchange("sendrawtransaction", params_of(base64_encode(transaction))));
    if (auto* failure = std::get_if<RpcFailure>(&reply)) {
        heard_decoded(Result<RpcReply>(std::unexpected(error_of(*failure))));
        co_return SendReply{.outcome = outcome_of_code(failure->code),
                            .error = send_error_of_code(failure->code),
                            .code = failure->code,
                            .message = std::move(failure->message)};
    }
    Result<SendReply> taken = SendReply{};
    const auto* result = std::get<json::Value>(reply).if_object();
    const json::Value* hash = result ? result->if_contains("hash") : nullptr;
    if (!hash || !hash->is_string())
        taken = fail(Errc::internal, "sendrawtransaction: the answer should hold a hash");
    heard_decoded(taken);
    co_return taken;
}

Task<Result<neo::FeePolicy>> RpcClient::fee_policy() {
    CO_TRY(Execution now, co_await invoke_script(policy_script("getExecPicoFeeFactor")));
    if (now.vm_state == "HALT") co_return policy_of(now, 1);
    CO_TRY(Execution before_faun, co_await invoke_script(policy_script("getExecFeeFactor")));
    co_return policy_of(before_faun, kPicoPerFactor);
}

}  // namespace nsl::chain
