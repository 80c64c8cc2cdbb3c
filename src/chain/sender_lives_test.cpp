// SPDX-License-Identifier: Apache-2.0
// What a sender makes of a journal that another life left, or that does not say what it did.
#include <array>

#include "send_world.h"

namespace nsl::testing_support {
namespace {

class SenderLives : public SendWorld {};

TEST_F(SenderLives, WhatWasKeptAndNeverSentIsSentByTheNext) {
    begin_life();
    add(payment("a"));
    // The journal keeps the attempt, and the process ends before it hears of it.
    journal.failing = "keep";
    journal.does_it_first = true;
    ASSERT_TRUE(until([&] { return journal.attempts().size() == 1; }));
    end_life();
    EXPECT_TRUE(node.received().empty());
    begin_life();
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(journal.attempts().size(), 1U);
}

TEST_F(SenderLives, AnAttemptKeptInDoubtIsTheOneThatIsSent) {
    begin_life();
    add(payment("a"));
    journal.failing = "keep";
    journal.does_it_first = true;
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(journal.attempts().size(), 1U);
}

TEST_F(SenderLives, AnAttemptThatWasNotKeptIsNeverSent) {
    begin_life();
    add(payment("a"));
    journal.failing = "keep";
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(node.received().size(), 1U);
    ASSERT_EQ(journal.attempts().size(), 1U);
    EXPECT_EQ(*node.received().begin(), journal.attempts()[0].bytes);
}

TEST_F(SenderLives, ABlockAppliedInDoubtEndsWhatItHolds) {
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    node.mine();
    journal.failing = "apply";
    journal.does_it_first = true;
    EXPECT_FALSE(world.run(sender->on_block(read(node.height()))).has_value());
    // The follower asks where it stands, and has nothing to hand out again.
    const auto place = world.run(sender->checkpoint());
    ASSERT_TRUE(place.has_value() && place->has_value());
    EXPECT_EQ((*place)->index, node.height());
    EXPECT_EQ(world.run(sender->wait("a")).value().state, IntentState::halted);
    EXPECT_EQ(sender->status().open, 0U);
}

TEST_F(SenderLives, BeingStoppedIsNoTrouble) {
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    end_life();
    EXPECT_FALSE(world.lines->contains("task failed"));
}

TEST_F(SenderLives, ANewLifeReadsWhatCameMeanwhile) {
    begin_life();
    add(payment("a"));
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    end_life();
    node.mine(3);
    begin_life();
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(landed("a"), 1U);
}

TEST_F(SenderLives, AWindowThatEndedMeanwhileIsFollowedByTheNext) {
    node.pool_forgets = true;
    begin_life();
    add(payment("a", 2));
    ASSERT_TRUE(until([&] { return all_submitted(); }));
    end_life();
    node.mine(30);
    node.pool_forgets = false;
    begin_life();
    ASSERT_TRUE(until([&] { return node.pool_size() == 1; }));
    mine();
    EXPECT_EQ(record("a").state, IntentState::halted);
    EXPECT_EQ(landed("a"), 1U);
}

class AnyLives : public SendWorld, public ::testing::WithParamInterface<int> {
 protected:
    SeededRandom chance{static_cast<std::uint64_t>(GetParam())};
    int made = 0;

    void add_one() {
        const auto windows = 1 + static_cast<unsigned>(made) % 2;
        static_cast<void>(world.run(sender->add(payment("i" + std::to_string(made++), windows))));
    }
    void misfortune() {
        constexpr std::array kCalls = {"keep", "apply", "submitted", "add", "give_up"};
        switch (chance.below(6)) {
            case 0:
                node.blocks_are_full = !node.blocks_are_full;
                break;
            case 1:
                node.lose_send_answers = !node.lose_send_answers;
                break;
            case 2:
                node.drop_pool();
                break;
            case 3:
                journal.failing = kCalls.at(chance.below(kCalls.size()));
                journal.does_it_first = chance.below(2) == 0;
                break;
            case 4:
                begin_life();
                break;
            default:
                node.send_errors = {-502, -504};
        }
    }
    // Some of what is under way goes on, not all of it.
    void a_while() {
        for (int i = 0; i < 30; ++i) {
            world.loop.restart();
            if (world.loop.run_one_for(std::chrono::microseconds(100)) == 0)
                world.clock.advance(milliseconds(50));
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Seeds, AnyLives, ::testing::Range(0, 30));

// Whatever goes wrong, and in whatever order: nothing lands twice, and all of it ends.
TEST_P(AnyLives, EveryIntentLandsOnceOrExpires) {
    options.times = {.valid_for_blocks = 6, .resend_after_blocks = 1, .replace_after_blocks = 2};
    begin_life();
    for (int step = 0; step < 30; ++step) {
        const std::uint64_t kind = chance.below(10);
        if (kind < 3 && made < 12)
            add_one();
        else if (kind < 7)
            misfortune();
        else
            mine();
        a_while();
    }
    node.blocks_are_full = node.lose_send_answers = false;
    node.send_errors.clear();
    journal.failing.clear();
    begin_life();
    for (int block = 0; block < 40 && sender->status().open > 0; ++block) {
        ASSERT_TRUE(until([&] { return all_submitted(); }));
        mine();
    }
    EXPECT_EQ(sender->status().open, 0U);
    for (int i = 0; i < made; ++i) {
        const std::string id = "i" + std::to_string(i);
        const auto known = world.run(journal.find(id));
        if (!known) continue;  // its adding failed
        EXPECT_EQ(landed(id), known->record.state == IntentState::halted ? 1U : 0U) << id;
    }
}

}  // namespace
}  // namespace nsl::testing_support
