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

// The URL with TLS where it leaves this machine. Errors: invalid_argument (no URL of libpq, no
// server in it, a password in it, to another machine less than a verified server).
Result<std::string> checked_postgres_url(const std::string& url);

// libpq also listens to the environment: a connection that leaves this machine without the URL's
// saying so is not used. Errors: unavailable.
Status check_peer(int socket, const std::string& checked_url);

// Connects and migrates. Errors as store::open.
Result<std::unique_ptr<Db>> open_postgres(PostgresOptions options,
                                          const std::vector<Migration>& migrations);

}  // namespace nsl::store
