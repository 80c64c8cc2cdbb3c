// SPDX-License-Identifier: Apache-2.0
#include "base/shutdown.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/async_event.h"
#include "base/spawn.h"

namespace nsl {
namespace {

// What shells report for a process ended by SIGINT.
constexpr int kSecondSignalExit = 130;
constexpr milliseconds kSleeperStopMax{1000};

const char* signal_name(int number) {
    return number == SIGINT ? "SIGINT" : "SIGTERM";
}

int open_pidfd(pid_t pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

}  // namespace

Task<std::string> wait_for_stop_signal(bool with_parent) {
    struct Waiting {
        std::string reason;
        AsyncEvent changed;
        void end(std::string why) {
            if (reason.empty()) reason = std::move(why);
            changed.notify_all();
        }
    };
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto waiting = std::make_shared<Waiting>();

    asio::signal_set signals(executor, SIGINT, SIGTERM);
    signals.async_wait([waiting](boost::system::error_code error, int number) {
        if (!error) waiting->end(signal_name(number));
    });
    asio::posix::stream_descriptor parent(executor);
    if (with_parent) {
        const pid_t pid = getppid();
        const int descriptor = open_pidfd(pid);
        if (descriptor >= 0) {
            parent.assign(descriptor);
            parent.async_wait(asio::posix::stream_descriptor::wait_read,
                              [waiting](boost::system::error_code error) {
                                  if (!error) waiting->end("parent gone");
                              });
        }
        // The number may have gone to another process before it was opened.
        if (descriptor < 0 || getppid() != pid) co_return "parent gone";
    }
    while (waiting->reason.empty()) co_await waiting->changed.wait();
    co_return waiting->reason;
}

void Shutdown::add(std::string name, std::function<Task<void>()> step) {
    steps_.push_back({std::move(name), std::move(step)});
}

Task<bool> Shutdown::run(milliseconds deadline) {
    struct Progress {
        bool ended = false;
        bool late = false;
        AsyncEvent changed;
    };
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::signal_set signals(executor, SIGINT, SIGTERM);
    signals.async_wait([](boost::system::error_code error, int) {
        if (!error) _exit(kSecondSignalExit);
    });

    auto progress = std::make_shared<Progress>();
    auto sleep = [](Clock& clock, milliseconds span, std::shared_ptr<Progress> p) -> Task<void> {
        co_await clock.sleep_for(span);
        p->late = true;
        p->changed.notify_all();
    };
    TaskGroup sleeper(executor, log_);
    sleeper.spawn("shutdown deadline", sleep(clock_, deadline, progress));

    bool all_ended = true;
    std::vector<Step> steps = std::exchange(steps_, {});
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if (progress->late) {
            all_ended = false;
            log_.error("shutdown step skipped: out of time", {{"step", step->name}});
            continue;
        }
        progress->ended = false;
        // The frame keeps the function: a step that is left behind may still run.
        auto call = [](std::function<Task<void>()> work) -> Task<void> { co_await work(); };
        const StartedTask task(
            executor, call(std::move(step->run)),
            [progress, log = log_, name = step->name](std::exception_ptr thrown) {
                if (thrown) {
                    log.error("shutdown step failed",
                              {{"step", name}, {"error", task_failure(thrown).message}});
                }
                progress->ended = true;
                progress->changed.notify_all();
            });
        while (!progress->ended && !progress->late) co_await progress->changed.wait();
        if (progress->ended) continue;
        all_ended = false;
        log_.error("shutdown step did not end in time", {{"step", step->name}});
    }
    co_await sleeper.stop(kSleeperStopMax);
    co_return all_ended;
}

}  // namespace nsl
