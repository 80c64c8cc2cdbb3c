// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "base/result.h"

namespace nsl {

std::int64_t RealClock::unix_ms() const {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(since).count();
}

std::chrono::nanoseconds RealClock::monotonic() const {
    return std::chrono::steady_clock::now().time_since_epoch();
}

Task<void> RealClock::sleep_for(milliseconds span) {
    asio::steady_timer timer(co_await asio::this_coro::executor, span);
    co_await timer.async_wait(asio::use_awaitable);
}

namespace {

struct Sleeper {
    asio::steady_timer timer;
    bool due = false;
};

}  // namespace

struct ManualClock::State {
    std::int64_t unix_ms = 0;
    std::int64_t passed_ms = 0;
    // By due time; equal times in order of falling asleep.
    std::multimap<std::int64_t, Sleeper*> sleepers;
};

ManualClock::ManualClock(std::int64_t unix_ms) : state_(std::make_shared<State>()) {
    state_->unix_ms = unix_ms;
}

ManualClock::~ManualClock() = default;

std::int64_t ManualClock::unix_ms() const {
    return state_->unix_ms;
}

std::chrono::nanoseconds ManualClock::monotonic() const {
    return milliseconds(state_->passed_ms);
}

Task<void> ManualClock::sleep_for(milliseconds span) {
    // The frame may be destroyed without being resumed, even after the clock; so leaving the list
    // is a destructor's work, on shared state.
    struct Entry {
        std::shared_ptr<State> state;
        Sleeper sleeper;
        std::multimap<std::int64_t, Sleeper*>::iterator at;
        ~Entry() {
            if (!sleeper.due) state->sleepers.erase(at);
        }
    };
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    if (span.count() <= 0) {
        timer.expires_after(milliseconds(0));
        co_await timer.async_wait(asio::use_awaitable);
        co_return;
    }
    Entry entry{.state = state_, .sleeper = {std::move(timer)}, .at = {}};
    entry.at = state_->sleepers.emplace(state_->passed_ms + span.count(), &entry.sleeper);
    boost::system::error_code error;
    co_await entry.sleeper.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!entry.sleeper.due) throw boost::system::system_error(error);
}

void ManualClock::advance(milliseconds span) {
    NSL_ASSERT(span.count() >= 0);
    state_->unix_ms += span.count();
    state_->passed_ms += span.count();
    auto& sleepers = state_->sleepers;
    while (!sleepers.empty() && sleepers.begin()->first <= state_->passed_ms) {
        Sleeper* sleeper = sleepers.begin()->second;
        sleepers.erase(sleepers.begin());
        sleeper->due = true;
        sleeper->timer.cancel();
    }
}

std::size_t ManualClock::sleepers() const {
    return state_->sleepers.size();
}

}  // namespace nsl
