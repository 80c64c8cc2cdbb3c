// SPDX-License-Identifier: Apache-2.0
// What a pool makes of the answers of several nodes.
#include <gtest/gtest.h>

#include "base/async_event.h"
#include "pool_world.h"

namespace nsl::chain {
namespace {

using testing_support::FakeNode;
using testing_support::payment;

class RpcPoolCalls : public testing_support::PoolTest {};

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

TEST_F(RpcPoolCalls, AHedgedReadTakesTheSecondsAnswerWhenTheFirstIsSilent) {
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

TEST_F(RpcPoolCalls, AHedgedReadGoesOnAtOnceWhenTheFirstFails) {
    start_well(3);
    nodes[best()].down = true;
    EXPECT_TRUE(hedged_count());
    nodes[best()].raw_replies = {"garbage"};
    EXPECT_TRUE(hedged_count());
}

TEST_F(RpcPoolCalls, AHedgedReadAsksADistrustedNodeOnlyWhenTheOthersHaveFailed) {
    start_well(3);
    RpcClient* const liar = &pool->best();
    pool->distrust(*liar, {Errc::conflict, "another block"});
    std::vector<RpcClient*> asked;
    AsyncEvent speak;
    const auto ask = [&](RpcClient& node) -> Task<Result<std::uint32_t>> {
        asked.push_back(&node);
        if (&node == liar) co_return 99U;
        co_await speak.wait();
        co_return fail(Errc::unavailable, "gone");
    };
    const auto read = begin(pool->hedged<std::uint32_t>(ask));
    settle();
    for (int i = 0; i < 3; ++i) {
        world.clock.advance(options.hedge_after);
        settle();
    }
    // Silence is no reason.
    EXPECT_EQ(asked.size(), 2U);
    EXPECT_FALSE(read->has_value());
    speak.notify_all();
    settle();
    ASSERT_TRUE(read->has_value());
    EXPECT_EQ((**read).value(), 99U);
    EXPECT_EQ(asked.back(), liar);
}

TEST_F(RpcPoolCalls, AHedgedReadEndsWithItsCaller) {
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

TEST_F(RpcPoolCalls, AHedgedReadHasADeadline) {
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

TEST_F(RpcPoolCalls, AnAnswerThatThereIsNoneIsAnAnswer) {
    start_well(2);
    std::size_t asked = 0;
    const auto got = world.run(pool->hedged<Block>([&](RpcClient& node) {
        ++asked;
        return node.block(77);
    }));
    EXPECT_EQ(got.error().code, Errc::not_found);
    EXPECT_EQ(asked, 1U);
}

TEST_F(RpcPoolCalls, SendsToAllAndOneThatRefusesHidesNoAcceptance) {
    start_well(3);
    nodes[0].send_errors = {-500};
    nodes[1].send_errors = {-503};
    EXPECT_EQ(world.run(pool->send(payment().serialize()))->outcome, SendOutcome::accepted);
    until([&] {
        return std::ranges::all_of(nodes, [](const FakeNode& n) { return !n.received().empty(); });
    });
}

TEST_F(RpcPoolCalls, ASendWaitsForAnAcceptanceButNotAfterOne) {
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

TEST_F(RpcPoolCalls, SendsThatANodeDoesNotAnswerAreBounded) {
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

TEST_F(RpcPoolCalls, TheBestOutcomeOfASendCounts) {
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

}  // namespace
}  // namespace nsl::chain
