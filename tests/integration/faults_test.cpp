// SPDX-License-Identifier: Apache-2.0
// The faults that other tests put between our code and neo-go are what they say they are.
#include <gtest/gtest.h>

#include "private_network.h"

namespace nsl {
namespace {

using namespace testing_support;

template <class T>
T run(Task<T> work) {
    return run_blocking(network_world().loop, std::move(work));
}
void run(Task<void> work) {
    run_blocking(network_world().loop, std::move(work));
}

TEST(Network, AKilledNodeFollowsAgainOnItsPortWithTheSameChain) {
    PrivateNetwork& network = *network_world().network;
    for (int round = 0; round < 5; ++round) {
        const std::uint32_t height = run(network.rpc(0).block_count()).value() - 1;
        const auto hash = run(network.rpc(0).block(height)).value().hash;
        run(network.kill(0));
        EXPECT_FALSE(network.running(0));
        EXPECT_EQ(run(network.rpc(0).block_count()).error().code, Errc::unavailable);
        EXPECT_TRUE(run(network.rpc(1).block_count()).has_value());
        ASSERT_TRUE(network.start(0).has_value());
        const Status ready = run(network.wait_ready(0));
        ASSERT_TRUE(ready.has_value()) << ready.error().message;
        EXPECT_EQ(run(network.rpc(0).block(height)).value().hash, hash);
        EXPECT_EQ(run(network.rpc(0).version()).value().network, network.network());
    }
}

}  // namespace
}  // namespace nsl

int main(int argc, char** argv) {
    return nsl::testing_support::network_main(argc, argv, {.nodes = 2});
}
