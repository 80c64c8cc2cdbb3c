// SPDX-License-Identifier: Apache-2.0
// A real nats-server on a free port of 127.0.0.1, ended with the test however that ends.
#pragma once
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <charconv>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/process.h"
#include "base/spawn.h"

namespace nsl::store {

// Where the program is; nullopt when it is not installed. Debian puts it where PATH of most users
// does not lead.
inline std::optional<std::string> find_nats_server() {
    std::string folders = "/usr/sbin:";
    if (const char* path = std::getenv("PATH")) folders += path;
    for (std::size_t at = 0; at < folders.size();) {
        const std::size_t end = std::min(folders.find(':', at), folders.size());
        const std::string candidate = folders.substr(at, end - at) + "/nats-server";
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
        at = end + 1;
    }
    return std::nullopt;
}

inline constexpr const char* kNoNatsServer = "SKIPPED: no nats-server; scripts/setup installs it";

class NatsServer {
 public:
    // `more` is added to its arguments.
    explicit NatsServer(std::vector<std::string> more = {}) : more_(std::move(more)) { start(); }
    ~NatsServer() { stop(); }
    NatsServer(const NatsServer&) = delete;

    // Again on the port of the first time.
    void start() {
        ProcessSpec spec{.path = find_nats_server().value_or("nats-server"),
                         .args = {"-a", "127.0.0.1", "-p", port_ == 0 ? "-1" : port(),
                                  "--ports_file_dir", folder_.path()},
                         .log_path = log_path()};
        spec.args.insert(spec.args.end(), more_.begin(), more_.end());
        auto started = Process::start(loop_.get_executor(), spec);
        ASSERT_TRUE(started) << started.error().message;
        process_ = *std::move(started);
        port_ = run_blocking(loop_, wait_for_port());
        ASSERT_NE(port_, 0) << "nats-server did not come up: "
                            << read_file(log_path(), 1 << 20).value_or("no log");
    }
    void stop() {
        if (!process_) return;
        process_->signal(SIGCONT);
        run_blocking(loop_, process_->stop(milliseconds(5'000)));
        process_.reset();
    }
    // Its connections stay, nothing answers.
    void freeze() { process_->signal(SIGSTOP); }
    void thaw() { process_->signal(SIGCONT); }

    std::string port() const { return std::to_string(port_); }
    std::string url() const { return "nats://127.0.0.1:" + port(); }
    std::string log_path() const { return folder_.path() + "/log"; }

 private:
    // The server writes its address to a file named after its process when it listens.
    Task<std::uint16_t> wait_for_port() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        const std::string mine = "_" + std::to_string(process_->pid()) + ".ports";
        RealClock clock;
        while (std::chrono::steady_clock::now() < end && !process_->exit_status()) {
            for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
                if (!entry.path().string().ends_with(mine)) continue;
                const std::string content = read_file(entry.path(), 1 << 16).value_or("");
                if (const std::uint16_t port = parse_port(content)) co_return port;
            }
            co_await clock.sleep_for(milliseconds(5));
        }
        co_return 0;
    }
    // 0 while the file is not whole.
    static std::uint16_t parse_port(const std::string& content) {
        const std::string before = "127.0.0.1:";
        const std::size_t at = content.find(before);
        if (at == std::string::npos || !content.contains('}')) return 0;
        std::uint16_t port = 0;
        std::from_chars(content.data() + at + before.size(), content.data() + content.size(), port);
        return port;
    }

    std::vector<std::string> more_;
    ScratchFolder folder_ = ScratchFolder::make("nsl-nats").value();
    asio::io_context loop_{1};
    std::unique_ptr<Process> process_;
    std::uint16_t port_ = 0;
};

}  // namespace nsl::store
