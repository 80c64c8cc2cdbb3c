// SPDX-License-Identifier: Apache-2.0
// The boundary between the server and handlers: exceptions end here.
#pragma once
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>

#include "base/result.h"
#include "base/spawn.h"
#include "base/task.h"

namespace nsl::api {

// Awaits what `call` returns; what either throws becomes an internal error. Only the cancellation
// of this coroutine passes on.
template <class T, class Call>
Task<Result<T>> caught(Call call) {
    std::exception_ptr thrown;
    try {
        co_return co_await call();
    } catch (...) {
        thrown = std::current_exception();
    }
    const TaskFailure failure = task_failure(thrown);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (failure.cancelled && state.cancelled() != asio::cancellation_type::none)
        std::rethrow_exception(thrown);
    co_return fail(Errc::internal, "a handler threw: " + failure.message);
}

}  // namespace nsl::api
