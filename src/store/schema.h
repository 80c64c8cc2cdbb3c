// SPDX-License-Identifier: Apache-2.0
// The schema as numbered steps, and where a database stands in them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace nsl::store {

// One step of the schema. Numbers are contiguous from 1; text never changes once released: its hash
// is stored and checked. Both engines take the same text, of one or several statements.
struct Migration {
    int number = 0;
    std::string name;
    std::string sql;
};

// Numbers `statements` after what `to` holds already.
void add_migrations(std::vector<Migration>& to, const std::string& name,
                    const std::vector<std::string>& statements);

// What a database has, of what the program knows.
struct SchemaStatus {
    struct Step {
        int number = 0;
        std::string name;
        bool applied = false;
        bool differs = false;  // applied with another text
    };
    std::vector<Step> steps;
    int newest_applied = 0;  // may be beyond what the program knows
};

// Errors: conflict (an applied step differs, or the database is newer than this program), named.
Status check_schema(const SchemaStatus& status);

}  // namespace nsl::store
