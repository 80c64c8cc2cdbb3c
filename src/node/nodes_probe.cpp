// SPDX-License-Identifier: Apache-2.0
#include "node/nodes_probe.h"

#include <algorithm>

namespace nsl::node {
namespace {

constexpr milliseconds kEvery{1'000};

}  // namespace

NodesProbe::NodesProbe(Metrics& metrics, const std::vector<chain::EndpointHealth>& nodes) {
    for (const chain::EndpointHealth& node : nodes) {
        const auto gauge = [&](const char* name, const char* help) {
            return metrics.gauge(name, help, {{"node", node.name}});
        };
        gauges_.push_back(
            {.usable = gauge("nsl_chain_node_usable",
                             "1 while the Neo node answers, is of our network and not behind"),
             .trusted = gauge("nsl_chain_node_trusted",
                              "0 after an answer of the Neo node was shown to be untrue"),
             .height = gauge("nsl_chain_node_height", "Newest block the Neo node tells of"),
             .error_ratio = gauge("nsl_chain_node_error_ratio",
                                  "Exchanges with the Neo node that failed, smoothed"),
             .latency = gauge("nsl_chain_node_latency_seconds",
                              "Asking the Neo node how it is, smoothed")});
    }
    saw(nodes);
}

void NodesProbe::saw(const std::vector<chain::EndpointHealth>& nodes) {
    for (std::size_t i = 0; i < std::min(nodes.size(), gauges_.size()); ++i) {
        gauges_[i].usable.set(nodes[i].usable ? 1 : 0);
        gauges_[i].trusted.set(nodes[i].trusted ? 1 : 0);
        gauges_[i].height.set(nodes[i].height);
        gauges_[i].error_ratio.set(nodes[i].error_rate);
        gauges_[i].latency.set(nodes[i].latency_ms / 1e3);
    }
}

Task<void> NodesProbe::watch(const chain::RpcPool& nodes, Clock& clock) {
    for (;;) {
        saw(nodes.health());
        co_await clock.sleep_for(kEvery);
    }
}

}  // namespace nsl::node
