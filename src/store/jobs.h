// SPDX-License-Identifier: Apache-2.0
// Work that survives a crash: queues in tables.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "store/db.h"

namespace nsl::store {

// Jobs of one tenant in one queue that are ready, claimed or delayed: what a tenant, or
// workers that stand still, can make a database hold.
constexpr std::int64_t kOpenJobsMax = 100'000;
// How long dead letters are kept.
constexpr milliseconds kDeadKept = std::chrono::days(90);

// Text is UTF-8 without NUL. Limits: queue 1..200 bytes, key and tenant 0..200, payload 256 KiB,
// priority 0..9, attempts 1..1,000, delay 0..366 days, open_max 1..10,000,000.
struct NewJob {
    std::string queue;
    std::string key;      // empty, or unique in its queue for ever, also when the job has ended
    std::string tenant;   // queues are shared fairly between tenants
    std::string payload;  // the handler's own
    int priority = 5;     // lower is sooner, among the jobs of one tenant
    int attempts_max = 20;
    milliseconds delay{0};
    std::int64_t open_max = kOpenJobsMax;  // of its tenant in its queue, it included
};

struct Added {
    std::int64_t id = 0;
    bool is_new = false;  // false: the key was there, nothing was added
};

// A claimed job. Whoever holds the newest fence may end it; a fence grows with each claim.
struct Job {
    std::int64_t id = 0;
    std::int64_t fence = 0;
    std::string queue;
    std::string key;
    std::string tenant;
    std::string payload;
    int attempt = 0;  // from 1
    int attempts_max = 0;
    std::int64_t until_ms = 0;  // others may claim it afterwards
};

struct DeadJob {
    std::int64_t id = 0;
    std::string queue;
    std::string key;
    std::string tenant;
    std::string payload;
    int attempts = 0;
    std::string error;  // of the last attempt
    std::int64_t died_ms = 0;
};

struct QueueStats {
    std::int64_t ready = 0;
    std::int64_t claimed = 0;
    std::int64_t delayed = 0;  // for later, or waiting for a further attempt
    std::int64_t dead = 0;
    std::int64_t oldest_ready_ms = 0;  // how long the longest-waiting ready job has been ready
};

// Pause before a further attempt: full jitter, uniform in [0, min(cap, first × 2^(attempt-1))].
struct Backoff {
    milliseconds first{1'000};
    milliseconds cap{300'000};
};
milliseconds backoff_of(const Backoff& backoff, int attempt, Random& random);

// What a handler says of a job that did not succeed.
enum class Failure {
    transient,  // a further attempt after a pause, while there are attempts left
    permanent   // no further attempt would help: a dead letter
};

// Jobs that nobody tries any more, until a person has looked at them.
class DeadLetters {
 public:
    virtual ~DeadLetters() = default;
    // The newest ids first, below id `before` (0: all), up to `max` (1..1,000).
    virtual Task<Result<std::vector<DeadJob>>> dead(std::string queue, std::int64_t before,
                                                    std::size_t max) = 0;
    // Ready again, with its id and key, and all its attempts; also when its tenant has open_max
    // jobs. Errors: not_found.
    virtual Task<Status> revive(std::int64_t id) = 0;
    // For ever; its key stays taken. Errors: not_found.
    virtual Task<Status> remove_dead(std::int64_t id) = 0;
    // Removes those of all queues that died longer ago than this (0..3,660 days), at most 1,000,000
    // of them; how many.
    virtual Task<Result<std::int64_t>> purge_dead(milliseconds older_than) = 0;
};

// Used by one owner (process) from one executor; its turns between tenants are its own. A call
// takes up to 1,000 jobs, leases of 1 ms..1 h and pauses of 0..366 days; other input is
// invalid_argument, saying what would be right. Times are the database's.
class Jobs : public DeadLetters {
 public:
    // Errors: limit_exceeded (open_max). While several connections add at once, each may add a
    // 128th of open_max too many.
    virtual Task<Result<Added>> add(NewJob job) = 0;
    // Up to `max` (1..1,000) ready jobs: tenants in turns, within one the lowest priority first,
    // then the longest ready. A job whose claim ran out is ready again; one that has no attempt
    // left by that becomes a dead letter. Empty when nothing is ready that is not being claimed by
    // others.
    virtual Task<Result<std::vector<Job>>> claim(std::string queue, std::string owner,
                                                 std::size_t max, milliseconds lease) = 0;
    // More time for claimed jobs, from now; the ids of those that are lost (claimed by others, or
    // ended).
    virtual Task<Result<std::vector<std::int64_t>>> extend(std::vector<Job> jobs,
                                                           milliseconds lease) = 0;
    // Ends them; the ids of those that were lost, which are not ended.
    virtual Task<Result<std::vector<std::int64_t>>> complete(std::vector<Job> jobs) = 0;
    // A further attempt after `pause`, or a dead letter with this error, of which the first 2,000
    // bytes are kept. Errors: conflict (lost).
    virtual Task<Status> fail_job(Job job, Failure failure, std::string error,
                                  milliseconds pause) = 0;
    // Back to ready without counting the attempt: it could not be tried. Errors: conflict (lost).
    virtual Task<Status> put_back(Job job, milliseconds pause) = 0;
    // Reads every job of the queue once.
    virtual Task<Result<QueueStats>> stats(std::string queue) = 0;
};

std::vector<std::string> job_schema();

class SqlJobs final : public Jobs {
 public:
    // Claims remove, now and then, the dead letters that are older than `dead_kept`.
    explicit SqlJobs(Db& db, milliseconds dead_kept = kDeadKept) : db_(db), dead_kept_(dead_kept) {}

    Task<Result<Added>> add(NewJob job) override;
    Task<Result<std::vector<Job>>> claim(std::string queue, std::string owner, std::size_t max,
                                         milliseconds lease) override;
    Task<Result<std::vector<std::int64_t>>> extend(std::vector<Job> jobs,
                                                   milliseconds lease) override;
    Task<Result<std::vector<std::int64_t>>> complete(std::vector<Job> jobs) override;
    Task<Status> fail_job(Job job, Failure failure, std::string error, milliseconds pause) override;
    Task<Status> put_back(Job job, milliseconds pause) override;
    Task<Result<std::vector<DeadJob>>> dead(std::string queue, std::int64_t before,
                                            std::size_t max) override;
    Task<Status> revive(std::int64_t id) override;
    Task<Status> remove_dead(std::int64_t id) override;
    Task<Result<std::int64_t>> purge_dead(milliseconds older_than) override;
    Task<Result<QueueStats>> stats(std::string queue) override;

    // Inside the transaction whose effect the job is, or whose effect ends the job: all or nothing.
    // Errors: invalid_argument (a limit); add: limit_exceeded (open_max), and nothing was added;
    // complete: conflict (lost).
    static Result<Added> add(Tx& tx, const NewJob& job);
    static Status complete(Tx& tx, const Job& job);

 private:
    Task<void> sweep();

    Db& db_;
    const milliseconds dead_kept_;
    // By queue: who was served last, where there were more tenants than turns.
    std::map<std::string, std::string> last_tenant_;
    std::uint64_t claims_ = 0;
};

}  // namespace nsl::store
