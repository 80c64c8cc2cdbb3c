// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "cli/commands.h"

int main(int argc, char** argv) {
    using namespace nsl::cli;
    CLI::App app("nsl: the command line of the Neo Service Layer");
    Globals globals;
    app.add_option("--api", globals.api, "URL of a node's API")
        ->envname("NSL_API")
        ->capture_default_str();
    app.add_flag("--json", globals.json, "one JSON object a line instead of text");
    app.add_flag("-v,--verbose", globals.verbose, "log every step to standard error");
    app.set_version_flag("--version", "nsl 0.1.0");
    app.require_subcommand(1);
    app.fallthrough();
    add_up_command(app, globals);
    add_price_commands(app, globals);
    add_verify_commands(app, globals);
    add_devnet_command(app, globals);
    add_exchange_sim_command(app, globals);
    add_completion_command(app, globals);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kOk : kUsage;
    }
    return globals.exit_code;
}
