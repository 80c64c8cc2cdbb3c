// SPDX-License-Identifier: Apache-2.0
#include "base/spawn.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <map>

#include "base/async_event.h"

namespace nsl {

namespace {

// co_spawn may run the first part of a coroutine at once, inside the caller; ours begin when the
// executor next runs, so that spawning changes nothing under the hands of who spawns.
Task<void> begin_later(asio::any_io_executor executor, Task<void> work) {
    co_await asio::post(executor, asio::use_awaitable);
    co_await std::move(work);
}

}  // namespace

struct StartedTask::State {
    asio::cancellation_signal signal;
    bool ended = false;
};

StartedTask::StartedTask(asio::any_io_executor executor, Task<void> work,
                         std::function<void(std::exception_ptr)> done)
    : state_(std::make_shared<State>()) {
    auto finish = [state = state_, executor,
                   done = std::move(done)](std::exception_ptr thrown) mutable {
        state->ended = true;
        // Asio may have queued a cancellation that still points into the signal; the signal goes
        // after everything queued so far.
        asio::post(executor, [state] {});
        done(std::move(thrown));
    };
    asio::co_spawn(executor, begin_later(executor, std::move(work)),
                   asio::bind_cancellation_slot(state_->signal.slot(), std::move(finish)));
}

void StartedTask::cancel() {
    if (!state_->ended) state_->signal.emit(asio::cancellation_type::terminal);
}

TaskFailure task_failure(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const boost::system::system_error& error) {
        return {.cancelled = error.code() == asio::error::operation_aborted,
                .message = error.what()};
    } catch (const std::exception& error) {
        return {.message = error.what()};
    } catch (...) {
        return {.message = "not a std::exception"};
    }
}

void run_blocking(asio::io_context& loop, Task<void> work) {
    std::exception_ptr thrown;
    bool done = false;
    const StartedTask task(loop.get_executor(), std::move(work), [&](std::exception_ptr e) {
        thrown = std::move(e);
        done = true;
    });
    loop.restart();
    while (!done && loop.run_one() != 0) {
    }
    if (thrown) std::rethrow_exception(thrown);
    NSL_ASSERT(done);
}

struct TaskGroup::State {
    struct Entry {
        std::string name;
        std::unique_ptr<StartedTask> task;
    };

    asio::any_io_executor executor;
    Logger log;
    bool stopping = false;
    std::uint64_t next_id = 0;
    std::map<std::uint64_t, Entry> running;
    AsyncEvent ended;
};

namespace {

// Tells when a coroutine is over, also when the loop went away under it and its frame was
// destroyed without completing.
class Departure {
 public:
    explicit Departure(std::function<void()> leave) : leave_(std::move(leave)) {}
    ~Departure() { leave_(); }
    Departure(const Departure&) = delete;

 private:
    std::function<void()> leave_;
};

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor, Logger log)
    : state_(std::make_shared<State>()) {
    state_->executor = std::move(executor);
    state_->log = std::move(log);
}

TaskGroup::~TaskGroup() {
    NSL_ASSERT(state_->running.empty());
}

void TaskGroup::spawn(std::string name, Task<void> work) {
    if (state_->stopping) return;
    const std::uint64_t id = state_->next_id++;
    auto departure = std::make_shared<Departure>([state = state_, id] {
        state->running.erase(id);
        state->ended.notify_all();
    });
    auto finish = [state = state_, id,
                   departure = std::move(departure)](std::exception_ptr thrown) {
        if (!thrown) return;
        const TaskFailure failure = task_failure(std::move(thrown));
        if (failure.cancelled) return;
        state->log.error("task failed",
                         {{"task", state->running.at(id).name}, {"error", failure.message}});
    };
    State::Entry& entry = state_->running[id];
    entry.name = std::move(name);
    entry.task =
        std::make_unique<StartedTask>(state_->executor, std::move(work), std::move(finish));
}

Task<bool> TaskGroup::stop(milliseconds deadline) {
    const std::shared_ptr<State> state = state_;
    state->stopping = true;
    for (auto& [id, entry] : state->running) entry.task->cancel();
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!state->running.empty()) {
        const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0 || !co_await state->ended.wait_for(left)) break;
    }
    for (const auto& [id, entry] : state->running)
        state->log.error("task did not stop in time", {{"task", entry.name}});
    const bool all_ended = state->running.empty();
    co_return all_ended;
}

std::size_t TaskGroup::running() const {
    return state_->running.size();
}
bool TaskGroup::stopping() const {
    return state_->stopping;
}
asio::any_io_executor TaskGroup::executor() const {
    return state_->executor;
}

}  // namespace nsl
