// SPDX-License-Identifier: Apache-2.0
#include "cli/child.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "base/file.h"

namespace nsl::cli {
namespace {

constexpr milliseconds kPatience{10'000};

class StackChild : public ::testing::Test {
 protected:
    asio::io_context loop{1};
    ManualClock clock;
    std::shared_ptr<MemorySink> lines = std::make_shared<MemorySink>();
    TaskGroup tasks{loop.get_executor(), Logger()};
    ScratchFolder scratch = ScratchFolder::make("nsl-child").value();
    std::filesystem::path folder = scratch.path();
    std::string script;
    std::unique_ptr<Child> child =
        std::make_unique<Child>("part", [this] { return spec(); }, clock, Logger(lines, "test"));

    ~StackChild() override {
        EXPECT_TRUE(run_blocking(loop, tasks.stop(kPatience)));
        run_blocking(loop, child->stop(milliseconds(1)));
        child.reset();
    }
    ProcessSpec spec() const {
        return {.path = "/bin/sh",
                .args = {"-c", script},
                .log_path = folder / "part.log",
                .work_dir = folder};
    }
    Result<json::Object> start() { return run_blocking(loop, child->start()); }
    void supervise() { tasks.spawn("keep", child->supervise()); }
    // Turns the loop, and time when somebody sleeps.
    bool eventually(std::function<bool()> holds) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        loop.restart();
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            if (clock.sleepers() > 0) clock.advance(milliseconds(100));
            loop.run_one_for(milliseconds(5));
        }
        return true;
    }
    std::string text(const std::string& name) const {
        std::ifstream file(folder / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_F(StackChild, IsStartedOnceItSaysThatItIsReady) {
    script =
        "echo hello; echo '{\"event\":\"starting\"}'; echo '[1]';"
        " echo '{\"event\":\"ready\",\"port\":7}'; exec sleep 1000";
    auto ready = start();
    ASSERT_TRUE(ready) << ready.error().message;
    EXPECT_EQ(ready->at("port"), 7);
    EXPECT_TRUE(child->running());
    EXPECT_GT(child->pid(), 0);
    EXPECT_EQ(child->restarts(), 0);
}

TEST_F(StackChild, SaysHowItDiedBeforeItWasReady) {
    script = "echo 'starting'; echo 'cannot bind to port 80' >&2; exit 3";
    auto ready = start();
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().code, Errc::unavailable);
    for (const std::string& part :
         {std::string("part"), std::string("exit code 3"), std::string("cannot bind to port 80"),
          (folder / "part.log").string()})
        EXPECT_NE(ready.error().message.find(part), std::string::npos) << ready.error().message;
    EXPECT_FALSE(child->running());
}

TEST_F(StackChild, ShowsTheEndOfALongLogOnly) {
    script = "i=0; while [ $i -lt 1000 ]; do echo \"line $i\" >&2; i=$((i+1)); done; exit 1";
    const std::string message = start().error().message;
    EXPECT_NE(message.find("line 999"), std::string::npos);
    EXPECT_EQ(message.find("line 100\n"), std::string::npos);
    EXPECT_LT(message.size(), 4'000U);
}

TEST_F(StackChild, SaysThatThereIsNoSuchProgram) {
    Child absent(
        "absent", [] { return ProcessSpec{.path = "/no/such/program", .args = {}}; }, clock,
        Logger());
    auto ready = run_blocking(loop, absent.start());
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().code, Errc::not_found);
    EXPECT_FALSE(absent.running());
    run_blocking(loop, absent.stop(milliseconds(1)));
}

TEST_F(StackChild, IsStartedAgainWhenItDiesAsItIsConfiguredByThen) {
    script = "echo '{\"event\":\"ready\"}'; exec sleep 1000";
    ASSERT_TRUE(start());
    supervise();
    const int first = child->pid();
    script = "echo again > again; echo '{\"event\":\"ready\"}'; exec sleep 1000";
    ASSERT_EQ(::kill(first, SIGKILL), 0);
    ASSERT_TRUE(eventually([&] { return child->restarts() == 1 && text("again") == "again\n"; }));
    EXPECT_TRUE(child->running());
    EXPECT_NE(child->pid(), first);
    EXPECT_TRUE(lines->contains("137"));  // 128 + SIGKILL
}

TEST_F(StackChild, IsTriedAgainUntilItStarts) {
    script = "echo '{\"event\":\"ready\"}'";
    ASSERT_TRUE(start());
    script =
        "echo x >> runs; [ $(wc -l < runs) -lt 3 ] && exit 1;"
        " echo '{\"event\":\"ready\"}'; exec sleep 1000";
    supervise();
    ASSERT_TRUE(eventually([&] { return child->restarts() == 3 && text("runs") == "x\nx\nx\n"; }));
    EXPECT_TRUE(eventually([&] { return child->running(); }));
    EXPECT_TRUE(lines->contains("child does not start"));
}

TEST_F(StackChild, NeverWaitsForSomebodyToReadItsOutput) {
    script =
        "echo '{\"event\":\"ready\"}'; i=0;"
        " while [ $i -lt 4000 ]; do echo 'a line of forty bytes, more or less, yes'; i=$((i+1));"
        " done; echo done > done; exec sleep 1000";
    ASSERT_TRUE(start());
    supervise();
    EXPECT_TRUE(eventually([&] { return text("done") == "done\n"; }));
}

TEST_F(StackChild, MayCleanUpWhenItIsStopped) {
    script =
        "trap 'echo bye > bye; exit 0' TERM; echo '{\"event\":\"ready\"}';"
        " while :; do sleep 0.02; done";
    ASSERT_TRUE(start());
    run_blocking(loop, child->stop(kPatience));
    EXPECT_FALSE(child->running());
    EXPECT_EQ(text("bye"), "bye\n");
}

TEST_F(StackChild, IsKilledWhenItDoesNotStop) {
    script = "trap '' TERM; echo '{\"event\":\"ready\"}'; exec sleep 1000";
    ASSERT_TRUE(start());
    const int pid = child->pid();
    run_blocking(loop, child->stop(milliseconds(50)));
    EXPECT_FALSE(child->running());
    EXPECT_NE(::kill(pid, 0), 0);
    run_blocking(loop, child->stop(milliseconds(50)));  // again: nothing to do
}

}  // namespace
}  // namespace nsl::cli
