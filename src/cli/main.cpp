// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "cli/arguments.h"
#include "cli/commands.h"

namespace {

using nsl::cli::Globals;

constexpr const char* kExamples =
    "Examples:\n"
    "  nsl up                                    a whole development stack; Ctrl-C stops it\n"
    "  nsl price watch NEO-USD                   a line with every change of a price\n"
    "  nsl wallet new --wallet me.json           a new key, under a password that is asked for\n"
    "  nsl gas send --wallet me.json --to NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP \\\n"
    "      --amount 1.5 --rpc http://127.0.0.1:20331\n"
    "\n"
    "`nsl COMMAND --help` explains each command. Exit codes: 0 done, 1 the answer is no,\n"
    "2 wrong arguments, 3 something needed cannot be reached. Passwords and private keys are\n"
    "asked for at the terminal, or read from a file descriptor; never from arguments.";

// The commands in the order of the help, each with its heading.
void add_commands(CLI::App& app, Globals& globals) {
    using namespace nsl::cli;
    const std::pair<const char*, void (*)(CLI::App&, Globals&)> commands[] = {
        {"Development stack", add_up_command},
        {"Development stack", add_devnet_command},
        {"Development stack", add_exchange_sim_command},
        {"The service", add_price_commands},
        {"The service", add_verify_commands},
        {"Neo: keys, transactions, payments", add_wallet_commands},
        {"Neo: keys, transactions, payments", add_key_commands},
        {"Neo: keys, transactions, payments", add_message_commands},
        {"Neo: keys, transactions, payments", add_tx_commands},
        {"Neo: keys, transactions, payments", add_gas_commands},
        {"Operating a node", add_chain_commands},
        {"Operating a node", add_db_command},
        {"Your shell", add_completion_command}};
    std::size_t grouped = 0;
    for (const auto& [heading, add] : commands) {
        add(app, globals);
        const auto all = app.get_subcommands([](const CLI::App*) { return true; });
        for (; grouped < all.size(); ++grouped) all[grouped]->group(heading);
    }
}

}  // namespace

int main(int argc, char** argv) {
    using namespace nsl::cli;
    CLI::App app(
        "nsl: the command line of the Neo Service Layer. It runs a development stack, asks a node\n"
        "for prices, checks what the service says, and makes and signs what Neo takes.");
    app.name("nsl");
    Globals globals;
    app.add_option("--api", globals.api, "URL of a node of the service")
        ->envname("NSL_API")
        ->capture_default_str();
    app.add_flag("--json", globals.json, "one JSON object a line instead of text");
    app.add_flag("-v,--verbose", globals.verbose, "log every step to standard error");
    app.set_version_flag("--version", "nsl 0.1.0");
    app.require_subcommand(1);
    app.fallthrough();
    add_commands(app, globals);
    app.footer(kExamples);  // after them: each would show it too
    if (const auto secret = secret_argument(argc, argv)) return report(globals, *secret);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ExtrasError&) {
        return report(globals, unknown_arguments(app.remaining(true)));
    } catch (const CLI::ParseError& error) {
        // "a command is missing" helps nobody who misspelt one.
        const auto unknown = app.remaining(true);
        if (error.get_name() == "RequiredError" && !unknown.empty())
            return report(globals, unknown_arguments(unknown));
        return app.exit(error) == 0 ? kOk : kUsage;
    }
    return globals.exit_code;
}
