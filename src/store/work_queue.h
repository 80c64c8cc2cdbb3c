// SPDX-License-Identifier: Apache-2.0
// Between coroutines and database threads: a bounded queue of operations.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "store/db.h"

namespace nsl::store {

// Its executor counts as busy until it has been finished, so that the loop of its caller goes on.
struct Operation {
    Work work;
    Isolation isolation = Isolation::serializable;
    bool read_only = false;
    asio::any_io_executor executor;
    std::move_only_function<void(Status)> done;  // on the executor
};

// Tells each its outcome, with one post for those of the same executor in a row.
void finish(std::vector<Operation> batch, std::vector<Status> outcomes);

class WorkQueue {
 public:
    explicit WorkQueue(std::size_t max) : max_(max) {}

    // Puts `work` into the queue and waits until a thread has ended it. Not cancellable: once
    // queued the work may run, so its caller's frame must stay. Errors: limit_exceeded, unavailable
    // (closed), internal (called on a database thread).
    Task<Status> run(Work work, Isolation isolation, bool read_only = false);

    // Up to `max` operations, waiting for the first; empty when closed.
    std::vector<Operation> take(std::size_t max);

    // What waits ends as unavailable; what a thread has taken ends as it would have.
    void close();

 private:
    Status put(Operation& operation);

    const std::size_t max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Operation> queue_;
    bool closed_ = false;
};

// Calls the work; what it throws is its internal error.
Status run_work(const Work& work, Tx& tx);

}  // namespace nsl::store
