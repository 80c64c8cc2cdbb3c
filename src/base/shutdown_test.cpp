// SPDX-License-Identifier: Apache-2.0
#include "base/shutdown.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "base/async_event.h"
#include "base/spawn.h"

namespace nsl {
namespace {

constexpr milliseconds kDeadline{1000};

struct Stopping {
    asio::io_context loop;
    ManualClock clock;
    std::shared_ptr<MemorySink> sink = std::make_shared<MemorySink>();
    Shutdown shutdown{clock, Logger(sink, "node")};
    std::vector<std::string> order;
    AsyncEvent never;

    void add(const std::string& name) {
        shutdown.add(name, [this, name]() -> Task<void> {
            order.push_back(name + " begins");
            co_await clock.sleep_for(milliseconds(0));
            order.push_back(name + " ends");
        });
    }
    void settle() {
        loop.restart();
        loop.poll();
    }
};

Task<void> throw_error() {
    throw std::runtime_error("disk gone");
    co_return;
}

}  // namespace

TEST(Shutdown, RunsStepsInReverseOrderOneAfterTheOther) {
    Stopping s;
    for (const char* name : {"database", "workers", "server"}) s.add(name);
    EXPECT_TRUE(run_blocking(s.loop, s.shutdown.run(kDeadline)));
    EXPECT_EQ(s.order,
              (std::vector<std::string>{"server begins", "server ends", "workers begins",
                                        "workers ends", "database begins", "database ends"}));
    EXPECT_TRUE(s.sink->lines().empty());
    EXPECT_EQ(s.clock.sleepers(), 0U);
}

TEST(Shutdown, LeavesAStepThatDoesNotEndInTimeAndNamesIt) {
    Stopping s;
    s.add("database");
    s.shutdown.add("workers", [&]() -> Task<void> { co_await s.never.wait(); });
    s.add("server");
    std::optional<bool> all_ended;
    TaskGroup group(s.loop.get_executor(), {});
    auto run = [](Stopping& stopping, std::optional<bool>& out) -> Task<void> {
        out = co_await stopping.shutdown.run(kDeadline);
    };
    group.spawn("shutdown", run(s, all_ended));
    s.settle();
    s.clock.advance(kDeadline - milliseconds(1));
    s.settle();
    EXPECT_EQ(all_ended, std::nullopt);
    s.clock.advance(milliseconds(1));
    s.settle();
    EXPECT_EQ(all_ended, false);
    EXPECT_TRUE(s.sink->contains(R"("did not end in time","step":"workers")") ||
                s.sink->contains(R"(did not end in time","step":"workers")"));
    EXPECT_TRUE(s.sink->contains(R"(skipped: out of time","step":"database")"));
    EXPECT_EQ(s.order.back(), "server ends");
}

TEST(Shutdown, AnExceptionEndsAStepButNotTheShutdown) {
    Stopping s;
    s.add("database");
    s.shutdown.add("cache", [] { return throw_error(); });
    s.shutdown.add("plain", []() -> Task<void> { throw std::runtime_error("no coroutine"); });
    EXPECT_TRUE(run_blocking(s.loop, s.shutdown.run(kDeadline)));
    EXPECT_TRUE(s.sink->contains(R"("step":"cache","error":"disk gone")"));
    EXPECT_TRUE(s.sink->contains(R"("step":"plain","error":"no coroutine")"));
    EXPECT_EQ(s.order.back(), "database ends");
}

TEST(ShutdownDeathTest, ASecondSignalEndsTheProcessAtOnce) {
    const auto stop_twice = [] {
        Stopping s;
        s.shutdown.add("stuck", [&]() -> Task<void> {
            raise(SIGTERM);
            co_await s.never.wait();
        });
        run_blocking(s.loop, s.shutdown.run(kDeadline));
    };
    EXPECT_EXIT(stop_twice(), testing::ExitedWithCode(130), "");
}

namespace {

// Does `then` once somebody handles the signal. wait_for_stop_signal sets up all it watches without
// a pause, so it is all there when this sees the handler.
Task<void> when_handled(int number, std::function<void()> then) {
    RealClock clock;
    for (;;) {
        struct sigaction current{};
        sigaction(number, nullptr, &current);
        if (current.sa_handler != SIG_DFL) break;
        co_await clock.sleep_for(milliseconds(1));
    }
    then();
}

}  // namespace

TEST(StopSignal, TellsWhichSignalCame) {
    for (const auto& [number, name] :
         {std::pair(SIGTERM, "SIGTERM"), std::pair(SIGINT, "SIGINT")}) {
        asio::io_context loop;
        TaskGroup group(loop.get_executor(), {});
        group.spawn("sender", when_handled(number, [number = number] { raise(number); }));
        EXPECT_EQ(run_blocking(loop, wait_for_stop_signal()), name);
        EXPECT_TRUE(run_blocking(loop, group.stop(kDeadline)));
    }
}

namespace {

// Runs in the grandchild: tells that it waits, then why it stopped.
[[noreturn]] void wait_in_grandchild(int out) {
    asio::io_context loop;
    TaskGroup group(loop.get_executor(), {});
    group.spawn("ready", when_handled(SIGTERM, [out] { (void)!write(out, "ready\n", 6); }));
    const std::string why = run_blocking(loop, wait_for_stop_signal(true));
    (void)!write(out, why.data(), why.size());
    _exit(0);
}

std::string read_some(int in) {
    std::array<char, 64> buffer{};
    const ssize_t got = read(in, buffer.data(), buffer.size());
    return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

}  // namespace

TEST(StopSignal, NoticesThatTheParentIsGone) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) wait_in_grandchild(ends[1]);
        pause();
    }
    close(ends[1]);
    EXPECT_EQ(read_some(ends[0]), "ready\n");
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    EXPECT_EQ(read_some(ends[0]), "parent gone");
    close(ends[0]);
}

}  // namespace nsl
