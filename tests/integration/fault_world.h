// SPDX-License-Identifier: Apache-2.0
// A proxy before each node of the program's network, and payments to send through them.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "chain/deploy.h"
#include "chain/wallet_signer.h"
#include "fault_proxy.h"
#include "neo/transaction.h"
#include "private_network.h"

namespace nsl::testing_support {

constexpr milliseconds kCallDeadline{1'500};
// What a loaded machine may add to a deadline.
constexpr milliseconds kSlack{1'500};

class FaultTest : public ::testing::Test {
 protected:
    ~FaultTest() override {
        for (auto& proxy : proxies) proxy.reset();
        http.reset();
        EXPECT_TRUE(run(tasks.stop(milliseconds(5'000))));
    }

    template <class T>
    T run(Task<T> work) {
        return run_blocking(world.loop, std::move(work));
    }
    void run(Task<void> work) { run_blocking(world.loop, std::move(work)); }
    // Fails the test when it took longer than any call may.
    template <class T>
    T in_time(Task<T> work, milliseconds limit = kCallDeadline) {
        const auto begin = std::chrono::steady_clock::now();
        T out = run(std::move(work));
        EXPECT_LT(std::chrono::steady_clock::now() - begin, limit + kSlack);
        return out;
    }

    FaultProxy& proxy(std::size_t i = 0) { return *proxies.at(i); }
    FaultPlan& plan(std::size_t i = 0) { return proxy(i).plan(); }
    std::uint32_t height() { return run(network.truth().block_count()).value() - 1; }
    // Until the chain has this many blocks more, and the nodes too.
    void mine(std::uint32_t blocks) {
        const std::uint32_t wanted = height() + blocks;
        while (height() < wanted) run(world.clock.sleep_for(milliseconds(20)));
        for (std::size_t i = 0; i < network.size(); ++i)
            EXPECT_TRUE(run(network.wait_ready(i)).has_value());
    }

    // Signed by the bank, to an account that nobody has.
    neo::Transaction payment() {
        neo::Hash160 to;
        world.random.fill(to.raw);
        neo::Transaction tx;
        tx.nonce = static_cast<std::uint32_t>(world.random.u64());
        tx.script = chain::gas_transfer(bank.account(), to, 1).value();
        tx.signers = {{.account = bank.account(),
                       .scopes = static_cast<std::uint8_t>(neo::Scope::called_by_entry)}};
        tx.valid_until_block = height() + 100;
        tx.system_fee =
            run(network.truth().invoke_script(tx.script, tx.signers)).value().gas_consumed;
        const auto policy = run(network.truth().fee_policy()).value();
        const std::vector<Bytes> scripts{bank.verification_script()};
        tx.network_fee = neo::network_fee(tx, scripts, policy).value();
        tx.witnesses = {run(bank.sign(tx, network.network())).value()};
        return tx;
    }
    // Within a few blocks; nothing when it is not.
    std::optional<std::uint32_t> block_of(const neo::Hash256& hash, std::uint32_t blocks = 4) {
        const std::uint32_t end = height() + blocks;
        for (;;) {
            const std::uint32_t before = height();
            if (const auto found = run(network.truth().transaction_height(hash))) return *found;
            if (before >= end) return std::nullopt;
            run(world.clock.sleep_for(milliseconds(20)));
        }
    }

    NetworkEnvironment& world = network_world();
    PrivateNetwork& network = *world.network;
    TaskGroup tasks{world.loop.get_executor(), world.log.named("proxies")};
    std::vector<std::unique_ptr<FaultProxy>> proxies = [this] {
        std::vector<std::unique_ptr<FaultProxy>> out;
        for (std::size_t i = 0; i < network.size(); ++i)
            out.push_back(std::make_unique<FaultProxy>(tasks, network.rpc_url(i), i + 1));
        return out;
    }();
    std::unique_ptr<net::HttpClient> http = std::make_unique<net::HttpClient>(
        world.loop.get_executor(), net::EgressPolicy::any(),
        net::HttpLimits{
            .connect = milliseconds(500), .idle = kCallDeadline, .total = kCallDeadline});
    chain::RpcClient rpc{*http, proxy().url(), Logger()};
    chain::WalletSigner bank = chain::WalletSigner::one_of_one(
        neo::PrivateKey::from_bytes(network.bank_key().secret().reveal()).value());
};

}  // namespace nsl::testing_support
