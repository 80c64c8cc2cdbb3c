// SPDX-License-Identifier: Apache-2.0
// Tables with a bound on their rows, which are not counted anew for every row that is added.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/db.h"

namespace nsl::store {

// What one connection remembers of its counts. After a count it adds a 128th of what may be at
// most, and no more than was free, without another. So a connection that is alone never adds too
// many, others that add at the same time may each by that 128th, and adding costs little more at
// 100,000 rows than at none.
class RoomNotes {
 public:
    enum class Verdict { room, full, unknown };

    // Whether one more row may be added where at most `max` may be; `room` counts it as added.
    Verdict ask(const std::string& where, std::int64_t max, std::int64_t now_ms);
    // After a count that went on up to `counted_to` rows.
    void note(const std::string& where, std::int64_t rows, std::int64_t counted_to,
              std::int64_t now_ms);

 private:
    struct Note {
        std::int64_t rows = 0;  // or more, when it is counted_to
        std::int64_t counted_to = 0;
        std::int64_t counted_ms = 0;
        std::int64_t added = 0;  // since
    };
    std::unordered_map<std::string, Note> notes_;
};

// What is bounded.
struct Room {
    std::string name;       // of this room among all of the database
    std::string_view rows;  // selects its rows, at most as many as the last parameter says
    Params params;          // without the last
    std::int64_t max = 0;   // rows
    std::string_view what;  // "the open jobs of a tenant"
};

// For who adds one row next. Errors: limit_exceeded.
Status check_room(Tx& tx, const Room& room, std::int64_t now_ms);

}  // namespace nsl::store
