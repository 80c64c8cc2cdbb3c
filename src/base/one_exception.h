// SPDX-License-Identifier: Apache-2.0
// Awaiting two coroutines at once (`a && b`, `a || b`) and still hearing of one exception.
#pragma once
#include <boost/asio/multiple_exceptions.hpp>
#include <exception>
#include <utility>

#include "base/task.h"

namespace nsl {

// Two coroutines that are cancelled side by side both throw, and Asio tells of that in an exception
// of its own, which nobody takes for a cancellation. Here it is the first of the two:
//   co_await one_exception(a() && b());
template <class T>
Task<T> one_exception(Task<T> joined) {
    try {
        co_return co_await std::move(joined);
    } catch (const asio::multiple_exceptions& thrown) {
        std::rethrow_exception(thrown.first_exception());
    }
}

}  // namespace nsl
