// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "base/spawn.h"
#include "cli/terminal.h"

namespace nsl::cli {

Logger Globals::log(std::string name) const {
    return {stderr_sink(verbose ? LogLevel::debug : LogLevel::warn, LogFormat::automatic),
            std::move(name)};
}

int report(const Globals& globals, const Error& error) {
    if (globals.json) {
        json::Array faults;
        for (const Fault& fault : error.faults)
            faults.push_back(json::Object{{"where", fault.where}, {"message", fault.message}});
        std::cerr << printable_json(json::write_value(json::Object{{"error", errc_name(error.code)},
                                                                   {"message", error.message},
                                                                   {"faults", std::move(faults)}}))
                  << std::endl;
    } else {
        std::cerr << "nsl: " << printable(error.message) << "\n";
        for (const Fault& fault : error.faults)
            std::cerr << "  " << printable(fault.where) << ": " << printable(fault.message) << "\n";
    }
    switch (error.code) {
        case Errc::invalid_argument:
            return kUsage;
        case Errc::unavailable:
        case Errc::timeout:
            return kUnavailable;
        default:
            return kFailed;
    }
}

int run(std::function<Task<int>()> command) {
    asio::io_context loop;
    return run_blocking(loop, command());
}

void print_json(const json::Value& value) {
    std::cout << printable_json(json::write_value(value)) << std::endl;
}

}  // namespace nsl::cli
