// SPDX-License-Identifier: Apache-2.0
// One SQLite connection and its prepared statements. Used by one thread at a time.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "store/db.h"

struct sqlite3;
struct sqlite3_stmt;

namespace nsl::store {

class Connection final : public Tx {
 public:
    enum class Mode { read_write, read_only };
    // Errors: unavailable, with the path and SQLite's reason.
    static Result<std::unique_ptr<Connection>> open(const std::string& path, Mode mode);
    ~Connection() override;
    Connection(const Connection&) = delete;

    Result<std::int64_t> execute(std::string_view sql, Params params = {}) override;
    Result<Row> row(std::string_view sql, Params params = {}) override;
    Result<std::vector<Row>> rows(std::string_view sql, Params params, std::size_t max) override;

    // Several statements without parameters, not cached.
    Status script(const std::string& sql);
    // False when SQLite has rolled the transaction back on its own (disk full, I/O error).
    bool in_transaction() const;

 private:
    explicit Connection(sqlite3* db) : db_(db) {}
    Result<sqlite3_stmt*> prepare(std::string_view sql, const Params& params);
    Error error(std::string_view doing) const;

    sqlite3* db_;
    std::unordered_map<std::string, sqlite3_stmt*> statements_;
};

}  // namespace nsl::store
