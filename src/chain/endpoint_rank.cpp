// SPDX-License-Identifier: Apache-2.0
#include "chain/endpoint_rank.h"

#include <algorithm>
#include <functional>
#include <tuple>

namespace nsl::chain {
namespace {

constexpr double kSmoothing = 0.2;  // weight of what is new
constexpr double kErrorRateMax = 0.5;
constexpr std::uint32_t kSteadyProbes = 3;
// What an error and a block of distance are worth in milliseconds of latency.
constexpr double kErrorCostMs = 2'000, kBlockCostMs = 200;
constexpr double kDistanceMax = 50;  // blocks; further is as bad
constexpr double kMuchSlower = 3, kMuchSlowerMs = 500;

double smoothed(double old, double now) {
    return old + kSmoothing * (now - old);
}

// A height that no other node confirms is as suspect as one behind: distance counts both ways.
double cost(const EndpointState& node, std::uint32_t reference) {
    const double ahead = static_cast<double>(node.height) - static_cast<double>(reference);
    const double distance = std::min(ahead < 0 ? -ahead : ahead, kDistanceMax);
    return node.latency_ms + kErrorCostMs * node.error_rate + kBlockCostMs * distance;
}

bool recovering(const EndpointState& node) {
    return node.unreachable > 0 && node.good_probes < kSteadyProbes;
}

bool believed(const EndpointState& node) {
    return node.reached && node.network == NodeNetwork::ours;
}

int badness(const EndpointState& node) {
    if (node.network == NodeNetwork::other) return 3;
    if (node.reached) return 0;
    return node.unreachable > 0 ? 2 : 1;
}

std::size_t least_bad(std::span<const EndpointState> nodes, std::optional<std::size_t> current) {
    std::size_t best = current.value_or(0);
    auto key = [&](std::size_t i) { return std::tuple(badness(nodes[i]), nodes[i].error_rate); };
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        // One that is as bad is no reason to leave.
        if (current ? badness(nodes[i]) < badness(nodes[best]) : key(i) < key(best)) best = i;
    }
    return best;
}

// In order of rank; equal ones in order of configuration.
std::vector<std::size_t> ranked(std::span<const EndpointState> nodes, std::uint32_t reference,
                                std::uint32_t lag_max) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (is_usable(nodes[i], reference, lag_max)) out.push_back(i);
    std::ranges::sort(out, {}, [&](std::size_t i) {
        return std::tuple(recovering(nodes[i]), cost(nodes[i], reference), i);
    });
    return out;
}

bool stays(const EndpointState& current, const EndpointState& best, std::uint32_t reference,
           std::uint32_t lag_max) {
    return is_usable(current, reference, lag_max) && current.error_rate <= kErrorRateMax &&
           (recovering(best) ||
            cost(current, reference) <= kMuchSlower * cost(best, reference) + kMuchSlowerMs);
}

}  // namespace

void note_probe(EndpointState& node, const ProbeAnswer& answer, std::uint32_t our_network) {
    const bool first = node.latency_ms == 0;
    node.latency_ms = first ? answer.took_ms : smoothed(node.latency_ms, answer.took_ms);
    node.magic = answer.magic;
    node.network = answer.magic == our_network ? NodeNetwork::ours : NodeNetwork::other;
    node.height = answer.height;
    node.reached = true;
    ++node.good_probes;
    node.last_error.clear();
    note_success(node);
}

void note_success(EndpointState& node) {
    node.error_rate = smoothed(node.error_rate, 0);
}

void note_failure(EndpointState& node, const Error& error) {
    node.error_rate = smoothed(node.error_rate, 1);
    node.good_probes = 0;
    node.last_error = error.message;
    if (error.code == Errc::internal) return;
    node.reached = false;
    ++node.unreachable;
}

std::uint32_t reference_height(std::span<const EndpointState> nodes) {
    std::vector<std::uint32_t> heights;
    for (const EndpointState& node : nodes)
        if (believed(node)) heights.push_back(node.height);
    std::ranges::sort(heights, std::greater());
    if (heights.empty()) return 0;
    return heights.size() >= 3 ? heights[1] : heights[0];
}

bool is_usable(const EndpointState& node, std::uint32_t reference, std::uint32_t lag_max) {
    return believed(node) && (node.height >= reference || reference - node.height <= lag_max);
}

std::string trouble_of(const EndpointState& node, std::uint32_t reference, std::uint32_t lag_max,
                       std::uint32_t our_network) {
    if (node.network == NodeNetwork::other)
        return "is of network " + std::to_string(node.magic) + ", not " +
               std::to_string(our_network);
    if (!node.reached)
        return node.unreachable > 0 ? "unreachable: " + node.last_error : "not asked yet";
    if (is_usable(node, reference, lag_max)) return {};
    return std::to_string(reference - node.height) + " blocks behind";
}

std::size_t choose(std::span<const EndpointState> nodes, std::optional<std::size_t> current,
                   std::uint32_t lag_max) {
    const std::uint32_t reference = reference_height(nodes);
    const std::vector<std::size_t> order = ranked(nodes, reference, lag_max);
    if (order.empty()) return least_bad(nodes, current);
    const EndpointState& best = nodes[order.front()];
    if (current && stays(nodes[*current], best, reference, lag_max)) return *current;
    return order.front();
}

std::vector<std::size_t> usable_by_rank(std::span<const EndpointState> nodes,
                                        std::optional<std::size_t> current, std::uint32_t lag_max) {
    std::vector<std::size_t> order = ranked(nodes, reference_height(nodes), lag_max);
    if (order.empty()) return order;
    const auto first = std::ranges::find(order, choose(nodes, current, lag_max));
    std::rotate(order.begin(), first, first + 1);
    return order;
}

}  // namespace nsl::chain
