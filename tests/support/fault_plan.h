// SPDX-License-Identifier: Apache-2.0
// What goes wrong between a program and its node, and when: as a test says, or at random from a
// seed.
#pragma once
#include <algorithm>
#include <array>
#include <boost/describe/enum.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"

namespace nsl::testing_support {

BOOST_DEFINE_ENUM_CLASS(
    NodeFault,
    // Of the port and of connections.
    port_closed,  // FaultProxy::close_port(): connections are refused
    unread,       // taken, and nothing is ever read from it
    // Of an exchange, one HTTP request and its answer.
    swallowed,       // nothing is answered; the node has not seen it
    unanswered,      // nothing is answered; the node has handled it
    dropped_before,  // the connection ends; the node has not seen it
    dropped_after,   // the connection ends; the node has handled it
    delayed,         // by FaultProxy::delay
    duplicated,      // the node gets it twice, one after the other; the second answer counts
    truncated,       // the connection ends in the middle of the answer
    garbage,         // the answer is no JSON; the node has handled it
    http_503,        // the node has not seen it
    node_error,      // -32603 to each call; the node has not seen it
    // Of what a node says; it has handled the call.
    stale_height,               // FaultProxy::stale_by blocks less, and unknown are those above
    transaction_unknown,        // to gettransactionheight, getapplicationlog, getrawtransaction
    block_without_transaction,  // getblock: the last one is missing; root and hash are of the rest
    block_of_another_header,    // and getblockheader: another nonce, and its hash
    // Of a WebSocket feed, before an event of the node is passed on.
    event_missed,   // the node's own word that some did not fit into its buffer comes first
    event_dropped,  // this one is not passed on
    feed_cut,       // the connection ends
    feed_silent     // it stays open, and nothing comes or is read any more, pings neither
)

inline std::string fault_name(NodeFault fault) {
    return boost::describe::enum_to_string(fault, "unknown");
}

inline constexpr std::array kConnectionFaults{NodeFault::unread};
inline constexpr std::array kExchangeFaults{NodeFault::swallowed,      NodeFault::unanswered,
                                            NodeFault::dropped_before, NodeFault::dropped_after,
                                            NodeFault::delayed,        NodeFault::duplicated,
                                            NodeFault::truncated,      NodeFault::garbage,
                                            NodeFault::http_503,       NodeFault::node_error};
inline constexpr std::array kContentFaults{NodeFault::stale_height, NodeFault::transaction_unknown,
                                           NodeFault::block_without_transaction,
                                           NodeFault::block_of_another_header};
inline constexpr std::array kFeedFaults{NodeFault::event_missed, NodeFault::event_dropped,
                                        NodeFault::feed_cut, NodeFault::feed_silent};

class FaultPlan {
 public:
    explicit FaultPlan(std::uint64_t seed) : random_(seed) {}

    // At random, this often in a thousand. Each connection is drawn for once, each exchange twice
    // (for itself and for what it says), each event once: so the rates of one group of those above
    // add up to 1,000 at most.
    void rate(NodeFault fault, std::uint32_t per_mille) { rates_[fault] = per_mille; }
    // The next `count` that it can be done to; with a method, only requests that have this call.
    void next(NodeFault fault, std::string method = "", std::uint64_t count = 1) {
        wishes_.push_back({fault, std::move(method), count});
    }
    // All, until calm().
    void always(NodeFault fault, std::string method = "") {
        next(fault, std::move(method), UINT64_MAX);
    }
    // No more of anything. The counts stay.
    void calm() {
        rates_.clear();
        wishes_.clear();
    }
    void calm(NodeFault fault) {
        rates_.erase(fault);
        std::erase_if(wishes_, [&](const Wish& wish) { return wish.fault == fault; });
    }

    // How often it was done.
    std::uint64_t count(NodeFault fault) const {
        const auto found = done_.find(fault);
        return found == done_.end() ? 0 : found->second;
    }
    std::uint64_t total() const {
        std::uint64_t out = 0;
        for (const auto& [fault, count] : done_) out += count;
        return out;
    }
    // "dropped_after 3, garbage 1"
    std::string report() const {
        std::string out;
        for (const auto& [fault, count] : done_)
            out += (out.empty() ? "" : ", ") + fault_name(fault) + " " + std::to_string(count);
        return out.empty() ? "none" : out;
    }

    // For the proxy: what is to be done to something, and that it has been.
    std::optional<NodeFault> pick(std::span<const NodeFault> among,
                                  const std::vector<std::string>& methods = {}) {
        for (const Wish& wish : wishes_)
            if (std::ranges::count(among, wish.fault) > 0 &&
                (wish.method.empty() || std::ranges::count(methods, wish.method) > 0))
                return wish.fault;
        std::uint64_t drawn = random_.below(1'000);
        for (const NodeFault fault : among) {
            const auto found = rates_.find(fault);
            const std::uint64_t rate = found == rates_.end() ? 0 : found->second;
            if (drawn < rate) return fault;
            drawn -= rate;
        }
        return std::nullopt;
    }
    void did(NodeFault fault) {
        ++done_[fault];
        const auto wish = std::ranges::find(wishes_, fault, &Wish::fault);
        if (wish != wishes_.end() && --wish->left == 0) wishes_.erase(wish);
    }

 private:
    struct Wish {
        NodeFault fault;
        std::string method;
        std::uint64_t left = 1;
    };

    SeededRandom random_;
    std::map<NodeFault, std::uint32_t> rates_;
    std::vector<Wish> wishes_;
    std::map<NodeFault, std::uint64_t> done_;
};

}  // namespace nsl::testing_support
