// SPDX-License-Identifier: Apache-2.0
// The faults an operator or a test puts into the exchange simulator; pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/sim_market.h"
#include "cli/sim_wire.h"

namespace nsl::cli {

// The body of POST /control. Which members an action needs:
//   of a venue ("*" for all), and of one market or without it of all the venue's markets
//     freeze    no market data; connection, pings, heartbeats and subscriptions go on
//     repeat    the last quote again and again, byte for byte: old time, old sequence
//     restamp   the last price and sequence under a fresh time
//     thaw      ends the three above
//     distort   prices × factor_bp / 10,000
//     skew      the venue's time is off by skew_ms
//     crossed   bid and ask change places
//     zero      prices are 0
//     nan       prices are NaN
//     malformed every market data frame is cut in half
//     clear     ends all of the venue's or market's faults, freeze and drop included
//   of a venue
//     drop      connections are cut, and new ones as soon as they are open
//     restore   ends drop
//     oversized one frame of 1 MiB and one byte goes to each client, once
//   of the world
//     set          an asset's true price in USD: {"asset":"USDT","price":"0.95"}
//     hold_walk    prices stand and venues quote them exactly
//     resume_walk  ends hold_walk
struct SimControl {
    std::string action;
    std::optional<std::string> venue{};
    std::optional<std::string> market{};  // "NEO-USDT"
    std::optional<std::int64_t> factor_bp{};
    std::optional<std::int64_t> skew_ms{};
    std::optional<std::string> asset{};
    std::optional<std::string> price{};
};
BOOST_DESCRIBE_STRUCT(SimControl, (), (action, venue, market, factor_bp, skew_ms, asset, price))
std::vector<json::Rule> json_rules(std::type_identity<SimControl>);

enum class SimStall { none, frozen, repeating, restamping };
enum class SimPriceFault { none, crossed, zero, nan };

// One market's faults at one venue.
struct SimFault {
    SimStall stall = SimStall::none;
    SimPriceFault price = SimPriceFault::none;
    bool malformed = false;
    std::int64_t factor_bp = 10'000;
    std::int64_t skew_ms = 0;
    bool operator==(const SimFault&) const = default;
};

// What is left to do at once after an action.
struct SimEffect {
    std::set<std::size_t> drop{};       // venues whose clients are to be cut
    std::set<std::size_t> oversized{};  // venues whose clients get a frame that is too large
};

class SimFaults {
 public:
    // Applies an action to the faults, or to the market for those of the world. Errors:
    // invalid_argument (a member is missing or out of range), not_found (venue, market, asset,
    // action), each listing what is known.
    Result<SimEffect> apply(const SimControl& control, SimMarket& market);

    SimFault of(std::size_t venue, const std::string& market) const;
    bool dropped(std::size_t venue) const { return dropped_.contains(venue); }

 private:
    Result<std::vector<std::pair<std::size_t, std::string>>> targets(const SimControl& control,
                                                                     const SimMarket& market) const;

    std::map<std::pair<std::size_t, std::string>, SimFault> faults_;
    std::set<std::size_t> dropped_;
};

// A quote as the venue would write it under these faults.
SimFrame sim_frame(const std::string& market, const SimQuote& quote, const SimFault& fault);

}  // namespace nsl::cli
