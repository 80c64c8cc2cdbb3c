// SPDX-License-Identifier: Apache-2.0
// The wallet that commands work on, and what they show of it.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/password.h"
#include "neo/wallet.h"

namespace CLI {
class App;
}

namespace nsl::cli {

// What every command with a wallet asks for.
struct WalletOptions {
    std::string file = "wallet.json";
    int password_fd = kAskTheTerminal;
};
void add_wallet_option(CLI::App& command, WalletOptions& options);
void add_password_option(CLI::App& command, int& password_fd);

// The file that links lead to, so that one wallet under two names is changed in place and has one
// journal; the name itself when there is no such file.
std::string real_path(const std::string& file);

// Errors: not_found (no such file: says how to make one), else as Wallet::parse, with the file's
// name.
Result<neo::Wallet> load_wallet(const std::string& file);

// A new file. Errors: conflict (there is one already), unavailable.
Status create_wallet(const std::string& file, const neo::Wallet& wallet);

// Changes a wallet as a whole or not at all, alone: another process that is at it is a conflict.
// Errors: those of loading, of `change` and of writing.
Status edit_wallet(const std::string& file, const std::function<Status(neo::Wallet&)>& change);

// The wallet's password, asked for by the file's name.
Result<SecretText> ask_wallet_password(const WalletOptions& options);
// The same for a key that is added. A wallet has one password: one that opens none of its keys is
// refused (unauthenticated).
Result<SecretText> ask_password_to_add(const WalletOptions& options, const neo::Wallet& wallet);

// Errors: not_found (the account only watches).
Status check_has_key(const neo::WalletAccount& account);

struct UnlockedAccount {
    neo::WalletAccount account;
    neo::PrivateKey key;
};
// The account that `text` names, as Wallet::select reads it, with its key. The password is asked
// for once it is known that there is a key. Errors: those of loading, selecting and unlocking.
Result<UnlockedAccount> unlock_account(const WalletOptions& options, std::string_view text);

// The keys that must sign for a verification script: empty when it is no standard one.
std::vector<neo::PublicKey> keys_of(const neo::WalletAccount& account);

// {address, script_hash, label, kind, default, locked, has_key, …}
json::Object account_json(const neo::WalletAccount& account);
// The same for a person, in one line.
std::string account_line(const neo::WalletAccount& account);

}  // namespace nsl::cli
