// SPDX-License-Identifier: Apache-2.0
#include "store/room.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace nsl::store {
namespace {

using Verdict = RoomNotes::Verdict;

constexpr std::int64_t kNow = 1'700'000'000'000;

TEST(Room, IsUnknownBeforeACount) {
    RoomNotes notes;
    EXPECT_EQ(notes.ask("a", 10, kNow), Verdict::unknown);
    notes.note("b", 0, 10, kNow);
    EXPECT_EQ(notes.ask("a", 10, kNow), Verdict::unknown);
    EXPECT_EQ(notes.ask("b", 10, kNow), Verdict::room);
}

TEST(Room, FewPlacesAreGivenOneByOne) {
    RoomNotes notes;
    notes.note("a", 9, 10, kNow);
    EXPECT_EQ(notes.ask("a", 10, kNow), Verdict::room);
    EXPECT_EQ(notes.ask("a", 10, kNow), Verdict::unknown);
    // Where there are few, one that has ended counts at once.
    notes.note("a", 10, 10, kNow);
    EXPECT_EQ(notes.ask("a", 10, kNow), Verdict::unknown);
}

TEST(Room, ACountGrowsOld) {
    RoomNotes notes;
    notes.note("a", 0, 1'000, kNow);
    EXPECT_EQ(notes.ask("a", 1'000, kNow + 9'999), Verdict::room);
    EXPECT_EQ(notes.ask("a", 1'000, kNow + 10'000), Verdict::unknown);
    // A clock that went back.
    EXPECT_EQ(notes.ask("a", 1'000, kNow - 1), Verdict::unknown);
}

TEST(Room, AFullTableIsNotCountedForEveryoneWhoAsks) {
    RoomNotes notes;
    notes.note("a", 100'000, 100'000, kNow);
    EXPECT_EQ(notes.ask("a", 100'000, kNow + 99), Verdict::full);
    EXPECT_EQ(notes.ask("a", 100'000, kNow + 100), Verdict::unknown);
    // There may be more than were counted.
    EXPECT_EQ(notes.ask("a", 200'000, kNow), Verdict::unknown);
    EXPECT_EQ(notes.ask("a", 50'000, kNow), Verdict::full);
}

RC_GTEST_PROP(Room, WhoIsAloneNeverAddsTooManyAndCountsSeldom, ()) {
    const auto max = *rc::gen::inRange<std::int64_t>(1, 200'000);
    std::int64_t rows = *rc::gen::inRange<std::int64_t>(0, max);
    const std::int64_t before = rows;
    RoomNotes notes;
    std::int64_t counted = 0;
    for (;;) {
        Verdict verdict = notes.ask("a", max, kNow);
        if (verdict == Verdict::unknown) {
            counted += rows;
            notes.note("a", rows, max, kNow);
            // What is full is so for a while, or was only just counted.
            if (rows == max) break;
            verdict = notes.ask("a", max, kNow);
        }
        RC_ASSERT(verdict == Verdict::room);
        ++rows;
    }
    RC_ASSERT(rows == max);
    // Rows counted for each that was added.
    RC_ASSERT(counted <= 256 * (rows - before) + 2 * max);
}

}  // namespace
}  // namespace nsl::store
