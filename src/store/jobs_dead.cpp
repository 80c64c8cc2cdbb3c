// SPDX-License-Identifier: Apache-2.0
#include "store/ids.h"
#include "store/job_rows.h"
#include "store/limits.h"

namespace nsl::store {
namespace {

constexpr std::int64_t kPurgedMax = 1'000;  // in one transaction
constexpr int kPurgesMax = 1'000;           // transactions of one call

std::unexpected<Error> no_such(std::int64_t id) {
    return fail(Errc::not_found, "there is no dead letter " + std::to_string(id));
}

Status back_to_life(Tx& tx, std::int64_t id) {
    TRY(const std::int64_t now, tx.now_ms());
    TRY(const auto rows,
        tx.rows("DELETE FROM store_job_dead WHERE id = $1 RETURNING"
                " queue, tenant, priority, fence, attempts_max, key, error, payload",
                {id}, 1));
    if (rows.empty()) return no_such(id);
    const Row& dead = rows[0];
    TRY_OK(ensure_lane(tx, dead.text(0), dead.text(1), dead.i64(2)));
    TRY_OK(
        tx.execute("INSERT INTO store_job (id, queue, tenant, priority, ready_ms, fence, attempt,"
                   " attempts_max, owner, key, last_error, payload)"
                   " VALUES ($1, $2, $3, $4, $5, $6, 0, $7, '', $8, $9, $10)",
                   {id, dead.text(0), dead.text(1), dead.i64(2), now, dead.i64(3), dead.i64(4),
                    dead.text(5), dead.text(6), dead.text(7)}));
    return {};
}

// Who died before that was added before, and ids are in the order of adding.
Result<std::int64_t> purge_some(Tx& tx, milliseconds older_than) {
    TRY(const std::int64_t now, tx.now_ms());
    const std::int64_t before = std::max<std::int64_t>(now - older_than.count(), 0);
    return tx.execute(
        "DELETE FROM store_job_dead WHERE id IN (SELECT id FROM store_job_dead"
        " WHERE id < $1 AND died_ms < $2 ORDER BY id LIMIT $3)",
        {first_id_of(before), before, kPurgedMax});
}

Result<QueueStats> count(Tx& tx, const std::string& queue) {
    TRY(const std::int64_t now, tx.now_ms());
    TRY(const Row jobs,
        tx.row(
            "SELECT CAST(COALESCE(SUM(CASE WHEN ready_ms <= $2 THEN 1 ELSE 0 END), 0) AS BIGINT),"
            " CAST(COALESCE(SUM(CASE WHEN ready_ms > $2 AND owner <> '' THEN 1 ELSE 0 END), 0)"
            " AS BIGINT), COUNT(*), CAST(COALESCE(MIN(ready_ms), $2) AS BIGINT)"
            " FROM store_job WHERE queue = $1",
            {queue, now}));
    TRY(const Row dead, tx.row("SELECT COUNT(*) FROM store_job_dead WHERE queue = $1", {queue}));
    return QueueStats{.ready = jobs.i64(0),
                      .claimed = jobs.i64(1),
                      .delayed = jobs.i64(2) - jobs.i64(0) - jobs.i64(1),
                      .dead = dead.i64(0),
                      .oldest_ready_ms = std::max<std::int64_t>(now - jobs.i64(3), 0)};
}

}  // namespace

Task<Result<std::vector<DeadJob>>> SqlJobs::dead(std::string queue, std::int64_t before,
                                                 std::size_t max) {
    CO_TRY_OK(check_text("a queue", queue, 1, kJobNameMax));
    CO_TRY_OK(
        check_range("the number of dead letters", static_cast<std::int64_t>(max), 1, kJobsMax));
    CO_TRY_OK(check_range("the id to list dead letters below", before, 0, INT64_MAX));
    const std::int64_t below = before == 0 ? INT64_MAX : before;
    std::vector<DeadJob> out;
    CO_TRY_OK(co_await db_.read([&](Tx& tx) -> Status {
        TRY(const auto rows,
            tx.rows("SELECT id, key, tenant, payload, attempts, error, died_ms FROM store_job_dead"
                    " WHERE queue = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                    {queue, below, static_cast<std::int64_t>(max)}, max));
        out.clear();
        for (const Row& row : rows)
            out.push_back({.id = row.i64(0),
                           .queue = queue,
                           .key = row.text(1),
                           .tenant = row.text(2),
                           .payload = row.text(3),
                           .attempts = static_cast<int>(row.i64(4)),
                           .error = row.text(5),
                           .died_ms = row.i64(6)});
        return {};
    }));
    co_return out;
}

Task<Status> SqlJobs::revive(std::int64_t id) {
    co_return co_await db_.transact([&](Tx& tx) { return back_to_life(tx, id); },
                                    Isolation::read_committed);
}

Task<Status> SqlJobs::remove_dead(std::int64_t id) {
    co_return co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY(const std::int64_t removed,
                tx.execute("DELETE FROM store_job_dead WHERE id = $1", {id}));
            if (removed == 0) return no_such(id);
            return {};
        },
        Isolation::read_committed);
}

Task<Result<std::int64_t>> SqlJobs::purge_dead(milliseconds older_than) {
    CO_TRY_OK(check_range("the age of dead letters in ms", older_than.count(), 0, kDeadAgeMaxMs));
    std::int64_t purged = 0;
    for (int i = 0; i < kPurgesMax; ++i) {
        std::int64_t some = 0;
        CO_TRY_OK(co_await db_.transact(
            [&](Tx& tx) -> Status {
                TRY(some, purge_some(tx, older_than));
                return {};
            },
            Isolation::read_committed));
        purged += some;
        if (some < kPurgedMax) break;
    }
    co_return purged;
}

Task<Result<QueueStats>> SqlJobs::stats(std::string queue) {
    CO_TRY_OK(check_text("a queue", queue, 1, kJobNameMax));
    QueueStats out;
    CO_TRY_OK(co_await db_.read([&](Tx& tx) -> Status {
        TRY(out, count(tx, queue));
        return {};
    }));
    co_return out;
}

}  // namespace nsl::store
