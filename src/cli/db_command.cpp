// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/commands.h"

namespace nsl::cli {
namespace {

// Only the node knows its schema: the command is its own. Comes back only when that fails.
Error become_node(std::vector<std::string> arguments, bool json) {
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    std::string program = self.parent_path() / "nsld";
    std::vector<char*> argv = {program.data()};
    std::string db = "db", as_json = "--json";
    argv.push_back(db.data());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    if (json) argv.push_back(as_json.data());
    argv.push_back(nullptr);
    ::execv(program.c_str(), argv.data());
    return {Errc::unavailable, "cannot run " + program + ": " + std::strerror(errno)};
}

}  // namespace

void add_db_command(CLI::App& app, Globals& globals) {
    auto* command =
        app.add_subcommand("db",
                           "a node's database: status, migrate, backup, restore, verify "
                           "(`nsl db status --help`)");
    command->prefix_command();
    command->fallthrough(false);
    command->set_help_flag();
    command->callback([&globals, command] {
        std::vector<std::string> arguments = command->remaining();
        if (arguments.empty()) arguments = {"--help"};
        globals.exit_code = report(globals, become_node(std::move(arguments), globals.json));
    });
}

}  // namespace nsl::cli
