// SPDX-License-Identifier: Apache-2.0
// What every SendJournal keeps to: run against the fake and against the SQL one. The suites give
// `Journals`, whose journal() is of one account and empty.
#pragma once
#include <gtest/gtest.h>

#include "chain/send_journal.h"
#include "send_journal_examples.h"

namespace nsl::testing_support {

template <class Journals>
class SendJournalContract : public Journals {
 protected:
    template <class T>
    T get(Task<Result<T>> work) {
        Result<T> done = this->run(std::move(work));
        EXPECT_TRUE(done.has_value()) << done.error().message;
        return done ? *std::move(done) : T{};
    }
    template <class T>
    Errc error(Task<Result<T>> work) {
        Result<T> done = this->run(std::move(work));
        EXPECT_FALSE(done.has_value());
        return done ? Errc::internal : done.error().code;
    }
    chain::SendJournal& journal() { return this->journals(); }
    BlockEffect apply(std::uint32_t index, std::vector<PaidTransaction> paid = {}) {
        return get(journal().apply(block_at(index), std::move(paid)));
    }
    Attempt keep(const Attempt& attempt, std::vector<neo::Hash256> rules_out = {}) {
        return get(journal().keep(attempt, std::move(rules_out), kRich));
    }
    IntentRecord record(const std::string& id) { return get(journal().find(id)).record; }

    static constexpr neo::Datoshi kRich = 1'000'000'000;
};

TYPED_TEST_SUITE_P(SendJournalContract);

TYPED_TEST_P(SendJournalContract, AnIntentIsAddedOnceAndComesBackWhole) {
    const Intent intent = intent_named("a", 3);
    const IntentRecord first = this->get(this->journal().add(intent));
    EXPECT_EQ(first.intent, intent);
    EXPECT_EQ(first.state, IntentState::pending);
    EXPECT_GT(first.created_ms, 0);
    EXPECT_EQ(this->get(this->journal().add(intent)), first);
    Intent other = intent;
    other.spends = 501;
    EXPECT_EQ(this->error(this->journal().add(other)), Errc::conflict);
    EXPECT_EQ(this->record("a"), first);
    EXPECT_EQ(this->error(this->journal().find("b")), Errc::not_found);
    EXPECT_EQ(this->error(this->journal().add(intent_named(""))), Errc::invalid_argument);
    EXPECT_EQ(this->error(this->journal().add(intent_named("w", 0))), Errc::invalid_argument);
}

TYPED_TEST_P(SendJournalContract, NothingIsKeptBeforeABlockOrTooLate) {
    this->get(this->journal().add(intent_named("a")));
    EXPECT_EQ(this->error(this->journal().keep(attempt_for("a", 1, 30), {}, this->kRich)),
              Errc::unavailable);
    this->apply(30);
    EXPECT_EQ(this->error(this->journal().keep(attempt_for("a", 1, 30), {}, this->kRich)),
              Errc::invalid_argument);
    EXPECT_EQ(this->error(this->journal().keep(attempt_for("x", 1, 50), {}, this->kRich)),
              Errc::not_found);
    const Attempt kept = this->keep(attempt_for("a", 1, 31));
    EXPECT_EQ(kept.first_block, 31U);
    EXPECT_EQ(kept.number, 1U);
}

TYPED_TEST_P(SendJournalContract, AnAttemptComesBackWholeAndEndsWithItsBlock) {
    this->apply(10);
    this->get(this->journal().add(intent_named("a")));
    Attempt kept = this->keep(attempt_for("a", 1, 30));
    ASSERT_TRUE(this->run(this->journal().submitted(kept.hash)));
    kept.state = AttemptState::submitted;
    const auto open = this->get(this->journal().open({}));
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].record.state, IntentState::in_flight);
    ASSERT_EQ(open[0].attempts.size(), 1U);
    EXPECT_EQ(open[0].attempts[0], kept);

    const auto effect = this->apply(
        11, {{.hash = kept.hash, .halted = false, .exception = "ASSERT is false", .fees = 1'201}});
    ASSERT_EQ(effect.ended.size(), 1U);
    EXPECT_EQ(effect.ended[0].state, IntentState::faulted);
    EXPECT_EQ(effect.ended[0].transaction, kept.hash);
    EXPECT_EQ(effect.ended[0].block, 11U);
    EXPECT_EQ(effect.ended[0].reason, "ASSERT is false");
    EXPECT_TRUE(effect.foreign.empty());
    EXPECT_EQ(this->record("a"), effect.ended[0]);
    EXPECT_TRUE(this->get(this->journal().open({})).empty());
    // An end is for ever.
    EXPECT_EQ(this->error(this->journal().keep(attempt_for("a", 2, 40), {}, this->kRich)),
              Errc::conflict);
    EXPECT_EQ(this->error(this->journal().give_up("a", "no")), Errc::conflict);
    EXPECT_TRUE(this->run(this->journal().submitted(kept.hash)));
    EXPECT_EQ(this->record("a"), effect.ended[0]);
}

TYPED_TEST_P(SendJournalContract, WhatLandedEndsAlsoWhenNobodyCanTellWhatItDid) {
    this->apply(10);
    this->get(this->journal().add(intent_named("a", 3)));
    const Attempt kept = this->keep(attempt_for("a", 1, 30));
    const auto effect =
        this->apply(11, {{.hash = kept.hash, .exception = "too long", .unreadable = true}});
    ASSERT_EQ(effect.ended.size(), 1U);
    EXPECT_EQ(effect.ended[0].state, IntentState::included);
    EXPECT_EQ(effect.ended[0].reason, "too long");
    EXPECT_EQ(this->record("a"), effect.ended[0]);
}

TYPED_TEST_P(SendJournalContract, TwoAttemptsThatCouldBothLandAreNotKept) {
    this->apply(10);
    this->get(this->journal().add(intent_named("a")));
    const Attempt one = this->keep(attempt_for("a", 1, 30));
    EXPECT_EQ(this->error(this->journal().keep(attempt_for("a", 2, 30), {}, this->kRich)),
              Errc::conflict);
    const Attempt two = this->keep(attempt_for("a", 2, 30), {one.hash});
    EXPECT_EQ(two.number, 2U);
    // Ruling out is not handed on: each of those under way must be named.
    EXPECT_EQ(this->error(this->journal().keep(attempt_for("a", 3, 30), {two.hash}, this->kRich)),
              Errc::conflict);
    EXPECT_EQ(this->keep(attempt_for("a", 3, 30), {one.hash, two.hash}).number, 3U);
    // The first one lands: the intent has that one, and the others are over.
    const auto effect = this->apply(11, {{.hash = one.hash, .halted = true}});
    ASSERT_EQ(effect.ended.size(), 1U);
    EXPECT_EQ(effect.ended[0].state, IntentState::halted);
    EXPECT_EQ(effect.ended[0].transaction, one.hash);
    EXPECT_TRUE(this->get(this->journal().find("a")).attempts.empty());
}

TYPED_TEST_P(SendJournalContract, AWindowEndsWithItsLastBlockAndTheNextBegins) {
    this->apply(10);
    this->get(this->journal().add(intent_named("a", 2)));
    const Attempt one = this->keep(attempt_for("a", 1, 12));
    this->keep(attempt_for("a", 2, 12), {one.hash});
    const auto none = this->apply(11);
    EXPECT_TRUE(none.ended.empty() && none.pending_again.empty());
    const auto again = this->apply(12);
    ASSERT_EQ(again.pending_again.size(), 1U);
    EXPECT_EQ(again.pending_again[0].windows_used, 1U);
    EXPECT_EQ(again.pending_again[0].state, IntentState::pending);
    EXPECT_EQ(this->record("a"), again.pending_again[0]);
    EXPECT_EQ(this->get(this->journal().open({.pending_only = true})).size(), 1U);

    this->keep(attempt_for("a", 3, 13));
    EXPECT_TRUE(this->get(this->journal().open({.pending_only = true})).empty());
    const auto over = this->apply(13);
    ASSERT_EQ(over.ended.size(), 1U);
    EXPECT_EQ(over.ended[0].state, IntentState::expired);
    EXPECT_FALSE(over.ended[0].reason.empty());
    EXPECT_EQ(this->record("a"), over.ended[0]);
}

TYPED_TEST_P(SendJournalContract, TheLastBlockOfAWindowMayStillHoldIt) {
    this->apply(10);
    this->get(this->journal().add(intent_named("a")));
    const Attempt one = this->keep(attempt_for("a", 1, 11));
    const auto effect = this->apply(11, {{.hash = one.hash, .halted = true}});
    ASSERT_EQ(effect.ended.size(), 1U);
    EXPECT_EQ(effect.ended[0].state, IntentState::halted);
}

TYPED_TEST_P(SendJournalContract, WhatIsUnderWayStaysBelowTheBalance) {
    this->apply(10);
    for (const char* id : {"a", "b"}) this->get(this->journal().add(intent_named(id)));
    // 1,000 + 201 + 500 each, the dearest attempt of an intent counts.
    const Attempt one = attempt_for("a", 1, 12);
    EXPECT_EQ(this->error(this->journal().keep(one, {}, 1'700)), Errc::insufficient_funds);
    this->get(this->journal().keep(one, {}, 1'701));
    EXPECT_EQ(this->error(this->journal().keep(attempt_for("a", 9, 12), {one.hash}, 1'708)),
              Errc::insufficient_funds);
    this->get(this->journal().keep(attempt_for("a", 9, 12), {one.hash}, 1'709));
    EXPECT_EQ(this->error(this->journal().keep(attempt_for("b", 2, 12), {}, 1'709 + 1'701)),
              Errc::insufficient_funds);
    this->get(this->journal().keep(attempt_for("b", 2, 12), {}, 1'709 + 1'702));
    // What has ended is free again.
    this->apply(11, {{.hash = one.hash, .halted = true}});
    this->get(this->journal().add(intent_named("c")));
    this->get(this->journal().keep(attempt_for("c", 3, 12), {}, 1'702 + 1'703));
    this->apply(12);
    this->get(this->journal().add(intent_named("d")));
    this->get(this->journal().keep(attempt_for("d", 4, 15), {}, 1'704));
}

TYPED_TEST_P(SendJournalContract, BlocksAreAppliedInOrderAndOnce) {
    EXPECT_FALSE(this->get(this->journal().checkpoint()).has_value());
    this->apply(10);
    for (std::uint32_t other : {9U, 10U, 12U})
        EXPECT_EQ(this->error(this->journal().apply(block_at(other), {})), Errc::conflict);
    BlockHeader stranger = block_at(11);
    stranger.previous = hash_of(7);
    EXPECT_EQ(this->error(this->journal().apply(stranger, {})), Errc::conflict);
    this->apply(11);
    const auto place = this->get(this->journal().checkpoint());
    ASSERT_TRUE(place.has_value());
    EXPECT_EQ(place->index, 11U);
    EXPECT_EQ(place->hash, block_at(11).hash);
    EXPECT_EQ(place->time_ms, block_at(11).time_ms);
}

TYPED_TEST_P(SendJournalContract, ASpendThatIsNotOursIsTold) {
    this->apply(10);
    const auto effect = this->apply(11, {{.hash = hash_of(77), .halted = true, .fees = 5}});
    ASSERT_EQ(effect.foreign.size(), 1U);
    EXPECT_EQ(effect.foreign[0].hash, hash_of(77));
    EXPECT_TRUE(effect.ended.empty());
    EXPECT_EQ(this->get(this->journal().foreign_spends()), 1U);
}

TYPED_TEST_P(SendJournalContract, GivingUpEndsWhatHasNoAttemptUnderWay) {
    this->apply(10);
    for (const char* id : {"a", "b"}) this->get(this->journal().add(intent_named(id, 2)));
    const IntentRecord refused = this->get(this->journal().give_up("a", "it faults"));
    EXPECT_EQ(refused.state, IntentState::refused);
    EXPECT_EQ(refused.reason, "it faults");
    EXPECT_EQ(this->record("a"), refused);
    this->keep(attempt_for("b", 1, 11));
    EXPECT_EQ(this->error(this->journal().give_up("b", "no")), Errc::conflict);
    this->apply(11);
    EXPECT_EQ(this->get(this->journal().give_up("b", "it faults now")).state, IntentState::expired);
    EXPECT_EQ(this->error(this->journal().give_up("x", "no")), Errc::not_found);
}

TYPED_TEST_P(SendJournalContract, OneExclusiveIntentOfAPurposeIsOpen) {
    Intent one = intent_named("a"), two = intent_named("b"), other = intent_named("c");
    one.exclusive = two.exclusive = other.exclusive = true;
    other.purpose = "others";
    this->get(this->journal().add(one));
    EXPECT_EQ(this->error(this->journal().add(two)), Errc::conflict);
    this->get(this->journal().add(other));
    this->get(this->journal().add(intent_named("d")));
    this->get(this->journal().give_up("a", "no"));
    this->get(this->journal().add(two));
    EXPECT_EQ(this->get(this->journal().open({.purpose = "payments"})).size(), 2U);
    EXPECT_EQ(this->get(this->journal().open({.after = "b"})).size(), 2U);
    EXPECT_EQ(this->get(this->journal().open({.max = 1})).size(), 1U);
}

REGISTER_TYPED_TEST_SUITE_P(
    SendJournalContract, AnIntentIsAddedOnceAndComesBackWhole, NothingIsKeptBeforeABlockOrTooLate,
    AnAttemptComesBackWholeAndEndsWithItsBlock, WhatLandedEndsAlsoWhenNobodyCanTellWhatItDid,
    TwoAttemptsThatCouldBothLandAreNotKept, AWindowEndsWithItsLastBlockAndTheNextBegins,
    TheLastBlockOfAWindowMayStillHoldIt, WhatIsUnderWayStaysBelowTheBalance,
    BlocksAreAppliedInOrderAndOnce, ASpendThatIsNotOursIsTold, GivingUpEndsWhatHasNoAttemptUnderWay,
    OneExclusiveIntentOfAPurposeIsOpen);

}  // namespace nsl::testing_support
