// SPDX-License-Identifier: Apache-2.0
// Child processes: started with pipes, ended with their whole group, never left behind.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl {

struct ProcessSpec {
    std::string path;                          // looked up on PATH when it has no '/'
    std::vector<std::string> args;             // without argv[0]
    std::map<std::string, std::string> env{};  // added to our own
    std::string log_path{};                    // standard error goes here (appended); empty: ours
    std::string work_dir{};
};

// The child is in its own process group and gets SIGKILL when we die (PR_SET_PDEATHSIG), so a crash
// of ours leaves nothing running. What is left of its group when it ends is killed too. The system
// ties PR_SET_PDEATHSIG to the thread that started the child: start from one that lives as long.
// Used from the thread that runs the executor; a child blocks when nobody reads its output.
class Process {
 public:
    // Waits until the program has replaced the fork. Standard input is empty.
    // Errors: not_found (no such program), unavailable.
    static Result<std::unique_ptr<Process>> start(asio::any_io_executor executor, ProcessSpec spec);
    // Kills what still runs.
    ~Process();
    Process(const Process&) = delete;

    int pid() const;
    // One line of its standard output, without the newline; nullopt at its end. Errors:
    // limit_exceeded (a line above 1 MiB), unavailable.
    Task<Result<std::optional<std::string>>> read_line();
    // Exit status: 0..255, or 128 + signal. Waits for the end.
    Task<int> wait();
    std::optional<int> exit_status() const;
    // To the child alone; nothing after its end.
    void signal(int number);
    // SIGTERM to the child, SIGKILL to its group after `grace` of real time. Returns the exit
    // status.
    Task<int> stop(milliseconds grace);

 private:
    struct State;
    explicit Process(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace nsl
