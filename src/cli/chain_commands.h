// SPDX-License-Identifier: Apache-2.0
// `nsl chain`, one file a command.
#pragma once
#include <string>

#include "base/result.h"
#include "cli/commands.h"

namespace nsl::cli {

// `root` is the app that has --api.
void add_chain_status_command(CLI::App& chain, Globals& globals, const CLI::App& root);
void add_chain_tx_command(CLI::App& chain, Globals& globals);
void add_chain_follow_command(CLI::App& chain, Globals& globals);

// Host and port of a node's URL, for people: paths and queries carry keys. Errors:
// invalid_argument.
Result<std::string> node_name(const std::string& url);

}  // namespace nsl::cli
