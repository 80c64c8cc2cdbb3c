// SPDX-License-Identifier: Apache-2.0
// The command line as a person or a script uses it: arguments, secrets on descriptor 3, a terminal.
#pragma once
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "stack_fixture.h"

namespace nsl::testing_support {

struct Answer {
    int status = 0;
    std::string output;
    std::string errors;

    std::vector<json::Object> lines() const {
        std::vector<json::Object> out;
        std::istringstream in(output);
        for (std::string line; std::getline(in, line);)
            out.push_back(json::parse_value(line).value().as_object());
        return out;
    }
    json::Object line() const {
        const auto all = lines();
        EXPECT_EQ(all.size(), 1U) << output << errors;
        return all.empty() ? json::Object() : all.front();
    }
};

inline std::string text_of(const json::Object& object, std::string_view name) {
    const json::Value* value = object.if_contains(name);
    EXPECT_TRUE(value != nullptr && value->is_string()) << name << " in " << object;
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// A folder of its own, where commands run.
class CommandRoom {
 public:
    std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
    void write(const std::string& name, const std::string& content) const {
        std::ofstream(path(name), std::ios::binary | std::ios::trunc) << content;
    }
    std::string read(const std::string& name) const {
        return read_file(path(name), 16 * 1024 * 1024).value();
    }

    // With the secrets one a line on descriptor 3. Standard input is the file `input`, or empty.
    ProcessSpec spec(const std::string& name, const std::vector<std::string>& args,
                     const std::vector<std::string>& secrets = {},
                     const std::string& input = "/dev/null") const {
        std::string held;
        for (const std::string& secret : secrets) held += secret + "\n";
        write("secrets", held);
        ProcessSpec out{
            .path = "/bin/bash",
            .args = {"-c", "held=$1; input=$2; shift 2; exec \"$@\" 3<\"$held\" <\"$input\"",
                     "bash", path("secrets"), input, name},
            .log_path = path("errors"),
            .work_dir = folder_.path()};
        out.args.insert(out.args.end(), args.begin(), args.end());
        return out;
    }

    Answer run(const std::string& name, const std::vector<std::string>& args,
               const std::vector<std::string>& secrets = {},
               const std::string& input = "/dev/null") {
        write("errors", "");
        asio::io_context loop;
        const Ended ended = run_blocking(loop, run_to_end(spec(name, args, secrets, input)));
        return {.status = ended.status, .output = ended.output, .errors = read("errors")};
    }
    Answer nsl(const std::vector<std::string>& args, const std::vector<std::string>& secrets = {},
               const std::string& input = "/dev/null") {
        return run(program("nsl"), args, secrets, input);
    }

 private:
    ScratchFolder folder_ = ScratchFolder::make("nsl-command").value();
};

// A program at a terminal of its own.
class AtTerminal {
 public:
    explicit AtTerminal(std::vector<std::string> command) {
        std::vector<char*> args;
        for (std::string& one : command) args.push_back(one.data());
        args.push_back(nullptr);
        pid_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
        if (pid_ == 0) {
            execv(args[0], args.data());
            _exit(127);
        }
    }
    ~AtTerminal() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(terminal_);
    }
    AtTerminal(const AtTerminal&) = delete;

    // Until the screen shows this, after what was waited for before; false after 20 s or its end.
    bool shows(const std::string& text) {
        for (;;) {
            if (const std::size_t at = screen_.find(text, seen_); at != std::string::npos) {
                seen_ = at + text.size();
                return true;
            }
            if (!read_more()) return false;
        }
    }
    void type(const std::string& text) {
        EXPECT_EQ(::write(terminal_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    // Exit status, or 128 + signal; `screen` is complete then.
    int end() {
        while (read_more()) {
        }
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    // What is typed now would be shown.
    bool echoes() const {
        termios now{};
        return tcgetattr(terminal_, &now) == 0 && (now.c_lflag & ECHO) != 0;
    }
    int pid() const { return pid_; }
    const std::string& screen() const { return screen_; }

 private:
    bool read_more() {
        pollfd waiting{.fd = terminal_, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, 20'000) <= 0) return false;
        char buffer[512];
        const ssize_t count = ::read(terminal_, buffer, sizeof buffer);
        if (count <= 0) return false;
        screen_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    int terminal_ = -1;
    pid_t pid_ = 0;
    std::string screen_;
    std::size_t seen_ = 0;
};

}  // namespace nsl::testing_support
