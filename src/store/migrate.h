// SPDX-License-Identifier: Apache-2.0
// Brings a database's schema to what the program knows.
#pragma once
#include <vector>

#include "store/sqlite_connection.h"

namespace nsl::store {

// Applies what is missing, each step in its own transaction. Errors as open_sqlite.
Status migrate(Connection& db, const std::vector<Migration>& migrations);

}  // namespace nsl::store
