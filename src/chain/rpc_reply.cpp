// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc_reply.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "base/checked.h"
#include "base/utf8.h"

namespace nsl::chain {
namespace {

constexpr std::size_t kMessageMax = 512;
constexpr std::string_view kSimulated = "state";
constexpr std::string_view kLogged = "vmstate";
// As deep as a contract may make a result: an answer refused here would hide from us what anybody
// could have put into a transaction.
constexpr json::Limits kReplyLimits{.bytes_max = std::size_t{8} << 20,
                                    .depth_max = neo::kStackItemJsonDepth};

std::unexpected<Error> odd(std::string_view what, std::string_view expected) {
    return fail(Errc::internal,
                "the node's answer: " + std::string(what) + " should be " + std::string(expected));
}

Result<const json::Object*> object(const json::Value& value, std::string_view what) {
    const json::Object* found = value.if_object();
    if (!found) return odd(what, "an object");
    return found;
}

Result<const json::Array*> array(const json::Value* value, std::string_view what) {
    const json::Array* found = value ? value->if_array() : nullptr;
    if (!found) return odd(what, "an array");
    return found;
}

Result<std::string_view> text(const json::Object& in, std::string_view name) {
    const json::Value* value = in.if_contains(name);
    const auto* found = value ? value->if_string() : nullptr;
    if (!found) return odd(name, "a string");
    return std::string_view(*found);
}

Result<std::int64_t> integer(const json::Value& value, std::string_view what) {
    if (const auto* number = value.if_int64()) return *number;
    if (const auto* number = value.if_uint64()) return checked_cast<std::int64_t>(*number);
    return odd(what, "an integer");
}

Result<std::uint32_t> u32_of(const json::Object& in, std::string_view name) {
    const json::Value* value = in.if_contains(name);
    if (!value) return odd(name, "present");
    return read_u32(*value, name);
}

template <class Hash>
Result<Hash> hash_of(std::string_view display, std::string_view what) {
    Result<Hash> hash = Hash::parse(display);
    if (!hash) return odd(what, "a hash");
    return hash;
}

template <class Hash>
Result<Hash> hash_member(const json::Object& in, std::string_view name) {
    TRY(std::string_view display, text(in, name));
    return hash_of<Hash>(display, name);
}

// Words of a node, or of a contract through it: cut, and text that any database and log takes. A
// contract may abort with a NUL in its message, which is valid UTF-8 and no database's text.
std::string shorten(std::string message) {
    std::string out = utf8_clean(utf8_cut(message, kMessageMax));
    std::ranges::replace(out, '\0', ' ');
    return out;
}

Result<RpcFailure> read_failure(const json::Value& value) {
    TRY(const json::Object* error, object(value, "error"));
    const json::Value* code = error->if_contains("code");
    if (!code) return odd("error code", "present");
    TRY(std::int64_t number, integer(*code, "error code"));
    TRY(std::string_view message, text(*error, "message"));
    std::string words(message);
    if (const json::Value* data = error->if_contains("data"); data && data->is_string())
        words += ": " + std::string(data->get_string());
    Result<int> small = checked_cast<int>(number);
    if (!small) return odd("error code", "a small integer");
    return RpcFailure{.code = *small, .message = shorten(std::move(words))};
}

Result<std::vector<Notification>> read_notifications(const json::Object& in) {
    std::vector<Notification> out;
    const json::Value* list = in.if_contains("notifications");
    // neo-node leaves the list out of a faulted execution.
    if (!list || list->is_null()) return out;
    TRY(const json::Array* items, array(list, "notifications"));
    out.reserve(items->size());
    for (const json::Value& item : *items) {
        TRY(const json::Object* one, object(item, "notification"));
        Notification note;
        TRY(note.contract, hash_member<neo::Hash160>(*one, "contract"));
        TRY(std::string_view name, text(*one, "eventname"));
        note.name = std::string(name);
        const json::Value* state = one->if_contains("state");
        if (!state) return odd("notification state", "present");
        // The node may say "error: …" instead. It is one event of many, and anybody's: the others
        // must be read.
        note.state = neo::StackItem::from_json(*state).value_or(neo::StackItem::null());
        out.push_back(std::move(note));
    }
    return out;
}

Result<std::vector<neo::StackItem>> read_stack(const json::Array& list) {
    // The VM's own bound.
    if (list.size() > neo::kStackItemsMax)
        return odd("stack", "of at most " + std::to_string(neo::kStackItemsMax) + " items");
    std::vector<neo::StackItem> out;
    out.reserve(list.size());
    for (const json::Value& value : list) {
        auto item = neo::StackItem::from_json(value);
        if (!item) return odd("stack", "of stack items (" + item.error().message + ")");
        out.push_back(*std::move(item));
    }
    return out;
}

// `state_name`: kSimulated or kLogged. Whoever simulates has chosen the script and wants to know
// what is wrong with its results; a log's stack is whatever its sender left there, megabytes of it,
// and nobody's concern.
Result<Execution> read_run(const json::Value& value, std::string_view state_name) {
    TRY(const json::Object* run, object(value, "execution"));
    Execution out;
    TRY(std::string_view state, text(*run, state_name));
    // neo-node writes flags: "HALT, BREAK" has been seen in old versions; a run ends one way.
    if (state != "HALT" && state != "FAULT") return odd(state_name, "HALT or FAULT");
    out.vm_state = std::string(state);
    const json::Value* gas = run->if_contains("gasconsumed");
    if (!gas) return odd("gasconsumed", "present");
    TRY(out.gas_consumed, read_datoshi(*gas, "gasconsumed"));
    if (const json::Value* words = run->if_contains("exception"); words && words->is_string())
        out.exception = shorten(std::string(words->get_string()));
    // neo-node gives a text instead of a stack it cannot show, neo-go one instead of an item.
    const json::Value* stack = state_name == kSimulated ? run->if_contains("stack") : nullptr;
    if (stack && stack->is_array()) {
        TRY(out.stack, read_stack(stack->get_array()));
    }
    TRY(out.notifications, read_notifications(*run));
    return out;
}

Result<json::Value> parse_body(std::string_view body) {
    Result<json::Value> parsed = json::parse_value(body, kReplyLimits);
    if (!parsed) return odd("the body", "JSON (" + parsed.error().message + ")");
    return parsed;
}

struct Answer {
    std::optional<std::uint64_t> id;  // none: an error found before it was read
    RpcReply reply;
};

// Takes the result out of `value`.
Result<Answer> read_answer(json::Value& value) {
    TRY(const json::Object* reply, object(value, "the answer"));
    const json::Value* error = reply->if_contains("error");
    const bool failed = error && !error->is_null();
    const json::Value* got = reply->if_contains("id");
    Answer out;
    // An error found before the id was read carries a null one (JSON-RPC 2.0 section 5).
    const bool unread = failed && (!got || got->is_null());
    if (!unread) {
        if (!got) return odd("id", "present");
        TRY(std::int64_t number, integer(*got, "id"));
        if (number < 0) return odd("id", "not negative");
        out.id = static_cast<std::uint64_t>(number);
    }
    if (failed) {
        TRY(RpcFailure failure, read_failure(*error));
        out.reply = std::move(failure);
        return out;
    }
    json::Value* result = value.get_object().if_contains("result");
    if (!result) return odd("result", "present");
    out.reply.emplace<json::Value>(std::move(*result));
    return out;
}

}  // namespace

Error error_of(const RpcFailure& failure) {
    return {errc_of_code(failure.code),
            failure.message + " (" + std::to_string(failure.code) + ")"};
}

Errc errc_of_code(int code) {
    if ((code >= -109 && code <= -101) || code == -606) return Errc::not_found;
    if (code == -32603 || code == -32601 || code == -600) return Errc::unavailable;
    return Errc::invalid_argument;
}

SendOutcome outcome_of_code(int code) {
    switch (code) {
        case -501:
        case -503:
            return SendOutcome::already_known;
        case -502:
        case -511:
            return SendOutcome::retry_later;
        default:
            return SendOutcome::refused;
    }
}

SendError send_error_of_code(int code) {
    using enum SendError;
    switch (code) {
        case 0:
            return none;
        case -500:
            return unclassified;
        case -501:
            return on_chain;
        case -502:
            return pool_full;
        case -503:
            return pooled;
        case -504:
            return network_fee;
        case -505:
            return policy;
        case -506:
            return script;
        case -507:
            return attribute;
        case -508:
            return signature;
        case -509:
            return size;
        case -510:
            return expired;
        case -511:
            return funds;
        case -512:
            return verify_function;
        default:
            return other;
    }
}

const char* send_error_name(SendError error) {
    using enum SendError;
    switch (error) {
        case none:
            return "none";
        case unclassified:
            return "unclassified";
        case on_chain:
            return "on_chain";
        case pool_full:
            return "pool_full";
        case pooled:
            return "pooled";
        case network_fee:
            return "network_fee";
        case policy:
            return "policy";
        case script:
            return "script";
        case attribute:
            return "attribute";
        case signature:
            return "signature";
        case size:
            return "size";
        case expired:
            return "expired";
        case funds:
            return "funds";
        case verify_function:
            return "verify_function";
        case other:
            return "other";
    }
    return "other";
}

Result<RpcReply> read_reply(std::string_view body, std::uint64_t id) {
    TRY(json::Value parsed, parse_body(body));
    TRY(Answer answer, read_answer(parsed));
    if (answer.id.value_or(id) != id) return odd("id", std::to_string(id));
    return std::move(answer.reply);
}

Result<std::vector<RpcReply>> read_batch(std::string_view body, std::uint64_t first_id,
                                         std::size_t count) {
    TRY(json::Value parsed, parse_body(body));
    json::Array* list = parsed.if_array();
    if (!list) {
        const Result<Answer> whole = read_answer(parsed);
        const auto* failure = whole ? std::get_if<RpcFailure>(&whole->reply) : nullptr;
        if (!failure) return odd("the body", "an array, as the batch was");
        Error error = error_of(*failure);
        error.message = "the node refuses the batch: " + error.message;
        return std::unexpected(std::move(error));
    }
    std::vector<std::optional<RpcReply>> found(count);
    for (json::Value& item : *list) {
        TRY(Answer answer, read_answer(item));
        // Also of an answer without an id.
        const std::uint64_t id = answer.id.value_or(first_id + count);
        if (id < first_id || id - first_id >= count) return odd("id", "one that was asked for");
        if (found[id - first_id]) return odd("id " + std::to_string(id), "there once");
        found[id - first_id] = std::move(answer.reply);
    }
    std::vector<RpcReply> out;
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!found[i]) return odd("id " + std::to_string(first_id + i), "there");
        out.push_back(*std::move(found[i]));
    }
    return out;
}

Status check_index(std::uint32_t got, std::uint32_t asked) {
    if (got == asked) return {};
    return fail(Errc::internal, "getblock: asked for block " + std::to_string(asked) + ", got " +
                                    std::to_string(got));
}

Result<std::uint32_t> read_u32(const json::Value& value, std::string_view what) {
    TRY(std::int64_t number, integer(value, what));
    if (number < 0 || number > std::numeric_limits<std::uint32_t>::max())
        return odd(what, "an unsigned 32-bit integer");
    return static_cast<std::uint32_t>(number);
}

Result<neo::Datoshi> read_datoshi(const json::Value& value, std::string_view what) {
    const auto* found = value.if_string();
    if (!found || found->empty()) return odd(what, "a decimal string");
    neo::Datoshi amount = 0;
    const char* end = found->data() + found->size();
    const auto [at, fault] = std::from_chars(found->data(), end, amount);
    if (fault != std::errc{} || at != end || amount < 0) return odd(what, "a decimal string");
    return amount;
}

Result<NodeVersion> read_version(const json::Value& value) {
    TRY(const json::Object* top, object(value, "getversion"));
    const json::Value* member = top->if_contains("protocol");
    if (!member) return odd("protocol", "present");
    TRY(const json::Object* protocol, object(*member, "protocol"));
    NodeVersion out;
    TRY(std::string_view agent, text(*top, "useragent"));
    out.user_agent = shorten(std::string(agent));
    TRY(out.network, u32_of(*protocol, "network"));
    TRY(out.ms_per_block, u32_of(*protocol, "msperblock"));
    TRY(out.max_valid_until_block_increment, u32_of(*protocol, "maxvaliduntilblockincrement"));
    TRY(out.validators_count, u32_of(*protocol, "validatorscount"));
    return out;
}

Result<Block> read_block(const json::Value& value) {
    TRY(const json::Object* block, object(value, "block"));
    Block out;
    TRY(out.index, u32_of(*block, "index"));
    TRY(out.hash, hash_member<neo::Hash256>(*block, "hash"));
    TRY(out.previous, hash_member<neo::Hash256>(*block, "previousblockhash"));
    const json::Value* time = block->if_contains("time");
    if (!time) return odd("time", "present");
    TRY(out.time_ms, integer(*time, "time"));
    TRY(const json::Array* transactions, array(block->if_contains("tx"), "tx"));
    out.transactions.reserve(transactions->size());
    for (const json::Value& item : *transactions) {
        TRY(const json::Object* tx, object(item, "transaction"));
        TRY(neo::Hash256 hash, hash_member<neo::Hash256>(*tx, "hash"));
        out.transactions.push_back(hash);
    }
    return out;
}

Result<Execution> read_execution(const json::Value& value) {
    return read_run(value, kSimulated);
}

Result<Execution> read_application_log(const json::Value& value, const neo::Hash256& transaction) {
    TRY(const json::Object* log, object(value, "application log"));
    TRY(neo::Hash256 id, hash_member<neo::Hash256>(*log, "txid"));
    if (id != transaction) return odd("txid", transaction.display());
    TRY(const json::Array* runs, array(log->if_contains("executions"), "executions"));
    const json::Value* found = nullptr;
    for (const json::Value& item : *runs) {
        TRY(const json::Object* run, object(item, "execution"));
        TRY(std::string_view trigger, text(*run, "trigger"));
        if (trigger != "Application") continue;
        if (found) return odd("executions", "one of the Application trigger");
        found = &item;
    }
    if (!found) return odd("executions", "one of the Application trigger");
    return read_run(*found, kLogged);
}

Result<neo::Datoshi> read_network_fee(const json::Value& value) {
    TRY(const json::Object* top, object(value, "calculatenetworkfee"));
    const json::Value* fee = top->if_contains("networkfee");
    if (!fee) return odd("networkfee", "present");
    return read_datoshi(*fee, "networkfee");
}

}  // namespace nsl::chain
