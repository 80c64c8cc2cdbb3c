// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "base/shutdown.h"
#include "base/spawn.h"
#include "node/config.h"
#include "node/db_commands.h"
#include "node/wiring.h"

// Exit codes: 0 stopped as asked, 1 something did not stop in time, 2 usage or configuration, 3
// could not start.
namespace nsl::node {
namespace {

constexpr milliseconds kPatience{30'000};
constexpr milliseconds kStopDeadline{2'000};

Logger make_logger(const LogConfig& config) {
    LogLevel level = config.level == "debug"   ? LogLevel::debug
                     : config.level == "warn"  ? LogLevel::warn
                     : config.level == "error" ? LogLevel::error
                                               : LogLevel::info;
    LogFormat format = config.format == "json"    ? LogFormat::json
                       : config.format == "human" ? LogFormat::human
                                                  : LogFormat::automatic;
    return {stderr_sink(level, format), "nsld"};
}

void print_error(const Error& error) {
    std::cerr << "nsld: " << error.message << "\n";
    for (const Fault& fault : error.faults)
        std::cerr << "  " << fault.where << ": " << fault.message << "\n";
}

struct ReadyLine {
    std::string event = "ready";
    std::string api;
    std::string signer;
};
BOOST_DESCRIBE_STRUCT(ReadyLine, (), (event, api, signer))

Task<int> run(NodeConfig config, Logger log, bool with_parent) {
    RealClock clock;
    std::string address = config.api.address;
    auto executor = co_await asio::this_coro::executor;
    auto node = co_await Node::start(executor, std::move(config), clock, log, kPatience);
    if (!node) {
        print_error(node.error());
        co_return 3;
    }
    std::cout << json::write(ReadyLine{
                     .api = "http://" + address + ":" + std::to_string((*node)->api_port()),
                     .signer = (*node)->signer()})
              << std::endl;
    std::string why = co_await wait_for_stop_signal(with_parent);
    log.info("stopping", {{"cause", why}});
    if (co_await (*node)->stop(kStopDeadline)) co_return 0;
    // What still runs refers to what would be destroyed now.
    log.error("something did not stop in time", {});
    std::_Exit(1);
}

}  // namespace
}  // namespace nsl::node

int main(int argc, char** argv) {
    using namespace nsl;
    CLI::App app("nsld: the host of the Neo Service Layer");
    std::string path;
    bool check = false, with_parent = false;
    int exit_code = 0;
    app.add_option("--config", path, "YAML configuration; NSL_NODE_* variables override it");
    app.add_flag("--check", check, "only check the configuration");
    app.add_flag("--with-parent", with_parent, "stop when the parent process ends");
    node::add_db_commands(app, exit_code);
    try {
        app.parse(argc, argv);
        if (!app.get_subcommands().empty()) return exit_code;
        if (path.empty()) throw CLI::RequiredError("--config");
    } catch (const CLI::ParseError& error) {
        // "a subcommand is required" helps nobody who misspelt one.
        for (const std::string& unknown : app.remaining(true))
            std::cerr << "nsld: there is no " << unknown << " here\n";
        return app.exit(error) == 0 ? 0 : 2;
    }
    auto config = node::load_config(path);
    if (!config) {
        node::print_error(config.error());
        return 2;
    }
    if (check) return 0;
    asio::io_context loop;
    Logger log = node::make_logger(config->log);
    try {
        return run_blocking(loop, node::run(*std::move(config), log, with_parent));
    } catch (const std::exception& error) {
        std::cerr << "nsld: " << error.what() << "\n";
        return 3;
    }
}
