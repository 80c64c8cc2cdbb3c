// SPDX-License-Identifier: Apache-2.0
// Signals and ordered shutdown.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/task.h"

namespace nsl {

// Waits until SIGINT or SIGTERM arrives, or the process that started this one is gone when
// `with_parent` is set. Returns why ("SIGINT", "SIGTERM", "parent gone").
Task<std::string> wait_for_stop_signal(bool with_parent = false);

// Steps run in reverse order of registration, one after the other, all within one deadline. A step
// that does not end in time is logged by name and left behind; what would have come after it is not
// started and logged too. The program then has to end without destroying what the step may still
// use (std::_Exit). An exception from a step is logged and counts as its end. A second signal
// during shutdown ends the process at once with exit code 130.
class Shutdown {
 public:
    Shutdown(Clock& clock, Logger log) : clock_(clock), log_(std::move(log)) {}

    void add(std::string name, std::function<Task<void>()> step);
    // True when every step ended in time.
    Task<bool> run(milliseconds deadline);

 private:
    struct Step {
        std::string name;
        std::function<Task<void>()> run;
    };
    Clock& clock_;
    Logger log_;
    std::vector<Step> steps_;
};

}  // namespace nsl
