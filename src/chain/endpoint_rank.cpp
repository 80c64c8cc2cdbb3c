// SPDX-License-Identifier: Apache-2.0
#include "chain/endpoint_rank.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

namespace nsl::chain {
namespace {

constexpr double kSmoothing = 0.2;  // weight of what is new
constexpr double kErrorRateMax = 0.5;
constexpr std::uint32_t kSteadyProbes = 3;
// What an error and a block of distance are worth in milliseconds of latency.
constexpr double kErrorCostMs = 2'000, kBlockCostMs = 200;
constexpr double kDistanceMax = 50;  // blocks; further is as bad
constexpr double kMuchSlower = 3, kMuchSlowerMs = 500;
// Of a lie; an exchange that failed weighs kSmoothing.
constexpr double kLieWeight = 0.5;
constexpr std::uint32_t kTrustProbes = 3;
constexpr std::chrono::nanoseconds kPauseFirst = std::chrono::seconds(5);
constexpr std::chrono::nanoseconds kPauseMax = std::chrono::minutes(5);
constexpr std::chrono::nanoseconds kForgiveAfter = std::chrono::hours(1);

double smoothed(double old, double now, double weight = kSmoothing) {
    return old + weight * (now - old);
}

std::chrono::nanoseconds pause_after(std::uint32_t lies) {
    std::chrono::nanoseconds out = kPauseFirst;
    for (std::uint32_t i = 1; i < lies && out < kPauseMax; ++i) out *= 2;
    return std::min(out, kPauseMax);
}

// A height that no other node confirms is as suspect as one behind: distance counts both ways.
double cost(const EndpointState& node, const HeightRule& rule) {
    const double ahead = static_cast<double>(node.height) - static_cast<double>(rule.reference);
    const double distance = std::min(ahead < 0 ? -ahead : ahead, kDistanceMax);
    return node.latency_ms + kErrorCostMs * node.error_rate + kBlockCostMs * distance;
}

bool recovering(const EndpointState& node) {
    return node.unreachable > 0 && node.good_probes < kSteadyProbes;
}

bool answers(const EndpointState& node) {
    return node.reached && node.network == NodeNetwork::ours;
}

std::vector<std::uint32_t> heights_of(std::span<const EndpointState> nodes, bool distrusted) {
    std::vector<std::uint32_t> out;
    for (const EndpointState& node : nodes)
        if (answers(node) && node.distrusted == distrusted) out.push_back(node.height);
    return out;
}

bool lags(const EndpointState& node, const HeightRule& rule) {
    return node.height < rule.reference && rule.reference - node.height > rule.lag_max;
}

// What no errors and no latency outweigh.
std::pair<bool, bool> standing(const EndpointState& node, const HeightRule& rule) {
    return {node.distrusted, lags(node, rule)};
}

int badness(const EndpointState& node) {
    if (node.network == NodeNetwork::other) return 3;
    if (node.reached) return 0;
    return node.unreachable > 0 ? 2 : 1;
}

std::size_t least_bad(std::span<const EndpointState> nodes, std::optional<std::size_t> current) {
    std::size_t best = current.value_or(0);
    auto bad = [&](std::size_t i) { return std::pair(badness(nodes[i]), nodes[i].distrusted); };
    auto key = [&](std::size_t i) { return std::pair(bad(i), nodes[i].error_rate); };
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        // One that is as bad is no reason to leave.
        if (current ? bad(i) < bad(best) : key(i) < key(best)) best = i;
    }
    return best;
}

// In order of rank; equal ones in order of configuration.
std::vector<std::size_t> ranked(std::span<const EndpointState> nodes, const HeightRule& rule) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (is_usable(nodes[i], rule)) out.push_back(i);
    std::ranges::sort(out, {}, [&](std::size_t i) {
        return std::tuple(standing(nodes[i], rule), recovering(nodes[i]), cost(nodes[i], rule), i);
    });
    return out;
}

bool stays(const EndpointState& current, const EndpointState& best, const HeightRule& rule) {
    return is_usable(current, rule) && standing(current, rule) <= standing(best, rule) &&
           current.error_rate <= kErrorRateMax &&
           (recovering(best) ||
            cost(current, rule) <= kMuchSlower * cost(best, rule) + kMuchSlowerMs);
}

}  // namespace

void note_probe(EndpointState& node, const ProbeAnswer& answer, std::uint32_t our_network,
                std::chrono::nanoseconds now) {
    const bool first = node.latency_ms == 0;
    node.latency_ms = first ? answer.took_ms : smoothed(node.latency_ms, answer.took_ms);
    node.magic = answer.magic;
    node.network = answer.magic == our_network ? NodeNetwork::ours : NodeNetwork::other;
    node.height = answer.height;
    node.reached = true;
    ++node.good_probes;
    node.last_error.clear();
    note_success(node);
    if (!node.distrusted || now < node.distrusted_till) return;
    if (++node.probes_since >= kTrustProbes) node.distrusted = false;
}

void note_success(EndpointState& node) {
    node.error_rate = smoothed(node.error_rate, 0);
}

void note_failure(EndpointState& node, const Error& error) {
    node.error_rate = smoothed(node.error_rate, 1);
    node.good_probes = 0;
    node.probes_since = 0;
    node.last_error = error.message;
    if (error.code == Errc::internal) return;
    node.reached = false;
    ++node.unreachable;
}

void note_lie(EndpointState& node, const Error& why, std::chrono::nanoseconds now) {
    if (node.lies > 0 && now - node.last_lie >= kForgiveAfter) node.lies = 0;
    if (!node.distrusted || now >= node.distrusted_till) {
        ++node.lies;
        node.error_rate = smoothed(node.error_rate, 1, kLieWeight);
    }
    node.distrusted = true;
    node.probes_since = 0;
    node.last_lie = now;
    node.distrusted_till = now + pause_after(node.lies);
    node.lie = why.message;
}

HeightRule height_rule(std::span<const EndpointState> nodes, std::uint32_t lag_max) {
    std::vector<std::uint32_t> heights = heights_of(nodes, false);
    if (heights.empty()) heights = heights_of(nodes, true);
    std::ranges::sort(heights, std::greater());
    const bool confirmed = heights.size() >= 3;
    return {.reference = heights.empty() ? 0 : heights[confirmed ? 1 : 0],
            .excludes = confirmed,
            .lag_max = lag_max};
}

bool is_usable(const EndpointState& node, const HeightRule& rule) {
    return answers(node) && !(rule.excludes && lags(node, rule));
}

std::string trouble_of(const EndpointState& node, const HeightRule& rule,
                       std::uint32_t our_network) {
    if (node.network == NodeNetwork::other)
        return "is of network " + std::to_string(node.magic) + ", not " +
               std::to_string(our_network);
    if (!node.reached)
        return node.unreachable > 0 ? "unreachable: " + node.last_error : "not asked yet";
    if (node.distrusted) return "distrusted: " + node.lie;
    if (lags(node, rule)) return std::to_string(rule.reference - node.height) + " blocks behind";
    return {};
}

std::size_t choose(std::span<const EndpointState> nodes, std::optional<std::size_t> current,
                   std::uint32_t lag_max) {
    const HeightRule rule = height_rule(nodes, lag_max);
    const std::vector<std::size_t> order = ranked(nodes, rule);
    if (order.empty()) return least_bad(nodes, current);
    if (current && stays(nodes[*current], nodes[order.front()], rule)) return *current;
    return order.front();
}

std::vector<std::size_t> usable_by_rank(std::span<const EndpointState> nodes,
                                        std::optional<std::size_t> current, std::uint32_t lag_max) {
    std::vector<std::size_t> order = ranked(nodes, height_rule(nodes, lag_max));
    if (order.empty()) return order;
    const auto first = std::ranges::find(order, choose(nodes, current, lag_max));
    std::rotate(order.begin(), first, first + 1);
    return order;
}

}  // namespace nsl::chain
