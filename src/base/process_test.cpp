// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/deadline.h"
#include "base/spawn.h"

namespace nsl {
namespace {

constexpr milliseconds kLong{10'000};
constexpr milliseconds kShort{50};

struct Running {
    asio::io_context loop;
    std::unique_ptr<Process> process;

    void start(const std::string& script, ProcessSpec spec = {}) {
        spec.path = "sh";
        spec.args = {"-c", script};
        auto started = Process::start(loop.get_executor(), spec);
        ASSERT_TRUE(started) << started.error().message;
        process = *std::move(started);
    }
    Result<std::optional<std::string>> line() {
        return run_blocking(loop, with_deadline(process->read_line(), kLong, "a line"));
    }
    int wait() { return run_blocking(loop, process->wait()); }
    int stop(milliseconds grace) { return run_blocking(loop, process->stop(grace)); }
};

// True when the process ends within ten seconds (or is gone already).
bool ends(pid_t pid) {
    const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0) return errno == ESRCH;
    pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
    const bool ended = poll(&entry, 1, static_cast<int>(kLong.count())) == 1;
    close(fd);
    return ended;
}

bool runs(pid_t pid) {
    return kill(pid, 0) == 0;
}

}  // namespace

TEST(Process, GivesItsOutputLineByLine) {
    Running r;
    r.start("echo one; echo; printf 'no newline'");
    EXPECT_EQ(r.line(), "one");
    EXPECT_EQ(r.line(), "");
    EXPECT_EQ(r.line(), "no newline");
    EXPECT_EQ(r.line(), std::nullopt);
    EXPECT_EQ(r.line(), std::nullopt) << "the end stays the end";
    EXPECT_EQ(r.wait(), 0);
}

TEST(Process, ReadsLongLinesUpToTheLimit) {
    Running r;
    r.start("head -c 1000000 /dev/zero | tr '\\0' x; echo; head -c 3000000 /dev/zero");
    EXPECT_EQ(r.line().value().value().size(), 1'000'000U);
    EXPECT_EQ(r.line().error().code, Errc::limit_exceeded);
}

TEST(Process, TellsTheExitStatus) {
    Running r;
    r.start("exit 7");
    EXPECT_EQ(r.process->exit_status(), std::nullopt);
    EXPECT_EQ(r.wait(), 7);
    EXPECT_EQ(r.process->exit_status(), 7);
    r.start("kill -9 $$");
    EXPECT_EQ(r.wait(), 128 + SIGKILL);
    EXPECT_EQ(r.wait(), 128 + SIGKILL) << "asking again gives the same";
    EXPECT_EQ(r.stop(kLong), 128 + SIGKILL);
}

TEST(Process, RunsWithTheGivenEnvironmentFolderAndLog) {
    const auto folder = std::filesystem::temp_directory_path() / "nsl_process_test";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "log") << "before\n";
    setenv("NSL_PROCESS_TEST", "ours", 1);
    Running r;
    r.start("pwd; echo $NSL_PROCESS_TEST; echo $NSL_OTHER; cat; echo problem >&2",
            {.env = {{"NSL_PROCESS_TEST", "theirs"}, {"NSL_OTHER", "a b"}},
             .log_path = folder / "log",
             .work_dir = folder});
    EXPECT_EQ(r.line(), std::filesystem::canonical(folder).string());
    EXPECT_EQ(r.line(), "theirs");
    EXPECT_EQ(r.line(), "a b");
    EXPECT_EQ(r.wait(), 0) << "standard input is empty, so cat ends";
    std::ifstream log(folder / "log");
    std::string text((std::istreambuf_iterator<char>(log)), {});
    EXPECT_EQ(text, "before\nproblem\n");
    std::filesystem::remove_all(folder);
    unsetenv("NSL_PROCESS_TEST");
}

TEST(Process, SaysWhenThereIsNoSuchProgram) {
    asio::io_context loop;
    const auto start = [&](ProcessSpec spec) {
        return Process::start(loop.get_executor(), spec).error().code;
    };
    EXPECT_EQ(start({.path = "no-such-program-anywhere"}), Errc::not_found);
    EXPECT_EQ(start({.path = "/no/such/program"}), Errc::not_found);
    EXPECT_EQ(start({.path = ""}), Errc::not_found);
    EXPECT_EQ(start({.path = "/etc/passwd"}), Errc::not_found) << "not executable";
    EXPECT_EQ(start({.path = "sh", .work_dir = "/no/such/folder"}), Errc::unavailable);
    EXPECT_EQ(start({.path = "sh", .log_path = "/no/such/folder/log"}), Errc::unavailable);
}

TEST(Process, StopAsksFirst) {
    Running r;
    r.start("trap 'echo asked; exit 3' TERM; echo ready; while :; do sleep 0.01; done");
    EXPECT_EQ(r.line(), "ready");
    EXPECT_EQ(r.stop(kLong), 3);
    EXPECT_EQ(r.line(), "asked");
}

TEST(Process, StopEscalatesToKill) {
    Running r;
    r.start("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    EXPECT_EQ(r.line(), "ready");
    EXPECT_EQ(r.stop(kShort), 128 + SIGKILL);
}

TEST(Process, TakesItsWholeGroupAlong) {
    Running r;
    r.start("sleep 1000 & echo $!; (trap '' TERM HUP; sleep 1000) & echo $!; echo $$; exit 4");
    std::vector<pid_t> pids;
    // The output ends only when nobody of the group holds it any more.
    while (auto line = r.line().value()) pids.push_back(std::stoi(*line));
    ASSERT_EQ(pids.size(), 3U);
    EXPECT_EQ(pids[2], r.process->pid());
    EXPECT_EQ(r.wait(), 4);
    for (pid_t pid : pids) EXPECT_TRUE(ends(pid)) << pid;
}

TEST(Process, SignalsReachTheChild) {
    Running r;
    r.start("trap 'exit 5' USR1; echo ready; while :; do sleep 0.01; done");
    EXPECT_EQ(r.line(), "ready");
    r.process->signal(SIGUSR1);
    EXPECT_EQ(r.wait(), 5);
    r.process->signal(SIGUSR1);
}

TEST(Process, DestroyingItKillsTheChild) {
    Running r;
    r.start("echo ready; sleep 1000");
    EXPECT_EQ(r.line(), "ready");
    const pid_t pid = r.process->pid();
    EXPECT_TRUE(runs(pid));
    r.process.reset();
    EXPECT_FALSE(runs(pid));
}

TEST(Process, ReadingAndWaitingAreCancellable) {
    Running r;
    r.start("sleep 1000");
    TaskGroup group(r.loop.get_executor(), {});
    auto read = [](Process& p) -> Task<void> { (void)co_await p.read_line(); };
    auto wait = [](Process& p) -> Task<void> { (void)co_await p.wait(); };
    group.spawn("reader", read(*r.process));
    group.spawn("waiter", wait(*r.process));
    r.loop.poll();
    EXPECT_TRUE(run_blocking(r.loop, group.stop(kLong)));
    EXPECT_EQ(r.process->exit_status(), std::nullopt);
}

TEST(Process, ChildrenDieWithTheirParent) {
    std::array<int, 2> ends_of_pipe{};
    ASSERT_EQ(pipe(ends_of_pipe.data()), 0);
    const pid_t parent = fork();
    if (parent == 0) {
        Running r;
        r.start("exec sleep 1000");
        const pid_t pid = r.process->pid();
        (void)!write(ends_of_pipe[1], &pid, sizeof pid);
        raise(SIGKILL);
    }
    pid_t pid = 0;
    ASSERT_EQ(read(ends_of_pipe[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
    waitpid(parent, nullptr, 0);
    EXPECT_TRUE(ends(pid));
    close(ends_of_pipe[0]);
    close(ends_of_pipe[1]);
}

}  // namespace nsl
