// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/db.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <random>
#include <thread>

#include "store/migrate.h"
#include "store/postgres/connection.h"
#include "store/work_queue.h"

namespace nsl::store {
namespace {

using std::chrono::steady_clock;

constexpr int kConflictsMax = 50;          // runs of one operation
constexpr int kLossesMax = 5;              // connections that one operation may use up
constexpr milliseconds kConflictPause{1};  // doubled with each, up to the cap, with full jitter
constexpr milliseconds kConflictPauseCap{100};
constexpr milliseconds kReconnectPause{100};

// Since when no server could be reached: operations wait for it together, not one after another.
class Outage {
 public:
    void over() { since_ = 0; }
    milliseconds lasting() {
        const std::int64_t now = steady_clock::now().time_since_epoch().count();
        std::int64_t since = 0;
        if (since_.compare_exchange_strong(since, now)) return milliseconds(0);
        return std::chrono::duration_cast<milliseconds>(steady_clock::duration(now - since));
    }

 private:
    std::atomic<std::int64_t> since_ = 0;
};

class PostgresDb final : public Db {
 public:
    PostgresDb(PostgresOptions options, std::unique_ptr<PgSession> first)
        : options_(std::move(options)), work_(options_.waiting_max) {
        for (int i = 0; i < std::max(options_.connections, 1); ++i)
            threads_.emplace_back(
                [this, session = std::move(first)]() mutable { loop(std::move(session)); });
    }

    ~PostgresDb() override {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
        }
        closed_.notify_all();
        work_.close();
        for (std::thread& thread : threads_) thread.join();
    }

    Engine engine() const override { return Engine::postgres; }
    Task<Status> transact(Work work, Isolation isolation) override {
        return work_.run(std::move(work), isolation);
    }
    Task<Status> read(Work work) override {
        return work_.run(std::move(work), Isolation::serializable, true);
    }

 private:
    // False when closing.
    bool pause(milliseconds span) {
        std::unique_lock lock(mutex_);
        return !closed_.wait_for(lock, span, [this] { return closing_; });
    }

    milliseconds conflict_pause(int conflicts) {
        const auto most =
            std::min(kConflictPauseCap, kConflictPause * (1 << std::min(conflicts, 10)));
        thread_local std::minstd_rand random{std::random_device()()};
        return milliseconds(random() % static_cast<unsigned>(most.count() + 1));
    }

    void loop(std::unique_ptr<PgSession> session) {
        for (;;) {
            std::vector<Operation> one = work_.take(1);
            if (one.empty()) return;
            Status status = run(one[0], session);
            finish(std::move(one), {std::move(status)});
        }
    }

    // Until it was done, or it is clear that it cannot be.
    Status run(const Operation& operation, std::unique_ptr<PgSession>& session) {
        for (int conflicts = 0, losses = 0;;) {
            TRY_OK(connect(session));
            Status done = once(operation, *session);
            const PgTrouble trouble = session->trouble();
            if (trouble == PgTrouble::none) return done;
            if (trouble == PgTrouble::conflicted) {
                if (++conflicts == kConflictsMax)
                    return fail(Errc::conflict,
                                "the transaction kept conflicting with others: try again later");
                if (!pause(conflict_pause(conflicts))) return done;
                continue;
            }
            const bool in_doubt = session->commit_in_doubt();
            session.reset();
            if (in_doubt)
                return fail(Errc::unavailable,
                            "the database was lost during the commit, which may have been done: "
                            "look before trying again");
            // What took too long once would again.
            if (done.error().code == Errc::timeout || ++losses == kLossesMax || !pause({}))
                return done;
        }
    }

    static Status once(const Operation& operation, PgSession& session) {
        session.begin(operation.isolation, operation.read_only);
        Status done = run_work(operation.work, session);
        // A statement's failure is the transaction's, also when the work went on.
        if (done) return session.commit();
        session.roll_back();
        return done;
    }

    Status connect(std::unique_ptr<PgSession>& session) {
        while (!session) {
            auto made = PgSession::connect(options_.url, options_.statement_max);
            if (made) {
                outage_.over();
                session = *std::move(made);
                break;
            }
            if (outage_.lasting() >= options_.patience || !pause(kReconnectPause))
                return std::unexpected(std::move(made).error());
        }
        return {};
    }

    const PostgresOptions options_;
    WorkQueue work_;
    Outage outage_;
    std::mutex mutex_;
    std::condition_variable closed_;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Db>> open_postgres(PostgresOptions options,
                                          const std::vector<Migration>& migrations) {
    TRY(options.url, checked_postgres_url(options.url));
    TRY(auto session, PgSession::connect(options.url, options.statement_max));
    TRY_OK(migrate(*session, migrations));
    return std::make_unique<PostgresDb>(std::move(options), std::move(session));
}

}  // namespace nsl::store
