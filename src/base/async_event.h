// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition, for coroutines on one single-threaded executor:
//   while (!ready) co_await changed.wait();
#pragma once
#include <memory>

#include "base/clock.h"
#include "base/task.h"

namespace nsl {

// Has no memory: notify_all() wakes those who wait now, nobody who comes later. Cancelling a waiter
// ends its wait with boost::system::system_error (operation_aborted). A waiter may outlive the
// event; it then waits for its limit or its cancellation.
class AsyncEvent {
 public:
    AsyncEvent();

    // The waiters go on when their executor next runs.
    void notify_all();
    Task<void> wait();
    // True when notified, false when `limit` of real time passed first.
    Task<bool> wait_for(milliseconds limit);
    std::size_t waiting() const;

 private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace nsl
