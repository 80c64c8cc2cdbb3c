// SPDX-License-Identifier: Apache-2.0
// A deadline that moves, for the many operations of one connection: nothing is started or stopped
// per operation, which is what drop_at costs.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.h"
#include "net/guard.h"

namespace nsl::net {

class Watchdog {
 public:
    using Due = std::function<std::chrono::nanoseconds()>;

    // `due` says by monotonic_now() when the operation in progress is late as things stand; kNever:
    // nothing is awaited. It may grow at any time. `drop` closes the connection. Neither is called
    // once the watchdog is gone.
    Watchdog(boost::asio::any_io_executor executor, Due due, std::function<void()> drop);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;

    // Has dropped the connection because it was late; it stays so.
    bool late() const;

    // Runs one operation: `start` gives the handler it gets to an operation of Asio or Beast, which
    // calls it with its error and what else it likes. nullopt when late. A cancellation of the
    // caller drops the connection and throws operation_aborted. `start` may refer to what outlives
    // the operation.
    template <class Start>
    Task<std::optional<boost::system::error_code>> run(Start start);

 private:
    struct State;
    // What a cancellation of the caller does.
    struct Dropper {
        std::shared_ptr<State> state;
        void operator()(boost::asio::cancellation_type) const;
    };
    // Sets the timer unless it goes off early enough already.
    void arm();

    std::shared_ptr<State> state_;
};

template <class Start>
Task<std::optional<boost::system::error_code>> Watchdog::run(Start start) {
    using boost::system::error_code;
    arm();
    // The operation gets no cancellation slot: one that is many steps loses a cancellation that
    // comes between two. It cannot lose its socket.
    auto initiate = [this, &start](auto handler) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) slot.assign(Dropper{state_});
        start([slot, handler = std::move(handler)](error_code ec, auto&&...) mutable {
            if (slot.is_connected()) slot.clear();
            std::move(handler)(ec);
        });
    };
    const auto [ec] = co_await asio::async_initiate<decltype(kTuple), void(error_code)>(
        std::move(initiate), kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    if (late()) co_return std::nullopt;
    co_return ec;
}

}  // namespace nsl::net
