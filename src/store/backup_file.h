// SPDX-License-Identifier: Apache-2.0
// The lines of a backup file: written with their hash, read back and checked.
#pragma once
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"
#include "store/backup.h"
#include "store/tables.h"

namespace nsl::store {

class BackupWriter {
 public:
    // Errors: unavailable.
    static Result<BackupWriter> create(const std::string& path,
                                       const std::vector<Migration>& migrations, int schema);
    Status table(const Table& table);
    Status row(const Row& row);
    // The file is there afterwards. Errors: conflict (it was there before), unavailable.
    Result<BackupSummary> finish();

 private:
    explicit BackupWriter(PrivateFileWriter file)
        : file_(std::move(file)), hash_(std::make_unique<Sha256>()) {}
    Status line(const json::Value& value);
    Status flush();

    PrivateFileWriter file_;
    std::unique_ptr<Sha256> hash_;
    std::string waiting_;
    BackupSummary summary_;
};

// What a reader does with the parts, in the file's order.
struct BackupParts {
    std::function<Status(int schema)> schema;
    std::function<Status(const Table& table)> table;
    std::function<Status(Params row)> row;
};

// The whole file; its hash is known only at the end, so nothing may be kept of the parts before
// this has returned success. Errors as verify_backup, and those of the parts.
Result<BackupSummary> read_backup(const std::string& path, const std::vector<Migration>& migrations,
                                  const BackupParts& parts);

}  // namespace nsl::store
