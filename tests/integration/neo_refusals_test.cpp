// SPDX-License-Identifier: Apache-2.0
// Every way in which a node refuses a transaction, provoked on neo-go and told apart (NEP-23).
#include <gtest/gtest.h>

#include "chain/rpc_reply.h"
#include "payments_on_devnet.h"

namespace nsl {
namespace {

using namespace testing_support;
using chain::SendError;

// One account with funds, for everything a node refuses.
class Refusals : public ::testing::Test {
 protected:
    void SetUp() override { fund(account_, 100 * kGas); }

    neo::Transaction valid(Bytes script = Bytes{0x11}, neo::Datoshi system_fee = kGas / 100) {
        return priced(std::move(script), {signer(account_)}, {script_}, system_fee);
    }
    chain::SendReply send(const neo::Transaction& tx) {
        const auto reply = run_on_devnet(devnet().rpc->send(tx.serialize()));
        EXPECT_TRUE(reply.has_value()) << reply.error().message;
        return reply.value_or(chain::SendReply{});
    }
    void expect(const neo::Transaction& tx, int code, SendError error,
                chain::SendOutcome outcome = chain::SendOutcome::refused) {
        const chain::SendReply reply = send(tx);
        EXPECT_EQ(reply.code, code) << reply.message;
        EXPECT_EQ(reply.error, error) << chain::send_error_name(reply.error);
        EXPECT_EQ(reply.outcome, outcome);
        EXPECT_FALSE(reply.message.empty());
    }

    neo::PrivateKey key_ = new_key();
    Bytes script_ = neo::single_signature_script(key_.public_key());
    neo::Hash160 account_ = neo::account_of(key_.public_key());
};

TEST_F(Refusals, NothingIsWrongWithTheTransactionThatTheOthersAreMadeFrom) {
    EXPECT_EQ(included(signed_by(valid(), key_)).vm_state, "HALT");
}

TEST_F(Refusals, ANetworkFeeThatIsOneShort) {
    neo::Transaction tx = valid();
    tx.network_fee -= 1;
    expect(signed_by(tx, key_), -500, SendError::unclassified);
}

TEST_F(Refusals, ANetworkFeeBelowThePriceOfTheSize) {
    neo::Transaction tx = valid();
    tx.network_fee = 0;
    expect(signed_by(tx, key_), -504, SendError::network_fee);
}

TEST_F(Refusals, ATransactionThatIsKnown) {
    const neo::Transaction tx = signed_by(valid(), key_);
    // Between the two a block may come: then the first is on chain already.
    bool pooled = false;
    for (int tries = 0; tries < 20 && !pooled; ++tries) {
        const neo::Transaction next = signed_by(valid(), key_);
        ASSERT_EQ(send(next).outcome, chain::SendOutcome::accepted);
        pooled = send(next).code == -503;
        if (pooled) EXPECT_EQ(chain::send_error_of_code(-503), SendError::pooled);
    }
    EXPECT_TRUE(pooled);
    EXPECT_EQ(included(tx).vm_state, "HALT");
    expect(tx, -501, SendError::on_chain, chain::SendOutcome::already_known);
}

TEST_F(Refusals, ASystemFeeAboveABlocks) {
    // neo-go's MaxBlockSystemFee when it is not set: 9,000 GAS.
    fund(account_, 20'000 * kGas);
    expect(signed_by(valid(Bytes{0x11}, 9'001 * kGas), key_), -505, SendError::policy);
}

TEST_F(Refusals, AnAccountThatThePolicyBlocks) {
    neo::ScriptBuilder block;
    block.call(neo::native::policy(), "blockAccount", {Argument::hash(account_)});
    FakeTxJournal journal;
    auto committee = chain::WalletSigner::one_of_one(copy_of(devnet().devnet->key()));
    chain::SingleSender sender(*devnet().rpc, journal, committee, devnet().clock, devnet().random,
                               devnet().log);
    const auto hash =
        run_on_devnet(sender.submit({.script = block.take(), .purpose = "block", .payload = {}}));
    ASSERT_TRUE(hash.has_value()) << hash.error().message;
    ASSERT_EQ(run_on_devnet(sender.wait(*hash))->state, chain::TxState::halted);
    expect(signed_by(valid(), key_), -505, SendError::policy);
}

TEST_F(Refusals, AScriptThatIsNone) {
    expect(signed_by(valid(Bytes{0xff}), key_), -506, SendError::script);
}

TEST_F(Refusals, AnAttributeForLater) {
    neo::Transaction tx = valid();
    tx.attributes = {neo::NotValidBefore{.height = tx.valid_until_block - 1}};
    tx.network_fee += kGas;
    expect(signed_by(tx, key_), -507, SendError::attribute);
}

TEST_F(Refusals, ASignatureForAnotherNetwork) {
    expect(signed_by(valid(), key_, devnet().devnet->network() + 1), -508, SendError::signature);
}

TEST_F(Refusals, ATransactionThatIsTooBig) {
    // 65,535 bytes of script and 16 signers' contracts and rules: above 102,400 bytes.
    neo::ScriptBuilder script;
    script.push_bytes(Bytes(65'000, 0x55));
    neo::Transaction tx = valid(script.take());
    for (int i = 0; i < 15; ++i) {
        neo::Signer more = signer(fresh_account(), Scope::witness_rules);
        for (int rule = 0; rule < 16; ++rule) {
            neo::WitnessCondition all{.type = neo::ConditionType::any_of};
            for (int part = 0; part < 16; ++part)
                all.parts.push_back(
                    {.type = neo::ConditionType::called_by_contract, .contract = fresh_account()});
            more.rules.push_back({.allow = true, .condition = all});
        }
        tx.signers.push_back(more);
    }
    tx = signed_by(tx, key_);
    tx.witnesses.resize(tx.signers.size());
    ASSERT_GT(tx.serialize().size(), 102'400U);
    expect(tx, -509, SendError::size);
}

TEST_F(Refusals, ALastBlockThatIsPastOrTooFar) {
    const std::uint32_t count = run_on_devnet(devnet().rpc->block_count()).value();
    const auto version = run_on_devnet(devnet().rpc->version()).value();
    neo::Transaction tx = valid();
    tx.valid_until_block = count - 1;
    expect(signed_by(tx, key_), -510, SendError::expired);
    tx.valid_until_block = count + version.max_valid_until_block_increment + 1'000;
    expect(signed_by(tx, key_), -510, SendError::expired);
}

TEST_F(Refusals, APayerWithoutTheFunds) {
    expect(signed_by(valid(Bytes{0x11}, 200 * kGas), key_), -511, SendError::funds,
           chain::SendOutcome::retry_later);
}

TEST_F(Refusals, AContractThatCannotSign) {
    // The node says so when it is asked for the fee.
    neo::Transaction tx = valid();
    tx.signers.push_back(signer(neo::native::policy()));
    tx.witnesses = {{.invocation = {}, .verification = script_}, {}};
    const auto fee = run_on_devnet(devnet().rpc->calculate_network_fee(tx.serialize()));
    ASSERT_FALSE(fee.has_value());
    EXPECT_EQ(fee.error().code, Errc::invalid_argument);
    EXPECT_NE(fee.error().message.find("-512"), std::string::npos) << fee.error().message;
}

TEST(FullPool, IsSaidToBeSo) {
    auto& world = devnet();
    auto small = run_on_devnet(cli::Devnet::start(world.loop.get_executor(),
                                                  {.block_time_ms = 1'000, .memory_pool = 1},
                                                  world.clock, world.log));
    ASSERT_TRUE(small.has_value()) << small.error().message;
    chain::RpcClient rpc(*world.http, (*small)->rpc_url(), world.log);
    const Bytes script = neo::multi_signature_script(1, {(*small)->key().public_key()}).value();
    const auto policy = run_on_devnet(rpc.fee_policy()).value();
    chain::SendReply reply;
    for (int tries = 0; tries < 50 && reply.code == 0; ++tries) {
        neo::Transaction tx;
        tx.nonce = static_cast<std::uint32_t>(tries);
        tx.script = Bytes{0x11};
        tx.system_fee = kGas / 100;
        tx.signers = {signer(neo::hash160(script))};
        tx.valid_until_block = run_on_devnet(rpc.block_count()).value() + 100;
        tx.network_fee = neo::network_fee(tx, {script}, policy).value();
        const neo::Signature signature = (*small)->key().sign(tx.sign_data((*small)->network()));
        tx.witnesses = {
            {.invocation = neo::invocation_script({&signature, 1}), .verification = script}};
        reply = run_on_devnet(rpc.send(tx.serialize())).value();
    }
    EXPECT_EQ(reply.code, -502) << reply.message;
    EXPECT_EQ(reply.error, SendError::pool_full);
    EXPECT_EQ(reply.outcome, chain::SendOutcome::retry_later);
    EXPECT_EQ(run_on_devnet((*small)->stop()), 0);
}

}  // namespace
}  // namespace nsl
