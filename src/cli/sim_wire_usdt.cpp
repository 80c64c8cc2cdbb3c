// SPDX-License-Identifier: Apache-2.0
// The venues that quote in USDT: Binance, OKX, Gate.
#include <fmt/format.h>

#include <algorithm>

#include "cli/sim_wire.h"

namespace nsl::cli {
namespace {

std::string without_dash(std::string market) {
    std::erase(market, '-');
    return market;
}

class Binance final : public SimWire {
 public:
    explicit Binance(const std::vector<std::string>& markets)
        : subscriptions_(markets, without_dash) {}

    Frames answer(std::string_view message, std::int64_t) override {
        const auto request = json::parse_value(message);
        const json::Value* root = request ? &*request : nullptr;
        const json::Value* id = sim_member(root, "id");
        const std::string id_text = id == nullptr ? "null" : json::write_value(*id);
        if (sim_text(root, "method") != "SUBSCRIBE")
            return {R"({"error":{"code":2,"msg":"Invalid request"},"id":)" + id_text + "}"};
        for (const auto& stream : sim_strings(sim_member(root, "params"))) {
            const auto at = stream.find('@');
            if (at == std::string::npos) continue;
            std::string symbol = stream.substr(0, at);
            std::ranges::transform(symbol, symbol.begin(), [](char c) {
                return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : '?';
            });
            subscriptions_.add(symbol, stream.substr(at + 1));  // unknown ones stay silent
        }
        return {R"({"result":null,"id":)" + id_text + "}"};
    }

    Frames quote(const SimFrame& frame) override {
        constexpr std::int64_t kTickerEveryMs = 1'000;
        Frames out;
        const std::string& symbol = subscriptions_.symbol(frame.market);
        if (subscriptions_.has(frame.market, "bookTicker"))
            out.push_back(fmt::format(
                R"({{"u":{},"s":"{}","b":"{}","B":"31.21000000","a":"{}","A":"40.66000000"}})",
                frame.sequence, symbol, frame.bid, frame.ask));
        auto& sent_ms = ticker_ms_[frame.market];
        const std::int64_t since = frame.time_ms - sent_ms;
        if (subscriptions_.has(frame.market, "ticker") && (since < 0 || since >= kTickerEveryMs)) {
            sent_ms = frame.time_ms;
            out.push_back(fmt::format(
                R"({{"e":"24hrTicker","E":{},"s":"{}","c":"{}","Q":"0.01000000","b":"{}",)"
                R"("B":"31.21000000","a":"{}","A":"40.66000000","v":"{}","q":"{}","C":{}}})",
                frame.time_ms, symbol, frame.last, frame.bid, frame.ask, frame.base_volume,
                frame.quote_volume, frame.time_ms));
        }
        return out;
    }

 private:
    SimSubscriptions subscriptions_;
    std::map<std::string, std::int64_t> ticker_ms_;  // by market: time of the last one
};

class Okx final : public SimWire {
 public:
    explicit Okx(const std::vector<std::string>& markets)
        : subscriptions_(markets, [](std::string market) { return market; }) {}

    Frames answer(std::string_view message, std::int64_t) override {
        if (message == "ping") return {"pong"};
        const auto request = json::parse_value(message);
        const json::Value* root = request ? &*request : nullptr;
        const json::Value* args = sim_member(root, "args");
        if (sim_text(root, "op") != "subscribe" || args == nullptr || !args->is_array())
            return {error("60012", "Invalid request")};
        Frames out;
        for (const auto& arg : args->get_array()) {
            const std::string symbol = sim_text(&arg, "instId");
            const std::string channel = sim_text(&arg, "channel");
            if (channel != "tickers" || !subscriptions_.add(symbol, channel))
                out.push_back(error("60018", "Wrong URL or channel or instId doesn't exist"));
            else
                out.push_back(R"({"event":"subscribe","arg":{"channel":"tickers","instId":")" +
                              symbol + R"("},"connId":"a4d3ae55"})");
        }
        return out;
    }

    Frames quote(const SimFrame& frame) override {
        if (!subscriptions_.has(frame.market, "tickers")) return {};
        return {fmt::format(
            R"({{"arg":{{"channel":"tickers","instId":"{0}"}},"data":[{{"instType":"SPOT",)"
            R"("instId":"{0}","last":"{1}","lastSz":"0.1","askPx":"{2}","askSz":"11.2",)"
            R"("bidPx":"{3}","bidSz":"9.1","volCcy24h":"{4}","vol24h":"{5}","ts":"{6}"}}]}})",
            frame.market, frame.last, frame.ask, frame.bid, frame.quote_volume, frame.base_volume,
            frame.time_ms)};
    }

 private:
    static std::string error(std::string_view code, std::string_view text) {
        return fmt::format(R"({{"event":"error","code":"{}","msg":"{}","connId":"a4d3ae55"}})",
                           code, text);
    }

    SimSubscriptions subscriptions_;
};

class Gate final : public SimWire {
 public:
    explicit Gate(const std::vector<std::string>& markets)
        : subscriptions_(markets, [](std::string market) {
              std::ranges::replace(market, '-', '_');
              return market;
          }) {}

    Frames answer(std::string_view message, std::int64_t now_ms) override {
        const auto request = json::parse_value(message);
        const json::Value* root = request ? &*request : nullptr;
        const std::string channel = sim_text(root, "channel");
        if (channel == "spot.ping") return {head(now_ms, "spot.pong", "") + R"("result":null})"};
        const auto symbols = sim_strings(sim_member(root, "payload"));
        bool good =
            channel == "spot.tickers" && sim_text(root, "event") == "subscribe" && !symbols.empty();
        for (const auto& symbol : symbols) good = good && subscriptions_.add(symbol, channel);
        if (good)
            return {head(now_ms, "spot.tickers", "subscribe") +
                    R"("result":{"status":"success"}})"};
        return {
            head(now_ms, "spot.tickers", "subscribe") +
            R"("error":{"code":2,"message":"unknown channel or currency pair"},"result":null})"};
    }

    Frames quote(const SimFrame& frame) override {
        if (!subscriptions_.has(frame.market, "spot.tickers")) return {};
        return {head(frame.time_ms, "spot.tickers", "update") +
                fmt::format(R"("result":{{"currency_pair":"{}","last":"{}","lowest_ask":"{}",)"
                            R"("highest_bid":"{}","change_percentage":"0.61",)"
                            R"("base_volume":"{}","quote_volume":"{}"}}}})",
                            subscriptions_.symbol(frame.market), frame.last, frame.ask, frame.bid,
                            frame.base_volume, frame.quote_volume)};
    }

 private:
    static std::string head(std::int64_t now_ms, std::string_view channel, std::string_view event) {
        return fmt::format(R"({{"time":{},"time_ms":{},"channel":"{}","event":"{}",)",
                           now_ms / 1'000, now_ms, channel, event);
    }

    SimSubscriptions subscriptions_;
};

}  // namespace

std::unique_ptr<SimWire> sim_binance(const std::vector<std::string>& markets) {
    return std::make_unique<Binance>(markets);
}
std::unique_ptr<SimWire> sim_okx(const std::vector<std::string>& markets) {
    return std::make_unique<Okx>(markets);
}
std::unique_ptr<SimWire> sim_gate(const std::vector<std::string>& markets) {
    return std::make_unique<Gate>(markets);
}

}  // namespace nsl::cli
