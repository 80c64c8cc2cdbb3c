// SPDX-License-Identifier: Apache-2.0
#include "store/backup.h"

#include "store/backup_file.h"
#include "store/job_rows.h"
#include "store/leases.h"
#include "store/migrate.h"
#include "store/open_session.h"
#include "store/tables.h"

namespace nsl::store {
namespace {

constexpr std::size_t kRowsTogether = 500;  // rows inserted in one round trip

// Everything in one snapshot: `table` once for each, then `row` for its rows.
Status read_all(Session& db, const std::vector<Migration>& migrations,
                const std::function<Status(const SchemaStatus&)>& schema,
                const std::function<Status(const Table&)>& table,
                const std::function<Status(const Row&)>& row) {
    TRY_OK(db.begin_snapshot());
    TRY(const SchemaStatus status, read_schema(db, migrations));
    TRY_OK(check_schema(status));
    if (status.newest_applied == 0)
        return fail(Errc::not_found, "the database has no schema of ours: nothing to read");
    TRY_OK(schema(status));
    TRY(const auto tables, list_tables(db));
    for (const Table& one : tables) {
        TRY_OK(table(one));
        TRY_OK(db.scan(select_all(one), row));
    }
    return db.script("ROLLBACK");
}

// Collects rows of one table into few round trips.
class Inserter {
 public:
    explicit Inserter(Session& db) : db_(db) {}

    Status table(const Table& table) {
        TRY_OK(flush());
        sql_ = insert_all(table);
        return {};
    }
    Status row(Params row) {
        rows_.push_back(std::move(row));
        return rows_.size() < kRowsTogether ? Status() : flush();
    }
    Status flush() {
        if (rows_.empty()) return {};
        TRY_OK(db_.execute_each(sql_, std::exchange(rows_, {})));
        return {};
    }

 private:
    Session& db_;
    std::string sql_;
    std::vector<Params> rows_;
};

// Of the tables that the backup's schema has.
Status free_holders(Session& db) {
    TRY(const auto tables, list_tables(db));
    for (const Table& table : tables) {
        if (table.name == "store_lease") TRY_OK(free_leases(db));
        if (table.name == "store_job") TRY_OK(free_claims(db));
    }
    return {};
}

}  // namespace

Result<BackupSummary> back_up(const OpenOptions& options, const std::vector<Migration>& migrations,
                              const std::string& path) {
    TRY(auto db, open_session(options, false));
    std::optional<BackupWriter> writer;
    TRY_OK(read_all(
        *db, migrations,
        [&](const SchemaStatus& status) -> Status {
            TRY(BackupWriter made, BackupWriter::create(path, migrations, status.newest_applied));
            writer.emplace(std::move(made));
            return {};
        },
        [&](const Table& table) { return writer->table(table); },
        [&](const Row& row) { return writer->row(row); }));
    NSL_ASSERT(writer);  // read_all has told its schema
    return writer->finish();
}

Result<BackupSummary> verify_backup(const std::vector<Migration>& migrations,
                                    const std::string& path) {
    return read_backup(path, migrations,
                       {.schema = [](int) { return Status(); },
                        .table = [](const Table&) { return Status(); },
                        .row = [](const Params&) { return Status(); }});
}

Result<BackupSummary> verify_database(const OpenOptions& options,
                                      const std::vector<Migration>& migrations) {
    TRY(auto db, open_session(options, false));
    TRY_OK(db->check_integrity());
    BackupSummary out;
    TRY_OK(read_all(
        *db, migrations,
        [&](const SchemaStatus& status) {
            out.schema = status.newest_applied;
            return Status();
        },
        [&](const Table&) {
            ++out.tables;
            return Status();
        },
        [&](const Row&) {
            ++out.rows;
            return Status();
        }));
    return out;
}

Result<BackupSummary> restore(const OpenOptions& options, const std::vector<Migration>& migrations,
                              const std::string& path) {
    // All of it, before anything is made: a damaged file must not leave a database behind.
    TRY_OK(verify_backup(migrations, path));
    TRY(auto db, open_session(options, true));
    TRY_OK(db->begin_alone());
    TRY(const SchemaStatus before, read_schema(*db, migrations));
    if (before.newest_applied != 0)
        return fail(Errc::conflict, "the database is not empty (schema " +
                                        std::to_string(before.newest_applied) +
                                        "): restore into a new one");
    Inserter inserter(*db);
    TRY(BackupSummary summary,
        read_backup(path, migrations,
                    {.schema = [&](int newest) { return create_schema(*db, migrations, newest); },
                     .table = [&](const Table& table) { return inserter.table(table); },
                     .row = [&](Params row) { return inserter.row(std::move(row)); }}));
    TRY_OK(inserter.flush());
    TRY_OK(free_holders(*db));
    TRY_OK(db->script("COMMIT"));
    TRY_OK(migrate(*db, migrations));
    return summary;
}

}  // namespace nsl::store
