// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

#include "base/spawn.h"

namespace nsl {
namespace {

void settle(asio::io_context& loop) {
    loop.restart();
    loop.poll();
}

struct Sleeping {
    asio::io_context loop;
    ManualClock clock{1000};
    std::vector<int> woken;
    std::vector<int> cancelled;

    Task<void> sleep(int id, milliseconds span) {
        try {
            co_await clock.sleep_for(span);
            woken.push_back(id);
        } catch (const boost::system::system_error& error) {
            EXPECT_EQ(error.code(), asio::error::operation_aborted);
            cancelled.push_back(id);
        }
    }
};

}  // namespace

TEST(ManualClock, StandsStillUntilTold) {
    ManualClock clock(1000);
    EXPECT_EQ(clock.unix_ms(), 1000);
    const auto before = clock.monotonic();
    clock.advance(milliseconds(250));
    EXPECT_EQ(clock.unix_ms(), 1250);
    EXPECT_EQ(clock.monotonic() - before, milliseconds(250));
}

TEST(ManualClock, WakesSleepersEarliestFirstWhenTheirTimeHasCome) {
    Sleeping s;
    TaskGroup group(s.loop.get_executor(), {});
    group.spawn("a", s.sleep(1, milliseconds(30)));
    group.spawn("b", s.sleep(2, milliseconds(10)));
    group.spawn("c", s.sleep(3, milliseconds(20)));
    group.spawn("d", s.sleep(4, milliseconds(20)));
    settle(s.loop);
    EXPECT_EQ(s.clock.sleepers(), 4U);
    s.clock.advance(milliseconds(9));
    settle(s.loop);
    EXPECT_TRUE(s.woken.empty());
    s.clock.advance(milliseconds(11));
    settle(s.loop);
    EXPECT_EQ(s.woken, (std::vector<int>{2, 3, 4}));
    EXPECT_EQ(s.clock.sleepers(), 1U);
    s.clock.advance(milliseconds(1000));
    settle(s.loop);
    EXPECT_EQ(s.woken, (std::vector<int>{2, 3, 4, 1}));
}

TEST(ManualClock, ASleeperThatIsCancelledGetsOperationAborted) {
    Sleeping s;
    TaskGroup group(s.loop.get_executor(), {});
    group.spawn("a", s.sleep(1, milliseconds(30)));
    settle(s.loop);
    EXPECT_TRUE(run_blocking(s.loop, group.stop(milliseconds(1000))));
    EXPECT_EQ(s.cancelled, std::vector<int>{1});
    EXPECT_EQ(s.clock.sleepers(), 0U);
    s.clock.advance(milliseconds(100));
    settle(s.loop);
    EXPECT_TRUE(s.woken.empty());
}

TEST(ManualClock, SleepingForNothingDoesNotWait) {
    Sleeping s;
    run_blocking(s.loop, s.clock.sleep_for(milliseconds(0)));
    run_blocking(s.loop, s.clock.sleep_for(milliseconds(-5)));
    EXPECT_EQ(s.clock.sleepers(), 0U);
}

TEST(ManualClock, MayGoBeforeItsSleepers) {
    asio::io_context loop;
    std::optional<ManualClock> clock(std::in_place);
    StartedTask task(loop.get_executor(), clock->sleep_for(milliseconds(5)),
                     [](std::exception_ptr) {});
    settle(loop);
    EXPECT_EQ(clock->sleepers(), 1U);
    clock.reset();
}

TEST(RealClock, SleepsAtLeastAsLongAsAsked) {
    asio::io_context loop;
    RealClock clock;
    const auto before = clock.monotonic();
    run_blocking(loop, clock.sleep_for(milliseconds(5)));
    EXPECT_GE(clock.monotonic() - before, milliseconds(5));
    EXPECT_GT(clock.unix_ms(), 1'700'000'000'000);
}

}  // namespace nsl
