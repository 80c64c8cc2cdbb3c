// SPDX-License-Identifier: Apache-2.0
// A whole database as one file, which either engine can be made from again: how to keep a copy, and
// how to move from SQLite to PostgreSQL.
//
// The file has one JSON value a line: {"nsl_backup":1,"schema":[HASH of each step…]}; for each
// table {"table","columns":[…]} and its rows as arrays (integers, text, null, bytes as
// {"b":BASE64}), tables that others refer to first; at last {"rows":N,"sha256":HEX}, the hash of
// all the lines before.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/open.h"
#include "store/schema.h"

namespace nsl::store {

struct BackupSummary {
    int schema = 0;
    std::int64_t tables = 0;
    std::int64_t rows = 0;
    std::string sha256;  // hex, of the file without its last line
};

// One snapshot, while others write; the file is of mode 0600, and there only when it is whole.
// Errors: conflict (the file is there; the schema is not this program's), unavailable, not_found
// (no such database).
Result<BackupSummary> back_up(const OpenOptions& options, const std::vector<Migration>& migrations,
                              const std::string& path);

// Reads it all. Errors: invalid_argument (not a backup, cut off or altered: where), conflict (of a
// schema this program does not know), not_found, unavailable.
Result<BackupSummary> verify_backup(const std::vector<Migration>& migrations,
                                    const std::string& path);

// Into a database that has no tables of ours yet, in one transaction; then migrates to the newest
// schema. A process of the life that the backup was taken from may still run, and knows nothing of
// it: so leases are free, claimed jobs are ready again, and every fence is higher than any of that
// life. All else is as it was. Errors: as verify_backup, and conflict (the database is not empty).
Result<BackupSummary> restore(const OpenOptions& options, const std::vector<Migration>& migrations,
                              const std::string& path);

// Reads every row and checks what the engine can check of itself. Errors: conflict (schema),
// unavailable (damaged: what), not_found.
Result<BackupSummary> verify_database(const OpenOptions& options,
                                      const std::vector<Migration>& migrations);

}  // namespace nsl::store
