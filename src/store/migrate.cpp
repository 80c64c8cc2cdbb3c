// SPDX-License-Identifier: Apache-2.0
#include "store/migrate.h"

#include <map>

#include "base/encoding.h"

namespace nsl::store {
namespace {

constexpr std::size_t kMigrationsMax = 10'000;

// What stands in schema_migration, and whether there is such a table.
Result<bool> has_schema(Session& db) {
    const char* ask = db.engine() == Engine::sqlite
                          ? "SELECT count(*) FROM sqlite_master WHERE name = 'schema_migration'"
                          : "SELECT count(*) FROM pg_catalog.pg_class WHERE oid ="
                            " to_regclass('schema_migration')";
    TRY(const Row row, db.row(ask));
    return row.i64(0) > 0;
}

Result<std::map<std::int64_t, std::string>> applied(Session& db) {
    std::map<std::int64_t, std::string> out;
    TRY(const bool there, has_schema(db));
    if (!there) return out;
    TRY(const auto rows, db.rows("SELECT number, hash FROM schema_migration", {}, kMigrationsMax));
    for (const Row& row : rows) out.emplace(row.i64(0), row.text(1));
    return out;
}

SchemaStatus status_of(const std::map<std::int64_t, std::string>& applied,
                       const std::vector<Migration>& migrations) {
    SchemaStatus out;
    if (!applied.empty()) out.newest_applied = static_cast<int>(applied.rbegin()->first);
    for (const Migration& migration : migrations) {
        const auto found = applied.find(migration.number);
        const bool there = found != applied.end();
        out.steps.push_back({.number = migration.number,
                             .name = migration.name,
                             .applied = there,
                             .differs = there && found->second != hash_of(migration)});
    }
    return out;
}

Status apply(Session& db, const Migration& migration) {
    TRY_OK(db.script(migration.sql));
    TRY_OK(db.execute("INSERT INTO schema_migration (number, name, hash) VALUES ($1, $2, $3)",
                      {std::int64_t{migration.number}, migration.name, hash_of(migration)}));
    return {};
}

Status create_table(Session& db) {
    // What SQLite calls BLOB; with this name both engines take the same schema.
    if (db.engine() == Engine::postgres)
        TRY_OK(
            db.script("DO $$ BEGIN CREATE DOMAIN blob AS bytea;"
                      " EXCEPTION WHEN duplicate_object THEN NULL; END $$"));
    return db.script(
        "CREATE TABLE IF NOT EXISTS schema_migration ("
        " number BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)");
}

Status alone(Session& db, const std::function<Status()>& work) {
    TRY_OK(db.begin_alone());
    Status done = work();
    if (done) done = db.script("COMMIT");
    if (!done && db.in_transaction()) (void)db.script("ROLLBACK");
    return done;
}

}  // namespace

std::string hash_of(const Migration& migration) {
    return hex_encode(sha256(as_bytes(migration.sql)));
}

Status create_schema(Session& db, const std::vector<Migration>& migrations, int newest) {
    TRY_OK(create_table(db));
    for (const Migration& migration : migrations)
        if (migration.number <= newest) TRY_OK(apply(db, migration));
    return {};
}

void add_migrations(std::vector<Migration>& to, const std::string& name,
                    const std::vector<std::string>& statements) {
    for (const std::string& sql : statements)
        to.push_back({static_cast<int>(to.size()) + 1, name, sql});
}

Status check_schema(const SchemaStatus& status) {
    const int known = status.steps.empty() ? 0 : status.steps.back().number;
    if (status.newest_applied > known)
        return fail(Errc::conflict,
                    "the database is at schema " + std::to_string(status.newest_applied) +
                        ", this program knows " + std::to_string(known) + ": run a newer program");
    for (const SchemaStatus::Step& step : status.steps)
        if (step.differs)
            return fail(Errc::conflict,
                        "migration " + std::to_string(step.number) + " (" + step.name +
                            ") differs from the one that was applied to this database");
    return {};
}

Result<SchemaStatus> read_schema(Session& db, const std::vector<Migration>& migrations) {
    TRY(const auto before, applied(db));
    return status_of(before, migrations);
}

Status migrate(Session& db, const std::vector<Migration>& migrations) {
    for (std::size_t i = 0; i < migrations.size(); ++i)
        NSL_ASSERT(migrations[i].number == static_cast<int>(i) + 1);
    TRY(SchemaStatus now, read_schema(db, migrations));
    TRY_OK(check_schema(now));
    if (now.newest_applied == static_cast<int>(migrations.size()) && !migrations.empty()) return {};
    TRY_OK(alone(db, [&] { return create_table(db); }));
    for (const Migration& migration : migrations) {
        const Status done = alone(db, [&]() -> Status {
            // Another node may have been faster.
            TRY(now, read_schema(db, migrations));
            const bool there = now.steps[static_cast<std::size_t>(migration.number) - 1].applied;
            return there ? Status() : apply(db, migration);
        });
        TRY_OK(check_schema(now));
        if (!done)
            return fail(Errc::unavailable, "migration " + std::to_string(migration.number) + " (" +
                                               migration.name +
                                               ") failed: " + done.error().message);
    }
    return {};
}

}  // namespace nsl::store
