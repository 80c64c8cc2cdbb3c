// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "store/job_rows.h"
#include "store/limits.h"

namespace nsl::store {
namespace {

constexpr std::size_t kLanesMax = 1'000;   // looked at in one claim
constexpr std::size_t kBuriedMax = 1'000;  // jobs without an attempt left, in one claim
constexpr std::uint64_t kClaimsPerSweep = 1'000;
constexpr int kSweepsMax = 20;   // transactions of one sweep
constexpr int kRoundsMax = 100;  // transactions of one claim

struct Claim {
    std::string queue;
    std::string owner;
    std::size_t max = 0;
    milliseconds lease{};
    std::optional<std::string> after{};  // the tenant that was served last
};

struct Claimed {
    std::vector<Job> jobs{};
    std::optional<std::string> last{};  // set when there were more tenants than turns
    bool more = false;                  // stopped before all that is ready was looked at
};

struct Tenant {
    std::string name;
    std::vector<std::int64_t> priorities;  // with ready jobs, the most urgent last
};

// The subquery is one look into the index for each lane; as EXISTS it might become a join that
// reads every ready job.
constexpr std::string_view kReadyLanes =
    "SELECT tenant, priority FROM store_job_lane l WHERE queue = $1 AND"
    " (SELECT j.ready_ms FROM store_job j WHERE j.queue = l.queue AND j.tenant = l.tenant"
    " AND j.priority = l.priority ORDER BY j.ready_ms LIMIT 1) <= $2";

// Materialized, so that the rows are picked once: a join might pick others again and again.
constexpr std::string_view kPickSqlite =
    "WITH picked AS MATERIALIZED (SELECT id FROM store_job WHERE queue = $1 AND tenant = $2"
    " AND priority = $3 AND ready_ms <= $4 ORDER BY ready_ms LIMIT $5)"
    " UPDATE store_job SET ready_ms = $6, owner = $7, fence = fence + 1, attempt = attempt + 1"
    " WHERE id IN (SELECT id FROM picked)"
    " RETURNING id, fence, key, payload, attempt, attempts_max, last_error";
constexpr std::string_view kPickPostgres =
    "WITH picked AS MATERIALIZED (SELECT id FROM store_job WHERE queue = $1 AND tenant = $2"
    " AND priority = $3 AND ready_ms <= $4 ORDER BY ready_ms LIMIT $5 FOR UPDATE SKIP LOCKED)"
    " UPDATE store_job SET ready_ms = $6, owner = $7, fence = fence + 1, attempt = attempt + 1"
    " WHERE id IN (SELECT id FROM picked)"
    " RETURNING id, fence, key, payload, attempt, attempts_max, last_error";

// The claim of one transaction.
class Claiming {
 public:
    Claiming(Tx& tx, const Claim& claim) : tx_(tx), claim_(claim) {}

    Result<Claimed> run() {
        TRY(now_, tx_.now_ms());
        TRY(std::vector<Tenant> tenants, find_tenants());
        std::size_t left = claim_.max;
        // What one tenant does not use goes to the others in a further round.
        while (left > 0 && !tenants.empty() && buried_ < kBuriedMax) {
            const std::size_t share = left / tenants.size(), extra = left % tenants.size();
            for (std::size_t i = 0; i < tenants.size(); ++i) {
                TRY(const std::size_t got, take(tenants[i], share + (i < extra ? 1 : 0)));
                left -= got;
            }
            // Who got no extra is first now.
            std::ranges::rotate(tenants, tenants.begin() + static_cast<std::ptrdiff_t>(extra));
            std::erase_if(tenants, [](const Tenant& t) { return t.priorities.empty(); });
        }
        out_.more = out_.more || !tenants.empty();
        return std::move(out_);
    }

 private:
    Result<std::vector<Row>> lanes(std::string_view where) {
        const std::string sql =
            std::string(kReadyLanes) + std::string(where) + " ORDER BY tenant, priority LIMIT $3";
        Params params{claim_.queue, now_, static_cast<std::int64_t>(kLanesMax)};
        if (claim_.after && !where.empty()) params.emplace_back(*claim_.after);
        return tx_.rows(sql, std::move(params), kLanesMax);
    }

    // As many as there are turns, beginning after the one that was served last.
    Result<std::vector<Tenant>> find_tenants() {
        std::vector<Tenant> out;
        TRY(const auto first, lanes(claim_.after ? " AND tenant > $4" : ""));
        add_lanes(first, out);
        if (claim_.after && first.size() < kLanesMax && out.size() <= claim_.max) {
            TRY(const auto rest, lanes(" AND tenant <= $4"));
            add_lanes(rest, out);
            out_.more = rest.size() == kLanesMax;
        }
        out_.more = out_.more || first.size() == kLanesMax || out.size() > claim_.max;
        if (out.size() > claim_.max) out.resize(claim_.max);
        if (out_.more) out_.last = out.back().name;
        for (Tenant& tenant : out) std::ranges::reverse(tenant.priorities);
        return out;
    }

    static void add_lanes(const std::vector<Row>& rows, std::vector<Tenant>& to) {
        for (const Row& row : rows) {
            if (to.empty() || to.back().name != row.text(0)) to.push_back({row.text(0), {}});
            to.back().priorities.push_back(row.i64(1));
        }
    }

    // Up to `wanted` jobs of one tenant; forgets the lanes that have no more.
    Result<std::size_t> take(Tenant& tenant, std::size_t wanted) {
        std::size_t got = 0;
        while (got < wanted && !tenant.priorities.empty() && buried_ < kBuriedMax) {
            const std::size_t asked = wanted - got;
            TRY(const auto rows, pick(tenant.name, tenant.priorities.back(), asked));
            if (rows.size() < asked) tenant.priorities.pop_back();
            TRY(const std::size_t usable, keep(rows, tenant.name));
            got += usable;
        }
        return got;
    }

    Result<std::vector<Row>> pick(const std::string& tenant, std::int64_t priority,
                                  std::size_t count) {
        TRY(auto rows,
            tx_.rows(tx_.engine() == Engine::postgres ? kPickPostgres : kPickSqlite,
                     {claim_.queue, tenant, priority, now_, static_cast<std::int64_t>(count),
                      now_ + claim_.lease.count(), claim_.owner},
                     count));
        // They come in no order. Ids are in the order of adding.
        std::ranges::sort(rows, {}, [](const Row& row) { return row.i64(0); });
        return rows;
    }

    // Those that have an attempt left are claimed, the others dead.
    Result<std::size_t> keep(const std::vector<Row>& rows, const std::string& tenant) {
        std::size_t usable = 0;
        for (const Row& row : rows) {
            if (row.i64(4) > row.i64(5)) {
                TRY_OK(bury(tx_, row.i64(0), row.i64(1), ran_out(row.text(6)), now_));
                ++buried_;
                continue;
            }
            ++usable;
            out_.jobs.push_back({.id = row.i64(0),
                                 .fence = row.i64(1),
                                 .queue = claim_.queue,
                                 .key = row.text(2),
                                 .tenant = tenant,
                                 .payload = row.text(3),
                                 .attempt = static_cast<int>(row.i64(4)),
                                 .attempts_max = static_cast<int>(row.i64(5)),
                                 .until_ms = now_ + claim_.lease.count()});
        }
        return usable;
    }

    static std::string ran_out(const std::string& before) {
        std::string out =
            "the claim of the last attempt ran out: its owner ended, or took longer than its lease";
        if (!before.empty()) out += "; the attempt before: " + before;
        return out;
    }

    Tx& tx_;
    const Claim& claim_;
    std::int64_t now_ = 0;
    std::size_t buried_ = 0;
    Claimed out_;
};

Status check(const Claim& claim) {
    TRY_OK(check_text("a queue", claim.queue, 1, kJobNameMax));
    TRY_OK(check_text("the owner of a claim", claim.owner, 1, kJobNameMax));
    TRY_OK(check_range("the number of jobs to claim", static_cast<std::int64_t>(claim.max), 1,
                       kJobsMax));
    return check_range("the lease of a claim in ms", claim.lease.count(), 1, kJobLeaseMaxMs);
}

}  // namespace

Task<Result<std::vector<Job>>> SqlJobs::claim(std::string queue, std::string owner, std::size_t max,
                                              milliseconds lease) {
    Claim claim{.queue = std::move(queue), .owner = std::move(owner), .max = max, .lease = lease};
    CO_TRY_OK(check(claim));
    if (++claims_ % kClaimsPerSweep == 0) co_await sweep();
    Claimed done;
    // A further round when all that had a turn were dead, or locked by other claims.
    for (int i = 0; i == 0 || (i < kRoundsMax && done.jobs.empty() && done.more); ++i) {
        const auto last = last_tenant_.find(claim.queue);
        claim.after.reset();
        if (last != last_tenant_.end()) claim.after = last->second;
        // Every statement is right on its own, or goes by rows that it has locked.
        CO_TRY_OK(co_await db_.transact(
            [&](Tx& tx) -> Status {
                TRY(done, Claiming(tx, claim).run());
                return {};
            },
            Isolation::read_committed));
        if (done.last)
            last_tenant_[claim.queue] = *done.last;
        else
            last_tenant_.erase(claim.queue);
    }
    co_return std::move(done.jobs);
}

// Housekeeping: when it fails, the next one does it.
Task<void> SqlJobs::sweep() {
    bool more = true;
    for (int i = 0; i < kSweepsMax && more; ++i) {
        const Status done = co_await db_.transact(
            [&](Tx& tx) -> Status {
                TRY(more, sweep_lanes(tx));
                return {};
            },
            Isolation::read_committed);
        if (!done) co_return;
    }
    (void)co_await purge_dead(dead_kept_);
}

}  // namespace nsl::store
