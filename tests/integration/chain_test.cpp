// SPDX-License-Identifier: Apache-2.0
// The chain module against neo-go.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/encoding.h"
#include "base/file.h"
#include "chain/deploy.h"
#include "chain/follower.h"
#include "chain/single_sender.h"
#include "chain/wallet_signer.h"
#include "devnet_fixture.h"
#include "fake_subscriber.h"
#include "fake_tx_journal.h"
#include "neo/wallet.h"

namespace nsl {
namespace {

using namespace testing_support;
using chain::TxState;

constexpr neo::Datoshi kGas = 1'0000'0000;

// A script that ends well while the chain's tip is not above this block.
Bytes good_until(std::uint32_t block) {
    neo::ScriptBuilder script;
    script.call(neo::native::ledger(), "currentIndex", {});
    script.push_integer(block);
    script.op(0xb6);  // LE
    script.assert_true();
    return script.take();
}

Bytes transfer_to(std::uint8_t seed, const neo::Hash160& from) {
    neo::Hash160 to;
    to.raw.fill(seed);
    return chain::gas_transfer(from, to, kGas).value();
}

Task<std::int64_t> balance(chain::RpcClient& rpc, std::uint8_t seed) {
    neo::Hash160 account;
    account.raw.fill(seed);
    auto item =
        co_await rpc.call(neo::native::gas_token(), "balanceOf", {neo::Argument::hash(account)});
    co_return item ? item->as_i64().value_or(-1) : -1;
}

Task<std::vector<chain::Block>> whole_chain(chain::RpcClient& rpc) {
    std::vector<chain::Block> out;
    const std::uint32_t count = (co_await rpc.block_count()).value();
    for (std::uint32_t i = 0; i < count; ++i) out.push_back((co_await rpc.block(i)).value());
    co_return out;
}

// Until the chain has this block.
Task<void> past_block_of(chain::RpcClient& rpc, Clock& clock, std::uint32_t block) {
    while ((co_await rpc.block_count()).value_or(0) <= block)
        co_await clock.sleep_for(milliseconds(20));
}
Task<void> past_block(DevnetEnvironment& world, std::uint32_t block) {
    return past_block_of(*world.rpc, world.clock, block);
}

std::size_t inclusions(const std::vector<chain::Block>& blocks, const neo::Hash256& hash) {
    std::size_t found = 0;
    for (const chain::Block& block : blocks)
        found += static_cast<std::size_t>(std::ranges::count(block.transactions, hash));
    return found;
}

class Sending : public ::testing::Test {
 protected:
    DevnetEnvironment& world = devnet();
    FakeTxJournal journal;
    chain::WalletSigner bank = chain::WalletSigner::one_of_one(copy_of(world.devnet->key()));
    chain::SingleSender sender{*world.rpc, journal, bank, world.clock, world.random, world.log};

    Result<chain::SendResult> send(chain::SingleSender& with, Bytes script) {
        auto hash = run_on_devnet(with.submit({.script = std::move(script), .purpose = "test"}));
        if (!hash) return std::unexpected(hash.error());
        return run_on_devnet(with.wait(*hash));
    }
};

TEST_F(Sending, TransfersGasOnce) {
    const auto end = send(sender, transfer_to(1, bank.account()));
    ASSERT_TRUE(end.has_value()) << end.error().message;
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(run_on_devnet(balance(*world.rpc, 1)), kGas);
    EXPECT_EQ(run_on_devnet(world.rpc->transaction_height(end->hash)).value(), end->block);
    const auto log = run_on_devnet(world.rpc->application_log(end->hash));
    ASSERT_EQ(log->notifications.size(), 1U);
    EXPECT_EQ(log->notifications[0].name, "Transfer");
}

TEST_F(Sending, EveryHeaderOfTheChainIsSignedByWhomTheOneBeforeItNames) {
    const auto end = send(sender, transfer_to(7, bank.account()));
    ASSERT_TRUE(end.has_value()) << end.error().message;
    const std::uint32_t network = run_on_devnet(world.rpc->version()).value().network;
    neo::Block before = run_on_devnet(world.rpc->full_block(0)).value();
    for (std::uint32_t index = 1; index <= end->block; ++index) {
        const auto block = run_on_devnet(world.rpc->full_block(index));
        ASSERT_TRUE(block.has_value()) << block.error().message;
        const Status checked = neo::check_header(block->header, before.header, network);
        ASSERT_TRUE(checked.has_value()) << checked.error().message;
        EXPECT_FALSE(neo::check_header(block->header, before.header, network + 1));
        before = *block;
    }
    EXPECT_EQ(std::ranges::count(before.transactions, end->hash, &neo::Transaction::hash), 1);
    EXPECT_EQ(run_on_devnet(world.rpc->full_block(1'000'000)).error().code, Errc::not_found);
}

TEST_F(Sending, OurNetworkFeeIsTheNodes) {
    auto lines = std::make_shared<MemorySink>();
    chain::WalletSigner single = chain::WalletSigner::single(copy_of(world.devnet->key()));
    ASSERT_EQ(send(sender, chain::gas_transfer(bank.account(), single.account(), 10 * kGas).value())
                  ->state,
              TxState::halted);
    for (chain::Signer* signer :
         {static_cast<chain::Signer*>(&bank), static_cast<chain::Signer*>(&single)}) {
        chain::SingleSender with(*world.rpc, journal, *signer, world.clock, world.random,
                                 Logger(lines, "test"));
        ASSERT_EQ(send(with, transfer_to(2, signer->account()))->state, TxState::halted);
    }
    EXPECT_FALSE(lines->contains("differ"));
}

TEST_F(Sending, AFaultInTheBlockThatNoSimulationShowed) {
    // Between the simulation and the sending a block passes: the script was good until then.
    journal.before_add = [](chain::TxRecord record) {
        return past_block(devnet(), record.first_block);
    };
    for (int tries = 0; tries < 20; ++tries) {
        const std::uint32_t height = run_on_devnet(world.rpc->block_count()).value() - 1;
        const auto end = send(sender, good_until(height));
        // A block came between asking for the height and the simulation.
        if (!end && end.error().code == Errc::conflict) continue;
        ASSERT_TRUE(end.has_value()) << end.error().message;
        EXPECT_EQ(end->state, TxState::faulted);
        EXPECT_NE(end->exception.find("ASSERT"), std::string::npos) << end->exception;
        return;
    }
    FAIL() << "no simulation succeeded";
}

TEST_F(Sending, AFaultingSimulationSendsNothing) {
    const auto end = send(sender, good_until(0));
    ASSERT_FALSE(end.has_value());
    EXPECT_EQ(end.error().code, Errc::conflict);
}

TEST_F(Sending, ResendingTheSameBytesIsHarmless) {
    const auto end = send(sender, transfer_to(3, bank.account()));
    ASSERT_EQ(end->state, TxState::halted);
    const auto record = run_on_devnet(journal.find(end->hash)).value().value();
    const auto again = run_on_devnet(world.rpc->send(record.bytes));
    EXPECT_EQ(again->outcome, chain::SendOutcome::already_known);
    EXPECT_EQ(run_on_devnet(balance(*world.rpc, 3)), kGas);
}

TEST_F(Sending, WhatWasJournaledAndNeverSentIsSentByTheNextLife) {
    journal.dies_in_add = true;
    const auto first =
        run_on_devnet(sender.submit({.script = transfer_to(4, bank.account()), .purpose = "test"}));
    ASSERT_FALSE(first.has_value());

    chain::SingleSender next(*world.rpc, journal, bank, world.clock, world.random, world.log);
    const auto left = run_on_devnet(next.unresolved("test")).value();
    ASSERT_TRUE(left.has_value());
    EXPECT_EQ(left->state, TxState::prepared);
    EXPECT_EQ(run_on_devnet(world.rpc->transaction_height(left->hash)).error().code,
              Errc::not_found);
    EXPECT_EQ(run_on_devnet(next.wait(left->hash))->state, TxState::halted);
    EXPECT_EQ(run_on_devnet(balance(*world.rpc, 4)), kGas);
}

TEST_F(Sending, ExpiresWhenItWasNeverOnChain) {
    // Journaled, never sent in its window; the node refuses it then.
    journal.dies_in_add = true;
    chain::SingleSender first(*world.rpc, journal, bank, world.clock, world.random, world.log,
                              {.valid_for_blocks = 1});
    ASSERT_FALSE(
        run_on_devnet(first.submit({.script = transfer_to(5, bank.account()), .purpose = "test"})));
    const auto left = run_on_devnet(journal.unresolved("test")).value().value();
    run_on_devnet(past_block(world, left.valid_until_block));
    EXPECT_EQ(run_on_devnet(sender.wait(left.hash))->state, TxState::expired);
    EXPECT_EQ(run_on_devnet(balance(*world.rpc, 5)), 0);
}

// NEF of a contract whose only method, `one`, returns 1 (PUSH1 RET).
Bytes tiny_nef() {
    ByteWriter out;
    out.bytes(as_bytes("NEF3"));
    out.bytes(Bytes(64, 0));  // compiler
    out.u8(0);                // source
    out.u8(0);
    out.u8(0);  // method tokens
    out.u16(0);
    neo::write_varbytes(out, Bytes{0x11, 0x40});
    const auto digest = sha256_twice(out.view());
    out.bytes(ByteView(digest).first(4));
    return out.take();
}

TEST_F(Sending, DeploysAContractWhereItSaidItWould) {
    const auto made = chain::deployment(
        bank.account(), tiny_nef(),
        R"({"name":"Tiny","groups":[],"features":{},"supportedstandards":[],"abi":{"methods":[)"
        R"({"name":"one","parameters":[],"returntype":"Integer","offset":0,"safe":true}],)"
        R"("events":[]},"permissions":[],"trusts":[],"extra":null})");
    ASSERT_TRUE(made.has_value()) << made.error().message;
    const auto end = send(sender, made->script);
    ASSERT_TRUE(end.has_value()) << end.error().message;
    ASSERT_EQ(end->state, TxState::halted);
    const auto one = run_on_devnet(world.rpc->call(made->contract, "one"));
    ASSERT_TRUE(one.has_value()) << one.error().message;
    EXPECT_EQ(one->as_i64().value(), 1);
}

// A network of its own, on disk, whose node may be killed and started again at the same address.
class OwnNode : public ::testing::Test {
 protected:
    OwnNode() { start(); }
    ~OwnNode() override {
        if (node) run_on_devnet(node->stop());
        node.reset();
    }

    Result<std::unique_ptr<cli::Devnet>> try_start(std::uint16_t port) {
        return run_on_devnet(cli::Devnet::start(
            world.loop.get_executor(),
            {.data_dir = dir_, .rpc_port = port, .block_time_ms = kTestBlockTime}, world.clock,
            world.log.named("devnet")));
    }
    void start() {
        auto started = try_start(port_);
        ASSERT_TRUE(started.has_value()) << started.error().message;
        node = *std::move(started);
        port_ = node->rpc_port();
        if (!rpc) rpc = std::make_unique<chain::RpcClient>(*world.http, node->rpc_url(), world.log);
    }
    void kill_node() {
        ::kill(node->pid(), SIGKILL);
        EXPECT_EQ(run_on_devnet(node->wait()), 128 + SIGKILL);
        node.reset();
    }
    void stop_node() {
        EXPECT_EQ(run_on_devnet(node->stop()), 0);
        node.reset();
    }

    DevnetEnvironment& world = devnet();
    ScratchFolder folder_ = ScratchFolder::make("nsl-chain").value();
    const std::string& dir_ = folder_.path();
    std::uint16_t port_ = 0;
    std::unique_ptr<cli::Devnet> node;
    std::unique_ptr<chain::RpcClient> rpc;
};

TEST_F(OwnNode, KilledBetweenSendAndInclusionItStillIncludesOnce) {
    FakeTxJournal journal;
    chain::WalletSigner bank = chain::WalletSigner::one_of_one(copy_of(node->key()));
    chain::SingleSender sender(*rpc, journal, bank, world.clock, world.random, world.log,
                               {.valid_for_blocks = 200});
    const auto hash =
        run_on_devnet(sender.submit({.script = transfer_to(9, bank.account()), .purpose = "kill"}));
    ASSERT_TRUE(hash.has_value()) << hash.error().message;
    kill_node();
    start();
    const auto end = run_on_devnet(sender.wait(*hash));
    ASSERT_TRUE(end.has_value()) << end.error().message;
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(run_on_devnet(balance(*rpc, 9)), kGas);
    EXPECT_EQ(inclusions(run_on_devnet(whole_chain(*rpc)), *hash), 1U);
}

TEST_F(OwnNode, WaitingGoesOnWhileTheNodeIsAway) {
    FakeTxJournal journal;
    chain::WalletSigner bank = chain::WalletSigner::one_of_one(copy_of(node->key()));
    chain::SingleSender sender(*rpc, journal, bank, world.clock, world.random, world.log,
                               {.valid_for_blocks = 200});
    const auto hash =
        run_on_devnet(sender.submit({.script = transfer_to(8, bank.account()), .purpose = "kill"}));
    ASSERT_TRUE(hash.has_value()) << hash.error().message;
    kill_node();
    TaskGroup tasks(world.loop.get_executor(), world.log);
    std::optional<chain::SendResult> end;
    tasks.spawn("wait",
                [](chain::SingleSender& with, neo::Hash256 tx,
                   std::optional<chain::SendResult>& out) -> Task<void> {
                    out = (co_await with.wait(tx)).value();
                }(sender, *hash, end));
    start();
    while (!end) world.loop.run_one();
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(inclusions(run_on_devnet(whole_chain(*rpc)), *hash), 1U);
    EXPECT_TRUE(run_on_devnet(tasks.stop(milliseconds(1'000))));
}

TEST_F(OwnNode, TheFollowerCrossesARestartWithoutAGap) {
    FakeSubscriber reader("reader");
    reader.stored = run_on_devnet(rpc->block(0)).value();
    chain::OneNode nodes(*rpc);
    chain::Follower follower(nodes, world.clock, world.log,
                             {.network = node->network(), .poll_every = milliseconds(50)});
    follower.subscribe(reader);
    TaskGroup tasks(world.loop.get_executor(), world.log);
    tasks.spawn("follower", follower.run());
    const auto until_block = [&](std::uint32_t index) {
        while (reader.stored->index < index) world.loop.run_one();
    };
    until_block(5);
    stop_node();
    start();
    until_block(reader.stored->index + 5);
    EXPECT_TRUE(run_on_devnet(tasks.stop(milliseconds(2'000))));
    EXPECT_TRUE(follower.status().fault.empty()) << follower.status().fault;
    const auto blocks = run_on_devnet(whole_chain(*rpc));
    for (std::size_t i = 0; i < reader.seen.size(); ++i) {
        ASSERT_EQ(reader.seen[i]->summary.index, i + 1);
        EXPECT_EQ(reader.seen[i]->summary.hash, blocks.at(i + 1).hash);
    }
}

TEST_F(OwnNode, TheFollowerOfAnotherNetworkTakesNoBlock) {
    FakeSubscriber reader("reader");
    reader.stored = run_on_devnet(rpc->block(0)).value();
    chain::OneNode nodes(*rpc);
    chain::Follower follower(nodes, world.clock, world.log,
                             {.network = node->network() + 1, .poll_every = milliseconds(50)});
    follower.subscribe(reader);
    run_on_devnet(past_block_of(*rpc, world.clock, 2));
    TaskGroup tasks(world.loop.get_executor(), world.log);
    tasks.spawn("follower", follower.run());
    while (follower.status().fault.empty() && reader.seen.empty()) world.loop.run_one();
    EXPECT_TRUE(run_on_devnet(tasks.stop(milliseconds(2'000))));
    EXPECT_TRUE(reader.seen.empty());
    EXPECT_NE(follower.status().fault.find("block 1: header: signature"), std::string::npos)
        << follower.status().fault;
}

// What contracts of the chain itself tell, a transfer and a fault, as a subscriber gets it.
TEST_F(Sending, ItsReadersGetWhatTransactionsDidByTheNamesOfTheContract) {
    FakeSubscriber reader("reader");
    reader.decodes = true;
    reader.stored = run_on_devnet(world.rpc->block(0)).value();
    const auto end = send(sender, transfer_to(11, bank.account()));
    ASSERT_TRUE(end.has_value()) << end.error().message;
    chain::OneNode nodes(*world.rpc);
    chain::Follower follower(nodes, world.clock, world.log,
                             {.network = world.devnet->network(), .poll_every = milliseconds(50)});
    follower.subscribe(reader);
    TaskGroup tasks(world.loop.get_executor(), world.log);
    tasks.spawn("follower", follower.run());
    while (reader.stored->index < end->block) world.loop.run_one();
    EXPECT_TRUE(run_on_devnet(tasks.stop(milliseconds(2'000))));

    const auto& outcomes = reader.seen.at(end->block - 1)->outcomes;
    const auto ours = std::ranges::find(outcomes, end->hash, &chain::TransactionOutcome::hash);
    ASSERT_NE(ours, outcomes.end());
    EXPECT_TRUE(ours->halted);
    EXPECT_GT(ours->gas_consumed, 0);
    ASSERT_EQ(ours->events.size(), 1U);
    EXPECT_EQ(ours->events[0].raw.contract, neo::native::gas_token());
    neo::Hash160 to;
    to.raw.fill(11);
    ASSERT_TRUE(ours->events[0].fields);
    EXPECT_EQ(*ours->events[0].fields, (json::Object{{"from", bank.account().display()},
                                                     {"to", to.display()},
                                                     {"amount", std::to_string(kGas)}}));
}

TEST_F(OwnNode, ItsFolderKeepsKeyAndNetwork) {
    const auto network = node->network();
    const auto key = node->key().public_key();
    EXPECT_EQ(node->block_time_ms(), kTestBlockTime);
    struct stat facts{};
    ASSERT_EQ(::stat(node->wallet_path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
    stop_node();
    start();
    EXPECT_EQ(node->network(), network);
    EXPECT_EQ(node->key().public_key(), key);
    EXPECT_EQ(run_on_devnet(rpc->version())->network, network);
}

TEST_F(OwnNode, SaysWhatStandsInItsWay) {
    const auto same_port = try_start(port_);
    ASSERT_FALSE(same_port.has_value());
    EXPECT_EQ(same_port.error().code, Errc::conflict);
    EXPECT_NE(same_port.error().message.find(std::to_string(port_)), std::string::npos);

    const auto same_folder = try_start(0);
    ASSERT_FALSE(same_folder.has_value());
    EXPECT_EQ(same_folder.error().code, Errc::conflict) << same_folder.error().message;
    EXPECT_NE(same_folder.error().message.find("in use"), std::string::npos);

    stop_node();
    std::ofstream(dir_ + "/devnet.json") << R"({"network":7,"block_time_ms":200})";
    const auto other_network = try_start(0);
    ASSERT_FALSE(other_network.has_value());
    EXPECT_EQ(other_network.error().code, Errc::conflict) << other_network.error().message;
    EXPECT_NE(other_network.error().message.find("another network"), std::string::npos);

    const auto no_program = run_on_devnet(cli::Devnet::start(
        world.loop.get_executor(), {.neo_go = "/nonexistent/neo-go"}, world.clock, world.log));
    ASSERT_FALSE(no_program.has_value());
    EXPECT_EQ(no_program.error().code, Errc::not_found);
}

TEST(Devnets, RunSideBySide) {
    auto second = run_on_devnet(cli::Devnet::start(devnet().loop.get_executor(),
                                                   {.block_time_ms = kTestBlockTime},
                                                   devnet().clock, devnet().log));
    ASSERT_TRUE(second.has_value()) << second.error().message;
    EXPECT_NE((*second)->rpc_port(), devnet().devnet->rpc_port());
    EXPECT_NE((*second)->network(), devnet().devnet->network());
    EXPECT_EQ(run_on_devnet((*second)->stop()), 0);
}

}  // namespace
}  // namespace nsl

int main(int argc, char** argv) {
    return nsl::testing_support::devnet_main(argc, argv);
}
