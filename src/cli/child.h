// SPDX-License-Identifier: Apache-2.0
// A child process of the development stack: started, waited for until it says that it is ready, and
// started again when it dies.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/process.h"
#include "base/result.h"
#include "base/spawn.h"

namespace nsl::cli {

class Child {
 public:
    // `spec` is asked at every start, so that a restart can take the ports of the first one.
    Child(std::string name, std::function<ProcessSpec()> spec, Clock& clock, Logger log)
        : name_(std::move(name)), spec_(std::move(spec)), clock_(clock), log_(std::move(log)) {}

    // Returns its ready line, {"event":"ready",…}. Errors: unavailable with the exit status and the
    // end of its log, timeout.
    Task<Result<json::Object>> start();
    // Restarts it whenever it ends; returns only when cancelled.
    Task<void> supervise();
    // SIGTERM, then SIGKILL after `grace`.
    Task<void> stop(milliseconds grace);

    const std::string& name() const { return name_; }
    bool running() const { return process_ && !process_->exit_status(); }
    int pid() const { return process_ ? process_->pid() : 0; }
    int restarts() const { return restarts_; }

 private:
    Task<Result<json::Object>> read_ready();

    std::string name_;
    std::function<ProcessSpec()> spec_;
    Clock& clock_;
    Logger log_;
    std::string log_path_;
    std::unique_ptr<Process> process_;
    int restarts_ = 0;
};

}  // namespace nsl::cli
