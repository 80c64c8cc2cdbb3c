// SPDX-License-Identifier: Apache-2.0
#include "store/work_queue.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>

namespace nsl::store {
namespace {

// Set while this thread is inside an operation: a second transaction there would wait for itself.
thread_local bool inside_work = false;

struct Inside {
    Inside() { inside_work = true; }
    ~Inside() { inside_work = false; }
};

void refuse(Operation operation, const Error& why) {
    std::vector<Operation> one;
    one.push_back(std::move(operation));
    finish(std::move(one), {std::unexpected(why)});
}

}  // namespace

Task<Status> WorkQueue::run(Work work, Isolation isolation, bool read_only) {
    if (inside_work)
        co_return fail(Errc::internal,
                       "a transaction was asked for inside a transaction: use its Tx");
    co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Status)>(
        [this, isolation, read_only](auto handler, Work queued) {
            auto executor = asio::get_associated_executor(handler);
            Operation operation{std::move(queued), isolation, read_only,
                                asio::prefer(executor, asio::execution::outstanding_work.tracked),
                                [handler = std::move(handler)](Status status) mutable {
                                    handler(std::move(status));
                                }};
            if (Status taken = put(operation); !taken) refuse(std::move(operation), taken.error());
        },
        asio::use_awaitable, std::move(work));
}

void finish(std::vector<Operation> batch, std::vector<Status> outcomes) {
    struct Outcome {
        std::move_only_function<void(Status)> done;
        Status status;
    };
    for (std::size_t i = 0; i < batch.size();) {
        asio::any_io_executor busy = batch[i].executor;
        std::vector<Outcome> same;
        for (; i < batch.size() && batch[i].executor == busy; ++i) {
            same.push_back({std::move(batch[i].done), std::move(outcomes[i])});
            batch[i].executor = {};
        }
        // What keeps the loop goes with the post: it may be gone when this thread goes on.
        const auto executor = asio::prefer(busy, asio::execution::outstanding_work.untracked);
        asio::post(executor, [busy = std::move(busy), same = std::move(same)]() mutable {
            for (Outcome& outcome : same) outcome.done(std::move(outcome.status));
        });
    }
}

// Takes the operation, or says why not and leaves it.
Status WorkQueue::put(Operation& operation) {
    std::lock_guard lock(mutex_);
    if (closed_) return fail(Errc::unavailable, "the database is closing");
    if (queue_.size() >= max_)
        return fail(Errc::limit_exceeded, "too many database operations wait: try again later");
    queue_.push_back(std::move(operation));
    changed_.notify_one();
    return {};
}

std::vector<Operation> WorkQueue::take(std::size_t max) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !queue_.empty(); });
    std::vector<Operation> out;
    while (!queue_.empty() && out.size() < max) {
        out.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return out;
}

void WorkQueue::close() {
    std::deque<Operation> refused;
    {
        std::lock_guard lock(mutex_);
        closed_ = true;
        refused.swap(queue_);
        changed_.notify_all();
    }
    for (Operation& operation : refused)
        refuse(std::move(operation), {Errc::unavailable, "the database is closing"});
}

Status run_work(const Work& work, Tx& tx) {
    const Inside inside;
    try {
        return work(tx);
    } catch (const std::exception& error) {
        return fail(Errc::internal, std::string("a database operation threw: ") + error.what());
    } catch (...) {
        return fail(Errc::internal, "a database operation threw what is no std::exception");
    }
}

}  // namespace nsl::store
