// SPDX-License-Identifier: Apache-2.0
// A pool of fake nodes, on a manual clock.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chain/rpc_pool.h"
#include "chain_world.h"
#include "net/url.h"
#include "tcp_gate.h"

namespace nsl::testing_support {

using chain::EndpointHealth;
using chain::PoolOptions;
using chain::RpcClient;
using chain::RpcPool;

constexpr std::size_t kRoundsMax = 5'000;  // of the loop, for any condition to come true

inline neo::Transaction payment() {
    neo::Transaction out;
    out.nonce = 7;
    out.valid_until_block = 9;
    out.signers = {{.account = neo::native::policy()}};
    out.script = {0x11, 0x40};
    out.witnesses = {{.invocation = {0x0c, 0x01, 0x02}, .verification = {0x11}}};
    return out;
}

class PoolTest : public ::testing::Test {
 protected:
    ChainWorld world;
    std::deque<FakeNode> nodes;
    std::unique_ptr<TcpGate> gate;  // before the first node, when there is one
    PoolOptions options;
    std::unique_ptr<RpcPool> pool;

    // The probing goes on when `until` drives it.
    void start(std::size_t count) {
        while (nodes.size() < count) nodes.emplace_back(world.tasks);
        std::vector<std::string> urls;
        for (const FakeNode& node : nodes) urls.push_back(node.url());
        if (gate) urls.front() = gate->url();
        auto made = RpcPool::make(world.loop.get_executor(), *world.http, urls, 56753, world.clock,
                                  world.log, options);
        ASSERT_TRUE(made) << made.error().message;
        pool = *std::move(made);
    }
    void start_well(std::size_t count) {
        start(count);
        world.tasks.spawn("probe nodes", pool->run());
        until([&] { return usable() == count; });
    }
    void start_gated(std::size_t count) {
        nodes.emplace_back(world.tasks);
        const auto port = net::parse_url(nodes[0].url(), "http", "https").value().port;
        gate = std::make_unique<TcpGate>(world.tasks, port);
        start_well(count);
    }
    // Until nothing is left to do before time moves.
    void settle() {
        world.loop.restart();
        while (world.loop.run_one_for(milliseconds(20)) != 0) {
        }
    }
    // Starts a call and leaves it to until().
    template <class T>
    std::shared_ptr<std::optional<T>> begin(Task<T> call) {
        auto out = std::make_shared<std::optional<T>>();
        auto keep = [](Task<T> work, std::shared_ptr<std::optional<T>> result) -> Task<void> {
            result->emplace(co_await std::move(work));
        };
        world.tasks.spawn("call", keep(std::move(call), out));
        return out;
    }
    void TearDown() override {
        EXPECT_TRUE(world.run(world.tasks.stop(milliseconds(5'000))));
        if (pool) EXPECT_TRUE(world.run(pool->stop(milliseconds(5'000))));
        pool.reset();
        nodes.clear();
    }

    // Runs what there is to do; when there is nothing, the next probes come due.
    void until(const std::function<bool()>& holds) {
        world.loop.restart();
        for (std::size_t i = 0; !holds(); ++i) {
            ASSERT_LT(i, kRoundsMax) << "it never came true";
            if (world.loop.run_one_for(milliseconds(20)) == 0)
                world.clock.advance(options.probe_every);
        }
    }
    std::size_t usable() const {
        return static_cast<std::size_t>(
            std::ranges::count(pool->health(), true, &EndpointHealth::usable));
    }
    std::size_t count_lines(std::string_view message) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            world.lines->lines(), [&](const std::string& line) { return line.contains(message); }));
    }
    std::size_t best() {
        const std::string& url = pool->best().url();
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (nodes[i].url() == url || (i == 0 && gate && gate->url() == url)) return i;
        ADD_FAILURE() << url;
        return 0;
    }
    Result<std::uint32_t> hedged_count() {
        return world.run(
            pool->hedged<std::uint32_t>([](RpcClient& node) { return node.block_count(); }));
    }
};

}  // namespace nsl::testing_support
