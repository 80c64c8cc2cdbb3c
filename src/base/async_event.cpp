// SPDX-License-Identifier: Apache-2.0
#include "base/async_event.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

namespace nsl {
namespace {

struct Waiter {
    asio::steady_timer timer;
    bool notified = false;
};

}  // namespace

struct AsyncEvent::State {
    std::list<Waiter*> waiters;

    // False when the time is up. Takes a share of the state: the event may go first.
    static Task<bool> wait_until(std::shared_ptr<State> state, asio::steady_timer::time_point end) {
        struct Entry {
            std::shared_ptr<State> state;
            Waiter waiter;
            std::list<Waiter*>::iterator at;
            ~Entry() {
                if (!waiter.notified) state->waiters.erase(at);
            }
        };
        Entry entry{
            .state = state,
            .waiter = {asio::steady_timer(co_await asio::this_coro::executor, end)},
            .at = {},
        };
        entry.at = state->waiters.insert(state->waiters.end(), &entry.waiter);
        boost::system::error_code error;
        co_await entry.waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
        if (entry.waiter.notified) co_return true;
        if (error) throw boost::system::system_error(error);
        co_return false;
    }
};

AsyncEvent::AsyncEvent() : state_(std::make_shared<State>()) {}

void AsyncEvent::notify_all() {
    std::list<Waiter*> woken;
    woken.swap(state_->waiters);
    for (Waiter* waiter : woken) {
        waiter->notified = true;
        waiter->timer.cancel();
    }
}

Task<void> AsyncEvent::wait() {
    co_await State::wait_until(state_, asio::steady_timer::time_point::max());
}

Task<bool> AsyncEvent::wait_for(milliseconds limit) {
    co_return co_await State::wait_until(state_, std::chrono::steady_clock::now() + limit);
}

std::size_t AsyncEvent::waiting() const {
    return state_->waiters.size();
}

}  // namespace nsl
