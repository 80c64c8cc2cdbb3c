// SPDX-License-Identifier: Apache-2.0
// A sender between a fake node and a fake journal.
#pragma once
#include <gtest/gtest.h>

#include "chain/deploy.h"
#include "chain/single_sender.h"
#include "chain_world.h"
#include "fake_tx_journal.h"

namespace nsl::testing_support {

using chain::SendLimits;
using chain::SendRequest;
using chain::SendResult;
using chain::SingleSender;
using chain::TxRecord;
using chain::TxState;
using chain::WalletSigner;

inline neo::PrivateKey test_key() {
    Bytes scalar(32, 0);
    scalar[31] = 5;
    return neo::PrivateKey::from_bytes(scalar).value();
}

class SenderTest : public ::testing::Test {
 protected:
    ChainWorld world;
    FakeNode& node = world.node;
    FakeTxJournal journal;
    WalletSigner signer = WalletSigner::single(test_key());

    SingleSender sender(SendLimits limits = {}) {
        return {world.rpc, journal, signer, world.clock, world.random, world.log, limits};
    }
    static SendRequest request(std::string purpose = "pricefeed") {
        return {.script = chain::gas_transfer(neo::Hash160{}, neo::Hash160{}, 1).value(),
                .purpose = std::move(purpose),
                .payload = R"({"round":7})"};
    }
    Result<neo::Hash256> submit(SingleSender& with) { return world.run(with.submit(request())); }
    // What the journal says is under way.
    std::optional<TxRecord> open() { return world.run(journal.unresolved("pricefeed")).value(); }
    neo::Transaction sent_transaction() {
        EXPECT_EQ(node.received().size(), 1U);
        return neo::Transaction::parse(*node.received().begin()).value();
    }
    Result<SendResult> wait(SingleSender& with, neo::Hash256 hash,
                            std::function<void()> before_wake) {
        return drive(world.loop, world.clock, with.wait(hash), before_wake);
    }
    Result<SendResult> wait_mining(SingleSender& with, neo::Hash256 hash) {
        return wait(with, hash, [this] { node.mine(); });
    }
    // After a submit that failed past the journal: a new life ends the attempt.
    SendResult end_in_new_life() {
        const auto record = open();
        EXPECT_TRUE(record.has_value());
        SingleSender next_life = sender();
        return wait_mining(next_life, record->hash).value();
    }
};

}  // namespace nsl::testing_support
