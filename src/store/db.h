// SPDX-License-Identifier: Apache-2.0
// One database, whichever engine: SQLite embedded, PostgreSQL for a cluster.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/int256.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl::store {

enum class Engine { sqlite, postgres };

// A statement's parameter: null, integer, text (UTF-8, no NUL) or bytes.
using Param = std::variant<std::monostate, std::int64_t, std::string, Bytes>;
using Params = std::vector<Param>;

class RoomNotes;

// 256-bit integers are kept as decimal text.
Param param_of(const Int256& value);

// One row of a result. Reading a column as another type than stored is a bug and aborts.
class Row {
 public:
    explicit Row(std::vector<Param> columns) : columns_(std::move(columns)) {}
    std::int64_t i64(std::size_t column) const;
    const std::string& text(std::size_t column) const;
    const Bytes& bytes(std::size_t column) const;
    // Errors: internal (the text is no integer of 256 bits).
    Result<Int256> i256(std::size_t column) const;
    bool is_null(std::size_t column) const;
    const std::vector<Param>& columns() const { return columns_; }

 private:
    std::vector<Param> columns_;
};

// A transaction, used only inside the function given to Db::transact. Synchronous on purpose: it
// runs on a database thread, so business code reads top to bottom. Statements use $1, $2 … and the
// SQL that both engines share: columns are BIGINT, TEXT or BLOB, sums are cast to BIGINT. Each
// text is prepared once and kept, so it must be one of few: no values in it. A statement that
// failed (not: found no row, or too many) fails the whole operation, whatever `work` returns then.
class Tx {
 public:
    virtual ~Tx() = default;
    virtual Engine engine() const = 0;
    // Rows changed. Errors: conflict (a unique or foreign key), invalid_argument (text that is not
    // UTF-8 or has a NUL), timeout (ran too long), unavailable, internal.
    virtual Result<std::int64_t> execute(std::string_view sql, Params params = {}) = 0;
    // The same statement for each of `each`, in order and in one round trip; rows changed in all.
    // Stops at the first that fails. Errors as execute.
    virtual Result<std::int64_t> execute_each(std::string_view sql, std::vector<Params> each) = 0;
    // Errors: not_found when there is no row, limit_exceeded when there are several.
    virtual Result<Row> row(std::string_view sql, Params params = {}) = 0;
    // At most `max` rows; limit_exceeded beyond.
    virtual Result<std::vector<Row>> rows(std::string_view sql, Params params, std::size_t max) = 0;
    // Milliseconds since 1970 by the database's clock, which all nodes share. Not the start of the
    // transaction but now.
    virtual Result<std::int64_t> now_ms() = 0;
    // The connection's, for check_room of room.h.
    virtual RoomNotes& room_notes() = 0;
};

// What a transaction is kept from seeing. SQLite has one writer, so there both are the first.
enum class Isolation {
    // As if transactions ran one after another. PostgreSQL finds that out at the end, and the work
    // runs again when it was not so.
    serializable,
    // Each statement sees what is committed when it begins. For work whose every statement is right
    // on its own, or locks the rows it goes by.
    read_committed
};

using Work = std::function<Status(Tx&)>;

// Its destructor ends what waits with unavailable; the loops of its callers must outlive it.
class Db {
 public:
    virtual ~Db() = default;
    virtual Engine engine() const = 0;
    // Runs `work` in one transaction on a database thread and commits when it succeeds; what it
    // returns is returned. It may run again (a serialization conflict, a connection lost before the
    // commit), so it must have no effect but through `tx`. When this has returned success the data
    // is on disk. Errors: whatever `work` returns; unavailable (disk full, database gone or
    // closing: the work may have been done when the connection broke in the commit, so look before
    // doing it again), limit_exceeded (too many waiting), conflict (kept conflicting with others),
    // internal
    // (`work` threw, or this was called inside a transaction).
    virtual Task<Status> transact(Work work, Isolation isolation = Isolation::serializable) = 0;
    // Reads a snapshot; writes are refused.
    virtual Task<Status> read(Work work) = 0;
};

}  // namespace nsl::store
