// SPDX-License-Identifier: Apache-2.0
#include "node/nodes_probe.h"

#include <gtest/gtest.h>

namespace nsl::node {
namespace {

using Health = std::vector<chain::EndpointHealth>;

TEST(NodesProbe, ShowsEachNodeAsItIs) {
    Metrics metrics;
    NodesProbe probe(metrics, Health{{.name = "a:80"}, {.name = "b:443"}});
    const auto shows = [&](const std::string& line) {
        return metrics.text().contains("\n" + line + "\n");
    };
    EXPECT_TRUE(shows("nsl_chain_node_usable{node=\"a:80\"} 0"));
    EXPECT_TRUE(shows("nsl_chain_node_trusted{node=\"a:80\"} 1"));
    probe.saw(
        Health{{.name = "a:80", .usable = true, .height = 77, .latency_ms = 250, .error_rate = 0.5},
               {.name = "b:443", .trusted = false, .height = 5}});
    EXPECT_TRUE(shows("nsl_chain_node_usable{node=\"a:80\"} 1"));
    EXPECT_TRUE(shows("nsl_chain_node_height{node=\"a:80\"} 77"));
    EXPECT_TRUE(shows("nsl_chain_node_latency_seconds{node=\"a:80\"} 0.25"));
    EXPECT_TRUE(shows("nsl_chain_node_error_ratio{node=\"a:80\"} 0.5"));
    EXPECT_TRUE(shows("nsl_chain_node_usable{node=\"b:443\"} 0"));
    EXPECT_TRUE(shows("nsl_chain_node_trusted{node=\"b:443\"} 0"));
    EXPECT_TRUE(shows("nsl_chain_node_height{node=\"b:443\"} 5"));
}

}  // namespace
}  // namespace nsl::node
