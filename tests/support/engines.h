// SPDX-License-Identifier: Apache-2.0
// Fresh databases of each engine, for suites that bring their own schema.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "store_world.h"

namespace nsl::store {

// Holds what the database stands on: keep it as long as the database.
using OpenDb = std::function<std::unique_ptr<Db>(const std::vector<Migration>&)>;

inline OpenDb fresh_sqlite() {
    auto folder = std::make_shared<Folder>();
    return [folder](const std::vector<Migration>& migrations) {
        return open({.url = "sqlite:" + (*folder / "db")}, migrations).value();
    };
}

// Null where there is no PostgreSQL.
inline OpenDb fresh_postgres() {
    if (!postgres_server()) return {};
    return [](const std::vector<Migration>& migrations) {
        return open({.url = postgres_server()->fresh_database()}, migrations).value();
    };
}

}  // namespace nsl::store
