// SPDX-License-Identifier: Apache-2.0
// What every command shares. One file per group of commands; main.cpp lists them.
#pragma once
#include <functional>
#include <iostream>
#include <string>

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"

namespace CLI {
class App;
}

namespace nsl::cli {

// Exit codes, documented in docs/cli.md.
enum Exit : int {
    kOk = 0,
    kFailed = 1,       // the command ran, and its answer is no: refused, not found, not verified,
                       // a transaction that faulted
    kUsage = 2,        // wrong arguments or configuration
    kUnavailable = 3,  // something it needs cannot be reached or started
};

struct Globals {
    std::string api = "http://127.0.0.1:8080";
    bool json = false;
    bool verbose = false;
    int exit_code = kOk;

    Logger log(std::string name) const;
};

// Prints the error for a person, or with --json as one object on standard error, and gives the
// code.
int report(const Globals& globals, const Error& error);

// Runs a command's coroutine on a loop of its own.
int run(std::function<Task<int>()> command);

// One JSON object on a line of its own, flushed: the form of --json everywhere.
void print_json(const json::Value& value);

void add_price_commands(CLI::App& app, Globals& globals);
void add_verify_commands(CLI::App& app, Globals& globals);
void add_devnet_command(CLI::App& app, Globals& globals);
void add_exchange_sim_command(CLI::App& app, Globals& globals);
void add_up_command(CLI::App& app, Globals& globals);
void add_db_command(CLI::App& app, Globals& globals);
void add_completion_command(CLI::App& app, Globals& globals);
void add_wallet_commands(CLI::App& app, Globals& globals);
void add_key_commands(CLI::App& app, Globals& globals);
void add_tx_commands(CLI::App& app, Globals& globals);
void add_message_commands(CLI::App& app, Globals& globals);
void add_gas_commands(CLI::App& app, Globals& globals);
void add_chain_commands(CLI::App& app, Globals& globals);

}  // namespace nsl::cli
