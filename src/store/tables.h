// SPDX-License-Identifier: Apache-2.0
// What tables there are, whichever engine.
#pragma once
#include <string>
#include <vector>

#include "store/session.h"

namespace nsl::store {

struct Table {
    std::string name;
    std::vector<std::string> columns;  // in their order
};

// All but the list of migrations, those that others refer to first, otherwise by name.
Result<std::vector<Table>> list_tables(Session& db);

// SELECT or INSERT of all columns; names are quoted.
std::string select_all(const Table& table);
std::string insert_all(const Table& table);

}  // namespace nsl::store
