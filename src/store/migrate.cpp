// SPDX-License-Identifier: Apache-2.0
#include "store/migrate.h"

#include <map>

#include "base/encoding.h"

namespace nsl::store {
namespace {

constexpr std::size_t kMigrationsMax = 10'000;

std::string hash_of(const Migration& migration) {
    return hex_encode(sha256(as_bytes(migration.sql)));
}

Result<std::map<std::int64_t, std::string>> applied(Connection& db) {
    TRY_OK(
        db.script("CREATE TABLE IF NOT EXISTS schema_migration ("
                  " number BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)"));
    TRY(auto rows, db.rows("SELECT number, hash FROM schema_migration", {}, kMigrationsMax));
    std::map<std::int64_t, std::string> out;
    for (const Row& row : rows) out.emplace(row.i64(0), row.text(1));
    return out;
}

Status apply(Connection& db, const Migration& migration) {
    TRY_OK(db.script("BEGIN IMMEDIATE"));
    Status done = db.script(migration.sql);
    if (done) {
        auto noted =
            db.execute("INSERT INTO schema_migration (number, name, hash) VALUES ($1, $2, $3)",
                       {std::int64_t{migration.number}, migration.name, hash_of(migration)});
        if (!noted) done = std::unexpected(noted.error());
    }
    if (done) done = db.script("COMMIT");
    if (done) return {};
    if (db.in_transaction()) TRY_OK(db.script("ROLLBACK"));
    return fail(Errc::unavailable, "migration " + std::to_string(migration.number) + " (" +
                                       migration.name + ") failed: " + done.error().message);
}

}  // namespace

Status migrate(Connection& db, const std::vector<Migration>& migrations) {
    for (std::size_t i = 0; i < migrations.size(); ++i)
        NSL_ASSERT(migrations[i].number == static_cast<int>(i) + 1);
    TRY(auto before, applied(db));
    if (!before.empty() && before.rbegin()->first > static_cast<std::int64_t>(migrations.size()))
        return fail(Errc::conflict,
                    "the database is at schema " + std::to_string(before.rbegin()->first) +
                        ", this program knows " + std::to_string(migrations.size()) +
                        ": run a newer program");
    for (const Migration& migration : migrations) {
        auto found = before.find(migration.number);
        if (found == before.end()) {
            TRY_OK(apply(db, migration));
        } else if (found->second != hash_of(migration)) {
            return fail(Errc::conflict,
                        "migration " + std::to_string(migration.number) + " (" + migration.name +
                            ") differs from the one that was applied to this database");
        }
    }
    return {};
}

}  // namespace nsl::store
