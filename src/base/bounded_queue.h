// SPDX-License-Identifier: Apache-2.0
// A queue with a bound, for coroutines on one single-threaded executor.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/async_event.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl {

// First in, first out. Must outlive those who wait in pop(): close it and join them first.
template <class T>
class BoundedQueue {
 public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) { NSL_ASSERT(capacity > 0); }
    BoundedQueue(const BoundedQueue&) = delete;

    // False when full or closed; the item is then dropped and the caller says so to whoever sent
    // it.
    bool try_push(T item) {
        if (closed_ || items_.size() >= capacity_) return false;
        items_.push_back(std::move(item));
        changed_.notify_all();
        return true;
    }

    // Waits for an item. nullopt once closed and empty. Cancellable.
    Task<std::optional<T>> pop() {
        while (items_.empty()) {
            if (closed_) co_return std::nullopt;
            co_await changed_.wait();
        }
        std::optional<T> out(std::move(items_.front()));
        items_.pop_front();
        co_return out;
    }

    // What is in the queue can still be popped.
    void close() {
        closed_ = true;
        changed_.notify_all();
    }

    std::size_t size() const { return items_.size(); }
    std::size_t capacity() const { return capacity_; }
    bool closed() const { return closed_; }

 private:
    const std::size_t capacity_;
    std::deque<T> items_;
    bool closed_ = false;
    AsyncEvent changed_;
};

}  // namespace nsl
