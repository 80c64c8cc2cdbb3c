// SPDX-License-Identifier: Apache-2.0
// Runs coroutines that sleep on a manual clock: whenever all are asleep, time moves.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/spawn.h"

namespace nsl::testing_support {

// `before_wake` sees each sleep before it ends and may change the world (mine a block). The sleeper
// must be the only work that goes on by itself, or the order would not be determined.
template <class T>
T drive(asio::io_context& loop, ManualClock& clock, Task<T> work,
        const std::function<void()>& before_wake, milliseconds step = milliseconds(10'000)) {
    std::optional<T> out;
    std::exception_ptr thrown;
    bool done = false;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr e, std::optional<T> value) {
        thrown = e;
        out = std::move(value);
        done = true;
    });
    loop.restart();
    while (!done) {
        if (clock.sleepers() > 0) {
            before_wake();
            clock.advance(step);
        }
        if (loop.run_one() == 0) break;
    }
    if (thrown) std::rethrow_exception(thrown);
    NSL_ASSERT(out.has_value());
    return *std::move(out);
}

}  // namespace nsl::testing_support
