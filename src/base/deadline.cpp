// SPDX-License-Identifier: Apache-2.0
#include "base/deadline.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/spawn.h"

namespace nsl {
namespace {

struct Limited {
    asio::steady_timer timer;
    std::unique_ptr<StartedTask> task = nullptr;
    bool late = false;
    bool ended = false;
};

}  // namespace

Task<bool> cancel_after(milliseconds limit, Task<void> work) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto limited = std::make_shared<Limited>(asio::steady_timer(executor, limit));
    limited->timer.async_wait([limited](boost::system::error_code error) {
        if (error || limited->ended) return;
        limited->late = true;
        limited->task->cancel();
    });
    auto start = [executor, limited](auto handler, Task<void> task) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([limited](asio::cancellation_type) {
                if (!limited->ended) limited->task->cancel();
            });
        }
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        limited->task = std::make_unique<StartedTask>(
            executor, std::move(task), [limited, slot, shared](std::exception_ptr thrown) mutable {
                limited->ended = true;
                limited->timer.cancel();
                if (slot.is_connected()) slot.clear();
                if (thrown && limited->late && task_failure(thrown).cancelled) thrown = nullptr;
                std::move (*shared)(std::move(thrown));
            });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        std::move(start), asio::use_awaitable, std::move(work));
    co_return limited->late;
}

}  // namespace nsl
