// SPDX-License-Identifier: Apache-2.0
// How intents get on chain, once, and how they end.
#include "chain/sender.h"

#include "send_world.h"

namespace nsl::testing_support {
namespace {

class Sending : public SendWorld {};

TEST_F(Sending, AnIntentGetsOnChainOnce) {
    begin_life();
    add(payment("a"));
    const auto submitted = world.run(sender->wait_submitted("a"));
    ASSERT_TRUE(submitted.has_value()) << submitted.error().message;
    EXPECT_EQ(submitted->state, IntentState::in_flight);
    EXPECT_EQ(node.pool_size(), 1U);
    mine();
    const auto end = world.run(sender->wait("a"));
    ASSERT_TRUE(end.has_value()) << end.error().message;
    EXPECT_EQ(end->state, IntentState::halted);
    EXPECT_EQ(end->block, node.height());
    EXPECT_EQ(landed("a"), 1U);
    // The same again is the one that was.
    EXPECT_EQ(add(payment("a")), *end);
    mine(3);
    EXPECT_EQ(node.received().size(), 1U);
}

TEST_F(Sending, ManyAreUnderWayAtOnce) {
    begin_life();
    for (int i = 0; i < 60; ++i) add(payment("i" + std::to_string(i)));
    ASSERT_TRUE(until([&] { return node.pool_size() == 60; }));
    mine();
    for (int i = 0; i < 60; ++i) {
        EXPECT_EQ(record("i" + std::to_string(i)).state, IntentState::halted);
        EXPECT_EQ(landed("i" + std::to_string(i)), 1U);
    }
    EXPECT_EQ(sender->status().open, 0U);
}

TEST_F(Sending, AFaultOnChainIsTheEnd) {
    node.inclusion_state = "FAULT";
    node.inclusion_exception = "ASSERT is false";
    begin_life();
    add(payment("a", 3));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    mine();
    EXPECT_EQ(record("a").state, IntentState::faulted);
    EXPECT_EQ(record("a").reason, "ASSERT is false");
    mine(30);
    EXPECT_EQ(node.received().size(), 1U);
}

TEST_F(Sending, OneFaultingSimulationIsNotBelievedForEver) {
    node.simulation_state = "FAULT";
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return sender->status().in_trouble == 1; }));
    EXPECT_EQ(record("a").state, IntentState::pending);
    node.simulation_state = "HALT";
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    EXPECT_TRUE(until([&] { return sender->status().in_trouble == 0; }));
}

TEST_F(Sending, WhatFaultsInSimulationIsRefusedAndNothingIsSent) {
    node.simulation_state = "FAULT";
    node.simulation_exception = "not enough";
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return sender->status().in_trouble == 1; }));
    mine();
    ASSERT_TRUE(until([&] { return sender->status().open == 0; }));
    const auto end = world.run(sender->wait("a")).value();
    EXPECT_EQ(end.state, IntentState::refused);
    EXPECT_NE(end.reason.find("not enough"), std::string::npos);
    EXPECT_TRUE(node.received().empty());
}

TEST_F(Sending, ATooDearOneIsRefused) {
    options.system_fee_max = 1'000;
    options.refuse_after_blocks = 0;
    begin_life();
    add(payment("a"));
    EXPECT_EQ(world.run(sender->wait("a")).value().state, IntentState::refused);
    EXPECT_TRUE(node.received().empty());
}

TEST_F(Sending, AnAnswerLostAfterAcceptanceIsNoSecondTransaction) {
    node.lose_send_answers = true;
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    mine(3);
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(node.received().size(), 1U);
}

TEST_F(Sending, TheSameBytesAreSentAgainWhileNoBlockHoldsThem) {
    options.times.replace_after_blocks = 0;
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    node.drop_pool();
    node.mine();
    node.mine();
    catch_up();
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(node.received().size(), 1U);
}

TEST_F(Sending, AWindowThatEndsWithoutItIsFollowedByTheNext) {
    options.times.replace_after_blocks = 0;
    node.pool_forgets = true;
    begin_life();
    add(payment("a", 2));
    ASSERT_TRUE(until([&] { return all_submitted(); }));
    mine(9);
    EXPECT_EQ(journal.attempts().size(), 1U);  // one block is left
    node.pool_forgets = false;
    node.blocks_are_full = true;
    mine();
    ASSERT_TRUE(until([&] { return journal.attempts().size() == 2 && all_submitted(); }));
    EXPECT_EQ(journal.attempts()[0].state, AttemptState::expired);
    node.blocks_are_full = false;
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(record("a").windows_used, 1U);
    EXPECT_EQ(landed("a"), 1U);
}

TEST_F(Sending, WithoutAnotherWindowItExpires) {
    node.pool_forgets = true;
    options.times.replace_after_blocks = 0;
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return all_submitted(); }));
    mine(10);
    EXPECT_EQ(record("a").state, IntentState::expired);
    EXPECT_EQ(world.run(sender->wait("a")).value().state, IntentState::expired);
}

TEST_F(Sending, WhatStaysOutIsReplacedByADearerOneThatRulesItOut) {
    options.times.replace_after_blocks = 3;
    node.blocks_are_full = true;
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    mine(3);
    ASSERT_TRUE(until([&] { return journal.attempts().size() == 2 && all_submitted(); }));
    const Attempt one = journal.attempts()[0], two = journal.attempts()[1];
    EXPECT_FALSE(node.pooled(one.hash));
    EXPECT_TRUE(node.pooled(two.hash));
    EXPECT_GT(two.network_fee, one.network_fee);
    EXPECT_EQ(two.system_fee, one.system_fee);
    EXPECT_EQ(two.valid_until_block, one.valid_until_block);
    EXPECT_EQ(conflicts_of(neo::Transaction::parse(two.bytes).value()),
              std::vector<neo::Hash256>{one.hash});
    mine(3);
    ASSERT_TRUE(until([&] { return journal.attempts().size() == 3 && all_submitted(); }));
    EXPECT_EQ(conflicts_of(neo::Transaction::parse(journal.attempts()[2].bytes).value()),
              (std::vector<neo::Hash256>{one.hash, two.hash}));
    node.blocks_are_full = false;
    mine();
    EXPECT_EQ(record("a").transaction, journal.attempts()[2].hash);
    EXPECT_EQ(landed("a"), 1U);
    EXPECT_EQ(journal.attempts()[0].state, AttemptState::replaced);
}

TEST_F(Sending, WhatCannotBeReplacedIsStillSentAgain) {
    options.times.replace_after_blocks = 2;
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    node.drop_pool();
    nodes.told = node.height() + 100;
    mine(2);
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    EXPECT_EQ(journal.attempts().size(), 1U);
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
}

TEST_F(Sending, OutbiddingStopsAtTheFeeLimit) {
    options.times.replace_after_blocks = 2;
    options.network_fee_max = 3'000'000;  // the third pays for two, a fourth would for four
    node.blocks_are_full = true;
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    for (int i = 0; i < 7; ++i) {
        mine();
        ASSERT_TRUE(until([&] { return all_submitted(); }));
    }
    EXPECT_EQ(journal.attempts().size(), 3U);
    node.blocks_are_full = false;
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
}

TEST_F(Sending, ARefusedOneIsMadeAnewAfterABlock) {
    begin_life();
    node.send_errors = {-504};
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.received().size() == 1; }));
    node.send_errors = {};
    node.blocks_are_full = true;
    mine();
    ASSERT_TRUE(until([&] { return journal.attempts().size() == 2 && all_submitted(); }));
    node.blocks_are_full = false;
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(landed("a"), 1U);
}

TEST_F(Sending, ItWaitsForFunds) {
    node.balance = 1'000;
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return !sender->status().trouble.empty(); }));
    EXPECT_TRUE(world.lines->contains("insufficient_funds")) << sender->status().trouble;
    EXPECT_TRUE(node.received().empty());
    EXPECT_EQ(record("a").state, IntentState::pending);
    node.balance = 1'000'0000'0000;
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
}

TEST_F(Sending, APaymentWithoutFundsWaitsAndIsNotRefused) {
    Intent dear = payment("a");
    dear.spends = node.balance + 1;
    options.refuse_after_blocks = 0;
    begin_life();
    add(dear);
    ASSERT_TRUE(until([&] { return sender->status().in_trouble == 1; }));
    mine(3);
    EXPECT_EQ(record("a").state, IntentState::pending);
    node.balance = 2 * dear.spends;
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
}

TEST_F(Sending, NothingIsMadeWhileReadingIsFarBehind) {
    begin_life();
    nodes.told = node.height() + 100;
    add(payment("a"));
    ASSERT_TRUE(until([&] { return !sender->status().trouble.empty(); }));
    EXPECT_TRUE(journal.attempts().empty());
    nodes.told = node.height();
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
}

TEST_F(Sending, SomebodyElseWhoSpendsFromTheAccountIsTold) {
    begin_life();
    neo::Transaction theirs;
    theirs.signers = {{.account = signer.account()}};
    theirs.script = {0x40};
    theirs.valid_until_block = node.height() + 5;
    theirs.witnesses.resize(1);
    theirs.nonce = 99;
    ASSERT_TRUE(world.run(world.rpc.send(theirs.serialize())));
    mine();
    EXPECT_EQ(sender->status().foreign_spends, 1U);
    EXPECT_TRUE(world.lines->contains(theirs.hash().display()));
}

TEST_F(Sending, TooManyOpenIntentsAreRefused) {
    options.open_max = 2;
    node.blocks_are_full = true;
    begin_life();
    add(payment("a"));
    add(payment("b"));
    const auto third = world.run(sender->add(payment("c")));
    ASSERT_FALSE(third.has_value());
    EXPECT_EQ(third.error().code, Errc::limit_exceeded);
    EXPECT_TRUE(world.run(sender->add(payment("a"))).has_value());
}

TEST_F(Sending, WhatAnotherProcessAddsIsFound) {
    begin_life();
    ASSERT_TRUE(world.run(journal.add(payment("a"))));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
}

TEST_F(Sending, WaitingForWhatNobodyKnowsIsAnError) {
    begin_life();
    EXPECT_EQ(world.run(sender->wait("x")).error().code, Errc::not_found);
}

TEST_F(Sending, WhatIsOnChainEndsAlsoWhenItsLogCannotBeRead) {
    begin_life();
    add(payment("a", 3));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    node.mine();
    auto block = std::make_shared<chain::ReadBlock>(*read(node.height()));
    block->outcomes[0].unreadable = "too deep";
    ASSERT_TRUE(world.run(sender->on_block(block)));
    EXPECT_EQ(record("a").state, IntentState::included);
    EXPECT_EQ(record("a").reason, "too deep");
    mine(20);
    EXPECT_EQ(node.received().size(), 1U);
}

}  // namespace
}  // namespace nsl::testing_support
