// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include <chrono>

#include "store/values.h"

namespace nsl::store {
namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr std::size_t kStatementsMax = 1'000;  // texts of one connection

Errc code_of(int sqlite) {
    switch (sqlite & 0xff) {
        case SQLITE_CONSTRAINT:
            return Errc::conflict;
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Errc::unavailable;
        default:
            return Errc::internal;
    }
}

// Resets the statement however the function ends, so that it holds no lock and no parameter.
struct Reset {
    sqlite3_stmt* statement;
    ~Reset() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
};

int bind_one(sqlite3_stmt* statement, int index, const Param& param) {
    struct Binder {
        sqlite3_stmt* statement;
        int index;
        int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
        int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, index, v); }
        int operator()(const std::string& v) const {
            return sqlite3_bind_text64(statement, index, v.data(), v.size(), SQLITE_TRANSIENT,
                                       SQLITE_UTF8);
        }
        int operator()(const Bytes& v) const {
            if (v.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
            return sqlite3_bind_blob64(statement, index, v.data(), v.size(), SQLITE_TRANSIENT);
        }
    };
    return std::visit(Binder{statement, index}, param);
}

Param column(sqlite3_stmt* statement, int index) {
    auto size = [&] { return static_cast<std::size_t>(sqlite3_column_bytes(statement, index)); };
    switch (sqlite3_column_type(statement, index)) {
        case SQLITE_INTEGER:
            return std::int64_t{sqlite3_column_int64(statement, index)};
        case SQLITE_TEXT: {
            auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
            return std::string(text, size());
        }
        case SQLITE_BLOB: {
            auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, index));
            return data ? Bytes(data, data + size()) : Bytes();
        }
        default:
            // A floating-point column is no type of ours.
            NSL_ASSERT(sqlite3_column_type(statement, index) == SQLITE_NULL);
            return std::monostate{};
    }
}

}  // namespace

Result<std::unique_ptr<SqliteSession>> SqliteSession::open(const std::string& path, Mode mode) {
    sqlite3* db = nullptr;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;
    if (mode == Mode::read_write) flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
    std::unique_ptr<SqliteSession> connection(new SqliteSession(db, path));
    if (code != SQLITE_OK) {
        std::string why = db ? sqlite3_errmsg(db) : "out of memory";
        return fail(Errc::unavailable, "cannot open the database " + path + ": " + why +
                                           "; its folder must exist and be writable");
    }
    // SQLite opens what it may only read without a word.
    if (sqlite3_db_readonly(db, "main") == 1)
        return fail(Errc::unavailable, "cannot write the database " + path +
                                           ": make the file and its folder writable");
    sqlite3_busy_timeout(db, kBusyTimeoutMs);
    std::string setup = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;";
    if (mode == Mode::read_only) setup = "PRAGMA query_only=ON;";
    Status done = connection->script(setup);
    if (!done)
        return fail(Errc::unavailable,
                    "cannot use the database " + path + ": " + done.error().message);
    return connection;
}

SqliteSession::~SqliteSession() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement.handle);
    sqlite3_close_v2(db_);
}

std::unexpected<Error> SqliteSession::failed(std::string_view doing) {
    return failed(
        {code_of(sqlite3_extended_errcode(db_)), std::string(doing) + ": " + sqlite3_errmsg(db_)});
}

std::unexpected<Error> SqliteSession::failed(Error error) {
    if (!failure_) failure_ = error;
    return std::unexpected(std::move(error));
}

Status SqliteSession::script(const std::string& sql) {
    ++writes_;
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return failed("SQL");
    return {};
}

bool SqliteSession::in_transaction() const {
    return sqlite3_get_autocommit(db_) == 0;
}

Status SqliteSession::begin() {
    TRY_OK(execute("BEGIN IMMEDIATE"));
    return {};
}

Status SqliteSession::commit() {
    auto done = execute("COMMIT");
    if (done) return {};
    roll_back();
    return fail(Errc::unavailable, "commit failed: " + done.error().message);
}

void SqliteSession::roll_back() {
    if (in_transaction()) (void)execute("ROLLBACK");
}

// The same text is one statement, prepared once.
Result<SqliteSession::Statement*> SqliteSession::prepare(std::string_view sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return &found->second;
    NSL_ASSERT(statements_.size() < kStatementsMax);  // values in a statement's text
    Statement made;
    const char* rest = nullptr;
    if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &made.handle, &rest) != SQLITE_OK)
        return failed("preparing a statement");
    // SQLite would silently leave out what follows the first statement.
    NSL_ASSERT(made.handle != nullptr && rest == sql.data() + sql.size());
    made.writes = sqlite3_stmt_readonly(made.handle) == 0;
    const int count = sqlite3_bind_parameter_count(made.handle);
    for (int i = 1; i <= count; ++i) {
        const std::string name = "$" + std::to_string(i);
        made.places.push_back(sqlite3_bind_parameter_index(made.handle, name.c_str()));
    }
    return &statements_.emplace(std::string(sql), std::move(made)).first->second;
}

Status SqliteSession::bind(const Statement& statement, const Params& params) {
    NSL_ASSERT(params.size() == statement.places.size());
    for (std::size_t i = 0; i < params.size(); ++i) {
        NSL_ASSERT(statement.places[i] > 0);  // a number is missing in the statement
        if (Status fits = check_param(params[i]); !fits) return failed(std::move(fits).error());
        if (bind_one(statement.handle, statement.places[i], params[i]) != SQLITE_OK)
            return failed("binding a parameter");
    }
    return {};
}

Result<std::int64_t> SqliteSession::execute_bound(Statement& statement, const Params& params) {
    TRY_OK(bind(statement, params));
    const Reset reset{statement.handle};
    if (statement.writes) ++writes_;
    int code = sqlite3_step(statement.handle);
    // A statement that returns rows has done all its work before the first.
    if (code != SQLITE_DONE && code != SQLITE_ROW) return failed("writing");
    return statement.writes ? std::int64_t{sqlite3_changes64(db_)} : 0;
}

Result<std::int64_t> SqliteSession::execute(std::string_view sql, Params params) {
    TRY(Statement * statement, prepare(sql));
    return execute_bound(*statement, params);
}

Result<std::int64_t> SqliteSession::execute_each(std::string_view sql, std::vector<Params> each) {
    TRY(Statement * statement, prepare(sql));
    std::int64_t changed = 0;
    for (const Params& params : each) {
        TRY(const std::int64_t more, execute_bound(*statement, params));
        changed += more;
    }
    return changed;
}

Status SqliteSession::scan(std::string_view sql, const std::function<Status(const Row&)>& each) {
    return scan_bound(sql, {}, each);
}

Status SqliteSession::scan_bound(std::string_view sql, const Params& params,
                                 const std::function<Status(Row)>& each) {
    TRY(Statement * statement, prepare(sql));
    TRY_OK(bind(*statement, params));
    const Reset reset{statement->handle};
    if (statement->writes) ++writes_;
    for (;;) {
        int code = sqlite3_step(statement->handle);
        if (code == SQLITE_DONE) return {};
        if (code != SQLITE_ROW) return failed("reading");
        const int count = sqlite3_column_count(statement->handle);
        std::vector<Param> columns;
        columns.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) columns.push_back(column(statement->handle, i));
        TRY_OK(each(Row(std::move(columns))));
    }
}

Result<std::vector<Row>> SqliteSession::rows(std::string_view sql, Params params, std::size_t max) {
    std::vector<Row> out;
    TRY_OK(scan_bound(sql, params, [&](Row row) -> Status {
        if (out.size() == max)
            return fail(Errc::limit_exceeded,
                        "more than " + std::to_string(max) + " rows match: ask for fewer");
        out.push_back(std::move(row));
        return {};
    }));
    return out;
}

Result<Row> SqliteSession::row(std::string_view sql, Params params) {
    TRY(std::vector<Row> found, rows(sql, std::move(params), 1));
    if (found.empty()) return fail(Errc::not_found, "no such row");
    return std::move(found.front());
}

// The database is this process's: so is its clock.
Result<std::int64_t> SqliteSession::now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Status SqliteSession::check_quickly() {
    return check("PRAGMA quick_check(1)");
}

Status SqliteSession::check(const char* pragma) {
    const auto found = row(pragma);
    const std::string why = found ? found->text(0) : found.error().message;
    if (found && why == "ok") return {};
    return fail(Errc::unavailable,
                "the database " + path_ + " is damaged (" + why + "): restore a backup");
}

}  // namespace nsl::store
