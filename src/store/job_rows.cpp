// SPDX-License-Identifier: Apache-2.0
#include "store/job_rows.h"

#include "store/ids.h"

namespace nsl::store {
namespace {

constexpr std::int64_t kSweptMax = 500;  // lanes

}  // namespace

std::vector<std::string> job_schema() {
    return {
        // Claimed while owner is not empty. Whoever claims a job moves ready_ms to the end of the
        // claim, so that whether others may claim it is one comparison.
        "CREATE TABLE store_job (id BIGINT PRIMARY KEY, queue TEXT NOT NULL, tenant TEXT NOT NULL,"
        " priority BIGINT NOT NULL, ready_ms BIGINT NOT NULL, fence BIGINT NOT NULL,"
        " attempt BIGINT NOT NULL, attempts_max BIGINT NOT NULL, owner TEXT NOT NULL,"
        " key TEXT NOT NULL, last_error TEXT NOT NULL, payload TEXT NOT NULL);"
        "CREATE INDEX store_job_ready ON store_job (queue, tenant, priority, ready_ms);"
        // Rows stay for ever: a key is taken once.
        "CREATE TABLE store_job_key (queue TEXT NOT NULL, key TEXT NOT NULL, job BIGINT NOT NULL,"
        " PRIMARY KEY (queue, key));"
        // Where there may be jobs.
        "CREATE TABLE store_job_lane (queue TEXT NOT NULL, tenant TEXT NOT NULL,"
        " priority BIGINT NOT NULL, PRIMARY KEY (queue, tenant, priority));"
        "CREATE TABLE store_job_dead (id BIGINT PRIMARY KEY, queue TEXT NOT NULL,"
        " tenant TEXT NOT NULL, priority BIGINT NOT NULL, fence BIGINT NOT NULL,"
        " attempts BIGINT NOT NULL, attempts_max BIGINT NOT NULL, key TEXT NOT NULL,"
        " error TEXT NOT NULL, died_ms BIGINT NOT NULL, payload TEXT NOT NULL);"
        "CREATE INDEX store_job_dead_queue ON store_job_dead (queue, id)"};
}

// Lanes and sweeping on PostgreSQL: who adds a job shares a lock on its lane's row until the
// commit; who sweeps locks the row alone, passing over those that are shared, and only then, in a
// statement that sees all that has been committed, looks whether the lane is empty. So either the
// sweep sees the job, or the adder waits and finds its lane gone and makes it anew. SQLite has one
// writer.
Status ensure_lane(Tx& tx, const std::string& queue, const std::string& tenant,
                   std::int64_t priority) {
    const std::string_view look =
        tx.engine() == Engine::postgres
            ? "SELECT priority FROM store_job_lane WHERE queue = $1 AND tenant = $2"
              " AND priority = $3 FOR KEY SHARE"
            : "SELECT priority FROM store_job_lane WHERE queue = $1 AND tenant = $2"
              " AND priority = $3";
    // Another may make or sweep the lane between our two statements, but hardly twice.
    for (int i = 0; i < 8; ++i) {
        TRY(const auto there, tx.rows(look, {queue, tenant, priority}, 1));
        if (!there.empty()) return {};
        TRY(const std::int64_t made,
            tx.execute("INSERT INTO store_job_lane (queue, tenant, priority) VALUES ($1, $2, $3)"
                       " ON CONFLICT (queue, tenant, priority) DO NOTHING",
                       {queue, tenant, priority}));
        if (made == 1) return {};
    }
    return fail(Errc::unavailable, "the lane of a job could not be made: try again");
}

Result<bool> sweep_lanes(Tx& tx) {
    const std::string_view look =
        tx.engine() == Engine::postgres
            ? "SELECT queue, tenant, priority FROM store_job_lane l WHERE NOT EXISTS"
              " (SELECT 1 FROM store_job j WHERE j.queue = l.queue AND j.tenant = l.tenant"
              " AND j.priority = l.priority) LIMIT $1 FOR UPDATE OF l SKIP LOCKED"
            : "SELECT queue, tenant, priority FROM store_job_lane l WHERE NOT EXISTS"
              " (SELECT 1 FROM store_job j WHERE j.queue = l.queue AND j.tenant = l.tenant"
              " AND j.priority = l.priority) LIMIT $1";
    TRY(const auto empty, tx.rows(look, {kSweptMax}, kSweptMax));
    std::vector<Params> lanes;
    lanes.reserve(empty.size());
    for (const Row& row : empty) lanes.push_back({row.text(0), row.text(1), row.i64(2)});
    TRY_OK(tx.execute_each(
        "DELETE FROM store_job_lane WHERE queue = $1 AND tenant = $2 AND priority = $3"
        " AND NOT EXISTS (SELECT 1 FROM store_job j WHERE j.queue = $1 AND j.tenant = $2"
        " AND j.priority = $3)",
        std::move(lanes)));
    return empty.size() == static_cast<std::size_t>(kSweptMax);
}

Status bury(Tx& tx, std::int64_t id, std::int64_t fence, const std::string& error,
            std::int64_t now_ms) {
    TRY(const auto rows,
        tx.rows("DELETE FROM store_job WHERE id = $1 AND fence = $2 AND owner <> ''"
                " RETURNING queue, tenant, priority, attempt, attempts_max, key, payload",
                {id, fence}, 1));
    if (rows.empty()) return lost_job(id, fence);
    const Row& job = rows[0];
    // The claim that found no attempt left was none.
    const std::int64_t attempts = std::min(job.i64(3), job.i64(4));
    TRY_OK(tx.execute(
        "INSERT INTO store_job_dead (id, queue, tenant, priority, fence, attempts, attempts_max,"
        " key, payload, error, died_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        {id, job.text(0), job.text(1), job.i64(2), fence, attempts, job.i64(4), job.text(5),
         job.text(6), error, now_ms}));
    return {};
}

Status free_claims(Tx& tx) {
    TRY(const std::int64_t now, tx.now_ms());
    TRY_OK(
        tx.execute("UPDATE store_job SET owner = '', ready_ms = $1, attempt = attempt - 1"
                   " WHERE owner <> ''",
                   {now}));
    TRY_OK(tx.execute("UPDATE store_job SET fence = fence + $1", {kFencesPerLife}));
    // One that is revived goes on from its fence.
    TRY_OK(tx.execute("UPDATE store_job_dead SET fence = fence + $1", {kFencesPerLife}));
    return {};
}

std::unexpected<Error> lost_job(std::int64_t id, std::int64_t fence) {
    return fail(Errc::conflict, "job " + std::to_string(id) + " is lost: the claim with fence " +
                                    std::to_string(fence) +
                                    " has ended, or another owner has claimed it");
}

}  // namespace nsl::store
