// SPDX-License-Identifier: Apache-2.0
// A Neo node for tests: a chain in memory behind a real HTTP port, that can lie, stumble and
// forget.
//
// Its rules of the pool and of validity are those of neo-go: one transaction once, in blocks up to
// its validUntilBlock, Conflicts by their fees, -501/-503/-510 as the protocol says. It runs
// nothing: what a script does is told beforehand. Its blocks are whole and signed.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/json.h"
#include "fake_mempool.h"
#include "fake_validators.h"
#include "neo/block.h"
#include "neo/script.h"
#include "neo/transaction.h"
#include "net/ws_server.h"

namespace nsl::testing_support {

class FakeNode {
 public:
    struct FakeBlock {
        neo::Hash256 hash;
        neo::Hash256 previous;
        std::vector<neo::Hash256> transactions;
        neo::Block whole;
        std::shared_ptr<const FakeValidators> next;  // who sign the block after it
    };

    // What scripts do, in simulation and on chain.
    std::string simulation_state = "HALT";
    std::string simulation_exception;
    std::string gas_consumed = "9977780";
    std::string inclusion_state = "HALT";
    std::string inclusion_exception;
    json::Array simulation_stack;
    // What the node is.
    std::uint32_t network = 56753;
    std::uint32_t increment = 5760;
    std::int64_t network_fee = 1232520;
    std::int64_t balance = 1'000'0000'0000;  // of GAS, of every account
    bool before_faun = false;                // no getExecPicoFeeFactor
    bool before_echidna = false;             // nor times, nor a fee of NotaryAssisted
    std::int64_t fee_per_byte = 1000;
    std::uint32_t ms_per_block = 1000;
    // Whom the blocks name that are mined from now on: they sign those after.
    std::shared_ptr<const FakeValidators> validators = std::make_shared<FakeValidators>(1, 1);
    // How it misbehaves.
    bool down = false;                       // HTTP 503 to everything
    bool pool_forgets = false;               // takes transactions and drops them
    bool blocks_are_full = false;            // blocks are mined without what is pooled
    bool denies_transactions = false;        // "unknown" to every question about a transaction
    std::deque<int> send_errors;             // answers of the next sendrawtransactions, not pooled
    bool lose_send_answers = false;          // takes the transaction, answers HTTP 502
    std::deque<std::string> raw_replies;     // sent as they are; "%ID%" becomes the request's id
    std::uint32_t height_offset_down = 0;    // says a lower height than it has
    std::uint32_t height_claimed_more = 0;   // says a higher one
    std::map<std::uint32_t, BlockLie> lies;  // of the blocks with these heights
    bool takes_batches = true;
    bool offers_logs = true;
    std::set<neo::Hash256> odd_logs;  // nobody can read them
    std::deque<int> contract_errors;  // of the next getcontractstates
    // What single transactions did, beside the above.
    std::set<neo::Hash256> faulted;
    std::map<neo::Hash256, json::Array> notifications;
    std::map<neo::Hash160, json::Value> contracts;  // what getcontractstate shows

    explicit FakeNode(TaskGroup& tasks) {
        mine();
        net::WsServerHandlers handlers;
        handlers.on_http = [this](std::string_view, std::string_view, std::string_view body) {
            return answer(body);
        };
        auto server = net::WsServer::listen(tasks, Logger(), 0, std::move(handlers));
        if (!server) ADD_FAILURE() << server.error().message;
        server_ = std::move(*server);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
    std::uint32_t height() const { return static_cast<std::uint32_t>(chain_.size() - 1); }
    const FakeBlock& block(std::uint32_t index) const { return chain_.at(index); }
    bool pooled(const neo::Hash256& hash) const { return pool_.pool.contains(hash); }
    std::size_t pool_size() const { return pool_.pool.size(); }
    // Every different text of bytes that sendrawtransaction was called with, decoded.
    const std::set<Bytes>& received() const { return received_; }
    bool in_block(std::uint32_t index, const neo::Hash256& hash) const {
        return std::ranges::count(chain_.at(index).transactions, hash) == 1;
    }
    // In how many blocks the transaction is.
    std::size_t inclusions(const neo::Hash256& hash) const {
        std::size_t found = 0;
        for (std::uint32_t i = 0; i < chain_.size(); ++i) found += in_block(i, hash) ? 1 : 0;
        return found;
    }

    // One block with all that is pooled and still valid.
    void mine() {
        const auto index = static_cast<std::uint32_t>(chain_.size());
        FakeBlock next;
        next.next = validators;
        neo::BlockHeader& header = next.whole.header;
        if (index > 0) next.previous = header.previous = chain_.back().hash;
        header.time_ms = kGenesisMs + index * 1'000;
        header.nonce = branch_;
        header.index = index;
        header.next_consensus = validators->account();
        if (!blocks_are_full) {
            for (auto& [hash, tx] : pool_.pool) {
                if (tx.valid_until_block < index) continue;
                next.transactions.push_back(hash);
                next.whole.transactions.push_back(std::move(tx));
            }
            pool_.pool.clear();
            for (const neo::Transaction& tx : next.whole.transactions) pool_.landed(tx);
        }
        header.merkle_root = neo::merkle_root(next.transactions);
        header.witness = signers(index).sign(header, network);
        next.hash = header.hash();
        chain_.push_back(std::move(next));
    }
    void mine(int count) {
        for (int i = 0; i < count; ++i) mine();
    }
    void put_into_pool(neo::Transaction tx) { pool_.pool[tx.hash()] = std::move(tx); }
    void drop_pool() { pool_.pool.clear(); }
    void hide_logs(bool hidden) { logs_hidden_ = hidden; }
    // Forgets the blocks above this one, as a node killed before it wrote them; other blocks
    // follow.
    void roll_back_to(std::uint32_t index) {
        chain_.resize(index + 1);
        ++branch_;
        pool_.on_chain.clear();
        pool_.ruled_out.clear();
        for (const FakeBlock& block : chain_)
            for (const neo::Transaction& tx : block.whole.transactions) pool_.landed(tx);
    }

 private:
    using Reply = std::pair<int, std::string>;

    static constexpr std::uint64_t kGenesisMs = 1'700'000'000'000;

    const FakeValidators& signers(std::uint32_t index) const {
        return index == 0 ? *validators : *chain_.at(index - 1).next;
    }

    Reply answer(std::string_view body) {
        if (down) return {503, "{}"};
        auto call = json::parse_value(body, {.bytes_max = 1 << 22});
        if (!call)
            return {200,
                    R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON"}})"};
        if (const json::Array* calls = call->if_array(); calls && takes_batches) {
            json::Array replies;
            for (const json::Value& one : *calls) {
                const Reply reply = answer_one(one.as_object());
                if (reply.first != 200) return reply;
                replies.push_back(json::parse_value(reply.second).value());
            }
            return {200, json::write_value(replies)};
        }
        if (!call->is_object())
            return {200, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}})"};
        return answer_one(call->get_object());
    }

    Reply answer_one(const json::Object& request) {
        const std::string id = json::write_value(request.at("id"));
        if (!raw_replies.empty()) {
            std::string raw = raw_replies.front();
            raw_replies.pop_front();
            if (const auto at = raw.find("%ID%"); at != std::string::npos) raw.replace(at, 4, id);
            return {200, raw};
        }
        const std::string method(request.at("method").get_string());
        json::Object reply;
        reply["jsonrpc"] = "2.0";
        reply["id"] = request.at("id");
        const bool sending = method == "sendrawtransaction";
        auto [code, result] = serve(method, request.at("params").get_array());
        if (sending && lose_send_answers) return {502, "{}"};
        if (code == 0)
            reply["result"] = std::move(result);
        else
            reply["error"] = json::Object{{"code", code}, {"message", "as told"}};
        return {200, json::write_value(reply)};
    }

    std::pair<int, json::Value> serve(const std::string& method, const json::Array& params) {
        if (method == "getversion") return {0, version()};
        if (method == "getblockcount")
            return {0, height() + 1 - height_offset_down + height_claimed_more};
        if (method == "getblock") return block_json(params.at(0).to_number<std::uint32_t>());
        if (method == "invokescript") return {0, simulate(text(params))};
        if (method == "calculatenetworkfee")
            return {0, json::Object{{"networkfee", std::to_string(network_fee)}}};
        if (method == "sendrawtransaction") return take(text(params));
        if (method == "gettransactionheight") return locate(text(params));
        if (method == "getapplicationlog" && offers_logs) return log_json(text(params));
        if (method == "getcontractstate") return contract_json(text(params));
        return {-32601, {}};
    }

    static std::string text(const json::Array& params) {
        return std::string(params.at(0).get_string());
    }

    json::Value version() const {
        json::Object protocol{{"network", network},
                              {"msperblock", ms_per_block},
                              {"maxvaliduntilblockincrement", increment},
                              {"validatorscount", 1}};
        return json::Object{{"useragent", "/FAKE:1/"}, {"protocol", std::move(protocol)}};
    }

    std::pair<int, json::Value> block_json(std::uint32_t index) const {
        if (index > height()) return {-109, {}};
        neo::Block shown = chain_.at(index).whole;
        if (const auto lie = lies.find(index); lie != lies.end())
            shown = lie->second == BlockLie::other_height
                        ? chain_.at(index - 1).whole
                        : told(lie->second, std::move(shown), signers(index), network);
        json::Object out = shown.to_json().as_object();
        out["confirmations"] = height() - index + 1;
        return {0, std::move(out)};
    }

    json::Value simulate(const std::string& script) const {
        const std::string bytes = as_text(base64_decode(script).value());
        json::Object run{{"script", script},
                         {"state", simulation_state},
                         {"gasconsumed", gas_consumed},
                         {"exception", simulation_exception},
                         {"stack", simulation_stack},
                         {"notifications", json::Array{}}};
        if (bytes.contains("getFeePerByte")) answer_policy(run, bytes);
        if (bytes.contains("balanceOf")) {
            run["state"] = "HALT";
            run["stack"] =
                json::Array{json::Object{{"type", "Integer"}, {"value", std::to_string(balance)}}};
        }
        return run;
    }

    void answer_policy(json::Object& run, const std::string& script) const {
        const bool pico = script.contains("getExecPicoFeeFactor");
        const bool times = script.contains("getMillisecondsPerBlock");
        const bool faults = (pico && (before_faun || before_echidna)) || (times && before_echidna);
        json::Array stack;
        const auto add = [&](std::int64_t value) {
            stack.push_back(json::Object{{"type", "Integer"}, {"value", std::to_string(value)}});
        };
        add(fee_per_byte);
        add(pico ? 300'000 : 30);
        add(100'000);
        if (script.contains("getAttributeFee")) {
            for (int i = 0; i < 4; ++i) add(0);
            if (times) add(10'000'000);
        }
        if (times) {
            add(ms_per_block);
            add(increment);
        }
        run["state"] = faults ? "FAULT" : "HALT";
        run["exception"] = faults ? "method not found" : "";
        run["stack"] = std::move(stack);
    }

    std::pair<int, json::Value> take(const std::string& base64) {
        const Bytes bytes = base64_decode(base64).value();
        received_.insert(bytes);
        if (!send_errors.empty()) {
            const int code = send_errors.front();
            send_errors.pop_front();
            if (code != 0) return {code, {}};
        }
        auto tx = neo::Transaction::parse(bytes);
        if (!tx) return {-32602, {}};
        const neo::Hash256 hash = tx->hash();
        if (const int code = pool_.take(*tx, height()); code != 0) return {code, {}};
        if (pool_forgets) pool_.pool.erase(hash);
        return {0, json::Object{{"hash", hash.display()}}};
    }

    std::pair<int, json::Value> locate(const std::string& display) const {
        const neo::Hash256 hash = neo::Hash256::parse(display).value();
        for (std::uint32_t i = 0; i < chain_.size() && !denies_transactions; ++i)
            if (in_block(i, hash)) return {0, i};
        return {-103, {}};
    }

    std::pair<int, json::Value> log_json(const std::string& display) const {
        const neo::Hash256 hash = neo::Hash256::parse(display).value();
        if (logs_hidden_ || inclusions(hash) == 0) return {-105, {}};
        if (odd_logs.contains(hash)) return {0, "no log at all"};
        json::Object run{{"trigger", "Application"},    {"vmstate", inclusion_state},
                         {"gasconsumed", gas_consumed}, {"exception", nullptr},
                         {"stack", json::Array{}},      {"notifications", json::Array{}}};
        if (!inclusion_exception.empty()) run["exception"] = inclusion_exception;
        if (faulted.contains(hash)) run["vmstate"] = "FAULT";
        if (const auto told = notifications.find(hash); told != notifications.end())
            run["notifications"] = told->second;
        return {0, json::Object{{"txid", display}, {"executions", json::Array{std::move(run)}}}};
    }

    std::pair<int, json::Value> contract_json(const std::string& display) {
        if (!contract_errors.empty()) {
            const int code = contract_errors.front();
            contract_errors.pop_front();
            return {code, {}};
        }
        const auto at = contracts.find(neo::Hash160::parse(display).value());
        if (at == contracts.end()) return {-102, {}};
        return {0, at->second};
    }

    std::vector<FakeBlock> chain_;
    FakeMempool pool_;
    std::set<Bytes> received_;
    std::uint32_t branch_ = 0;
    bool logs_hidden_ = false;
    std::unique_ptr<net::WsServer> server_;
};

}  // namespace nsl::testing_support
