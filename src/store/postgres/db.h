// SPDX-License-Identifier: Apache-2.0
// The engine for more than one node: a thread and a connection for each operation at a time.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/db.h"
#include "store/schema.h"

namespace nsl::store {

struct PostgresOptions {
    std::string url;                     // as store::open
    std::size_t waiting_max = 4'096;     // operations queued
    int connections = 16;                // operations at a time
    milliseconds statement_max{30'000};  // a longer statement is cancelled
    milliseconds patience{5'000};        // how long an operation waits for a server
};

// The URL with TLS where it leaves this machine. Errors: invalid_argument (no URL of libpq, a
// password in it, less than verify-ca to another machine).
Result<std::string> checked_postgres_url(const std::string& url);

// Connects and migrates. Errors as store::open.
Result<std::unique_ptr<Db>> open_postgres(PostgresOptions options,
                                          const std::vector<Migration>& migrations);

}  // namespace nsl::store
