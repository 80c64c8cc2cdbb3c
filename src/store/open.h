// SPDX-License-Identifier: Apache-2.0
// From a URL to a database.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/db.h"
#include "store/schema.h"

namespace nsl::store {

// sqlite:PATH, or a libpq URL: postgresql://USER@HOST[:PORT][,HOST[:PORT]…]/DATABASE[?sslmode=…]. A
// password belongs into a passfile (libpq's `passfile` parameter) or PGPASSFILE, not into the URL:
// it is refused there.
struct OpenOptions {
    std::string url;
    std::size_t waiting_max = 4'096;     // operations queued
    std::size_t batch_max = 1'024;       // SQLite: operations in one commit
    int readers = 2;                     // SQLite: threads that read
    int connections = 16;                // PostgreSQL: connections, one operation each at a time
    milliseconds statement_max{30'000};  // PostgreSQL: a longer statement is cancelled
    milliseconds patience{5'000};        // PostgreSQL: how long an operation waits for a server
};

// Opens and migrates. Errors: invalid_argument (the URL; TLS is missing to a host that is not this
// machine), unavailable (cannot be opened, reached or written, damaged: where and why), conflict (a
// migration's hash differs from the applied one, or the database is newer than this program).
Result<std::unique_ptr<Db>> open(const OpenOptions& options,
                                 const std::vector<Migration>& migrations);

// Without migrating. Errors as open; not_found (no such file).
Result<SchemaStatus> schema_status(const OpenOptions& options,
                                   const std::vector<Migration>& migrations);

}  // namespace nsl::store
