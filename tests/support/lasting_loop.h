// SPDX-License-Identifier: Apache-2.0
// A loop for calls to a database, which must outlive it: a database thread may still be about to
// wake the loop when its answer is there already.
#pragma once
#include <boost/asio/io_context.hpp>
#include <deque>
#include <mutex>

namespace nsl::store {

// This thread's, until the program ends.
inline asio::io_context& lasting_loop() {
    static std::mutex mutex;
    static std::deque<asio::io_context> all;
    thread_local asio::io_context* const own = [] {
        const std::lock_guard lock(mutex);
        return &all.emplace_back(1);
    }();
    return *own;
}

}  // namespace nsl::store
