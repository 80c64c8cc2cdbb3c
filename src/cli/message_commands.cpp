// SPDX-License-Identifier: Apache-2.0
// `nsl message`: what wallets sign for web pages, off chain.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/encoding.h"
#include "base/random.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/terminal.h"
#include "cli/wallet_file.h"
#include "neo/message.h"

namespace nsl::cli {
namespace {

struct Arguments {
    std::optional<std::string> message;
    std::string file;
    std::string format = "salted-legacy";
    std::string account;
    WalletOptions wallet;
    std::optional<std::uint32_t> network;
    std::string salt;
    std::string public_key;
    std::string address;
    std::string signature;
    std::string reply;
};

// What a wallet answered, as far as it can be told from its members' names.
struct Reply {
    std::string public_key;
    std::string signature;
    std::string salt;
    std::optional<std::string> message;
};

Result<neo::SignedMessage> message_of(const Arguments& args, const Reply& reply) {
    neo::SignedMessage out;
    TRY(out.format, neo::parse_message_format(args.format));
    if (!args.file.empty()) {
        TRY(out.message, read_input(args.file));
    } else {
        if (!args.message && !reply.message)
            return fail(Errc::invalid_argument,
                        "say which text: as an argument, with --file, or in a --reply");
        out.message = args.message ? *args.message : *reply.message;
    }
    if (reply.message && *reply.message != out.message)
        return fail(Errc::unauthenticated, "the reply is about another text");
    const bool on_network = out.format == neo::MessageFormat::replay_protected;
    if (on_network != args.network.has_value())
        return fail(Errc::invalid_argument,
                    on_network ? "this format is bound to a network: say which with --network"
                               : "this format is bound to no network: leave --network out");
    out.network = args.network.value_or(0);
    out.salt = args.salt;
    // Some wallets return a salt that they have not signed.
    if (out.salt.empty() && neo::message_is_salted(out.format)) out.salt = reply.salt;
    return out;
}

Result<json::Object> sign(const Arguments& args) {
    TRY(neo::SignedMessage message, message_of(args, {}));
    OsRandom random;
    if (message.salt.empty() && neo::message_is_salted(message.format))
        message.salt = neo::new_salt(random);
    TRY_OK(neo::message_bytes(message));  // what is wrong with it, before the password is asked for
    TRY(const UnlockedAccount signer, unlock_account(args.wallet, args.account));
    const neo::PrivateKey& key = signer.key;
    TRY(const neo::Signature signature, neo::sign_message(key, message));
    json::Object out{{"publicKey", key.public_key().hex()},
                     {"data", hex_encode(signature)},
                     {"signature", base64_encode(signature)},
                     {"message", message.message},
                     {"account", neo::to_address(neo::account_of(key.public_key()))},
                     {"format", args.format}};
    if (!message.salt.empty()) out["salt"] = message.salt;
    if (args.network) out["network"] = *args.network;
    return out;
}

int sign_command(const Globals& globals, const Arguments& args) {
    auto reply = sign(args);
    if (!reply) return report(globals, reply.error());
    if (globals.json) {
        print_json(*reply);
        return kOk;
    }
    for (const char* name : {"account", "publicKey", "data", "signature", "salt"})
        if (const json::Value* value = reply->if_contains(name)) {
            std::string label(name);
            label.resize(11, ' ');
            std::cout << label << " " << value->as_string().c_str() << "\n";
        }
    return kOk;
}

Result<std::string> text_member(const json::Object& in, std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (const json::Value* value = in.if_contains(name)) {
            if (value->is_string()) return std::string(value->get_string());
            if (!value->is_null())
                return fail(Errc::invalid_argument,
                            "the reply's member " + std::string(name) + " should be text");
        }
    return std::string();
}

Result<Reply> read_reply(const std::string& file) {
    Reply out;
    if (file.empty()) return out;
    TRY(const std::string text, read_input(file));
    TRY(const json::Value value, json::parse_value(text));
    const json::Object* object = value.if_object();
    if (object == nullptr)
        return fail(Errc::invalid_argument, "a wallet's reply should be a JSON object");
    TRY(out.public_key, text_member(*object, {"publicKey", "pubkey"}));
    TRY(out.signature, text_member(*object, {"data", "signature"}));
    TRY(out.salt, text_member(*object, {"salt"}));
    TRY(std::string message, text_member(*object, {"message"}));
    if (!message.empty()) out.message = std::move(message);
    return out;
}

Result<neo::Signature> parse_signature(const std::string& text) {
    neo::Signature out{};
    Result<Bytes> bytes = hex_decode(text);
    if (!bytes) bytes = base64_decode(text);
    if (!bytes || bytes->size() != out.size())
        return fail(Errc::invalid_argument, "a signature has 64 bytes, in hex or base64");
    std::ranges::copy(*bytes, out.begin());
    return out;
}

// Whoever checks says who should have signed: the key in a reply is only what the signer claims.
Result<json::Object> verify(const Arguments& args) {
    if (args.public_key.empty() && args.address.empty())
        return fail(Errc::invalid_argument,
                    "say who should have signed, with --public-key or --address");
    TRY(const Reply reply, read_reply(args.reply));
    const std::string& key_text = args.public_key.empty() ? reply.public_key : args.public_key;
    if (key_text.empty())
        return fail(Errc::invalid_argument,
                    "an address does not tell its key: give --public-key or a --reply with it");
    TRY(const neo::PublicKey key, neo::PublicKey::parse(key_text));
    TRY(const neo::Signature signature,
        parse_signature(args.signature.empty() ? reply.signature : args.signature));
    TRY(const neo::SignedMessage message, message_of(args, reply));
    const neo::Hash160 account = neo::account_of(key);
    if (!args.address.empty()) {
        TRY(const neo::Hash160 wanted, neo::parse_account(args.address));
        if (wanted != account)
            return fail(Errc::unauthenticated, "the key is that of " + neo::to_address(account) +
                                                   ", not of " + neo::to_address(wanted));
    }
    if (!reply.public_key.empty()) {
        TRY(const neo::PublicKey claimed, neo::PublicKey::parse(reply.public_key));
        if (claimed != key)
            return fail(Errc::unauthenticated, "the reply is of another key: " + claimed.hex());
    }
    TRY_OK(neo::verify_message(key, message, signature));
    return json::Object{{"verified", true},
                        {"public_key", key.hex()},
                        {"address", neo::to_address(account)},
                        {"message", message.message},
                        {"format", args.format}};
}

int verify_command(const Globals& globals, const Arguments& args) {
    const auto verified = verify(args);
    if (!verified) return report(globals, verified.error());
    if (globals.json)
        print_json(*verified);
    else
        std::cout << "verified: signed by " << verified->at("address").as_string().c_str()
                  << "\n  the text: " << printable(std::string(verified->at("message").as_string()))
                  << "\n";
    return kOk;
}

std::vector<std::string> format_names() {
    std::vector<std::string> out;
    for (const neo::MessageFormat format : neo::message_formats())
        out.emplace_back(neo::message_format_name(format));
    return out;
}

void add_message_options(CLI::App& command, Arguments& args) {
    command.add_option("message", args.message, "the text that is signed");
    command.add_option("--file", args.file, "take the text from a file, or - for standard input");
    command.add_option("--format", args.format, "how wallets wrap the text before they sign")
        ->check(CLI::IsMember(format_names()))
        ->capture_default_str();
    command.add_option("--network", args.network,
                       "magic number, for the format that is bound to a network");
}

}  // namespace

void add_message_commands(CLI::App& app, Globals& globals) {
    auto* message = app.add_subcommand("message", "signed messages, in the formats of the wallets");
    message->require_subcommand(1);
    auto args = std::make_shared<Arguments>();

    auto* sign_app = message->add_subcommand("sign", "signs a text with an account's key");
    add_message_options(*sign_app, *args);
    sign_app->add_option("--account", args->account,
                         "label, address or script hash; else the default");
    add_wallet_option(*sign_app, args->wallet);
    add_password_option(*sign_app, args->wallet.password_fd);
    sign_app->add_option("--salt", args->salt,
                         "32 hex digits, where the format has a salt; else a new one");
    sign_app->callback([&globals, args] { globals.exit_code = sign_command(globals, *args); });

    auto* verify_app = message->add_subcommand("verify", "checks who has signed a text");
    add_message_options(*verify_app, *args);
    verify_app->add_option("--public-key", args->public_key, "the key that should have signed");
    verify_app->add_option("--address", args->address, "the account that should have signed");
    verify_app->add_option("--signature", args->signature, "64 bytes, hex or base64");
    verify_app->add_option("--salt", args->salt, "the salt, where the format has one");
    verify_app->add_option("--reply", args->reply,
                           "take key, signature, salt and text from a wallet's JSON reply: a file, "
                           "or - for standard input");
    verify_app->callback([&globals, args] { globals.exit_code = verify_command(globals, *args); });
}

}  // namespace nsl::cli
