// SPDX-License-Identifier: Apache-2.0
// Whatever is done to them in whatever order, the jobs in SQL and those in memory agree.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "job_world.h"
#include "store/migrate.h"
#include "store/sqlite/connection.h"
#include "store/work_queue.h"

namespace nsl::store {
namespace {

// SQLite in memory and in the caller's thread: thousands of steps take a second.
class MemoryDb final : public Db {
 public:
    explicit MemoryDb(const std::vector<Migration>& migrations)
        : session_(SqliteSession::open(":memory:", SqliteSession::Mode::read_write).value()) {
        NSL_ASSERT(migrate(*session_, migrations).has_value());
    }
    Engine engine() const override { return Engine::sqlite; }
    Task<Status> transact(Work work, Isolation) override {
        CO_TRY_OK(session_->begin());
        const Status done = run_work(work, *session_);
        if (!done) session_->roll_back();
        CO_TRY_OK(done);
        co_return session_->commit();
    }
    Task<Status> read(Work work) override { return transact(std::move(work), {}); }

 private:
    std::unique_ptr<SqliteSession> session_;
};

// A job is known by its payload, as ids and fences differ.
using Labels = std::multiset<std::string>;

Labels labels(const std::vector<Job>& jobs) {
    Labels out;
    for (const Job& job : jobs) out.insert(job.payload + " attempt " + std::to_string(job.attempt));
    return out;
}

// One kind of jobs, with what was given out by it.
struct Side {
    JobUser user;
    std::vector<std::int64_t> ids{};  // by the number in the label
    std::map<std::int64_t, std::string> label_of{};
    std::map<std::string, std::vector<Job>> claims{};  // by label, all that ever were

    void note(const std::vector<Job>& jobs) {
        for (const Job& job : jobs) claims[job.payload].push_back(job);
    }
    Labels dead() {
        Labels out;
        for (const DeadJob& job : user.dead())
            out.insert(job.payload + " after " + std::to_string(job.attempts) + ": " + job.error);
        return out;
    }
    std::set<std::string> lost(const std::vector<Job>& jobs) {
        std::set<std::string> out;
        for (const std::int64_t id : user.complete(jobs)) out.insert(label_of.at(id));
        return out;
    }
};

class Model {
 public:
    Model(Db& db, Clock& clock)
        : sql_{.user = {std::make_unique<SqlJobs>(db), "anna"}},
          fake_{.user = {std::make_unique<FakeJobs>(clock), "anna"}} {}

    void step(std::uint32_t random) {
        SeededRandom choice(random);
        switch (choice.below(10)) {
            case 0:
            case 1:
            case 2:
                return add(choice);
            case 3:
            case 4:
                return claim_all();
            case 5:
                return claim_some(1 + choice.below(6));
            case 6:
                return complete(choice);
            case 7:
                return fail_or_put_back(choice);
            case 8:
                return revive(choice);
            default:
                return compare();
        }
    }

    void compare() {
        const QueueStats a = sql_.user.stats(), b = fake_.user.stats();
        RC_ASSERT(a.ready == b.ready);
        RC_ASSERT(a.claimed == b.claimed);
        RC_ASSERT(a.delayed == b.delayed);
        RC_ASSERT(a.dead == b.dead);
        RC_ASSERT(sql_.dead() == fake_.dead());
    }

 private:
    void add(Random& choice) {
        const std::string label = "j" + std::to_string(sql_.ids.size());
        const std::uint64_t key = choice.below(8);
        const NewJob job{.queue = "q",
                         .key = key < 4 ? "k" + std::to_string(key) : "",
                         .tenant = std::string(choice.below(4), 't'),
                         .payload = label,
                         .priority = static_cast<int>(choice.below(3)),
                         .attempts_max = 1 + static_cast<int>(choice.below(3)),
                         .open_max = 1 + static_cast<std::int64_t>(choice.below(20))};
        const auto by_sql = sql_.user.try_add(job), by_fake = fake_.user.try_add(job);
        RC_ASSERT(by_sql.has_value() == by_fake.has_value());
        if (!by_sql) {
            RC_ASSERT(by_sql.error().code == Errc::limit_exceeded);
            RC_ASSERT(by_fake.error().code == Errc::limit_exceeded);
            return;
        }
        const Added a = *by_sql, b = *by_fake;
        RC_ASSERT(a.is_new == b.is_new);
        if (!a.is_new) {
            RC_ASSERT(sql_.label_of.at(a.id) == fake_.label_of.at(b.id));
            return;
        }
        for (auto [side, id] : {std::pair{&sql_, a.id}, std::pair{&fake_, b.id}}) {
            side->ids.push_back(id);
            side->label_of[id] = label;
        }
    }
    void claim_all() {
        const auto a = sql_.user.claim(), b = fake_.user.claim();
        RC_ASSERT(labels(a) == labels(b));
        sql_.note(a);
        fake_.note(b);
    }
    // Which ones is left to the order of arrival, but neither may give a tenant more than the
    // other.
    void claim_some(std::size_t max) {
        const auto a = sql_.user.claim(max), b = fake_.user.claim(max);
        RC_ASSERT(a.size() == b.size());
        std::map<std::string, int> more;
        for (const Job& job : a) ++more[job.tenant];
        for (const Job& job : b) --more[job.tenant];
        for (const auto& [tenant, count] : more) RC_ASSERT(std::abs(count) <= 1);
        for (const Job& job : a) RC_ASSERT(sql_.user.put_back(job).has_value());
        for (const Job& job : b) RC_ASSERT(fake_.user.put_back(job).has_value());
    }
    // Any claim of any time, the same on both sides.
    std::optional<std::pair<Job, Job>> some_claim(Random& choice) {
        if (sql_.claims.empty()) return std::nullopt;
        const auto at = static_cast<std::ptrdiff_t>(choice.below(sql_.claims.size()));
        const auto& [label, claims] = *std::next(sql_.claims.begin(), at);
        const auto& others = fake_.claims.at(label);
        RC_ASSERT(claims.size() == others.size());
        // The newest mostly.
        const std::size_t index =
            choice.below(3) == 0 ? choice.below(claims.size()) : claims.size() - 1;
        return std::pair{claims[index], others[index]};
    }
    void complete(Random& choice) {
        std::vector<Job> a, b;
        for (std::uint64_t i = choice.below(12); i > 0; --i)
            if (const auto claim = some_claim(choice)) {
                a.push_back(claim->first);
                b.push_back(claim->second);
            }
        RC_ASSERT(sql_.lost(a) == fake_.lost(b));
    }
    void fail_or_put_back(Random& choice) {
        const auto claim = some_claim(choice);
        if (!claim) return;
        const std::uint64_t what = choice.below(3);
        auto end = [&](Side& side, const Job& job) {
            if (what == 0) return side.user.put_back(job);
            return side.user.fail(job, what == 1 ? Failure::transient : Failure::permanent,
                                  "because of " + std::to_string(what));
        };
        const Status a = end(sql_, claim->first), b = end(fake_, claim->second);
        RC_ASSERT(a.has_value() == b.has_value());
        if (!a) RC_ASSERT(a.error().code == b.error().code);
    }
    void revive(Random& choice) {
        if (sql_.ids.empty()) return;
        // A dead one mostly.
        std::size_t index = choice.below(sql_.ids.size());
        if (const auto dead = sql_.user.dead(); !dead.empty() && choice.below(4) > 0)
            index = static_cast<std::size_t>(
                std::ranges::find(sql_.ids, dead[choice.below(dead.size())].id) - sql_.ids.begin());
        const Status a = sql_.user.revive(sql_.ids[index]);
        const Status b = fake_.user.revive(fake_.ids[index]);
        RC_ASSERT(a.has_value() == b.has_value());
    }

    Side sql_, fake_;
};

RC_GTEST_PROP(JobsModel, SqlAndMemoryAgree, ()) {
    std::vector<Migration> migrations;
    add_migrations(migrations, "jobs", job_schema());
    MemoryDb db(migrations);
    RealClock clock;
    Model model(db, clock);
    const auto steps = *rc::gen::resize(300, rc::gen::arbitrary<std::vector<std::uint32_t>>());
    for (const std::uint32_t step : steps) model.step(step);
    model.compare();
}

}  // namespace
}  // namespace nsl::store
