// SPDX-License-Identifier: Apache-2.0
#include "node/sender_probe.h"

#include <gtest/gtest.h>

namespace nsl::node {
namespace {

TEST(SenderProbe, ShowsWhatIsUnderWay) {
    Metrics metrics;
    SenderProbe probe(metrics);
    const auto shows = [&](const std::string& line) {
        return metrics.text().contains("\n" + line + "\n");
    };
    probe.saw({.open = 3,
               .in_trouble = 1,
               .checkpoint = chain::BlockHeader{.index = 77},
               .foreign_spends = 2});
    EXPECT_TRUE(shows("nsl_chain_intents_open 3"));
    EXPECT_TRUE(shows("nsl_chain_sender_height 77"));
    EXPECT_TRUE(shows("nsl_chain_foreign_spends 2"));
    EXPECT_TRUE(shows("nsl_chain_intents_in_trouble 1"));
}

}  // namespace
}  // namespace nsl::node
