// SPDX-License-Identifier: Apache-2.0
#include "net/guard.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "base/clock.h"
#include "base/spawn.h"

namespace nsl::net {
namespace {

// Shared with the timer's handler and the caller's cancellation slot; both may come after the end.
struct Guard {
    asio::steady_timer timer;
    std::function<void()> drop;
    std::unique_ptr<StartedTask> task = nullptr;
    bool late = false;
    bool ended = false;

    void stop() {
        if (ended) return;
        drop();
        task->cancel();
    }
};

}  // namespace

std::chrono::nanoseconds monotonic_now() {
    return RealClock().monotonic();
}

void throw_if_cancelled(asio::cancellation_state state) {
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

Task<bool> drop_at(std::chrono::nanoseconds until, std::function<void()> drop, Task<void> work) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto guard = std::make_shared<Guard>(asio::steady_timer(executor), std::move(drop));
    if (until != kNever) {
        guard->timer.expires_after(until - monotonic_now());
        guard->timer.async_wait([guard](boost::system::error_code error) {
            if (error || guard->ended) return;
            guard->late = true;
            guard->stop();
        });
    }
    auto start = [executor, guard](auto handler, Task<void> task) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) slot.assign([guard](asio::cancellation_type) { guard->stop(); });
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        guard->task = std::make_unique<StartedTask>(
            executor, std::move(task), [guard, slot, shared](std::exception_ptr thrown) mutable {
                guard->ended = true;
                guard->timer.cancel();
                if (slot.is_connected()) slot.clear();
                if (thrown && guard->late && task_failure(thrown).cancelled) thrown = nullptr;
                std::move (*shared)(std::move(thrown));
            });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        std::move(start), asio::use_awaitable, std::move(work));
    co_return guard->late;
}

}  // namespace nsl::net
