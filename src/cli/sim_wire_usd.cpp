// SPDX-License-Identifier: Apache-2.0
// The venues that quote in US dollars: Coinbase, Kraken, Bitstamp.
#include <fmt/format.h>

#include <algorithm>

#include "cli/sim_wire.h"

namespace nsl::cli {
namespace {

std::string quoted_list(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) out.append(out.empty() ? "\"" : ",\"").append(part).append("\"");
    return out;
}

class Coinbase final : public SimWire {
 public:
    explicit Coinbase(const std::vector<std::string>& markets)
        : subscriptions_(markets, [](std::string market) { return market; }) {}

    Frames answer(std::string_view message, std::int64_t) override {
        const auto request = json::parse_value(message);
        const json::Value* root = request ? &*request : nullptr;
        const auto symbols = sim_strings(sim_member(root, "product_ids"));
        const auto channels = sim_strings(sim_member(root, "channels"));
        if (sim_text(root, "type") != "subscribe" || channels.empty())
            return {R"({"type":"error","message":"Failed to subscribe","reason":"bad request"})"};
        for (const auto& channel : channels) {
            for (const auto& symbol : symbols) {
                if (!subscriptions_.add(symbol, channel))
                    return {R"({"type":"error","message":"Failed to subscribe",)"
                            R"("reason":"not a valid product"})"};
            }
        }
        return {R"({"type":"subscriptions","channels":[{"name":"ticker","product_ids":[)" +
                quoted_list(subscriptions_.markets("ticker")) +
                R"(]},{"name":"heartbeat","product_ids":[)" +
                quoted_list(subscriptions_.markets("heartbeat")) + "]}]}"};
    }

    Frames quote(const SimFrame& frame) override {
        sequences_[frame.market] = frame.sequence;
        if (!subscriptions_.has(frame.market, "ticker")) return {};
        return {fmt::format(
            R"({{"type":"ticker","sequence":{},"product_id":"{}","price":"{}","volume_24h":"{}",)"
            R"("best_bid":"{}","best_bid_size":"0.1060","best_ask":"{}","best_ask_size":"0.0310",)"
            R"("side":"sell","time":"{}","trade_id":{},"last_size":"0.0035"}})",
            frame.sequence, frame.market, frame.last, frame.base_volume, frame.bid, frame.ask,
            sim_utc(frame.time_ms), frame.sequence / 2)};
    }

    Frames heartbeat(std::int64_t now_ms) override {
        Frames out;
        for (const auto& market : subscriptions_.markets("heartbeat"))
            out.push_back(fmt::format(R"({{"type":"heartbeat","last_trade_id":{},)"
                                      R"("product_id":"{}","sequence":{},"time":"{}"}})",
                                      sequences_[market] / 2, market, sequences_[market],
                                      sim_utc(now_ms)));
        return out;
    }

 private:
    SimSubscriptions subscriptions_;
    std::map<std::string, std::uint64_t> sequences_;  // by market, of the last quote
};

class Kraken final : public SimWire {
 public:
    explicit Kraken(const std::vector<std::string>& markets)
        : subscriptions_(markets, [](std::string market) {
              std::ranges::replace(market, '-', '/');
              return market;
          }) {}

    Frames greeting(std::int64_t) override {
        return {R"({"channel":"status","type":"update","data":[{"version":"2.0.10",)"
                R"("system":"online","api_version":"v2","connection_id":8423536080466635000}]})"};
    }

    Frames answer(std::string_view message, std::int64_t now_ms) override {
        const auto request = json::parse_value(message);
        const json::Value* root = request ? &*request : nullptr;
        const std::string times = sim_quoted("time_in", sim_utc(now_ms)) + "," +
                                  sim_quoted("time_out", sim_utc(now_ms)) + "}";
        const std::string method = sim_text(root, "method");
        if (method == "ping") return {R"({"method":"pong",)" + times};
        const json::Value* params = sim_member(root, "params");
        if (method != "subscribe" || sim_text(params, "channel") != "ticker")
            return {R"({"error":"Unsupported request","success":false,"method":"subscribe",)" +
                    times};
        Frames out;
        for (const auto& symbol : sim_strings(sim_member(params, "symbol"))) {
            if (subscriptions_.add(symbol, "ticker"))
                out.push_back(R"({"method":"subscribe","result":{"channel":"ticker",)"
                              R"("event_trigger":"bbo","snapshot":true,"symbol":")" +
                              symbol + R"("},"success":true,)" + times);
            else
                out.push_back(R"({"error":"Currency pair not supported","method":"subscribe",)"
                              R"("success":false,)" +
                              times);
        }
        return out;
    }

    Frames quote(const SimFrame& frame) override {
        if (!subscriptions_.has(frame.market, "ticker")) return {};
        const bool first = known_.insert(frame.market).second;
        return {fmt::format(
            R"({{"channel":"ticker","type":"{}","data":[{{"symbol":"{}","bid":{},"bid_qty":0.0136,)"
            R"("ask":{},"ask_qty":17.18,"last":{},"volume":{},"vwap":{},"timestamp":"{}"}}]}})",
            first ? "snapshot" : "update", subscriptions_.symbol(frame.market), frame.bid,
            frame.ask, frame.last, frame.base_volume, frame.last, sim_utc(frame.time_ms))};
    }

    Frames heartbeat(std::int64_t) override { return {R"({"channel":"heartbeat"})"}; }

 private:
    SimSubscriptions subscriptions_;
    std::set<std::string> known_;  // markets whose snapshot was sent
};

class Bitstamp final : public SimWire {
 public:
    explicit Bitstamp(const std::vector<std::string>& markets)
        : subscriptions_(markets, [](std::string market) {
              std::erase(market, '-');
              std::ranges::transform(market, market.begin(), [](char c) {
                  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
              });
              return market;
          }) {}

    Frames answer(std::string_view message, std::int64_t) override {
        const auto request = json::parse_value(message);
        const json::Value* root = request ? &*request : nullptr;
        const std::string event = sim_text(root, "event");
        if (event == "bts:heartbeat")
            return {R"({"event":"bts:heartbeat","channel":"","data":{"status":"success"}})"};
        const std::string channel = sim_text(sim_member(root, "data"), "channel");
        if (event != "bts:subscribe" || !subscribe(channel))
            return {R"({"event":"bts:error","channel":"","data":{"code":null,)"
                    R"("message":"Bad subscription string."}})"};
        return {R"({"event":"bts:subscription_succeeded","channel":")" + channel +
                R"(","data":{}})"};
    }

    Frames quote(const SimFrame& frame) override {
        Frames out;
        const std::string& symbol = subscriptions_.symbol(frame.market);
        const std::string times = fmt::format(R"("timestamp":"{}","microtimestamp":"{}000")",
                                              frame.time_ms / 1'000, frame.time_ms);
        if (subscriptions_.has(frame.market, kBook))
            out.push_back(fmt::format(
                R"({{"data":{{{},"bids":[["{}","0.50000000"],["0.00000001","1.00000000"]],)"
                R"("asks":[["{}","0.50000000"],["99999999.00000000","1.00000000"]]}},)"
                R"("channel":"order_book_{}","event":"data"}})",
                times, frame.bid, frame.ask, symbol));
        if (subscriptions_.has(frame.market, kTrades))
            out.push_back(fmt::format(
                R"({{"data":{{"id":{},{},"amount":0.0792,"amount_str":"0.07920000","price":{},)"
                R"("price_str":"{}","type":0,"buy_order_id":1443875737346049,)"
                R"("sell_order_id":1443875731320832}},"channel":"live_trades_{}",)"
                R"("event":"trade"}})",
                frame.sequence, times, frame.last, frame.last, symbol));
        return out;
    }

 private:
    static constexpr std::string_view kTrades = "live_trades";
    static constexpr std::string_view kBook = "order_book";

    bool subscribe(const std::string& channel) {
        const auto split = channel.rfind('_');
        if (split == std::string::npos) return false;
        const std::string kind = channel.substr(0, split);
        return (kind == kTrades || kind == kBook) &&
               subscriptions_.add(channel.substr(split + 1), kind);
    }

    SimSubscriptions subscriptions_;
};

}  // namespace

std::unique_ptr<SimWire> sim_coinbase(const std::vector<std::string>& markets) {
    return std::make_unique<Coinbase>(markets);
}
std::unique_ptr<SimWire> sim_kraken(const std::vector<std::string>& markets) {
    return std::make_unique<Kraken>(markets);
}
std::unique_ptr<SimWire> sim_bitstamp(const std::vector<std::string>& markets) {
    return std::make_unique<Bitstamp>(markets);
}

}  // namespace nsl::cli
