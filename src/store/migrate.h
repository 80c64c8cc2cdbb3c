// SPDX-License-Identifier: Apache-2.0
// Brings a database's schema to what the program knows.
#pragma once
#include <vector>

#include "store/schema.h"
#include "store/session.h"

namespace nsl::store {

// Applies what is missing, each step in its own transaction; several nodes may do it at once.
// Errors: unavailable (a step failed: which and why), conflict (as check_schema).
Status migrate(Session& db, const std::vector<Migration>& migrations);

// The same within the caller's transaction, up to and with number `newest`, into a database that
// has no schema yet.
Status create_schema(Session& db, const std::vector<Migration>& migrations, int newest);

// Hex SHA-256 of a step's text.
std::string hash_of(const Migration& migration);

// Errors: unavailable. A database without a schema has no step applied.
Result<SchemaStatus> read_schema(Session& db, const std::vector<Migration>& migrations);

}  // namespace nsl::store
