// SPDX-License-Identifier: Apache-2.0
// Which of several nodes to ask. Pure.
//
// Heights are only believed for ranking, and no single node's: with three or more nodes, each is
// held against the second highest, so that one that claims a huge height cannot make all others
// look as if they were behind. With two the higher counts: which of them lies, nobody can tell.
#pragma once
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
};

// A probe: the network it is of, its height, and how long it took to say so.
struct ProbeAnswer {
    std::uint32_t magic = 0;
    std::uint32_t height = 0;
    double took_ms = 0;
};
void note_probe(EndpointState& node, const ProbeAnswer& answer, std::uint32_t our_network);
// An exchange that went well says nothing of network or height: it does not end unreachability.
void note_success(EndpointState& node);
// `internal` (an answer of another shape) only counts; all else makes it unreachable at once, until
// a probe has asked for its network anew.
void note_failure(EndpointState& node, const Error& error);

// What the nodes' heights are held against; 0 when none is reached and ours.
std::uint32_t reference_height(std::span<const EndpointState> nodes);
// Why it is not usable; empty when it is: reached, of our network, and at most `lag_max` blocks
// behind the reference.
std::string trouble_of(const EndpointState& node, std::uint32_t reference, std::uint32_t lag_max,
                       std::uint32_t our_network);
bool is_usable(const EndpointState& node, std::uint32_t reference, std::uint32_t lag_max);

// The node to ask for all that must come from one. `current` is kept while it is usable, fails less
// than half of the time, and is not several times as slow as the best other. A node that has been
// unreachable comes after those that have not until three probes in a row went well. While none is
// usable: the least bad, that is one behind, then one not asked yet, then one unreachable, and one
// of another network last. `nodes` must not be empty.
std::size_t choose(std::span<const EndpointState> nodes, std::optional<std::size_t> current,
                   std::uint32_t lag_max);
// The usable nodes, the chosen one first, then by rank; empty when none is.
std::vector<std::size_t> usable_by_rank(std::span<const EndpointState> nodes,
                                        std::optional<std::size_t> current, std::uint32_t lag_max);

}  // namespace nsl::chain
