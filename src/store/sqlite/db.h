// SPDX-License-Identifier: Apache-2.0
// The embedded engine: one writer thread, a pool of readers.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/db.h"
#include "store/schema.h"

namespace nsl::store {

struct SqliteOptions {
    std::string path;                 // created when missing; its folder must exist
    std::size_t waiting_max = 4'096;  // operations queued for the writer, and for the readers
    std::size_t batch_max = 1'024;    // operations in one commit
    int readers = 2;
};

// Opens (WAL, synchronous=FULL), checks integrity, and migrates. Errors as store::open.
Result<std::unique_ptr<Db>> open_sqlite(SqliteOptions options,
                                        const std::vector<Migration>& migrations);

}  // namespace nsl::store
