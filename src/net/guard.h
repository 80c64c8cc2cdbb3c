// SPDX-License-Identifier: Apache-2.0
// Deadlines and cancellation for work that uses a connection.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "base/task.h"

namespace nsl::net {

// Awaited operations give (error code, values…) instead of throwing.
inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

inline constexpr auto kNever = std::chrono::nanoseconds::max();

// RealClock's monotonic time. Sockets live in real time, whatever clock their user was given.
std::chrono::nanoseconds monotonic_now();

// Cancellation travels as boost::system::system_error(operation_aborted), as Clock::sleep_for's
// does; any other failure is a Result. Call after an awaited operation, with
// co_await asio::this_coro::cancellation_state.
void throw_if_cancelled(asio::cancellation_state state);

// Runs `work`. When monotonic_now() reaches `until`, or when the caller is cancelled, calls `drop`,
// which closes the connection, and cancels work. Ends only when work has ended, so that both may
// refer to what belongs to the caller. True when the time ran out.
//
// base's cancel_after is not enough here: an operation of Beast or TLS is many steps, and a
// cancellation that arrives while one step's completion is queued is lost. A closed socket is not.
Task<bool> drop_at(std::chrono::nanoseconds until, std::function<void()> drop, Task<void> work);

// The same for work with a value; nullopt when the time ran out, whatever work returned.
template <class T>
Task<std::optional<T>> guarded(std::chrono::nanoseconds until, std::function<void()> drop,
                               Task<T> work) {
    std::optional<T> out;
    auto keep = [](Task<T> task, std::optional<T>& result) -> Task<void> {
        result.emplace(co_await std::move(task));
    };
    const bool late = co_await drop_at(until, std::move(drop), keep(std::move(work), out));
    if (late) out.reset();
    co_return out;
}

}  // namespace nsl::net
