// SPDX-License-Identifier: Apache-2.0
// `nsl wallet`: what makes, shows and changes a wallet file. Keys in and out:
// wallet_key_commands.cpp.
#include "cli/wallet_commands.h"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/encoding.h"
#include "base/random.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace nsl::cli {
namespace {

Status make(const WalletArguments& args, json::Object& shown) {
    // Asked before the password, which would be typed for nothing; create_wallet asks again.
    std::error_code ignored;
    if (std::filesystem::exists(args.wallet.file, ignored))
        return fail(Errc::conflict, args.wallet.file +
                                        " exists already, and a wallet is never overwritten: name "
                                        "another file, or add to it with `nsl wallet import`");
    neo::Wallet wallet;
    if (!args.name.empty()) wallet.name = args.name;
    TRY(const SecretText password, ask_password_to_add(args.wallet, wallet));
    OsRandom random;
    TRY_OK(wallet.add(neo::PrivateKey::generate(random), password.reveal(), args.label));
    TRY_OK(create_wallet(args.wallet.file, wallet));
    shown = account_json(wallet.accounts.front());
    shown["wallet"] = args.wallet.file;
    return {};
}

int make_command(const Globals& globals, const WalletArguments& args) {
    json::Object shown;
    if (Status made = make(args, shown); !made) return report(globals, made.error());
    if (globals.json)
        print_json(shown);
    else
        std::cout
            << "made " << printable(args.wallet.file) << "\n  address     "
            << shown["address"].as_string().c_str() << "\n  public key  "
            << shown["public_key"].as_string().c_str()
            << "\nKeep a copy of the file, and the password apart from it: without both, what "
               "the account holds is lost."
            << std::endl;
    return kOk;
}

int list_command(const Globals& globals, const WalletArguments& args) {
    auto wallet = load_wallet(args.wallet.file);
    if (!wallet) return report(globals, wallet.error());
    for (const neo::WalletAccount& account : wallet->accounts) {
        if (globals.json)
            print_json(account_json(account));
        else
            std::cout << account_line(account) << "\n";
    }
    if (wallet->accounts.empty() && !globals.json) std::cout << "no accounts\n";
    return kOk;
}

// The account that keys given on the command line make, which no wallet needs to hold.
Result<json::Object> account_of_keys(const WalletArguments& args) {
    TRY(const Bytes script, script_of_keys(args.multisig, args.public_keys));
    const neo::Hash160 account = neo::hash160(script);
    return json::Object{{"address", neo::to_address(account)},
                        {"script_hash", account.display()},
                        {"verification_script", hex_encode(script)}};
}

Result<json::Object> address(const WalletArguments& args) {
    if (!args.public_keys.empty() || args.multisig != 0) return account_of_keys(args);
    TRY(const neo::Wallet wallet, load_wallet(args.wallet.file));
    TRY(const neo::WalletAccount* account, wallet.select(args.account));
    return account_json(*account);
}

int address_command(const Globals& globals, const WalletArguments& args) {
    auto found = address(args);
    if (!found) return report(globals, found.error());
    if (globals.json)
        print_json(*found);
    else
        std::cout << (*found)["address"].as_string().c_str() << "\n";
    return kOk;
}

Status change_password(const WalletArguments& args) {
    return edit_wallet(args.wallet.file, [&](neo::Wallet& wallet) -> Status {
        TRY(const SecretText before, ask_wallet_password(args.wallet));
        TRY(const SecretText after,
            read_new_password(args.wallet.password_fd,
                              "New password for " + printable(args.wallet.file)));
        return wallet.change_password(before.reveal(), after.reveal());
    });
}

int password_command(const Globals& globals, const WalletArguments& args) {
    if (Status done = change_password(args); !done) return report(globals, done.error());
    if (globals.json)
        print_json(json::Object{{"wallet", args.wallet.file}, {"password_changed", true}});
    else
        std::cout << "every key of " << printable(args.wallet.file) << " has the new password\n";
    return kOk;
}

Status remove(const WalletArguments& args, std::string& removed) {
    return edit_wallet(args.wallet.file, [&](neo::Wallet& wallet) -> Status {
        TRY(const neo::WalletAccount* account, wallet.select(args.account));
        removed = neo::to_address(account->account);
        if (!args.yes) {
            const std::string with = account->nep2.empty() ? "" : " and its private key";
            TRY(const bool agreed,
                confirm("Remove " + removed + with + " from " + printable(args.wallet.file) + "?"));
            if (!agreed) return fail(Errc::forbidden, "nothing was removed");
        }
        return wallet.remove(account->account);
    });
}

int remove_command(const Globals& globals, const WalletArguments& args) {
    std::string removed;
    if (Status done = remove(args, removed); !done) return report(globals, done.error());
    if (globals.json)
        print_json(json::Object{{"removed", removed}});
    else
        std::cout << "removed " << removed << "\n";
    return kOk;
}

}  // namespace

Result<Bytes> script_of_keys(int signatures, const std::vector<std::string>& public_keys) {
    std::vector<neo::PublicKey> keys;
    for (const std::string& text : public_keys) {
        TRY(neo::PublicKey key, neo::PublicKey::parse(text));
        keys.push_back(key);
    }
    if (keys.empty())
        return fail(Errc::invalid_argument, "--multisig needs the keys: --public-key, one or more");
    if (signatures != 0) return neo::multi_signature_script(signatures, std::move(keys));
    if (keys.size() > 1)
        return fail(Errc::invalid_argument,
                    "several --public-key need --multisig with how many of them must sign");
    return neo::single_signature_script(keys.front());
}

void add_key_options(CLI::App& command, WalletArguments& args) {
    command.add_option("--multisig", args.multisig, "how many of the keys must sign")
        ->check(CLI::Range(1, 1024));
    command.add_option("--public-key", args.public_keys,
                       "33 bytes hex, compressed; once for each key");
}

void add_wallet_commands(CLI::App& app, Globals& globals) {
    auto* wallet = app.add_subcommand("wallet", "wallet files (NEP-6): make, list, import, export");
    wallet->require_subcommand(1);
    auto args = std::make_shared<WalletArguments>();
    const auto command = [&](const char* name, const char* what, bool password, auto run_it) {
        auto* made = wallet->add_subcommand(name, what);
        add_wallet_option(*made, args->wallet);
        if (password) add_password_option(*made, args->wallet.password_fd);
        made->callback([&globals, args, run_it] { globals.exit_code = run_it(globals, *args); });
        return made;
    };
    auto* fresh = command("new", "a new wallet file with a new key", true, make_command);
    fresh->add_option("--label", args->label, "what to call the account");
    fresh->add_option("--name", args->name, "what to call the wallet");
    command("list", "the accounts; * marks the default one", false, list_command);
    add_wallet_key_commands(command, *args);
    auto* where =
        command("address", "the address of an account, or of public keys", false, address_command);
    where->add_option("account", args->account, "label, address or script hash; else the default");
    add_key_options(*where, *args);
    command("password", "sets another password for every key", true, password_command);
    auto* less = command("remove", "removes an account", false, remove_command);
    less->add_option("account", args->account, "label, address or script hash")->required();
    less->add_flag("--yes", args->yes, "do not ask");
}

}  // namespace nsl::cli
