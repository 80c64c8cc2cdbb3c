// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc_pool.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "base/async_event.h"
#include "chain_world.h"
#include "net/url.h"
#include "tcp_gate.h"

namespace nsl::chain {
namespace {

using testing_support::ChainWorld;
using testing_support::FakeNode;

constexpr std::size_t kRoundsMax = 500;  // of the loop, for any condition to come true

neo::Transaction payment() {
    neo::Transaction out;
    out.nonce = 7;
    out.valid_until_block = 9;
    out.signers = {{.account = neo::native::policy()}};
    out.script = {0x11, 0x40};
    out.witnesses = {{.invocation = {0x0c, 0x01, 0x02}, .verification = {0x11}}};
    return out;
}

class RpcPoolTest : public ::testing::Test {
 protected:
    ChainWorld world;
    std::deque<FakeNode> nodes;
    std::unique_ptr<testing_support::TcpGate> gate;  // before the first node, when there is one
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
        gate = std::make_unique<testing_support::TcpGate>(world.tasks, port);
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

TEST_F(RpcPoolTest, LeavesTheBestWhenItDiesAndUsesItAgainOnceItIsBack) {
    start_well(3);
    const std::size_t first = best();
    auto call = pool->best().block_count();
    nodes[first].down = true;
    EXPECT_EQ(world.run(std::move(call)).error().code, Errc::unavailable);
    // At once, before the next probe.
    const std::size_t second = best();
    EXPECT_NE(second, first);
    EXPECT_TRUE(world.run(pool->best().block_count()));
    EXPECT_FALSE(pool->health()[first].trouble.empty());
    EXPECT_TRUE(world.lines->contains("node is not used"));

    nodes[first].down = false;
    until([&] { return pool->health()[first].usable; });
    EXPECT_EQ(best(), second);
    for (std::size_t i = 0; i < 3; ++i) nodes[i].down = i != first;
    until([&] { return usable() == 1; });
    EXPECT_EQ(best(), first);
    EXPECT_TRUE(world.run(pool->best().block_count()));
}

TEST_F(RpcPoolTest, LeavesTheBestWhenItDiesInTheMiddleOfACall) {
    start_gated(2);
    ASSERT_EQ(best(), 0U);
    gate->close();
    const auto call = begin(pool->best().block_count());
    until([&] { return gate->held() == 1; });
    gate->die();
    until([&] { return call->has_value(); });
    EXPECT_EQ((**call).error().code, Errc::unavailable);
    EXPECT_EQ(best(), 1U);
    gate->open();
}

TEST_F(RpcPoolTest, NeverUsesANodeOfAnotherNetwork) {
    nodes.emplace_back(world.tasks).network = 1;
    nodes.emplace_back(world.tasks).mine(3);
    start(3);
    world.tasks.spawn("probe nodes", pool->run());
    until([&] { return usable() == 1 && pool->health()[2].height == 0; });
    EXPECT_NE(pool->health()[0].trouble.find("network 1"), std::string::npos);
    EXPECT_EQ(best(), 1U);
    EXPECT_EQ(world.run(pool->send(payment().serialize()))->outcome, SendOutcome::accepted);
    EXPECT_TRUE(nodes[0].received().empty());
    nodes[1].down = nodes[2].down = true;
    until([&] { return usable() == 0; });
    EXPECT_EQ(hedged_count().error().code, Errc::unavailable);
    EXPECT_NE(best(), 0U);
}

TEST_F(RpcPoolTest, ANodeThatComesBackAsAnotherNetworkIsNotAskedEvenBeforeTheNextProbe) {
    start(1);
    RpcClient& kept = pool->best();
    EXPECT_EQ(world.run(kept.send({1}))->outcome, SendOutcome::refused);
    nodes[0].down = true;
    EXPECT_FALSE(world.run(kept.block_count()));
    nodes[0].down = false;
    nodes[0].network = 894;
    const auto refused = world.run(kept.send(payment().serialize()));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("network 894"), std::string::npos);
    EXPECT_EQ(nodes[0].received().size(), 1U);
    // And without any outage, by the next probe; back again too.
    nodes[0].network = 56753;
    world.tasks.spawn("probe nodes", pool->run());
    until([&] { return usable() == 1; });
    nodes[0].network = 894;
    until([&] { return usable() == 0; });
    EXPECT_EQ(world.run(pool->send({2})).error().code, Errc::unavailable);
    EXPECT_EQ(nodes[0].received().size(), 1U);
}

TEST_F(RpcPoolTest, LeavesANodeThatLagsAndUsesItAgainOnceItHasCaughtUp) {
    start_well(3);
    const std::size_t first = best();
    for (std::size_t i = 0; i < 3; ++i)
        if (i != first) nodes[i].mine(5);
    until([&] { return usable() == 2; });
    EXPECT_NE(best(), first);
    EXPECT_EQ(pool->health()[first].trouble, "5 blocks behind");
    EXPECT_EQ(pool->height(), 5U);
    nodes[first].mine(4);
    until([&] { return usable() == 3; });
}

TEST_F(RpcPoolTest, ALiarAboutItsHeightTakesNobodysPlace) {
    start_well(3);
    const std::size_t liar = best();
    nodes[liar].height_offset_down = static_cast<std::uint32_t>(-1'000'000);
    until([&] { return pool->health()[liar].height == 1'000'000; });
    EXPECT_EQ(pool->height(), 0U);
    EXPECT_EQ(usable(), 3U);
    EXPECT_NE(best(), liar);
}

TEST_F(RpcPoolTest, StaysWithTheBestWhileItIsWell) {
    start_well(3);
    const std::size_t first = best();
    for (int round = 1; round < 5; ++round) {
        const auto height = static_cast<std::uint32_t>(round);
        for (std::size_t i = 0; i < 3; ++i)
            if (i != first) nodes[i].mine();
        until([&] { return pool->height() == height; });
        EXPECT_EQ(best(), first);
        nodes[first].mine();
        until([&] { return pool->health()[first].height == height; });
        EXPECT_EQ(best(), first);
    }
}

// Silent until cancelled, and counted then.
struct Silence {
    AsyncEvent never;
    int cancelled = 0;

    Task<void> keep() {
        struct Left {
            int& count;
            ~Left() { ++count; }
        } const left{cancelled};
        for (;;) co_await never.wait();
    }
};

TEST_F(RpcPoolTest, AHedgedReadTakesTheSecondsAnswerWhenTheFirstIsSilent) {
    start(2);
    nodes[1].mine(2);
    Silence silence;
    std::vector<std::string> asked;
    auto ask = [&](RpcClient& node) -> Task<Result<std::uint32_t>> {
        asked.push_back(node.url());
        if (asked.size() == 1) co_await silence.keep();
        co_return co_await node.block_count();
    };
    const auto one_asked = [&] { EXPECT_EQ(asked.size(), 1U); };
    const auto got = testing_support::drive(
        world.loop, world.clock, pool->hedged<std::uint32_t>(ask), one_asked, options.hedge_after);
    ASSERT_TRUE(got) << got.error().message;
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_NE(asked[0], asked[1]);
    EXPECT_EQ(silence.cancelled, 1);
    EXPECT_EQ(world.clock.sleepers(), 0U);
}

TEST_F(RpcPoolTest, AHedgedReadGoesOnAtOnceWhenTheFirstFails) {
    start_well(3);
    nodes[best()].down = true;
    EXPECT_TRUE(hedged_count());
    nodes[best()].raw_replies = {"garbage"};
    EXPECT_TRUE(hedged_count());
}

TEST_F(RpcPoolTest, AHedgedReadEndsWithItsCaller) {
    start_well(2);
    Silence silence;
    auto ask = [&](RpcClient&) -> Task<Result<std::uint32_t>> {
        co_await silence.keep();
        co_return 0U;
    };
    auto read = [](RpcPool& from,
                   std::function<Task<Result<std::uint32_t>>(RpcClient&)> how) -> Task<void> {
        (void)co_await from.hedged<std::uint32_t>(how);
    };
    TaskGroup caller(world.loop.get_executor(), world.log);
    caller.spawn("read", read(*pool, ask));
    until([&] { return silence.never.waiting() == 2; });
    EXPECT_TRUE(world.run(caller.stop(milliseconds(5'000))));
    EXPECT_EQ(silence.cancelled, 2);
    EXPECT_FALSE(world.lines->contains("task failed"));
}

TEST_F(RpcPoolTest, AHedgedReadHasADeadline) {
    options.read_deadline = milliseconds(50);
    start_well(2);
    Silence silence;
    auto ask = [&](RpcClient&) -> Task<Result<std::uint32_t>> {
        co_await silence.keep();
        co_return 0U;
    };
    EXPECT_EQ(world.run(pool->hedged<std::uint32_t>(ask)).error().code, Errc::timeout);
    EXPECT_EQ(silence.cancelled, 1);
}

TEST_F(RpcPoolTest, AnAnswerThatThereIsNoneIsAnAnswer) {
    start_well(2);
    std::size_t asked = 0;
    const auto got = world.run(pool->hedged<Block>([&](RpcClient& node) {
        ++asked;
        return node.block(77);
    }));
    EXPECT_EQ(got.error().code, Errc::not_found);
    EXPECT_EQ(asked, 1U);
}

TEST_F(RpcPoolTest, SendsToAllAndOneThatRefusesHidesNoAcceptance) {
    start_well(3);
    nodes[0].send_errors = {-500};
    nodes[1].send_errors = {-503};
    EXPECT_EQ(world.run(pool->send(payment().serialize()))->outcome, SendOutcome::accepted);
    until([&] {
        return std::ranges::all_of(nodes, [](const FakeNode& n) { return !n.received().empty(); });
    });
}

TEST_F(RpcPoolTest, ASendWaitsForAnAcceptanceButNotAfterOne) {
    start_gated(2);
    gate->close();
    nodes[1].send_errors = {-500};
    const auto refused_first = begin(pool->send(payment().serialize()));
    settle();
    EXPECT_EQ(nodes[1].received().size(), 1U);
    EXPECT_FALSE(refused_first->has_value());
    gate->open();
    settle();
    ASSERT_TRUE(refused_first->has_value());
    EXPECT_EQ((**refused_first).value().outcome, SendOutcome::accepted);

    gate->close();
    const auto accepted_first = begin(pool->send(payment().serialize()));
    settle();
    ASSERT_TRUE(accepted_first->has_value());
    EXPECT_EQ((**accepted_first).value().outcome, SendOutcome::accepted);
    EXPECT_EQ(gate->held(), 1U);
    // The other goes on, and what is under way when the pool stops ends then.
    EXPECT_TRUE(world.run(pool->stop(milliseconds(5'000))));
    gate->open();
}

TEST_F(RpcPoolTest, SendsThatANodeDoesNotAnswerAreBounded) {
    start_gated(1);
    gate->close();
    std::vector<std::shared_ptr<std::optional<Result<SendReply>>>> sends;
    for (int i = 0; i < 64; ++i) sends.push_back(begin(pool->send(payment().serialize())));
    settle();
    EXPECT_EQ(world.run(pool->send({1})).error().code, Errc::limit_exceeded);
    gate->open();
    settle();
    for (const auto& send : sends) EXPECT_TRUE(send->has_value() && **send);
    EXPECT_TRUE(world.run(pool->send({1})));
}

TEST_F(RpcPoolTest, TheBestOutcomeOfASendCounts) {
    start_well(3);
    const auto outcome = [&](int a, int b, int c) {
        nodes[0].send_errors = {a}, nodes[1].send_errors = {b}, nodes[2].send_errors = {c};
        return world.run(pool->send(payment().serialize())).value().outcome;
    };
    EXPECT_EQ(outcome(-500, -502, -503), SendOutcome::already_known);
    EXPECT_EQ(outcome(-500, -502, -508), SendOutcome::retry_later);
    EXPECT_EQ(outcome(-500, -504, -508), SendOutcome::refused);
    nodes[0].down = nodes[1].down = true;
    nodes[2].send_errors = {-502};
    EXPECT_EQ(world.run(pool->send({1}))->outcome, SendOutcome::retry_later);
    nodes[2].down = true;
    const auto none = world.run(pool->send({1}));
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message.find("503"), std::string::npos);
}

TEST_F(RpcPoolTest, WhileNoneIsUsableEveryCallSaysWhatTheTroubleOfEachIs) {
    nodes.emplace_back(world.tasks).network = 1;
    nodes.emplace_back(world.tasks).down = true;
    start(2);
    const auto has_both = [&](const Error& error) {
        EXPECT_EQ(error.code, Errc::unavailable);
        const std::string& words = error.message;
        return words.contains(pool->health()[0].name + ": is of network 1, not 56753") &&
               words.contains(pool->health()[1].name + ": unreachable: ");
    };
    EXPECT_TRUE(has_both(world.run(pool->best().block_count()).error()));
    EXPECT_TRUE(has_both(hedged_count().error()));
    EXPECT_TRUE(has_both(world.run(pool->send({1})).error()));
    // Without any probing, a node that is well again is found by the call.
    nodes[1].down = false;
    EXPECT_TRUE(hedged_count());
    nodes[1].down = true;
    EXPECT_FALSE(hedged_count());
    nodes[1].down = false;
    EXPECT_TRUE(world.run(pool->send({1})));
}

TEST_F(RpcPoolTest, KeepsWhatAUrlMayHideOutOfItsWords) {
    options.probe_every = milliseconds(10);
    auto made = RpcPool::make(world.loop.get_executor(), *world.http,
                              {"http://127.0.0.1:1/key-in-path?k=in-query"}, 56753, world.clock,
                              world.log, options);
    pool = *std::move(made);
    const auto count = world.run(pool->best().block_count());
    for (const char* hidden : {"key-in-path", "in-query"}) {
        EXPECT_FALSE(count.error().message.contains(hidden));
        EXPECT_FALSE(world.lines->contains(hidden));
    }
    EXPECT_TRUE(world.lines->contains("127.0.0.1:1"));
}

TEST_F(RpcPoolTest, RefusesWhatIsNoListOfNodes) {
    const auto refusal = [&](std::vector<std::string> urls) {
        const auto made = RpcPool::make(world.loop.get_executor(), *world.http, std::move(urls), 1,
                                        world.clock, world.log, options);
        return made ? std::string() : std::string(errc_name(made.error().code));
    };
    EXPECT_EQ(refusal({"http://a", "https://a", "http://a:81", "http://a/b"}), "");
    EXPECT_EQ(refusal({}), "invalid_argument");
    EXPECT_EQ(refusal({"ftp://a"}), "invalid_argument");
    EXPECT_EQ(refusal({"http://user:word@a"}), "invalid_argument");
    EXPECT_EQ(refusal({"http://A", "http://a:80/"}), "invalid_argument");
    std::vector<std::string> many;
    for (int i = 1; i <= 17; ++i) many.push_back("http://a:" + std::to_string(i));
    EXPECT_EQ(refusal(many), "invalid_argument");
    many.pop_back();
    EXPECT_EQ(refusal(many), "");
    options.hedge_after = milliseconds(0);
    EXPECT_EQ(refusal({"http://a"}), "invalid_argument");
}

}  // namespace
}  // namespace nsl::chain
