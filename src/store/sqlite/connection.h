// SPDX-License-Identifier: Apache-2.0
// One SQLite connection and its prepared statements.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "store/session.h"

struct sqlite3;
struct sqlite3_stmt;

namespace nsl::store {

class SqliteSession final : public Session {
 public:
    enum class Mode { read_write, read_only };
    // Errors: unavailable, with the path and SQLite's reason.
    static Result<std::unique_ptr<SqliteSession>> open(const std::string& path, Mode mode);
    ~SqliteSession() override;
    SqliteSession(const SqliteSession&) = delete;

    Engine engine() const override { return Engine::sqlite; }
    Result<std::int64_t> execute(std::string_view sql, Params params = {}) override;
    Result<std::int64_t> execute_each(std::string_view sql, std::vector<Params> each) override;
    Result<Row> row(std::string_view sql, Params params = {}) override;
    Result<std::vector<Row>> rows(std::string_view sql, Params params, std::size_t max) override;
    Result<std::int64_t> now_ms() override;
    Status script(const std::string& sql) override;
    Status begin_alone() override { return begin(); }
    Status begin_snapshot() override { return script("BEGIN"); }
    Status scan(std::string_view sql, const std::function<Status(const Row&)>& each) override;
    Status check_integrity() override { return check("PRAGMA integrity_check(1)"); }
    bool in_transaction() const override;

    Status begin();
    // Rolls back when it fails. Errors: unavailable.
    Status commit();
    // Nothing when there is no transaction.
    void roll_back();
    // Grows with every statement that may have written.
    std::uint64_t writes() const { return writes_; }
    // The first statement's failure since it was asked last: that operation has failed.
    std::optional<Error> take_failure() { return std::exchange(failure_, std::nullopt); }
    // A quick one: structure, not indexes against rows.
    Status check_quickly();

 private:
    struct Statement {
        sqlite3_stmt* handle = nullptr;
        bool writes = false;
        std::vector<int> places{};  // of $1, $2 … among SQLite's own numbers
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };

    SqliteSession(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}
    Status check(const char* pragma);
    Result<Statement*> prepare(std::string_view sql);
    Status bind(const Statement& statement, const Params& params);
    Status scan_bound(std::string_view sql, const Params& params,
                      const std::function<Status(Row)>& each);
    Result<std::int64_t> execute_bound(Statement& statement, const Params& params);
    std::unexpected<Error> failed(std::string_view doing);
    std::unexpected<Error> failed(Error error);

    sqlite3* db_;
    std::string path_;
    std::uint64_t writes_ = 0;
    std::optional<Error> failure_{};
    std::unordered_map<std::string, Statement, Hash, std::equal_to<>> statements_;
};

}  // namespace nsl::store
