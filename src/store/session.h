// SPDX-License-Identifier: Apache-2.0
// One connection to a database, whichever engine. Used by one thread at a time.
#pragma once
#include <string>

#include "store/db.h"
#include "store/room.h"

namespace nsl::store {

class Session : public Tx {
 public:
    // Several statements without parameters, not kept.
    virtual Status script(const std::string& sql) = 0;
    // Begins a transaction that no other migrator runs beside.
    virtual Status begin_alone() = 0;
    // Begins a transaction that sees one state and changes nothing.
    virtual Status begin_snapshot() = 0;
    // Each row of a query, however many there are; stops at an error of `each`.
    virtual Status scan(std::string_view sql, const std::function<Status(const Row&)>& each) = 0;
    // What the engine can check of the files it keeps. Errors: unavailable, with what is damaged.
    virtual Status check_integrity() = 0;
    // False when the engine has rolled the transaction back on its own (disk full, I/O error).
    virtual bool in_transaction() const = 0;

    RoomNotes& room_notes() final { return room_notes_; }

 private:
    RoomNotes room_notes_{};
};

}  // namespace nsl::store
