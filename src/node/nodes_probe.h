// SPDX-License-Identifier: Apache-2.0
// Metrics of the Neo nodes that are asked, by their names.
#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/task.h"
#include "chain/rpc_pool.h"

namespace nsl::node {

class NodesProbe {
 public:
    // The labels are the nodes of the configuration, a closed set.
    NodesProbe(Metrics& metrics, const std::vector<chain::EndpointHealth>& nodes);

    // The same nodes in the same order.
    void saw(const std::vector<chain::EndpointHealth>& nodes);
    // Each second, until cancelled.
    Task<void> watch(const chain::RpcPool& nodes, Clock& clock);

 private:
    struct Gauges {
        Gauge usable, trusted, height, error_ratio, latency;
    };
    std::vector<Gauges> gauges_;
};

}  // namespace nsl::node
