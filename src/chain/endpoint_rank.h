// SPDX-License-Identifier: Apache-2.0
// Which of several nodes to ask. Pure.
//
// A height is a claim. With three nodes or more, each is held against the second highest, which two
// know of, so that one that claims a huge height cannot make the others look as if they were
// behind; who is too far behind that is not usable. With one or two nobody confirms a height, so it
// only ranks: a node that is too far behind the other is asked after it, but stays usable. Which of
// the two lies cannot be told from heights; who asks them finds out, and says so with note_lie().
//
// A node of which lies were shown is distrusted: it comes after all that are usable and trusted,
// and its height counts for nothing while one of those answers. It is trusted again after a pause
// and then three probes in a row that went well. The pause is 5 s, twice as long after each further
// lie, and at most 5 min; lies are forgotten when there was none for an hour.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace nsl::chain {

enum class NodeNetwork { unknown, ours, other };

// What is known of one node.
struct EndpointState {
    NodeNetwork network = NodeNetwork::unknown;
    std::uint32_t magic = 0;        // that it told of
    bool reached = false;           // it answered when it was asked last
    std::uint32_t height = 0;       // its newest block, as it says
    double latency_ms = 0;          // of probes, smoothed; 0 before the first
    double error_rate = 0;          // smoothed, 0..1
    std::uint32_t good_probes = 0;  // in a row
    std::uint64_t unreachable = 0;  // how often it was
    std::string last_error;
    bool distrusted = false;
    std::uint32_t lies = 0;                      // not forgotten yet
    std::chrono::nanoseconds last_lie{};         // on the monotonic clock, as all times here
    std::chrono::nanoseconds distrusted_till{};  // when the probes begin to count
    std::uint32_t probes_since = 0;              // in a row
    std::string lie;                             // the last one
};

// A probe: the network it is of, its height, and how long it took to say so.
struct ProbeAnswer {
    std::uint32_t magic = 0;
    std::uint32_t height = 0;
    double took_ms = 0;
};
void note_probe(EndpointState& node, const ProbeAnswer& answer, std::uint32_t our_network,
                std::chrono::nanoseconds now);
// An exchange that went well says nothing of network or height: it does not end unreachability.
void note_success(EndpointState& node);
// `internal` (an answer of another shape) only counts; all else makes it unreachable at once, until
// a probe has asked for its network anew.
void note_failure(EndpointState& node, const Error& error);

// What it answered has been shown to be untrue. Several within one pause are one lie, and the pause
// begins anew.
void note_lie(EndpointState& node, const Error& why, std::chrono::nanoseconds now);

// What heights are held against.
struct HeightRule {
    std::uint32_t reference = 0;  // 0 when no node is reached and ours
    bool excludes = false;        // who lags is not usable: two know of the reference
    std::uint32_t lag_max = 0;    // blocks
};
HeightRule height_rule(std::span<const EndpointState> nodes, std::uint32_t lag_max);
// Reached, of our network, and not excluded by its height.
bool is_usable(const EndpointState& node, const HeightRule& rule);
// What speaks against it: why it is not usable, or else why it is asked only after the others
// (distrusted, behind). Empty when nothing does.
std::string trouble_of(const EndpointState& node, const HeightRule& rule,
                       std::uint32_t our_network);

// The node to ask for all that must come from one. `current` is kept while it is usable, fails less
// than half of the time, is not several times as slow as the best other, and neither distrusted nor
// behind when that one is not. Of the others, a distrusted one comes last, then one that is behind;
// a node that has been unreachable comes after those that have not until three probes in a row went
// well. While none is usable: the least bad, that is one behind, then one not asked yet, then one
// unreachable, and one of another network last. `nodes` must not be empty.
std::size_t choose(std::span<const EndpointState> nodes, std::optional<std::size_t> current,
                   std::uint32_t lag_max);
// The usable nodes, the chosen one first, then by rank; empty when none is.
std::vector<std::size_t> usable_by_rank(std::span<const EndpointState> nodes,
                                        std::optional<std::size_t> current, std::uint32_t lag_max);

}  // namespace nsl::chain
