// SPDX-License-Identifier: Apache-2.0
// The parts of `nsl wallet`, which fill two files.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "cli/commands.h"
#include "cli/wallet_file.h"

namespace nsl::cli {

struct WalletArguments {
    WalletOptions wallet;
    std::string account;
    std::string label;
    std::string name;
    std::string watch;
    std::string format = "nep2";
    int multisig = 0;
    std::vector<std::string> public_keys;
    int secret_fd = kAskTheTerminal;
    bool yes = false;
};

// The verification script of one key, or with `signatures` of a multi-signature account.
// Errors: invalid_argument.
Result<Bytes> script_of_keys(int signatures, const std::vector<std::string>& public_keys);
void add_key_options(CLI::App& command, WalletArguments& args);

// Makes `nsl wallet NAME`: name, description, whether it takes a password, what it does.
using AddWalletCommand = std::function<CLI::App*(const char*, const char*, bool,
                                                 int (*)(const Globals&, const WalletArguments&))>;
void add_wallet_key_commands(const AddWalletCommand& command, WalletArguments& args);

}  // namespace nsl::cli
