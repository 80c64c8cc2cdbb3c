// SPDX-License-Identifier: Apache-2.0
// One database: SQLite embedded now; the same code on PostgreSQL later.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl::store {

// A statement's parameter: null, integer, text or bytes.
using Param = std::variant<std::monostate, std::int64_t, std::string, Bytes>;
using Params = std::vector<Param>;

// One row of a result. Reading a column as another type than stored is a bug and aborts.
class Row {
 public:
    explicit Row(std::vector<Param> columns) : columns_(std::move(columns)) {}
    std::int64_t i64(std::size_t column) const;
    const std::string& text(std::size_t column) const;
    const Bytes& bytes(std::size_t column) const;
    bool is_null(std::size_t column) const;

 private:
    std::vector<Param> columns_;
};

// A transaction, used only inside the function given to Db::transact. Synchronous on purpose: it
// runs on a database thread, so business code reads top to bottom. Statements use $1, $2 … and the
// SQL that both engines share.
class Tx {
 public:
    virtual ~Tx() = default;
    // Rows changed. Errors: conflict (a unique or foreign key), internal.
    virtual Result<std::int64_t> execute(std::string_view sql, Params params = {}) = 0;
    // Errors: not_found when there is no row, limit_exceeded when there are several.
    virtual Result<Row> row(std::string_view sql, Params params = {}) = 0;
    // At most `max` rows; limit_exceeded beyond.
    virtual Result<std::vector<Row>> rows(std::string_view sql, Params params, std::size_t max) = 0;
};

// Its destructor ends what waits with unavailable; the loops of its callers must outlive it.
class Db {
 public:
    virtual ~Db() = default;
    // Runs `work` in one transaction on a database thread and commits when it succeeds; what it
    // returns is returned. Work of several callers may share one commit, each isolated from the
    // failure of the others. It may run again, so it must have no effect but through `tx`. When
    // this has returned success the data is on disk. Errors: whatever `work` returns, unavailable
    // (disk full, database locked or gone, closing), limit_exceeded (too many waiting).
    virtual Task<Status> transact(std::function<Status(Tx&)> work) = 0;
    // Reads a snapshot; writes are refused.
    virtual Task<Status> read(std::function<Status(Tx&)> work) = 0;
};

// One step of the schema. Numbers are contiguous from 1 within a set; text never changes once
// released: its hash is stored and checked.
struct Migration {
    int number = 0;
    std::string name;
    std::string sql;
};

struct SqliteOptions {
    std::string path;                 // created when missing; its folder must exist
    std::size_t waiting_max = 4'096;  // operations queued for the writer
    std::size_t batch_max = 256;      // operations in one commit
    int readers = 2;
};

// Opens (WAL, synchronous=FULL), checks integrity, and migrates.
// Errors: unavailable (cannot be opened or written: path and reason), conflict (a migration's hash
// differs from the applied one, or the database is newer than this program).
Result<std::unique_ptr<Db>> open_sqlite(SqliteOptions options,
                                        const std::vector<Migration>& migrations);

}  // namespace nsl::store
