// SPDX-License-Identifier: Apache-2.0
#include "store/open.h"

#include <filesystem>

#include "store/migrate.h"
#include "store/open_session.h"
#include "store/postgres/connection.h"
#include "store/postgres/db.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/db.h"

namespace nsl::store {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

bool is_sqlite(const std::string& url) {
    return url.starts_with(kSqlite) && url.size() > kSqlite.size();
}

}  // namespace

Result<std::unique_ptr<Session>> open_session(const OpenOptions& options, bool may_create) {
    if (is_sqlite(options.url)) {
        // Looking must not make a file.
        std::error_code unseen;
        const std::string path = options.url.substr(kSqlite.size());
        if (!may_create && !std::filesystem::exists(path, unseen)) {
            if (unseen) return fail(Errc::unavailable, path + ": " + unseen.message());
            return fail(Errc::not_found, "there is no database " + options.url);
        }
        TRY(auto session, SqliteSession::open(path, SqliteSession::Mode::read_write));
        TRY_OK(session->check_quickly());
        return session;
    }
    TRY(const std::string url, checked_postgres_url(options.url));
    TRY(auto session, PgSession::connect(url, options.statement_max));
    return session;
}

Result<std::unique_ptr<Db>> open(const OpenOptions& options,
                                 const std::vector<Migration>& migrations) {
    if (is_sqlite(options.url))
        return open_sqlite({.path = options.url.substr(kSqlite.size()),
                            .waiting_max = options.waiting_max,
                            .batch_max = options.batch_max,
                            .readers = options.readers},
                           migrations);
    return open_postgres({.url = options.url,
                          .waiting_max = options.waiting_max,
                          .connections = options.connections,
                          .statement_max = options.statement_max,
                          .patience = options.patience},
                         migrations);
}

Result<SchemaStatus> schema_status(const OpenOptions& options,
                                   const std::vector<Migration>& migrations) {
    TRY(auto session, open_session(options, false));
    return read_schema(*session, migrations);
}

}  // namespace nsl::store
