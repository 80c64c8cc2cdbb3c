// SPDX-License-Identifier: Apache-2.0
// Payments on a private network, and what the chain itself says of them.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/process.h"
#include "base/spawn.h"
#include "chain/deploy.h"
#include "chain/single_sender.h"
#include "chain/wallet_signer.h"
#include "fake_tx_journal.h"
#include "node/schema.h"
#include "node/send_journal_sql.h"
#include "payments.h"
#include "private_network.h"
#include "store/open.h"

namespace nsl::payments {

using testing_support::network_world;

constexpr neo::Datoshi kFunds = 100'000'0000'0000;
constexpr std::size_t kBlocksAtOnce = 50;

// What one run pays, from the seed on.
class Payments {
 public:
    Payments(std::uint64_t seed, std::size_t count, std::string database)
        : seed_(seed), count_(count), database_(std::move(database)) {}

    neo::Hash160 payer() const { return neo::account_of(payer_key(seed_).public_key()); }
    std::size_t count() const { return count_; }
    const std::string& database() const { return database_; }

    // Gives the payer its funds; reading begins with the block that this ends in.
    Task<Status> fund() {
        auto& world = network_world();
        chain::RpcClient& truth = world.network->truth();
        testing_support::FakeTxJournal journal;
        auto bank = chain::WalletSigner::one_of_one(
            neo::PrivateKey::from_bytes(world.network->bank_key().secret().reveal()).value());
        chain::SingleSender sender(truth, journal, bank, world.clock, world.random, world.log);
        CO_TRY(Bytes script, chain::gas_transfer(bank.account(), payer(), kFunds));
        CO_TRY(const neo::Hash256 hash,
               co_await sender.submit({.script = std::move(script), .purpose = "fund"}));
        CO_TRY(const chain::SendResult end, co_await sender.wait(hash));
        if (end.state != chain::TxState::halted) co_return fail(Errc::internal, "not funded");
        CO_TRY(const chain::Block block, co_await truth.block(end.block));
        anchor_ = {.index = block.index, .hash = block.hash};
        co_return Status{};
    }

    ProcessSpec worker(const std::vector<std::string>& nodes, const std::string& log,
                       std::map<std::string, std::string> env = {}) const {
        std::string urls;
        for (const std::string& url : nodes) urls += (urls.empty() ? "" : ",") + url;
        ProcessSpec out{
            .path = NSL_PAYMENTS_WORKER,
            .args = {database_, urls, std::to_string(network_world().network->network()),
                     std::to_string(seed_), std::to_string(count_), std::to_string(anchor_.index),
                     anchor_.hash.display()},
            .log_path = log};
        out.env = std::move(env);
        return out;
    }

    // Every payment has exactly one transaction on chain, the account paid for no other, and the
    // balances are what the payments add up to, to the datoshi.
    Task<void> verify() {
        auto opened = store::open({.url = database_}, node::schema());
        if (!opened) {
            ADD_FAILURE() << opened.error().message;
            co_return;
        }
        node::SqlSendJournal journal(**opened, payer());
        co_await past_every_window(**opened);
        co_await read_chain();
        std::map<neo::Hash160, neo::Datoshi> owed;
        for (std::size_t i = 0; i < count_; ++i) {
            const Payment due = payment(seed_, i);
            owed[due.to] += due.amount;
            const auto known = co_await journal.find(due.id);
            EXPECT_TRUE(known.has_value()) << due.id << ": " << known.error().message;
            if (!known) continue;
            const chain::IntentRecord& record = known->record;
            EXPECT_EQ(record.state, chain::IntentState::halted) << due.id << " " << record.reason;
            if (!record.transaction) continue;
            const auto found = paid_.find(*record.transaction);
            EXPECT_NE(found, paid_.end()) << due.id << " is not on chain";
            if (found == paid_.end()) continue;
            EXPECT_EQ(found->second, record.block) << due.id;
            paid_.erase(found);
        }
        for (const auto& [hash, block] : paid_)
            ADD_FAILURE() << hash.display() << " in block " << block << " is nobody's payment";
        neo::Datoshi sum = 0;
        for (const auto& [account, amount] : owed) {
            EXPECT_EQ(co_await balance(account), amount) << account.display();
            sum += amount;
        }
        EXPECT_EQ(co_await balance(payer()), kFunds - sum - fees_);
    }

    std::uint64_t attempts = 0;  // signed for the payments; known after verify()

 private:
    // No attempt of any payment can land any more.
    Task<void> past_every_window(store::Db& db) {
        std::int64_t last = 0;
        const Status done = co_await db.read([&](store::Tx& tx) -> Status {
            TRY(const store::Row row,
                tx.row("SELECT CAST(COALESCE(MAX(valid_until_block), 0) AS BIGINT),"
                       " CAST(COUNT(*) AS BIGINT) FROM chain_attempt"));
            last = row.i64(0);
            attempts = static_cast<std::uint64_t>(row.i64(1));
            return {};
        });
        EXPECT_TRUE(done.has_value());
        auto& world = network_world();
        for (;;) {
            const auto count = co_await world.network->truth().block_count();
            if (count && *count > last + 1) co_return;
            co_await world.clock.sleep_for(milliseconds(100));
        }
    }

    Task<void> read_chain() {
        chain::RpcClient& truth = network_world().network->truth();
        const std::uint32_t count = (co_await truth.block_count()).value();
        for (std::uint32_t next = anchor_.index; next < count;) {
            const std::size_t some = std::min<std::size_t>(kBlocksAtOnce, count - next);
            auto blocks = co_await truth.full_blocks(next, some);
            for (const auto& block : blocks.value()) {
                for (const neo::Transaction& tx : block.value().transactions) {
                    if (tx.signers.front().account != payer()) continue;
                    paid_[tx.hash()] = block->header.index;
                    fees_ += tx.system_fee + tx.network_fee;
                }
                ++next;
            }
        }
    }

    static Task<neo::Datoshi> balance(neo::Hash160 account) {
        auto item = co_await network_world().network->truth().call(
            neo::native::gas_token(), "balanceOf", {neo::Argument::hash(account)});
        co_return item ? item->as_i64().value_or(-1) : -1;
    }

    std::uint64_t seed_;
    std::size_t count_;
    std::string database_;
    chain::Anchor anchor_;
    std::map<neo::Hash256, std::uint32_t> paid_;  // by the payer, with its block
    neo::Datoshi fees_ = 0;
};

}  // namespace nsl::payments
