// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_connection.h"

#include <sqlite3.h>

namespace nsl::store {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

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

int bind(sqlite3_stmt* statement, int index, const Param& param) {
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

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Mode mode) {
    sqlite3* db = nullptr;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;
    if (mode == Mode::read_write) flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
    std::unique_ptr<Connection> connection(new Connection(db));
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

Connection::~Connection() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close_v2(db_);
}

Error Connection::error(std::string_view doing) const {
    return {code_of(sqlite3_extended_errcode(db_)),
            std::string(doing) + ": " + sqlite3_errmsg(db_)};
}

Status Connection::script(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return std::unexpected(error("SQL"));
    return {};
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(db_) == 0;
}

Result<sqlite3_stmt*> Connection::prepare(std::string_view sql, const Params& params) {
    auto found = statements_.find(std::string(sql));
    if (found == statements_.end()) {
        sqlite3_stmt* made = nullptr;
        const char* rest = nullptr;
        if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                               SQLITE_PREPARE_PERSISTENT, &made, &rest) != SQLITE_OK)
            return std::unexpected(error("preparing a statement"));
        // SQLite would silently leave out what follows the first statement.
        NSL_ASSERT(made != nullptr && rest == sql.data() + sql.size());
        found = statements_.emplace(std::string(sql), made).first;
    }
    sqlite3_stmt* statement = found->second;
    for (std::size_t i = 0; i < params.size(); ++i) {
        std::string name = "$" + std::to_string(i + 1);
        int index = sqlite3_bind_parameter_index(statement, name.c_str());
        NSL_ASSERT(index > 0);  // a parameter that the statement does not have
        if (bind(statement, index, params[i]) != SQLITE_OK)
            return std::unexpected(error("binding a parameter"));
    }
    NSL_ASSERT(static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) == params.size());
    return statement;
}

Result<std::int64_t> Connection::execute(std::string_view sql, Params params) {
    TRY(sqlite3_stmt * statement, prepare(sql, params));
    Reset reset{statement};
    int code = sqlite3_step(statement);
    if (code != SQLITE_DONE && code != SQLITE_ROW) return std::unexpected(error("writing"));
    return std::int64_t{sqlite3_changes64(db_)};
}

Result<std::vector<Row>> Connection::rows(std::string_view sql, Params params, std::size_t max) {
    TRY(sqlite3_stmt * statement, prepare(sql, params));
    Reset reset{statement};
    std::vector<Row> out;
    for (;;) {
        int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) return out;
        if (code != SQLITE_ROW) return std::unexpected(error("reading"));
        if (out.size() == max)
            return fail(Errc::limit_exceeded,
                        "more than " + std::to_string(max) + " rows match: ask for fewer");
        std::vector<Param> columns;
        int count = sqlite3_column_count(statement);
        for (int i = 0; i < count; ++i) columns.push_back(column(statement, i));
        out.emplace_back(std::move(columns));
    }
}

Result<Row> Connection::row(std::string_view sql, Params params) {
    TRY(std::vector<Row> found, rows(sql, std::move(params), 1));
    if (found.empty()) return fail(Errc::not_found, "no such row");
    return std::move(found.front());
}

}  // namespace nsl::store
