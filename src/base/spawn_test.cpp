// SPDX-License-Identifier: Apache-2.0
#include "base/spawn.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/async_event.h"
#include "base/deadline.h"

namespace nsl {
namespace {

constexpr milliseconds kLong{10'000};
constexpr milliseconds kShort{5};

struct Spawning {
    asio::io_context loop;
    std::shared_ptr<MemorySink> sink = std::make_shared<MemorySink>();
    TaskGroup group{loop.get_executor(), Logger(sink, "test")};
    AsyncEvent event;
    int ended = 0;

    void settle() {
        loop.restart();
        loop.poll();
    }
    bool stop(milliseconds deadline) { return run_blocking(loop, group.stop(deadline)); }

    Task<void> wait_for_event() {
        co_await event.wait();
        ++ended;
    }
    Task<void> ignore_cancellation() {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await event.wait();
        ++ended;
    }
    Task<void> count_end() {
        ++ended;
        co_return;
    }
};

Task<void> throw_runtime_error() {
    throw std::runtime_error("broken pipe dream");
    co_return;
}

// Not default-constructible: asio's own value completion could not carry it.
struct Ticket {
    explicit Ticket(int n) : number(n) {}
    int number;
};

Task<Ticket> make_ticket() {
    co_return Ticket(7);
}

}  // namespace

TEST(TaskGroup, RunsAndForgetsTasks) {
    Spawning s;
    s.group.spawn("a", s.count_end());
    s.group.spawn("b", s.wait_for_event());
    EXPECT_EQ(s.group.running(), 2U);
    s.settle();
    EXPECT_EQ(s.group.running(), 1U);
    s.event.notify_all();
    s.settle();
    EXPECT_EQ(s.ended, 2);
    EXPECT_EQ(s.group.running(), 0U);
    EXPECT_TRUE(s.sink->lines().empty());
}

TEST(TaskGroup, StopCancelsAllAndWaitsForThem) {
    Spawning s;
    for (int i = 0; i < 3; ++i) s.group.spawn("waiter", s.wait_for_event());
    s.settle();
    EXPECT_TRUE(s.stop(kLong));
    EXPECT_EQ(s.group.running(), 0U);
    EXPECT_EQ(s.ended, 0);
    EXPECT_TRUE(s.sink->lines().empty()) << "cancellation is no failure";
}

TEST(TaskGroup, StopCancelsWhatHasNotBegunYet) {
    Spawning s;
    s.group.spawn("waiter", s.wait_for_event());
    EXPECT_TRUE(s.stop(kLong));
}

TEST(TaskGroup, NothingStartsAfterStopHasBegun) {
    Spawning s;
    EXPECT_TRUE(s.stop(kLong));
    EXPECT_TRUE(s.group.stopping());
    s.group.spawn("late", s.count_end());
    s.settle();
    EXPECT_EQ(s.ended, 0);
    EXPECT_EQ(s.group.running(), 0U);
}

TEST(TaskGroup, AnExceptionIsLoggedWithTheNameAndAffectsNothingElse) {
    Spawning s;
    s.group.spawn("publisher", throw_runtime_error());
    s.group.spawn("other", s.wait_for_event());
    s.settle();
    EXPECT_TRUE(s.sink->contains(R"("level":"error")"));
    EXPECT_TRUE(s.sink->contains(R"("task":"publisher","error":"broken pipe dream")"));
    EXPECT_EQ(s.group.running(), 1U);
    s.event.notify_all();
    s.settle();
    EXPECT_EQ(s.ended, 1);
}

TEST(TaskGroup, ATaskThatDoesNotStopInTimeIsNamed) {
    Spawning s;
    s.group.spawn("stubborn", s.ignore_cancellation());
    s.group.spawn("polite", s.wait_for_event());
    s.settle();
    EXPECT_FALSE(s.stop(kShort));
    EXPECT_TRUE(s.sink->contains(R"("task":"stubborn")"));
    EXPECT_FALSE(s.sink->contains("polite"));
    s.event.notify_all();
    EXPECT_TRUE(s.stop(kLong));
    EXPECT_EQ(s.ended, 1);
}

TEST(TaskGroup, SurvivesALoopThatGoesFirst) {
    auto loop = std::make_unique<asio::io_context>();
    AsyncEvent event;
    TaskGroup group(loop->get_executor(), {});
    group.spawn("waiter", event.wait());
    loop->poll();
    EXPECT_EQ(group.running(), 1U);
    loop.reset();
    EXPECT_EQ(group.running(), 0U);
}

TEST(TaskGroupDeathTest, DestroyingARunningGroupIsABug) {
    const auto leave_running = [] {
        asio::io_context loop;
        AsyncEvent event;
        TaskGroup group(loop.get_executor(), {});
        group.spawn("waiter", event.wait());
        loop.poll();
    };
    EXPECT_DEATH(leave_running(), "bug");
}

TEST(RunBlocking, ReturnsTheValueOrRethrows) {
    asio::io_context loop;
    EXPECT_EQ(run_blocking(loop, make_ticket()).number, 7);
    EXPECT_THROW(run_blocking(loop, throw_runtime_error()), std::runtime_error);
    EXPECT_EQ(run_blocking(loop, make_ticket()).number, 7) << "the loop can be used again";
}

namespace {

Task<Result<int>> answer() {
    co_return 42;
}

Task<Result<int>> refuse() {
    co_return fail(Errc::conflict, "taken");
}

Task<Result<int>> throw_result() {
    throw std::runtime_error("thrown");
    co_return 1;
}

Task<Result<int>> answer_after(AsyncEvent& event) {
    co_await event.wait();
    co_return 42;
}

// Turns the cancellation into a result of its own, as I/O code does.
Task<Result<int>> report_cancellation(AsyncEvent& event, Result<int> report) {
    try {
        co_await event.wait();
    } catch (const boost::system::system_error&) {
        co_return report;
    }
    co_return 0;
}

}  // namespace

TEST(WithDeadline, PassesOnWhatComesInTime) {
    asio::io_context loop;
    EXPECT_EQ(run_blocking(loop, with_deadline(answer(), kLong, "work")), 42);
    EXPECT_EQ(run_blocking(loop, with_deadline(refuse(), kLong, "work")).error().code,
              Errc::conflict);
    EXPECT_THROW((void)run_blocking(loop, with_deadline(throw_result(), kLong, "work")),
                 std::runtime_error);
}

TEST(WithDeadline, CancelsWorkThatTakesTooLong) {
    asio::io_context loop;
    AsyncEvent event;
    const auto out = run_blocking(loop, with_deadline(answer_after(event), kShort, "the price"));
    EXPECT_EQ(out.error().code, Errc::timeout);
    EXPECT_EQ(out.error().message, "the price took more than 5 ms");
    EXPECT_EQ(event.waiting(), 0U);
}

TEST(WithDeadline, ATimeoutIsATimeoutHoweverTheWorkPutsIt) {
    asio::io_context loop;
    AsyncEvent event;
    const auto out = run_blocking(
        loop,
        with_deadline(report_cancellation(event, fail(Errc::unavailable, "aborted")), kShort, "x"));
    EXPECT_EQ(out.error().code, Errc::timeout);
}

TEST(WithDeadline, ASuccessThatComesLateCounts) {
    asio::io_context loop;
    AsyncEvent event;
    EXPECT_EQ(run_blocking(loop, with_deadline(report_cancellation(event, 7), kShort, "x")), 7);
}

TEST(WithDeadline, CancellingTheCallerCancelsTheWork) {
    Spawning s;
    auto call = [](AsyncEvent& event) -> Task<void> {
        (void)co_await with_deadline(answer_after(event), kLong, "x");
    };
    s.group.spawn("caller", call(s.event));
    s.settle();
    EXPECT_EQ(s.event.waiting(), 1U);
    EXPECT_TRUE(s.stop(kLong));
    EXPECT_EQ(s.event.waiting(), 0U);
    EXPECT_TRUE(s.sink->lines().empty());
}

TEST(WithDeadline, LimitsNest) {
    asio::io_context loop;
    AsyncEvent event;
    auto inner = with_deadline(answer_after(event), kLong, "inner");
    const auto out = run_blocking(loop, with_deadline(std::move(inner), kShort, "outer"));
    EXPECT_EQ(out.error().message, "outer took more than 5 ms");
    auto short_inner = with_deadline(answer_after(event), kShort, "inner");
    const auto other = run_blocking(loop, with_deadline(std::move(short_inner), kLong, "outer"));
    EXPECT_EQ(other.error().message, "inner took more than 5 ms");
}

}  // namespace nsl
