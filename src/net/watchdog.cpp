// SPDX-License-Identifier: Apache-2.0
#include "net/watchdog.h"

#include <boost/asio/steady_timer.hpp>

namespace nsl::net {

using std::chrono::nanoseconds;

// Shared with the timer's handler and the caller's cancellation slot; both may come after the end.
struct Watchdog::State {
    asio::steady_timer timer;
    Due due;
    std::function<void()> drop;
    nanoseconds armed = kNever;  // when the timer goes off
    bool late = false;
    bool gone = false;

    static void arm(const std::shared_ptr<State>& self) {
        const nanoseconds when = self->due();
        if (when >= self->armed) return;
        self->armed = when;
        self->timer.expires_after(when - monotonic_now());
        self->timer.async_wait([self](boost::system::error_code error) {
            if (error || self->gone) return;
            self->armed = kNever;
            const nanoseconds due = self->due();
            if (due > monotonic_now()) return arm(self);
            self->late = true;
            self->drop();
        });
    }
};

Watchdog::Watchdog(asio::any_io_executor executor, Due due, std::function<void()> drop)
    : state_(
          std::make_shared<State>(asio::steady_timer(executor), std::move(due), std::move(drop))) {}

Watchdog::~Watchdog() {
    state_->gone = true;
    state_->timer.cancel();
}

bool Watchdog::late() const {
    return state_->late;
}

void Watchdog::arm() {
    State::arm(state_);
}

void Watchdog::Dropper::operator()(asio::cancellation_type) const {
    if (!state->gone) state->drop();
}

}  // namespace nsl::net
