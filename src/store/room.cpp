// SPDX-License-Identifier: Apache-2.0
#include "store/room.h"

#include <algorithm>

namespace nsl::store {
namespace {

constexpr std::size_t kNotesMax = 4'096;     // rooms that a connection remembers
constexpr std::int64_t kNoteMsMax = 10'000;  // others add too
constexpr std::int64_t kRowsPerMsOfFull = 1'000;

// Rows that may be added after a count without another.
std::int64_t given(std::int64_t rows, std::int64_t max) {
    const std::int64_t free = max - rows;
    return std::min(free, std::max<std::int64_t>(max / 128, 1));
}

}  // namespace

RoomNotes::Verdict RoomNotes::ask(const std::string& where, std::int64_t max, std::int64_t now_ms) {
    const auto found = notes_.find(where);
    if (found == notes_.end()) return Verdict::unknown;
    Note& note = found->second;
    const std::int64_t age = now_ms - note.counted_ms;
    if (age < 0 || age >= kNoteMsMax) return Verdict::unknown;
    if (max > note.counted_to && note.rows >= note.counted_to) return Verdict::unknown;
    // Who keeps asking at a full table is refused for as long as the count cost many times over.
    if (note.rows >= max)
        return age < note.rows / kRowsPerMsOfFull ? Verdict::full : Verdict::unknown;
    if (note.added >= given(note.rows, max)) return Verdict::unknown;
    ++note.added;
    return Verdict::room;
}

void RoomNotes::note(const std::string& where, std::int64_t rows, std::int64_t counted_to,
                     std::int64_t now_ms) {
    if (notes_.size() >= kNotesMax) notes_.clear();
    notes_[where] = {.rows = rows, .counted_to = counted_to, .counted_ms = now_ms};
}

Status check_room(Tx& tx, const Room& room, std::int64_t now_ms) {
    RoomNotes& notes = tx.room_notes();
    RoomNotes::Verdict verdict = notes.ask(room.name, room.max, now_ms);
    if (verdict == RoomNotes::Verdict::unknown) {
        Params params = room.params;
        params.push_back(room.max);
        TRY(const Row count, tx.row("SELECT COUNT(*) FROM (" + std::string(room.rows) + ") counted",
                                    std::move(params)));
        notes.note(room.name, count.i64(0), room.max, now_ms);
        verdict = notes.ask(room.name, room.max, now_ms);
    }
    if (verdict == RoomNotes::Verdict::room) return {};
    return fail(Errc::limit_exceeded, std::string(room.what) + " are " + std::to_string(room.max) +
                                          ", as many as may be: try again when there are fewer");
}

}  // namespace nsl::store
