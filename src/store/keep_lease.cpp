// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/async_event.h"
#include "base/deadline.h"
#include "base/spawn.h"
#include "store/leases.h"

namespace nsl::store {
namespace {

// As long as a timer can wait; a keeper ends by cancellation.
constexpr milliseconds kForEver = std::chrono::hours(24 * 365 * 100);

class Keeper {
 public:
    Keeper(asio::any_io_executor executor, Leases& leases, Clock& clock, Logger log,
           LeaseKeeping keeping, std::function<Task<void>(Lease)> work)
        : executor_(std::move(executor)),
          leases_(leases),
          clock_(clock),
          log_(log.with({{"lease", keeping.name}})),
          keeping_(std::move(keeping)),
          work_(std::move(work)) {}

    // In a coroutine of its own, since it does not hear of a cancellation while it cleans up.
    Task<void> keep() {
        std::exception_ptr ended;
        try {
            co_await take_and_hold();
        } catch (...) {
            ended = std::current_exception();
        }
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await stop_work();
        if (lease_) {
            const Status released = co_await leases_.release(*lease_);
            if (!released) log_.warn("lease not released", {{"error", released.error().message}});
        }
        std::rethrow_exception(ended);
    }

 private:
    using Time = std::chrono::nanoseconds;  // of Clock::monotonic

    // A part of the lease's length, never nothing.
    milliseconds part(int of) const {
        return std::max(milliseconds(1), milliseconds(keeping_.length.count() / of));
    }

    // The lease ends by the database's clock not before its length after it was asked for; a tenth
    // is left to the work for its end.
    Time safe_after(Time asked) const { return asked + Time(keeping_.length) * 9 / 10; }

    Task<Result<Lease>> acquire() {
        co_return co_await leases_.acquire(keeping_.name, keeping_.owner, keeping_.length);
    }

    Task<void> take_and_hold() {
        for (;;) {
            const Time asked = clock_.monotonic();
            Result<Lease> taken = co_await acquire();
            if (taken) {
                lease_ = *std::move(taken);
                log_.info("lease taken", {{"fence", lease_->fence}});
                co_await hold(asked);
                log_.warn("lease lost", {{"fence", lease_->fence}});
            } else {
                log_failure(taken.error());
                co_await clock_.sleep_for(part(3));
            }
        }
    }

    // Until the lease is lost, or cannot be known to be ours; the work has ended then.
    Task<void> hold(Time asked) {
        safe_until_ = safe_after(asked);
        overdue_ = false;
        watching_ = true;
        watchdog_ = std::make_unique<StartedTask>(executor_, watch(), [this](std::exception_ptr) {
            watching_ = false;
            ended_.notify_all();
        });
        start_work();
        milliseconds pause = part(3);
        for (;;) {
            co_await clock_.sleep_for(pause);
            if (overdue_) break;
            asked = clock_.monotonic();
            Result<Lease> renewed = co_await acquire();
            const std::int64_t before = lease_->fence;
            if (renewed) lease_ = *renewed;
            if (overdue_ || (!renewed && renewed.error().code == Errc::conflict)) break;
            if (!renewed) {
                log_failure(renewed.error());
                pause = part(10);
                continue;
            }
            failing_ = false;
            // It had run out, and others may have had it.
            if (lease_->fence != before) break;
            safe_until_ = safe_after(asked);
            pause = part(3);
            if (!working_) start_work();
        }
        co_await stop_work();
    }

    // On its own, as a renewal may wait for a database that does not answer.
    Task<void> watch() {
        while (clock_.monotonic() < safe_until_)
            co_await clock_.sleep_for(
                std::chrono::ceil<milliseconds>(safe_until_ - clock_.monotonic()));
        overdue_ = true;
        if (working_) working_task_->cancel();
    }

    void start_work() {
        if (clock_.monotonic() >= safe_until_) return;
        working_ = true;
        working_task_ = std::make_unique<StartedTask>(
            executor_, do_work(*lease_), [this](std::exception_ptr thrown) {
                working_ = false;
                ended_.notify_all();
                if (!thrown) return;
                const TaskFailure failure = task_failure(std::move(thrown));
                if (!failure.cancelled)
                    log_.error("work under a lease failed", {{"error", failure.message}});
            });
    }

    Task<void> do_work(Lease lease) { co_await work_(std::move(lease)); }

    Task<void> stop_work() {
        if (working_) working_task_->cancel();
        if (watching_) watchdog_->cancel();
        while (working_ || watching_) co_await ended_.wait();
    }

    // Once, until it goes well again. That another holds the lease is no failure.
    void log_failure(const Error& error) {
        const bool fails = error.code != Errc::conflict;
        if (fails && !failing_) log_.warn("lease not renewed", {{"error", error.message}});
        failing_ = fails;
    }

    const asio::any_io_executor executor_;
    Leases& leases_;
    Clock& clock_;
    const Logger log_;
    const LeaseKeeping keeping_;
    const std::function<Task<void>(Lease)> work_;

    std::optional<Lease> lease_;  // the last that was ours
    Time safe_until_{0};
    bool overdue_ = false, failing_ = false;
    bool working_ = false, watching_ = false;
    std::unique_ptr<StartedTask> working_task_, watchdog_;
    AsyncEvent ended_;
};

}  // namespace

Task<void> keep_lease(Leases& leases, Clock& clock, Logger log, LeaseKeeping keeping,
                      std::function<Task<void>(Lease)> work) {
    Keeper keeper(co_await asio::this_coro::executor, leases, clock, std::move(log),
                  std::move(keeping), std::move(work));
    co_await cancel_after(kForEver, keeper.keep());
}

}  // namespace nsl::store
