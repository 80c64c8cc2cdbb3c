// SPDX-License-Identifier: Apache-2.0
#include "store/tables.h"

#include <algorithm>
#include <map>
#include <set>

namespace nsl::store {
namespace {

constexpr std::size_t kTablesMax = 1'000, kColumnsMax = 1'000;

const char* names_sql(Engine engine) {
    return engine == Engine::sqlite
               ? "SELECT name FROM sqlite_master WHERE type = 'table'"
                 " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'schema_migration'"
                 " ORDER BY name"
               : "SELECT CAST(relname AS TEXT) FROM pg_catalog.pg_class c"
                 " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                 " WHERE n.nspname = current_schema() AND c.relkind = 'r'"
                 " AND relname <> 'schema_migration' ORDER BY CAST(relname AS TEXT) COLLATE \"C\"";
}

const char* columns_sql(Engine engine) {
    return engine == Engine::sqlite
               ? "SELECT name FROM pragma_table_info($1) ORDER BY cid"
               : "SELECT CAST(a.attname AS TEXT) FROM pg_catalog.pg_attribute a"
                 " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
                 " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                 " WHERE n.nspname = current_schema() AND CAST(c.relname AS TEXT) = $1"
                 " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
}

// Which table refers to which.
const char* references_sql(Engine engine) {
    return engine == Engine::sqlite
               ? "SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) "
                 "f"
                 " WHERE m.type = 'table'"
               : "SELECT CAST(a.relname AS TEXT), CAST(b.relname AS TEXT)"
                 " FROM pg_catalog.pg_constraint k"
                 " JOIN pg_catalog.pg_class a ON a.oid = k.conrelid"
                 " JOIN pg_catalog.pg_class b ON b.oid = k.confrelid WHERE k.contype = 'f'";
}

std::string quoted(const std::string& name) {
    std::string out = "\"";
    for (char c : name) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

// What is referred to comes before what refers to it; tables in a circle stay as they are.
std::vector<std::string> ordered(std::vector<std::string> names,
                                 const std::map<std::string, std::set<std::string>>& needs) {
    std::vector<std::string> out;
    std::set<std::string> done;
    while (!names.empty()) {
        auto ready = std::ranges::find_if(names, [&](const std::string& name) {
            const auto found = needs.find(name);
            return found == needs.end() ||
                   std::ranges::all_of(found->second, [&](const std::string& other) {
                       return other == name || done.contains(other);
                   });
        });
        if (ready == names.end()) ready = names.begin();
        done.insert(*ready);
        out.push_back(std::move(*ready));
        names.erase(ready);
    }
    return out;
}

}  // namespace

Result<std::vector<Table>> list_tables(Session& db) {
    TRY(const auto found, db.rows(names_sql(db.engine()), {}, kTablesMax));
    TRY(const auto references, db.rows(references_sql(db.engine()), {}, kTablesMax));
    std::map<std::string, std::set<std::string>> needs;
    for (const Row& row : references) needs[row.text(0)].insert(row.text(1));
    std::vector<std::string> names;
    for (const Row& row : found) names.push_back(row.text(0));
    std::vector<Table> out;
    for (std::string& name : ordered(std::move(names), needs)) {
        Table table{std::move(name), {}};
        TRY(const auto columns, db.rows(columns_sql(db.engine()), {table.name}, kColumnsMax));
        for (const Row& row : columns) table.columns.push_back(row.text(0));
        out.push_back(std::move(table));
    }
    return out;
}

std::string select_all(const Table& table) {
    std::string out = "SELECT ";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        out += (i ? ", " : "") + quoted(table.columns[i]);
    return out + " FROM " + quoted(table.name);
}

std::string insert_all(const Table& table) {
    std::string names, values;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        names += (i ? ", " : "") + quoted(table.columns[i]);
        values += (i ? ", $" : "$") + std::to_string(i + 1);
    }
    return "INSERT INTO " + quoted(table.name) + " (" + names + ") VALUES (" + values + ")";
}

}  // namespace nsl::store
