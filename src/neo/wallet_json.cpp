// SPDX-License-Identifier: Apache-2.0
// NEP-6 files. Members are written in the order of the C# wallet; neo-go and neon-core take any.
#include <limits>
#include <set>

#include "base/encoding.h"
#include "neo/wallet.h"

namespace nsl::neo {
namespace {

std::unexpected<Error> invalid(const std::string& what) {
    return fail(Errc::invalid_argument, "the wallet: " + what);
}

// Null and missing are the same in NEP-6.
const json::Value* member(const json::Object& object, std::string_view name) {
    const json::Value* value = object.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}

json::Value any_member(const json::Object& object, std::string_view name) {
    const json::Value* value = member(object, name);
    return value ? *value : json::Value();
}

Result<std::string> text_member(const json::Object& object, std::string_view name) {
    const json::Value* value = member(object, name);
    if (!value) return std::string();
    if (!value->is_string()) return invalid(std::string(name) + " must be a text");
    return std::string(value->get_string());
}

Result<bool> flag_member(const json::Object& object, std::string_view name) {
    const json::Value* value = member(object, name);
    if (!value) return false;
    if (!value->is_bool()) return invalid(std::string(name) + " must be true or false");
    return value->get_bool();
}

template <class T>
Result<T> count_member(const json::Object& object, std::string_view name) {
    const json::Value* value = member(object, name);
    if (value && value->is_int64() && value->get_int64() > 0) {
        const auto count = static_cast<std::uint64_t>(value->get_int64());
        if (count <= std::numeric_limits<T>::max()) return static_cast<T>(count);
    }
    return invalid("scrypt " + std::string(name) + " must be a positive number");
}

Result<ScryptParams> read_scrypt(const json::Object& wallet) {
    const json::Value* value = member(wallet, "scrypt");
    if (!value || !value->is_object()) return invalid("scrypt must be an object with n, r and p");
    const json::Object& scrypt = value->get_object();
    ScryptParams out;
    TRY(out.n, count_member<std::uint64_t>(scrypt, "n"));
    TRY(out.r, count_member<std::uint32_t>(scrypt, "r"));
    TRY(out.p, count_member<std::uint32_t>(scrypt, "p"));
    TRY_OK(check_scrypt_params(out));
    return out;
}

Result<std::vector<AbiParameter>> read_parameters(const json::Object& contract) {
    const json::Value* list = member(contract, "parameters");
    if (!list) return std::vector<AbiParameter>();
    if (!list->is_array()) return invalid("contract parameters must be a list");
    std::vector<AbiParameter> out;
    for (const json::Value& item : list->get_array()) {
        if (!item.is_object()) return invalid("a contract parameter must have a name and a type");
        TRY(std::string name, text_member(item.get_object(), "name"));
        TRY(const std::string type_name, text_member(item.get_object(), "type"));
        auto type = parse_parameter_type(type_name);
        if (!type) return invalid("a contract parameter: " + type.error().message);
        out.push_back({std::move(name), *type});
    }
    return out;
}

Status read_contract(const json::Object& account, WalletAccount& out) {
    const json::Value* value = member(account, "contract");
    if (!value) return {};
    if (!value->is_object()) return invalid("contract must be an object or null");
    const json::Object& contract = value->get_object();
    TRY(out.deployed, flag_member(contract, "deployed"));
    TRY(out.parameters, read_parameters(contract));
    TRY(const std::string base64, text_member(contract, "script"));
    auto script = base64_decode(base64);
    if (!script) return invalid("contract script must be base64");
    // A deployed contract's hash is not that of its script, which the chain holds anyway.
    if (out.deployed || script->empty()) return {};
    if (hash160(*script) != out.account)
        return invalid("the script of " + to_address(out.account) + " has another address");
    if (out.parameters.empty()) out.parameters = signature_parameters(*script);
    out.verification_script = *std::move(script);
    return {};
}

Result<WalletAccount> read_account(const json::Value& value) {
    if (!value.is_object()) return invalid("an account must be an object");
    const json::Object& object = value.get_object();
    WalletAccount out;
    TRY(const std::string address, text_member(object, "address"));
    auto account = from_address(address);
    if (!account) return invalid("an account's address: " + account.error().message);
    out.account = *account;
    TRY(out.label, text_member(object, "label"));
    TRY(out.is_default, flag_member(object, "isDefault"));
    TRY(out.locked, flag_member(object, "lock"));
    TRY(out.nep2, text_member(object, "key"));
    if (!out.nep2.empty()) {
        if (auto form = check_nep2(out.nep2); !form)
            return invalid("the key of " + address + ": " + form.error().message);
    }
    TRY_OK(read_contract(object, out));
    out.extra = any_member(object, "extra");
    return out;
}

// Of an account that is only watched an empty one, as neon-core writes it: on null, which NEP-6
// wants there, `neo-go wallet dump-keys` crashes.
json::Value write_contract(const WalletAccount& account) {
    const bool has_script = !account.verification_script.empty();
    json::Array parameters;
    for (const AbiParameter& parameter : has_script&& account.parameters.empty()
                                             ? signature_parameters(account.verification_script)
                                             : account.parameters)
        parameters.push_back(
            json::Object{{"name", parameter.name}, {"type", parameter_type_name(parameter.type)}});
    return json::Object{{"script", base64_encode(account.verification_script)},
                        {"parameters", std::move(parameters)},
                        {"deployed", account.deployed}};
}

json::Value write_account(const WalletAccount& account) {
    json::Object out{{"address", to_address(account.account)},
                     {"label", account.label},
                     {"isDefault", account.is_default},
                     {"lock", account.locked}};
    out["key"] = account.nep2.empty() ? json::Value() : json::Value(account.nep2);
    out["contract"] = write_contract(account);
    out["extra"] = account.extra;
    return out;
}

Result<json::Value> read_json(std::string_view text) {
    auto value = json::parse_value(text, {.bytes_max = kWalletBytesMax});
    if (!value) return fail(value.error().code, "the wallet: " + value.error().message);
    return value;
}

}  // namespace

Result<Wallet> Wallet::parse(std::string_view json) {
    TRY(const json::Value value, read_json(json));
    if (!value.is_object()) return invalid("it must be a JSON object");
    const json::Object& object = value.get_object();
    TRY(const std::string version, text_member(object, "version"));
    if (version != "1.0" && version != "3.0")
        return invalid("its version must be 1.0 (NEP-6) or 3.0, as some wallets write it");
    Wallet out;
    if (member(object, "name")) {
        TRY(out.name, text_member(object, "name"));
    }
    TRY(out.scrypt, read_scrypt(object));
    const json::Value* accounts = member(object, "accounts");
    if (!accounts || !accounts->is_array()) return invalid("accounts must be a list");
    if (accounts->get_array().size() > kWalletAccountsMax)
        return fail(Errc::limit_exceeded, "the wallet: it has over 1,024 accounts");
    std::set<Hash160> seen;
    const WalletAccount* chosen = nullptr;
    out.accounts.reserve(accounts->get_array().size());
    for (const json::Value& item : accounts->get_array()) {
        TRY(WalletAccount account, read_account(item));
        const std::string address = to_address(account.account);
        if (!seen.insert(account.account).second) return invalid(address + " is there twice");
        if (account.is_default && chosen)
            return invalid("both " + to_address(chosen->account) + " and " + address +
                           " are the default");
        out.accounts.push_back(std::move(account));
        if (out.accounts.back().is_default) chosen = &out.accounts.back();
    }
    out.extra = any_member(object, "extra");
    return out;
}

std::string Wallet::to_json() const {
    json::Array list;
    for (const WalletAccount& account : accounts) list.push_back(write_account(account));
    json::Object out;
    out["name"] = name ? json::Value(*name) : json::Value();
    out["version"] = "1.0";
    out["scrypt"] = json::Object{{"n", scrypt.n}, {"r", scrypt.r}, {"p", scrypt.p}};
    out["accounts"] = std::move(list);
    out["extra"] = extra;
    return json::write_value(out);
}

}  // namespace nsl::neo
