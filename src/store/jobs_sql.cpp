// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <set>

#include "base/utf8.h"
#include "store/ids.h"
#include "store/job_rows.h"
#include "store/limits.h"
#include "store/room.h"

namespace nsl::store {
namespace {

constexpr int kIdTries = 16;

// A statement for each of these numbers of jobs: each text is prepared and kept.
constexpr std::array<std::size_t, 3> kBatches{1, 8, 64};

using Claims = std::set<std::pair<std::int64_t, std::int64_t>>;  // id, fence

Status check(const NewJob& job) {
    TRY_OK(check_text("a queue", job.queue, 1, kJobNameMax));
    TRY_OK(check_text("the key of a job", job.key, 0, kJobNameMax));
    TRY_OK(check_text("the tenant of a job", job.tenant, 0, kJobNameMax));
    TRY_OK(check_text("the payload of a job", job.payload, 0, kJobPayloadMax));
    TRY_OK(check_range("the priority of a job", job.priority, 0, 9));
    TRY_OK(check_range("attempts_max of a job", job.attempts_max, 1, 1'000));
    TRY_OK(check_range("open_max of a job", job.open_max, 1, kJobsOpenMaxMax));
    return check_range("the delay of a job in ms", job.delay.count(), 0, kJobDelayMaxMs);
}

Status check_pause(milliseconds pause) {
    return check_range("the pause of a job in ms", pause.count(), 0, kJobDelayMaxMs);
}

Status check_open(Tx& tx, const NewJob& job, std::int64_t now) {
    const Room open{.name = "job\n" + std::to_string(job.queue.size()) + job.queue + job.tenant,
                    // The order is the index's, so that no other way to the rows is taken.
                    .rows =
                        "SELECT priority FROM store_job WHERE queue = $1 AND tenant = $2"
                        " ORDER BY priority, ready_ms LIMIT $3",
                    .params = {job.queue, job.tenant},
                    .max = job.open_max,
                    .what = "the open jobs of this tenant in this queue"};
    return check_room(tx, open, now);
}

// The job that has this key already, if any; otherwise the key is `id`'s from now on.
Result<std::optional<std::int64_t>> take_key(Tx& tx, const NewJob& job, std::int64_t id) {
    TRY(const std::int64_t taken,
        tx.execute("INSERT INTO store_job_key (queue, key, job) VALUES ($1, $2, $3)"
                   " ON CONFLICT (queue, key) DO NOTHING",
                   {job.queue, job.key, id}));
    if (taken == 1) return std::nullopt;
    TRY(const Row row, tx.row("SELECT job FROM store_job_key WHERE queue = $1 AND key = $2",
                              {job.queue, job.key}));
    return row.i64(0);
}

// False when the id is taken. A dead letter keeps its own, as it may be revived.
Result<bool> insert_job(Tx& tx, const NewJob& job, std::int64_t id, std::int64_t now) {
    TRY(const std::int64_t added,
        tx.execute("INSERT INTO store_job (id, queue, tenant, priority, ready_ms, fence, attempt,"
                   " attempts_max, owner, key, last_error, payload)"
                   " SELECT $1, $2, $3, $4, $5, 0, 0, $6, '', $7, '', $8"
                   " WHERE NOT EXISTS (SELECT 1 FROM store_job_dead WHERE id = $1)"
                   " ON CONFLICT (id) DO NOTHING",
                   {id, job.queue, job.tenant, std::int64_t{job.priority}, now + job.delay.count(),
                    std::int64_t{job.attempts_max}, job.key, job.payload}));
    return added == 1;
}

// "the job is claimed and is one of $first, $first+1 as id and fence, …". The ids stand there
// twice: by the first SQLite finds the rows, by the second it compares.
std::string is_one_of(std::size_t count, std::size_t first) {
    std::string ids, pairs;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string id = "$" + std::to_string(first + 2 * i);
        const std::string fence = "$" + std::to_string(first + 2 * i + 1);
        ids += (i == 0 ? "" : ", ") + id;
        pairs += i == 0 ? "(" : ", (";
        pairs += id;
        pairs += ", ";
        pairs += fence;
        pairs += ')';
    }
    return " WHERE owner <> '' AND id IN (" + ids + ") AND (id, fence) IN (VALUES " + pairs +
           ") RETURNING id, fence";
}

// Runs a statement over the jobs, in batches that are filled up by repeating the last; which it
// found.
Result<Claims> for_claims(Tx& tx, std::string_view statement, const Params& before,
                          const std::vector<Job>& jobs) {
    Claims found;
    for (std::size_t at = 0; at < jobs.size();) {
        const std::size_t left = jobs.size() - at;
        std::size_t size = kBatches.back();
        for (std::size_t batch : kBatches)
            if (left <= batch) {
                size = batch;
                break;
            }
        Params params = before;
        for (std::size_t i = 0; i < size; ++i) {
            const Job& job = jobs[std::min(at + i, jobs.size() - 1)];
            params.push_back(job.id);
            params.push_back(job.fence);
        }
        const std::string sql = std::string(statement) + is_one_of(size, before.size() + 1);
        TRY(const auto rows, tx.rows(sql, std::move(params), size));
        for (const Row& row : rows) found.emplace(row.i64(0), row.i64(1));
        at += size;
    }
    return found;
}

std::vector<std::int64_t> lost_of(const std::vector<Job>& jobs, const Claims& found) {
    std::vector<std::int64_t> out;
    for (const Job& job : jobs)
        if (!found.contains({job.id, job.fence})) out.push_back(job.id);
    return out;
}

std::string kept_error(std::string_view error) {
    std::string text = utf8_clean(error);
    std::ranges::replace(text, '\0', ' ');
    return std::string(utf8_cut(text, kJobErrorMax));
}

Status retry(Tx& tx, const Job& job, Failure failure, const std::string& error,
             milliseconds pause) {
    TRY(const std::int64_t now, tx.now_ms());
    if (failure == Failure::transient) {
        TRY(const std::int64_t later,
            tx.execute("UPDATE store_job SET ready_ms = $3, owner = '', last_error = $4"
                       " WHERE id = $1 AND fence = $2 AND owner <> '' AND attempt < attempts_max",
                       {job.id, job.fence, now + pause.count(), error}));
        if (later == 1) return {};
    }
    return bury(tx, job.id, job.fence, error, now);
}

}  // namespace

Result<Added> SqlJobs::add(Tx& tx, const NewJob& job) {
    TRY_OK(check(job));
    TRY(const std::int64_t now, tx.now_ms());
    OsRandom random;
    std::int64_t id = time_ordered_id(now, random);
    if (!job.key.empty()) {
        TRY(const auto holder, take_key(tx, job, id));
        if (holder) return Added{.id = *holder, .is_new = false};
    }
    if (Status open = check_open(tx, job, now); !open) {
        // Also when the transaction goes on without the job.
        if (!job.key.empty())
            TRY_OK(tx.execute("DELETE FROM store_job_key WHERE queue = $1 AND key = $2",
                              {job.queue, job.key}));
        return std::unexpected(std::move(open).error());
    }
    TRY_OK(ensure_lane(tx, job.queue, job.tenant, job.priority));
    for (int i = 0; i < kIdTries; ++i) {
        TRY(const bool added, insert_job(tx, job, id, now));
        if (added) return Added{.id = id, .is_new = true};
        id = time_ordered_id(now, random);
        if (!job.key.empty())
            TRY_OK(tx.execute("UPDATE store_job_key SET job = $3 WHERE queue = $1 AND key = $2",
                              {job.queue, job.key, id}));
    }
    return fail(Errc::unavailable, "no free id for a job was found: try again");
}

Task<Result<Added>> SqlJobs::add(NewJob job) {
    Added out;
    CO_TRY_OK(co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY(out, add(tx, job));
            return {};
        },
        Isolation::read_committed));
    co_return out;
}

Status SqlJobs::complete(Tx& tx, const Job& job) {
    TRY(const Claims ended, for_claims(tx, "DELETE FROM store_job", {}, {job}));
    if (ended.empty()) return lost_job(job.id, job.fence);
    return {};
}

Task<Result<std::vector<std::int64_t>>> SqlJobs::complete(std::vector<Job> jobs) {
    CO_TRY_OK(check_range("the number of jobs to complete", static_cast<std::int64_t>(jobs.size()),
                          0, kJobsMax));
    Claims ended;
    CO_TRY_OK(co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY(ended, for_claims(tx, "DELETE FROM store_job", {}, jobs));
            return {};
        },
        Isolation::read_committed));
    co_return lost_of(jobs, ended);
}

Task<Result<std::vector<std::int64_t>>> SqlJobs::extend(std::vector<Job> jobs, milliseconds lease) {
    CO_TRY_OK(check_range("the number of jobs to extend", static_cast<std::int64_t>(jobs.size()), 0,
                          kJobsMax));
    CO_TRY_OK(check_range("the lease of a claim in ms", lease.count(), 1, kJobLeaseMaxMs));
    Claims extended;
    CO_TRY_OK(co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY(const std::int64_t now, tx.now_ms());
            TRY(extended,
                for_claims(tx, "UPDATE store_job SET ready_ms = $1", {now + lease.count()}, jobs));
            return {};
        },
        Isolation::read_committed));
    co_return lost_of(jobs, extended);
}

Task<Status> SqlJobs::fail_job(Job job, Failure failure, std::string error, milliseconds pause) {
    CO_TRY_OK(check_pause(pause));
    const std::string kept = kept_error(error);
    co_return co_await db_.transact([&](Tx& tx) { return retry(tx, job, failure, kept, pause); },
                                    Isolation::read_committed);
}

Task<Status> SqlJobs::put_back(Job job, milliseconds pause) {
    CO_TRY_OK(check_pause(pause));
    co_return co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY(const std::int64_t now, tx.now_ms());
            TRY(const std::int64_t back,
                tx.execute("UPDATE store_job SET ready_ms = $3, owner = '', attempt = attempt - 1"
                           " WHERE id = $1 AND fence = $2 AND owner <> ''",
                           {job.id, job.fence, now + pause.count()}));
            if (back == 0) return lost_job(job.id, job.fence);
            return {};
        },
        Isolation::read_committed);
}

}  // namespace nsl::store
