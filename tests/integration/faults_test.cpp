// SPDX-License-Identifier: Apache-2.0
// What a client and a pool of nodes say when something goes wrong between them and a real node; and
// that the faults which other tests inject are what they say they are.
#include <gtest/gtest.h>

#include <algorithm>

#include "chain/block_reader.h"
#include "chain/rpc_pool.h"
#include "fault_world.h"

namespace nsl {
namespace {

using namespace testing_support;
using chain::SendOutcome;

class Faults : public FaultTest {};

TEST_F(Faults, AKilledNodeFollowsAgainOnItsPortWithTheSameChain) {
    const auto last = run(network.rpc(0).block(height() - 1)).value();
    run(network.kill(0));
    EXPECT_FALSE(network.running(0));
    EXPECT_EQ(in_time(rpc.block_count()).error().code, Errc::unavailable);
    EXPECT_TRUE(run(network.rpc(1).block_count()).has_value());
    EXPECT_EQ(run(network.wait_ready(0)).error().code, Errc::unavailable);
    ASSERT_TRUE(network.start(0).has_value());
    EXPECT_EQ(network.start(0).error().code, Errc::conflict);
    const Status ready = run(network.wait_ready(0));
    ASSERT_TRUE(ready.has_value()) << ready.error().message;
    EXPECT_EQ(run(rpc.block(last.index)).value().hash, last.hash);
    EXPECT_EQ(run(rpc.version()).value().network, network.network());
}

TEST_F(Faults, WithoutAPlanNothingIsChanged) {
    const neo::Transaction tx = payment();
    EXPECT_EQ(run(rpc.send(tx.serialize())).value().outcome, SendOutcome::accepted);
    const auto block = block_of(tx.hash());
    ASSERT_TRUE(block.has_value());
    mine(1);
    EXPECT_EQ(run(rpc.full_block(*block)).value(), run(network.truth().full_block(*block)).value());
    EXPECT_EQ(run(rpc.application_log(tx.hash())).value().vm_state, "HALT");
    EXPECT_EQ(run(rpc.block(1'000'000)).error().code, Errc::not_found);
    EXPECT_EQ(plan().total(), 0U);
    EXPECT_GE(proxy().exchanges(), 4U);
}

TEST_F(Faults, EachHasItsErrorWithinTheDeadlineAndTheNextCallIsRight) {
    const std::pair<NodeFault, Errc> table[] = {{NodeFault::unread, Errc::timeout},
                                                {NodeFault::swallowed, Errc::timeout},
                                                {NodeFault::unanswered, Errc::timeout},
                                                {NodeFault::dropped_before, Errc::unavailable},
                                                {NodeFault::dropped_after, Errc::unavailable},
                                                {NodeFault::truncated, Errc::unavailable},
                                                {NodeFault::garbage, Errc::internal},
                                                {NodeFault::http_503, Errc::unavailable},
                                                {NodeFault::node_error, Errc::unavailable}};
    for (const auto& [fault, code] : table) {
        SCOPED_TRACE(fault_name(fault));
        proxy().hang_up();
        // A read is asked again where a kept connection has ended: so twice.
        plan().next(fault, "", 2);
        const auto answer = in_time(rpc.version());
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error().code, code) << answer.error().message;
        EXPECT_GE(plan().count(fault), 1U);
        plan().calm();
        EXPECT_EQ(in_time(rpc.version()).value().network, network.network());
    }
}

TEST_F(Faults, AClosedPortRefusesAndOpensAgain) {
    EXPECT_TRUE(run(rpc.version()).has_value());
    proxy().close_port();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(in_time(rpc.version(), milliseconds(500)).error().code, Errc::unavailable);
    proxy().open_port();
    EXPECT_TRUE(in_time(rpc.version()).has_value());
    EXPECT_EQ(plan().count(NodeFault::port_closed), 1U);
}

TEST_F(Faults, ADelayedAnswerIsAnAnswer) {
    proxy().set_delay(milliseconds(400));
    plan().next(NodeFault::delayed, "getversion");
    EXPECT_TRUE(in_time(rpc.block_count()).has_value());
    EXPECT_EQ(plan().count(NodeFault::delayed), 0U);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(in_time(rpc.version()).value().network, network.network());
    EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(400));
    EXPECT_EQ(plan().count(NodeFault::delayed), 1U);
}

TEST_F(Faults, ATransactionWhoseAnswerWasLostIsOnTheChain) {
    for (const NodeFault fault :
         {NodeFault::dropped_after, NodeFault::unanswered, NodeFault::truncated}) {
        SCOPED_TRACE(fault_name(fault));
        const neo::Transaction tx = payment();
        plan().next(fault, "sendrawtransaction");
        const auto lost = in_time(rpc.send(tx.serialize()));
        ASSERT_FALSE(lost.has_value());
        EXPECT_TRUE(lost.error().code == Errc::unavailable || lost.error().code == Errc::timeout);
        EXPECT_TRUE(block_of(tx.hash()).has_value());
        EXPECT_EQ(run(rpc.send(tx.serialize())).value().outcome, SendOutcome::already_known);
    }
}

TEST_F(Faults, ATransactionThatNeverReachedTheNodeIsNot) {
    for (const NodeFault fault :
         {NodeFault::dropped_before, NodeFault::swallowed, NodeFault::http_503}) {
        SCOPED_TRACE(fault_name(fault));
        const neo::Transaction tx = payment();
        plan().next(fault, "sendrawtransaction");
        EXPECT_FALSE(in_time(rpc.send(tx.serialize())).has_value());
        EXPECT_FALSE(block_of(tx.hash(), 2).has_value());
        EXPECT_EQ(run(rpc.send(tx.serialize())).value().outcome, SendOutcome::accepted);
    }
}

TEST_F(Faults, ASendThatComesTwiceIsKnownTheSecondTime) {
    const neo::Transaction tx = payment();
    plan().next(NodeFault::duplicated, "sendrawtransaction");
    EXPECT_EQ(in_time(rpc.send(tx.serialize())).value().outcome, SendOutcome::already_known);
    EXPECT_TRUE(block_of(tx.hash()).has_value());
    EXPECT_EQ(plan().report(), "duplicated 1");
}

TEST_F(Faults, AStaleNodeDoesNotKnowTheNewestBlocks) {
    mine(6);
    proxy().set_stale_by(4);
    plan().always(NodeFault::stale_height);
    const std::uint32_t tip = height();
    const std::uint32_t told = run(rpc.block_count()).value();
    EXPECT_LE(told, height() + 1 - 4);
    EXPECT_EQ(run(rpc.block(tip)).error().code, Errc::not_found);
    EXPECT_TRUE(run(rpc.block(tip - 5)).has_value());
    plan().calm();
    EXPECT_GE(run(rpc.block_count()).value(), tip);
}

TEST_F(Faults, ANodeThatDoesNotKnowATransactionIsNoEvidence) {
    const neo::Transaction tx = payment();
    ASSERT_TRUE(run(rpc.send(tx.serialize())).has_value());
    const auto block = block_of(tx.hash());
    ASSERT_TRUE(block.has_value());
    mine(1);
    plan().always(NodeFault::transaction_unknown);
    EXPECT_EQ(run(rpc.transaction_height(tx.hash())).error().code, Errc::not_found);
    EXPECT_EQ(run(rpc.application_log(tx.hash())).error().code, Errc::not_found);
    EXPECT_EQ(run(rpc.raw("getrawtransaction", {tx.hash().display(), 1})).error().code,
              Errc::not_found);
    EXPECT_EQ(std::ranges::count(run(rpc.block(*block)).value().transactions, tx.hash()), 1);
    plan().calm(NodeFault::transaction_unknown);
    EXPECT_EQ(run(rpc.transaction_height(tx.hash())).value(), *block);
}

// Both lies are whole in themselves: only the validators' signature shows them.
TEST_F(Faults, ALieAboutABlockIsSeenByWhoKnowsTheOneBefore) {
    const neo::Transaction tx = payment();
    ASSERT_TRUE(run(rpc.send(tx.serialize())).has_value());
    const std::uint32_t index = block_of(tx.hash()).value();
    mine(1);
    const neo::Block before = run(rpc.full_block(index - 1)).value();
    for (const NodeFault lie :
         {NodeFault::block_without_transaction, NodeFault::block_of_another_header}) {
        SCOPED_TRACE(fault_name(lie));
        plan().next(lie, "getblock");
        const auto told = run(chain::read_after(rpc, before.header, network.network()));
        ASSERT_FALSE(told.has_value());
        EXPECT_EQ(told.error().code, Errc::unauthenticated) << told.error().message;
        plan().next(lie, "getblock");
        const neo::Block shown = run(rpc.full_block(index)).value();
        const chain::Block true_one = run(network.truth().block(index)).value();
        EXPECT_NE(shown.header.hash(), true_one.hash);
        EXPECT_EQ(shown.transactions.size() + (lie == NodeFault::block_without_transaction ? 1 : 0),
                  true_one.transactions.size());
        EXPECT_EQ(plan().count(lie), 2U);
        EXPECT_TRUE(run(chain::read_after(rpc, before.header, network.network())).has_value());
    }
    // An empty block has no transaction to lose: the lie waits for one that has.
    plan().next(NodeFault::block_without_transaction);
    EXPECT_TRUE(run(rpc.full_block(0)).has_value());
    EXPECT_EQ(plan().count(NodeFault::block_without_transaction), 2U);
}

TEST_F(Faults, ABatchIsBentInEachOfItsCalls) {
    mine(5);
    plan().next(NodeFault::block_of_another_header, "getblock");
    const auto blocks = run(rpc.full_blocks(1, 4)).value();
    for (std::uint32_t i = 0; i < 4; ++i)
        EXPECT_NE(blocks[i].value().header.hash(), run(network.truth().block(i + 1)).value().hash);
    plan().next(NodeFault::node_error, "getblock");
    const auto refused = run(rpc.full_blocks(1, 4)).value();
    for (const auto& one : refused) EXPECT_EQ(one.error().code, Errc::unavailable);
    EXPECT_TRUE(run(rpc.full_blocks(1, 4)).value()[3].has_value());
}

class PoolFaults : public FaultTest {
 protected:
    void SetUp() override {
        std::vector<std::string> urls;
        for (const auto& one : proxies) urls.push_back(one->url());
        auto made = chain::RpcPool::make(world.loop.get_executor(), *http, urls, network.network(),
                                         world.clock, Logger(),
                                         {.probe_every = milliseconds(200), .lag_max = 2});
        ASSERT_TRUE(made.has_value()) << made.error().message;
        pool = *std::move(made);
        tasks.spawn("pool", pool->run());
    }
    void TearDown() override {
        EXPECT_TRUE(run(tasks.stop(milliseconds(5'000))));
        EXPECT_TRUE(run(pool->stop(milliseconds(5'000))));
    }
    Result<std::uint32_t> count() {
        return in_time(
            pool->hedged<std::uint32_t>([](chain::RpcClient& node) { return node.block_count(); }));
    }
    // The proxy of the node that the pool asks first, when both are well.
    std::size_t chosen() {
        const auto well = [&] {
            return std::ranges::all_of(pool->health(), &chain::EndpointHealth::usable);
        };
        for (int i = 0; i < 200 && !well(); ++i) run(world.clock.sleep_for(milliseconds(50)));
        EXPECT_TRUE(well());
        return pool->best().url() == proxy(0).url() ? 0 : 1;
    }

    std::unique_ptr<chain::RpcPool> pool;
};

TEST_F(PoolFaults, OneOfTwoNodesFailsAndAHedgedReadIsRightInTime) {
    for (const NodeFault fault :
         {NodeFault::swallowed, NodeFault::unanswered, NodeFault::dropped_before,
          NodeFault::dropped_after, NodeFault::truncated, NodeFault::garbage, NodeFault::http_503,
          NodeFault::node_error}) {
        SCOPED_TRACE(fault_name(fault));
        const std::size_t bad = chosen();
        plan(bad).always(fault, "getblockcount");
        const auto answer = count();
        ASSERT_TRUE(answer.has_value()) << answer.error().message;
        EXPECT_GE(*answer + 3, height());
        EXPECT_GE(plan(bad).count(fault), 1U);
        plan(bad).calm();
    }
}

TEST_F(PoolFaults, ASendReachesTheChainThoughTheBestNodeKeepsIt) {
    for (const NodeFault fault :
         {NodeFault::swallowed, NodeFault::dropped_before, NodeFault::dropped_after}) {
        SCOPED_TRACE(fault_name(fault));
        const neo::Transaction tx = payment();
        plan(chosen()).next(fault, "sendrawtransaction");
        const auto reply = in_time(pool->send(tx.serialize()));
        ASSERT_TRUE(reply.has_value()) << reply.error().message;
        EXPECT_TRUE(block_of(tx.hash()).has_value());
    }
}

TEST_F(PoolFaults, ANodeBehindIsLeftAndAClosedOneToo) {
    mine(5);
    const std::size_t bad = chosen();
    proxy(bad).set_stale_by(5);
    plan(bad).always(NodeFault::stale_height);
    const auto asked = [&] { return pool->best().url(); };
    for (int i = 0; i < 100 && asked() == proxy(bad).url(); ++i)
        run(world.clock.sleep_for(milliseconds(50)));
    EXPECT_EQ(asked(), proxy(1 - bad).url());
    proxy(1 - bad).close_port();
    plan(bad).calm();
    for (int i = 0; i < 100 && asked() != proxy(bad).url(); ++i)
        run(world.clock.sleep_for(milliseconds(50)));
    EXPECT_EQ(asked(), proxy(bad).url());
    EXPECT_TRUE(count().has_value());
}

TEST_F(PoolFaults, AtRandomFromASeedEveryAnswerIsRightOrOneOfTheErrors) {
    for (std::size_t i = 0; i < 2; ++i) {
        for (const NodeFault fault : kExchangeFaults)
            if (fault != NodeFault::swallowed && fault != NodeFault::unanswered)
                plan(i).rate(fault, 40);
        for (const NodeFault fault : kContentFaults) plan(i).rate(fault, 40);
        proxy(i).set_delay(milliseconds(50));
    }
    std::size_t right = 0;
    for (int i = 0; i < 200; ++i) {
        const auto answer = count();
        if (answer && *answer + 4 >= height()) ++right;
        if (!answer)
            EXPECT_TRUE(answer.error().code == Errc::unavailable ||
                        answer.error().code == Errc::internal ||
                        answer.error().code == Errc::timeout)
                << answer.error().message;
    }
    EXPECT_GE(right, 150U) << plan(0).report() << "; " << plan(1).report();
    EXPECT_GE(plan(0).total() + plan(1).total(), 20U);
    for (std::size_t i = 0; i < 2; ++i) plan(i).calm();
    EXPECT_TRUE(count().has_value());
}

}  // namespace
}  // namespace nsl

int main(int argc, char** argv) {
    return nsl::testing_support::network_main(argc, argv, {.nodes = 2});
}
