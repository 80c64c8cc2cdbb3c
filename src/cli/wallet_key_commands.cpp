// SPDX-License-Identifier: Apache-2.0
// `nsl wallet import` and `export`: keys into a wallet file and out of it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "base/encoding.h"
#include "cli/secret_key.h"
#include "cli/terminal.h"
#include "cli/wallet_commands.h"

namespace nsl::cli {
namespace {

// A multi-signature account signs with a key that the wallet has already for itself: other programs
// look for it beside the script.
void lend_key(neo::Wallet& wallet) {
    neo::WalletAccount& added = wallet.accounts.back();
    const std::vector<neo::PublicKey> keys = keys_of(added);
    for (const neo::WalletAccount& other : wallet.accounts) {
        if (&other == &added || other.nep2.empty()) continue;
        const std::vector<neo::PublicKey> own = keys_of(other);
        if (own.size() == 1 && std::ranges::find(keys, own.front()) != keys.end()) {
            added.nep2 = other.nep2;
            return;
        }
    }
}

Status add(neo::Wallet& wallet, const WalletArguments& args) {
    if (!args.watch.empty()) {
        TRY(const neo::Hash160 account, neo::parse_account(args.watch));
        return wallet.watch(account, args.label);
    }
    if (args.multisig != 0 || !args.public_keys.empty()) {
        TRY(Bytes script, script_of_keys(args.multisig, args.public_keys));
        TRY_OK(wallet.add_multi_signature(std::move(script), args.label, nullptr, {}));
        lend_key(wallet);
        return {};
    }
    TRY(const neo::PrivateKey key, read_private_key(args.secret_fd, args.wallet.password_fd));
    if (wallet.find(neo::account_of(key.public_key())) != nullptr)
        return fail(
            Errc::conflict,
            "the wallet has " + neo::to_address(neo::account_of(key.public_key())) + " already");
    TRY(const SecretText password, ask_password_to_add(args.wallet, wallet));
    return wallet.add(key, password.reveal(), args.label);
}

Status import(const WalletArguments& args, neo::WalletAccount& added) {
    const auto change = [&](neo::Wallet& wallet) -> Status {
        TRY_OK(add(wallet, args));
        added = wallet.accounts.back();
        return {};
    };
    std::error_code ignored;
    if (std::filesystem::exists(args.wallet.file, ignored))
        return edit_wallet(args.wallet.file, change);
    neo::Wallet wallet;
    TRY_OK(change(wallet));
    return create_wallet(args.wallet.file, wallet);
}

int import_command(const Globals& globals, const WalletArguments& args) {
    neo::WalletAccount added;
    if (Status done = import(args, added); !done) return report(globals, done.error());
    if (globals.json)
        print_json(account_json(added));
    else
        std::cout << account_line(added) << "\n";
    return kOk;
}

struct Exported {
    neo::WalletAccount account;
    std::string nep2;
    SecretBytes wif;
};

// The password is asked for both forms: it is the owner who exports.
Result<Exported> export_key(const WalletArguments& args) {
    TRY(const UnlockedAccount owner, unlock_account(args.wallet, args.account));
    return Exported{
        .account = owner.account, .nep2 = owner.account.nep2, .wif = owner.key.to_wif()};
}

int export_command(const Globals& globals, const WalletArguments& args) {
    auto exported = export_key(args);
    if (!exported) return report(globals, exported.error());
    const bool wif = args.format == "wif";
    const std::string_view key =
        wif ? std::string_view(reinterpret_cast<const char*>(exported->wif.reveal().data()),
                               exported->wif.size())
            : std::string_view(exported->nep2);
    if (globals.json)
        print_json(json::Object{{"address", neo::to_address(exported->account.account)},
                                {"format", args.format},
                                {"key", key}});
    else
        std::cout << key << std::endl;
    return kOk;
}

}  // namespace

void add_wallet_key_commands(const AddWalletCommand& command, WalletArguments& args) {
    auto* in = command("import", "adds a private key, an address to watch, or shared keys", true,
                       import_command);
    in->add_option("--label", args.label, "what to call the account");
    in->add_option("--secret-fd", args.secret_fd,
                   "read the private key from this file descriptor instead of the terminal")
        ->check(CLI::Range(0, 1'000'000));
    in->add_option("--watch", args.watch, "an address or script hash, without a key");
    add_key_options(*in, args);
    in->footer(
        "Without --watch and --public-key a private key is asked for: WIF, NEP-2 or 64 hex\n"
        "digits. The file is made if there is none. A multi-signature account signs with\n"
        "those of its keys that the wallet has.");
    auto* out = command("export", "prints an account's private key", true, export_command);
    out->add_option("account", args.account, "label, address or script hash; else the default");
    out->add_option("--format", args.format, "nep2 (under the password) or wif (open to everybody)")
        ->check(CLI::IsMember({"nep2", "wif"}))
        ->capture_default_str();
}

}  // namespace nsl::cli
