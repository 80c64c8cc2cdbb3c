// SPDX-License-Identifier: Apache-2.0
// What is signed, journaled and sent.
#include <gtest/gtest.h>

#include <limits>

#include "sender_world.h"
#include "tx_journal_contract.h"

namespace nsl::chain {
namespace {

using testing_support::FakeTxJournal;
using testing_support::test_key;

class SenderSubmit : public testing_support::SenderTest {};

TEST(TxJournal, TheFakeKeepsTheContract) {
    asio::io_context loop;
    FakeTxJournal journal;
    run_blocking(loop, testing_support::tx_journal_contract(journal));
}

TEST_F(SenderSubmit, GetsATransactionOnChainAndSaysSo) {
    SingleSender s = sender();
    const auto hash = submit(s);
    ASSERT_TRUE(hash.has_value()) << hash.error().message;
    EXPECT_EQ(open()->state, TxState::submitted);

    const auto end = wait_mining(s, *hash);
    ASSERT_TRUE(end.has_value()) << end.error().message;
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(end->hash, *hash);
    EXPECT_EQ(end->payload, R"({"round":7})");
    EXPECT_EQ(node.inclusions(*hash), 1U);
    EXPECT_TRUE(node.in_block(end->block, *hash));
    EXPECT_FALSE(open().has_value());
}

TEST_F(SenderSubmit, SignsForTheNodesNetworkWithFeesAndWindow) {
    node.mine(9);
    SingleSender s = sender({.valid_for_blocks = 30, .system_fee_margin_percent = 10});
    ASSERT_TRUE(submit(s).has_value());
    const neo::Transaction tx = sent_transaction();
    EXPECT_EQ(tx.system_fee, 10'975'558);  // 9,977,780 and a tenth
    EXPECT_GE(tx.network_fee, node.network_fee);
    EXPECT_EQ(tx.valid_until_block, 9U + 30U);
    ASSERT_EQ(tx.signers.size(), 1U);
    EXPECT_EQ(tx.signers[0].account, signer.account());
    neo::Signature signature;
    std::copy_n(tx.witnesses.at(0).invocation.begin() + 2, signature.size(), signature.begin());
    EXPECT_TRUE(neo::verify(test_key().public_key(), tx.sign_data(node.network), signature));
}

TEST_F(SenderSubmit, PaysTheLargerNetworkFeeAndLogsTheDifference) {
    node.network_fee = 2'000'000;
    SingleSender s = sender();
    ASSERT_TRUE(submit(s).has_value());
    EXPECT_EQ(sent_transaction().network_fee, 2'000'000);
    EXPECT_TRUE(world.lines->contains("differ"));
}

TEST_F(SenderSubmit, NeverAsksForALongerWindowThanTheNetworkAllows) {
    node.increment = 12;
    SingleSender s = sender({.valid_for_blocks = 500});
    ASSERT_TRUE(submit(s).has_value());
    EXPECT_EQ(sent_transaction().valid_until_block, 12U);
}

TEST_F(SenderSubmit, AFaultAtInclusionIsNotASuccess) {
    node.inclusion_state = "FAULT";
    node.inclusion_exception = "ASSERT is executed with false result";
    SingleSender s = sender();
    const auto hash = submit(s);
    const auto end = wait_mining(s, hash.value());
    EXPECT_EQ(end->state, TxState::faulted);
    EXPECT_EQ(end->exception, "ASSERT is executed with false result");
    EXPECT_FALSE(open().has_value());
}

TEST_F(SenderSubmit, AFaultingSimulationLeavesNothing) {
    node.simulation_state = "FAULT";
    node.simulation_exception = "no such feed";
    SingleSender s = sender();
    const auto hash = submit(s);
    ASSERT_FALSE(hash.has_value());
    EXPECT_EQ(hash.error().code, Errc::conflict);
    EXPECT_NE(hash.error().message.find("no such feed"), std::string::npos);
    EXPECT_FALSE(open().has_value());
    EXPECT_TRUE(node.received().empty());
}

TEST_F(SenderSubmit, RefusesFeesAboveItsCaps) {
    const std::pair<std::string, SendLimits> cases[] = {
        {"9977780", {.system_fee_max = 10'975'557}},
        {"9977780", {.network_fee_max = 1'000}},
        {"9223372036854775807", {.system_fee_max = std::numeric_limits<neo::Datoshi>::max()}},
    };
    for (const auto& [gas, limits] : cases) {
        node.gas_consumed = gas;
        SingleSender s = sender(limits);
        const auto hash = submit(s);
        ASSERT_FALSE(hash.has_value());
        EXPECT_EQ(hash.error().code, Errc::limit_exceeded);
        EXPECT_FALSE(open().has_value());
    }
    node.gas_consumed = "9977780";
    SingleSender exact = sender({.system_fee_max = 10'975'558});
    EXPECT_TRUE(submit(exact).has_value());
}

TEST_F(SenderSubmit, RefusesScriptsAndPurposesThatCannotBe) {
    SingleSender s = sender();
    SendRequest no_script{.script = {}, .purpose = "p", .payload = {}};
    SendRequest long_script{.script = Bytes(65'536, 0x40), .purpose = "p", .payload = {}};
    SendRequest no_purpose = request("");
    for (const SendRequest& bad : {no_script, long_script, no_purpose}) {
        const auto hash = world.run(s.submit(bad));
        ASSERT_FALSE(hash.has_value());
        EXPECT_EQ(hash.error().code, Errc::invalid_argument);
    }
}

TEST_F(SenderSubmit, KeepsOneInFlightPerPurpose) {
    SingleSender s = sender();
    const auto first = submit(s);
    const auto second = submit(s);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_TRUE(world.run(s.submit(request("gasbank"))).has_value());
    ASSERT_EQ(wait_mining(s, first.value())->state, TxState::halted);
    EXPECT_TRUE(submit(s).has_value());
}

TEST_F(SenderSubmit, TakesAlreadyKnownForTaken) {
    for (int code : {-501, -503}) {
        node.send_errors = {code};
        SingleSender s = sender();
        const auto hash = submit(s);
        ASSERT_TRUE(hash.has_value()) << code;
        EXPECT_EQ(wait_mining(s, *hash)->state, TxState::halted) << code;
    }
}

TEST_F(SenderSubmit, ANodeThatAsksToWaitIsAskedAgainWithTheSameBytes) {
    for (int code : {-502, -511}) {
        const std::size_t before = node.received().size();
        node.send_errors = {code, code, code};
        SingleSender s = sender();
        const auto hash = submit(s);
        ASSERT_FALSE(hash.has_value());
        EXPECT_EQ(hash.error().code, Errc::unavailable);
        EXPECT_EQ(end_in_new_life().state, TxState::halted);
        EXPECT_EQ(node.received().size(), before + 1);
    }
}

TEST_F(SenderSubmit, ARefusalIsToldAndEndsOnlyWithTheWindow) {
    for (int code : {-500, -504, -505, -506, -507, -508, -509, -510, -512, -32602}) {
        node.send_errors.assign(100, code);
        SingleSender s = sender();
        const auto hash = submit(s);
        ASSERT_FALSE(hash.has_value());
        EXPECT_EQ(hash.error().code, Errc::conflict) << code;
        const auto record = open();
        const SendResult end = end_in_new_life();
        EXPECT_EQ(end.state, TxState::expired) << code;
        EXPECT_GE(node.height(), record->valid_until_block);
        EXPECT_EQ(node.inclusions(record->hash), 0U);
    }
}

}  // namespace
}  // namespace nsl::chain
