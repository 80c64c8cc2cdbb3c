// SPDX-License-Identifier: Apache-2.0
// `nsl key inspect`: every form of a key or account that follows from the one given.
#include <CLI/CLI.hpp>

#include "base/encoding.h"
#include "cli/commands.h"
#include "cli/secret_key.h"
#include "neo/verification.h"

namespace nsl::cli {
namespace {

constexpr std::size_t kKeyHexSize = 66;  // digits of a compressed public key

struct Arguments {
    std::string value;
    int secret_fd = kAskTheTerminal;
    int password_fd = kAskTheTerminal;
    bool show_private = false;
};

json::Object account_forms(const neo::Hash160& account) {
    return {{"address", neo::to_address(account)},
            {"script_hash", account.display()},
            {"script_hash_raw", hex_encode(account.raw)}};
}

json::Object script_forms(ByteView script) {
    json::Object out = account_forms(neo::hash160(script));
    out["verification_script"] = hex_encode(script);
    out["verification_script_base64"] = base64_encode(script);
    const auto check = neo::parse_verification_script(script);
    if (!check) return out;
    json::Array keys;
    for (const neo::PublicKey& key : check->keys) keys.emplace_back(key.hex());
    if (check->multi_signature) {
        out["signatures"] = check->m;
        out["public_keys"] = std::move(keys);
    } else {
        out["public_key"] = std::move(keys.front());
    }
    return out;
}

json::Object key_forms(const neo::PublicKey& key) {
    return script_forms(neo::single_signature_script(key));
}

Result<json::Object> inspect_private(const Arguments& args) {
    TRY(const neo::PrivateKey key, read_private_key(args.secret_fd, args.password_fd));
    json::Object out = key_forms(key.public_key());
    if (args.show_private) {
        out["private_key"] = hex_encode(key.secret().reveal());
        out["wif"] = as_text(key.to_wif().reveal());
    }
    return out;
}

Result<json::Object> inspect(const Arguments& args) {
    if (args.value.empty()) return inspect_private(args);
    if (args.show_private)
        return fail(Errc::invalid_argument,
                    "--show-private needs the private key: leave the argument out and it is asked "
                    "for");
    if (args.value.size() == kKeyHexSize) {
        TRY(const neo::PublicKey key, neo::PublicKey::parse(args.value));
        return key_forms(key);
    }
    if (const auto account = neo::parse_account(args.value)) return account_forms(*account);
    Result<Bytes> script = hex_decode(args.value);
    if (!script) script = base64_decode(args.value);
    if (script && neo::parse_verification_script(*script)) return script_forms(*script);
    return fail(Errc::invalid_argument,
                "this is none of: a public key (66 hex digits), an address, a script hash (0x and "
                "40 hex digits), a standard verification script (hex or base64)");
}

int inspect_command(const Globals& globals, const Arguments& args) {
    auto forms = inspect(args);
    if (!forms) return report(globals, forms.error());
    if (globals.json) {
        print_json(*forms);
        return kOk;
    }
    for (const auto& [name, value] : *forms) {
        std::string label(name);
        std::ranges::replace(label, '_', ' ');
        label.resize(std::max<std::size_t>(label.size(), 27), ' ');
        if (const auto* list = value.if_array())
            for (const json::Value& one : *list)
                std::cout << label << " " << one.as_string().c_str() << "\n";
        else if (value.is_string())
            std::cout << label << " " << value.as_string().c_str() << "\n";
        else
            std::cout << label << " " << json::write_value(value) << "\n";
    }
    return kOk;
}

}  // namespace

void add_key_commands(CLI::App& app, Globals& globals) {
    auto* key = app.add_subcommand("key", "what follows from a key, an address or a script");
    key->require_subcommand(1);
    auto args = std::make_shared<Arguments>();
    auto* command = key->add_subcommand(
        "inspect", "the forms of a public key, address, script hash, script or private key");
    command->add_option("value", args->value,
                        "anything public; without it a private key is asked for");
    command
        ->add_option("--secret-fd", args->secret_fd,
                     "read the private key from this file descriptor instead of the terminal")
        ->check(CLI::Range(0, 1'000'000));
    command
        ->add_option("--password-fd", args->password_fd,
                     "read a NEP-2 key's password from this file descriptor")
        ->check(CLI::Range(0, 1'000'000));
    command->add_flag("--show-private", args->show_private, "also print the private key");
    command->callback([&globals, args] { globals.exit_code = inspect_command(globals, *args); });
}

}  // namespace nsl::cli
