// SPDX-License-Identifier: Apache-2.0
// `nsl tx`: transactions before they are sent.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/terminal.h"
#include "cli/transaction_view.h"
#include "cli/wallet_file.h"

namespace nsl::cli {
namespace {

struct Arguments {
    std::string input;
    WalletOptions wallet;
    std::vector<std::string> accounts;
    std::optional<std::uint32_t> network;
    std::string out;
    bool disassembly = false;
};

int decode_command(const Globals& globals, const Arguments& args) {
    const auto given = read_transaction(args.input);
    if (!given) return report(globals, given.error());
    if (globals.json)
        print_json(transaction_object(given->tx, given->is_signed, args.disassembly));
    else
        std::cout << transaction_text(given->tx, given->is_signed, args.disassembly);
    if (!given->context || globals.json) return kOk;
    for (const auto& missing : given->context->missing())
        std::cout << "  missing    "
                  << (missing.signatures == 0
                          ? std::string("the script")
                          : std::to_string(missing.signatures) + " signature(s)")
                  << " of " << neo::to_address(missing.account) << "\n";
    return kOk;
}

int hash_command(const Globals& globals, const Arguments& args) {
    const auto given = read_transaction(args.input);
    if (!given) return report(globals, given.error());
    if (globals.json)
        print_json(json::Object{{"hash", given->tx.hash().display()}});
    else
        std::cout << given->tx.hash().display() << "\n";
    return kOk;
}

Result<neo::SigningContext> context_of(const Arguments& args) {
    TRY(GivenTransaction given, read_transaction(args.input));
    if (given.context) {
        if (args.network && *args.network != given.context->network())
            return fail(Errc::invalid_argument, "the context is for network " +
                                                    std::to_string(given.context->network()) +
                                                    ", not " + std::to_string(*args.network));
        return *std::move(given.context);
    }
    if (!args.network)
        return fail(Errc::invalid_argument,
                    "a signature is for one network: say which with --network, its magic number");
    return neo::SigningContext::create(std::move(given.tx), *args.network);
}

// The keys of the wallet that can help: of the accounts named, else of all. Keys that are no
// signer's are passed over.
Result<std::vector<neo::WalletAccount>> signing_accounts(const Arguments& args,
                                                         const neo::Wallet& wallet) {
    std::vector<neo::WalletAccount> out;
    for (const std::string& name : args.accounts) {
        TRY(const neo::WalletAccount* account, wallet.select(name));
        out.push_back(*account);
    }
    if (args.accounts.empty()) out = wallet.accounts;
    std::erase_if(out, [](const neo::WalletAccount& one) { return one.nep2.empty(); });
    return out;
}

// Which of the account's keys the context waits for, by the scripts of its signers in the wallet.
std::set<neo::PublicKey> wanted_keys(const neo::SigningContext& context,
                                     const neo::Wallet& wallet) {
    std::set<neo::PublicKey> out;
    for (const neo::Signer& signer : context.transaction().signers)
        if (const neo::WalletAccount* account = wallet.find(signer.account))
            for (const neo::PublicKey& key : keys_of(*account)) out.insert(key);
    return out;
}

// Signs with every key of the wallet that a signer's script names; how many signatures that made.
Result<int> sign_all(const Arguments& args, const neo::Wallet& wallet,
                     neo::SigningContext& context) {
    for (const neo::Signer& signer : context.transaction().signers)
        if (const neo::WalletAccount* account = wallet.find(signer.account);
            account != nullptr && !account->verification_script.empty())
            TRY_OK(context.add_script(account->verification_script));
    TRY(const std::vector<neo::WalletAccount> accounts, signing_accounts(args, wallet));
    const std::set<neo::PublicKey> wanted = wanted_keys(context, wallet);
    std::optional<SecretText> password;
    std::set<std::string> used;
    int made = 0;
    for (const neo::WalletAccount& account : accounts) {
        const bool helps = std::ranges::any_of(
            keys_of(account), [&](const neo::PublicKey& key) { return wanted.contains(key); });
        if (!helps || !used.insert(account.nep2).second) continue;
        if (!password) {
            TRY(password, ask_wallet_password(args.wallet));
        }
        TRY(const neo::PrivateKey key, wallet.unlock(account.account, password->reveal()));
        TRY(const int more, context.sign(key));
        made += more;
    }
    return made;
}

struct Outcome {
    json::Object shown;
    std::string content;  // the context or, complete, the transaction in base64
    bool complete = false;
};

Result<Outcome> outcome_of(const neo::SigningContext& context) {
    Outcome out;
    out.complete = context.complete();
    out.shown =
        json::Object{{"hash", context.transaction().hash().display()}, {"complete", out.complete}};
    if (out.complete) {
        TRY(const neo::Transaction tx, context.finish());
        out.content = base64_encode(tx.serialize());
        out.shown["transaction"] = out.content;
        return out;
    }
    json::Array missing;
    for (const auto& one : context.missing())
        missing.push_back(json::Object{{"address", neo::to_address(one.account)},
                                       {"signatures", one.signatures}});
    out.shown["missing"] = std::move(missing);
    out.shown["context"] = context.to_json();
    out.content = json::write_value(context.to_json());
    return out;
}

Result<Outcome> sign(const Globals& globals, const Arguments& args) {
    TRY(neo::SigningContext context, context_of(args));
    TRY(const neo::Wallet wallet, load_wallet(args.wallet.file));
    // Shown before the password is asked for: who types it agrees to this.
    if (!globals.json || args.wallet.password_fd == kAskTheTerminal)
        std::cerr << transaction_text(context.transaction(), false, args.disassembly)
                  << "  network    " << context.network() << "\n";
    TRY(const int made, sign_all(args, wallet, context));
    if (made == 0 && !context.complete())
        return fail(
            Errc::not_found,
            "no signature was added: the wallet has no key of the signers that are missing");
    return outcome_of(context);
}

int sign_command(const Globals& globals, const Arguments& args) {
    auto outcome = sign(globals, args);
    if (!outcome) return report(globals, outcome.error());
    if (!args.out.empty()) {
        const std::string content = outcome->content + "\n";
        if (Status kept = replace_private_file(args.out, as_bytes(content)); !kept)
            return report(globals, kept.error());
        outcome->shown["out"] = args.out;
    }
    if (globals.json) {
        print_json(outcome->shown);
        return kOk;
    }
    std::cerr << (outcome->complete ? "complete: a node takes it now"
                                    : "not complete: pass the context to the next signer")
              << std::endl;
    if (args.out.empty()) std::cout << printable_json(outcome->content) << std::endl;
    return kOk;
}

}  // namespace

void add_tx_commands(CLI::App& app, Globals& globals) {
    auto* tx = app.add_subcommand("tx", "transactions: show what they do, sign, hash");
    tx->require_subcommand(1);
    auto args = std::make_shared<Arguments>();
    const auto command = [&](const char* name, const char* what, auto run_it) {
        auto* made = tx->add_subcommand(name, what);
        made->add_option("transaction", args->input,
                         "a file, - for standard input, or the transaction itself: hex, base64, "
                         "JSON, or a ContractParametersContext")
            ->required();
        made->callback([&globals, args, run_it] { globals.exit_code = run_it(globals, *args); });
        return made;
    };
    auto* decode =
        command("decode", "signers and scopes, fees, and the calls it makes", decode_command);
    decode->add_flag("--script", args->disassembly, "also every instruction of the script");
    auto* sign_app = command("sign", "adds the signatures of a wallet's keys", sign_command);
    add_wallet_option(*sign_app, args->wallet);
    add_password_option(*sign_app, args->wallet.password_fd);
    sign_app->add_option("--account", args->accounts,
                         "sign with this account only; may be given again");
    sign_app->add_option("--network", args->network,
                         "the network's magic number, where no context says it");
    sign_app->add_option("--out", args->out,
                         "write the context, or once it is complete the transaction, to this file");
    command("hash", "the transaction's identity", hash_command);
}

}  // namespace nsl::cli
