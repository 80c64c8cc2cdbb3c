// SPDX-License-Identifier: Apache-2.0
#include "cli/chain_commands.h"

#include <CLI/CLI.hpp>

#include "net/url.h"

namespace nsl::cli {

Result<std::string> node_name(const std::string& url) {
    auto parsed = net::parse_url(url, "http", "https");
    if (!parsed) return fail(parsed.error().code, "--rpc: " + parsed.error().message);
    return std::move(parsed->authority);
}

void add_chain_commands(CLI::App& app, Globals& globals) {
    auto* chain = app.add_subcommand("chain", "what Neo nodes say, checked");
    chain->require_subcommand(1);
    add_chain_status_command(*chain, globals, app);
    add_chain_tx_command(*chain, globals);
    add_chain_follow_command(*chain, globals);
}

}  // namespace nsl::cli
