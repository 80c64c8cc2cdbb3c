// SPDX-License-Identifier: Apache-2.0
// The only place that starts coroutines: named, their exceptions logged, joined at stop.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl {

// A group of coroutines on one single-threaded executor. Use from that executor only.
class TaskGroup {
 public:
    TaskGroup(asio::any_io_executor executor, Logger log);
    // Everything must have been joined: a running coroutine here is a bug and aborts.
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;

    // Starts `work`, which begins when the executor next runs. An exception other than cancellation
    // is logged with the name; nothing else of the group is affected. After stop() has begun
    // nothing starts (the task is dropped).
    void spawn(std::string name, Task<void> work);

    // Cancels all and waits until every one has ended or `deadline` has passed; false then, and the
    // names of those still running are logged.
    Task<bool> stop(milliseconds deadline);

    std::size_t running() const;
    bool stopping() const;
    asio::any_io_executor executor() const;

 private:
    struct State;
    std::shared_ptr<State> state_;
};

// A coroutine on its own, for the machinery of base/; everybody else uses a TaskGroup. `done` runs
// on the executor when it has ended, with what it threw.
class StartedTask {
 public:
    StartedTask(asio::any_io_executor executor, Task<void> work,
                std::function<void(std::exception_ptr)> done);
    StartedTask(const StartedTask&) = delete;

    // The coroutine gets operation_aborted from what it awaits, now and from then on.
    void cancel();

 private:
    struct State;
    std::shared_ptr<State> state_;
};

// Rethrows what ended a coroutine, for its text; cancelled is true for operation_aborted.
struct TaskFailure {
    bool cancelled = false;
    std::string message;
};
TaskFailure task_failure(std::exception_ptr thrown);

// Runs the loop until `work` has ended, and rethrows what it threw.
void run_blocking(asio::io_context& loop, Task<void> work);

// Runs the loop until `work` has ended and returns what it returned (or rethrows); for main
// functions, tools and tests. Other work on the loop runs meanwhile.
template <class T>
T run_blocking(asio::io_context& loop, Task<T> work) {
    std::optional<T> out;
    auto keep = [](Task<T> task, std::optional<T>& result) -> Task<void> {
        result.emplace(co_await std::move(task));
    };
    run_blocking(loop, keep(std::move(work), out));
    return *std::move(out);
}

}  // namespace nsl
