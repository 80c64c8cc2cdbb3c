// SPDX-License-Identifier: Apache-2.0
// Time as an interface, so that tests own it.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

#include "base/task.h"

namespace nsl {

using std::chrono::milliseconds;

class Clock {
 public:
    virtual ~Clock() = default;
    // Milliseconds since 1970-01-01T00:00:00Z.
    virtual std::int64_t unix_ms() const = 0;
    // Never goes backwards; for measuring spans.
    virtual std::chrono::nanoseconds monotonic() const = 0;
    // Cancelling the awaiting coroutine ends the wait with boost::system::system_error
    // (operation_aborted).
    virtual Task<void> sleep_for(milliseconds span) = 0;
};

class RealClock final : public Clock {
 public:
    std::int64_t unix_ms() const override;
    std::chrono::nanoseconds monotonic() const override;
    Task<void> sleep_for(milliseconds span) override;
};

// Stands still until told. Used from one thread (the one that runs the coroutines).
class ManualClock final : public Clock {
 public:
    explicit ManualClock(std::int64_t unix_ms = 1'700'000'000'000);
    ~ManualClock() override;
    std::int64_t unix_ms() const override;
    std::chrono::nanoseconds monotonic() const override;
    Task<void> sleep_for(milliseconds span) override;

    // Moves time and wakes every sleeper whose time has come, earliest first. Sleepers go on when
    // their executor next runs.
    void advance(milliseconds span);
    // How many coroutines are asleep.
    std::size_t sleepers() const;

 private:
    struct State;
    std::shared_ptr<State> state_;  // sleepers may outlive the clock
};

}  // namespace nsl
