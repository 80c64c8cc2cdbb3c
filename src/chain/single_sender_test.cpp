// SPDX-License-Identifier: Apache-2.0
// How attempts end.
#include <gtest/gtest.h>

#include "sender_world.h"

namespace nsl::chain {
namespace {

using testing_support::FakeTxJournal;

class SenderWait : public testing_support::SenderTest {};

TEST_F(SenderWait, AnAnswerLostAfterAcceptanceIsNoSecondTransaction) {
    node.lose_send_answers = true;
    SingleSender s = sender();
    const auto hash = submit(s);
    ASSERT_FALSE(hash.has_value());
    EXPECT_EQ(hash.error().code, Errc::unavailable);
    EXPECT_EQ(open()->state, TxState::prepared);
    const SendResult end = end_in_new_life();
    EXPECT_EQ(end.state, TxState::halted);
    EXPECT_EQ(node.inclusions(end.hash), 1U);
    EXPECT_EQ(node.received().size(), 1U);
}

TEST_F(SenderWait, UnknownIsNoEvidence) {
    node.denies_transactions = true;
    SingleSender s = sender();
    const auto hash = submit(s).value();
    int wakes = 0;
    const auto end = wait(s, hash, [&] {
        if (++wakes > 20) node.mine();
    });
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(node.inclusions(hash), 1U);
}

TEST_F(SenderWait, ExpiresOnlyWhenEveryBlockOfTheWindowWasRead) {
    node.pool_forgets = true;
    SingleSender s = sender({.valid_for_blocks = 5});
    const auto hash = submit(s).value();
    const std::uint32_t last = open()->valid_until_block;
    // One block short of the window, for as long as one likes.
    int wakes = 0;
    const auto end = wait(s, hash, [&] {
        EXPECT_TRUE(open().has_value());
        if (node.height() + 1 < last || ++wakes > 30) node.mine();
    });
    EXPECT_EQ(end->state, TxState::expired);
    EXPECT_EQ(node.height(), last);
    EXPECT_GT(wakes, 30);
    EXPECT_FALSE(open().has_value());
}

TEST_F(SenderWait, TheLastBlockOfTheWindowCounts) {
    node.pool_forgets = true;
    SingleSender s = sender({.valid_for_blocks = 5});
    const auto hash = submit(s).value();
    const std::uint32_t last = open()->valid_until_block;
    const auto end = wait(s, hash, [&] {
        if (node.height() + 2 == last) node.pool_forgets = false;
        if (node.height() + 1 < last || node.pooled(hash)) node.mine();
    });
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(end->block, last);
}

TEST_F(SenderWait, ResendsWhatANodeForgot) {
    SingleSender s = sender();
    const auto hash = submit(s).value();
    int wakes = 0;
    const auto end = wait(s, hash, [&] {
        if (++wakes <= 3) node.drop_pool();
        node.mine();
    });
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(node.received().size(), 1U);
}

TEST_F(SenderWait, ALifeThatEndedBetweenJournalAndSendIsContinued) {
    journal.dies_in_add = true;
    SingleSender first_life = sender();
    ASSERT_FALSE(submit(first_life).has_value());
    EXPECT_TRUE(node.received().empty());

    SingleSender next_life = sender();
    const auto left = world.run(next_life.unresolved("pricefeed")).value();
    ASSERT_TRUE(left.has_value());
    EXPECT_EQ(left->state, TxState::prepared);
    const auto end = wait_mining(next_life, left->hash);
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(end->payload, R"({"round":7})");
    ASSERT_EQ(node.received().size(), 1U);
    EXPECT_EQ(*node.received().begin(), left->bytes);
}

TEST_F(SenderWait, FindsWhatWasIncludedWhileNobodyLooked) {
    SingleSender s = sender();
    const auto hash = submit(s).value();
    node.mine(100);
    SingleSender next_life = sender();
    EXPECT_EQ(wait_mining(next_life, hash)->block, 1U);
}

TEST_F(SenderWait, AJournalThatForgotWhereToBeginIsReadFromTheProtocolsBound) {
    node.increment = 50;
    node.mine(20);
    SingleSender s = sender();
    const auto hash = submit(s).value();
    TxRecord record = *open();
    record.first_block = 0;
    FakeTxJournal old;
    ASSERT_TRUE(world.run(old.add(record)).has_value());
    node.mine(100);
    SingleSender next_life(world.rpc, old, signer, world.clock, world.random, world.log);
    EXPECT_EQ(wait_mining(next_life, hash)->block, 21U);
}

TEST_F(SenderWait, WaitsOutANodeThatIsDown) {
    SingleSender s = sender();
    const auto hash = submit(s).value();
    node.down = true;
    int wakes = 0;
    const auto end = wait(s, hash, [&] {
        node.down = ++wakes < 60;
        if (wakes > 70) node.mine();
    });
    EXPECT_EQ(end->state, TxState::halted);
}

TEST_F(SenderWait, WaitsForTheApplicationLog) {
    node.hide_logs(true);
    SingleSender s = sender();
    const auto hash = submit(s).value();
    int wakes = 0;
    const auto end = wait(s, hash, [&] {
        if (wakes == 0) node.mine();
        EXPECT_TRUE(open().has_value());
        node.hide_logs(++wakes < 10);
    });
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(end->block, 1U);
}

TEST_F(SenderWait, ANodeThatLostItsLastBlocksIsReadAgain) {
    node.mine(10);
    SingleSender s = sender();
    const auto hash = submit(s).value();
    int wakes = 0;
    const auto end = wait(s, hash, [&] {
        // Blocks without it, then the node is back before the block it was signed at.
        if (++wakes <= 3) node.drop_pool();
        if (wakes == 4) node.roll_back_to(5);
        if (wakes != 4) node.mine();
    });
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(node.inclusions(hash), 1U);
    EXPECT_TRUE(node.in_block(end->block, hash));
}

TEST_F(SenderWait, BlocksThatWereReplacedAreReadAgain) {
    node.denies_transactions = true;
    SingleSender s = sender({.valid_for_blocks = 10});
    const auto hash = submit(s).value();
    int wakes = 0;
    const auto end = wait(s, hash, [&] {
        // Three blocks without it are read; then others stand there, and it is in the second.
        if (++wakes <= 3) node.drop_pool();
        if (wakes == 4) node.roll_back_to(1);
        node.mine();
    });
    EXPECT_EQ(end->state, TxState::halted);
    EXPECT_EQ(end->block, 2U);
}

TEST_F(SenderWait, AnotherNetworkIsNoEvidence) {
    SingleSender s = sender({.valid_for_blocks = 3});
    const auto hash = submit(s).value();
    node.drop_pool();
    node.mine(10);
    node.network = 1;
    int wakes = 0;
    const auto end = wait(s, hash, [&] {
        EXPECT_TRUE(open().has_value());
        if (++wakes == 5) node.network = 56753;
    });
    EXPECT_EQ(end->state, TxState::expired);
    EXPECT_GE(wakes, 5);
}

TEST_F(SenderWait, AnEndedAttemptIsToldFromTheJournalAlone) {
    SingleSender s = sender();
    const auto hash = submit(s).value();
    const auto first = wait_mining(s, hash);
    node.down = true;
    SingleSender next_life = sender();
    const auto again = world.run(next_life.wait(hash));
    EXPECT_EQ(again->state, first->state);
    EXPECT_EQ(again->block, first->block);
    EXPECT_EQ(again->payload, first->payload);
}

TEST_F(SenderWait, SaysWhenItsJournalFailsOrKnowsNothing) {
    SingleSender s = sender();
    EXPECT_EQ(world.run(s.wait(neo::Hash256{})).error().code, Errc::not_found);
    const auto hash = submit(s).value();
    const auto end = wait(s, hash, [&] {
        journal.broken = true;
        node.mine();
    });
    ASSERT_FALSE(end.has_value());
    EXPECT_EQ(end.error().code, Errc::unavailable);
    EXPECT_EQ(submit(s).error().code, Errc::unavailable);
}

TEST_F(SenderWait, NothingIsSentThatTheJournalDidNotTake) {
    journal.broken = true;
    SingleSender s = sender();
    EXPECT_FALSE(submit(s).has_value());
    EXPECT_TRUE(node.received().empty());
}

}  // namespace
}  // namespace nsl::chain
