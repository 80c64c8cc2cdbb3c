// SPDX-License-Identifier: Apache-2.0
// How each venue talks to one client over its WebSocket, without the socket: text in, text out.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace nsl::cli {

// What a frame says, as it will stand there: numbers are text so that faults can be anything.
struct SimFrame {
    std::string market;  // "NEO-USDT"
    std::string bid;
    std::string ask;
    std::string last;
    std::string base_volume;
    std::string quote_volume;
    std::int64_t time_ms = 0;
    std::uint64_t sequence = 0;
};

class SimWire {
 public:
    using Frames = std::vector<std::string>;
    virtual ~SimWire() = default;
    // Sent when a client has connected.
    virtual Frames greeting(std::int64_t) { return {}; }
    // To a message of the client. What is no valid request is answered as the venue would.
    virtual Frames answer(std::string_view message, std::int64_t now_ms) = 0;
    // Market data; empty when the client did not ask for the market.
    virtual Frames quote(const SimFrame& frame) = 0;
    // Once a second.
    virtual Frames heartbeat(std::int64_t) { return {}; }
};

// One connection's subscriptions: the venue's symbols, the channels asked for of each.
class SimSubscriptions {
 public:
    // The venue's spelling of "NEO-USDT".
    using Spell = std::string (*)(std::string market);
    SimSubscriptions(const std::vector<std::string>& markets, Spell spell);

    // False: the venue has no such symbol.
    bool add(const std::string& symbol, const std::string& channel);
    bool has(const std::string& market, std::string_view channel) const;
    const std::string& symbol(const std::string& market) const { return symbols_.at(market); }
    // Markets with the channel.
    std::vector<std::string> markets(std::string_view channel) const;

 private:
    std::map<std::string, std::string> symbols_;              // by market
    std::set<std::pair<std::string, std::string>> channels_;  // market, channel
};

// Errors: not_found. `markets` are those the venue has.
Result<std::unique_ptr<SimWire>> make_sim_wire(std::string_view venue,
                                               const std::vector<std::string>& markets);
std::unique_ptr<SimWire> sim_binance(const std::vector<std::string>& markets);
std::unique_ptr<SimWire> sim_okx(const std::vector<std::string>& markets);
std::unique_ptr<SimWire> sim_gate(const std::vector<std::string>& markets);
std::unique_ptr<SimWire> sim_coinbase(const std::vector<std::string>& markets);
std::unique_ptr<SimWire> sim_kraken(const std::vector<std::string>& markets);
std::unique_ptr<SimWire> sim_bitstamp(const std::vector<std::string>& markets);

// The text of strings in an array; other items are left out.
std::vector<std::string> sim_strings(const json::Value* array);
// A member, or nullptr: also when `value` is nullptr or no object.
const json::Value* sim_member(const json::Value* value, std::string_view key);
// A member's text; empty when it is no string.
std::string sim_text(const json::Value* value, std::string_view key);
// "2023-03-04T03:37:20.799000Z"
std::string sim_utc(std::int64_t unix_ms);
// "name":"value", and "name":value for what is JSON already.
std::string sim_quoted(std::string_view name, std::string_view value);
std::string sim_raw(std::string_view name, std::string_view value);

}  // namespace nsl::cli
