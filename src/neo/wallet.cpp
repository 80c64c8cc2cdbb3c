// SPDX-License-Identifier: Apache-2.0
#include "neo/wallet.h"

#include <limits>
#include <set>

#include "base/encoding.h"
#include "base/json.h"
#include "neo/verification.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kAccountsMax = 1024;
constexpr std::string_view kVersion = "1.0";

std::unexpected<Error> invalid(const std::string& what) {
    return fail(Errc::invalid_argument, "the wallet: " + what);
}

// Null and missing are the same in NEP-6.
const json::Value* member(const json::Object& object, std::string_view name) {
    const json::Value* value = object.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
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

// The verification script, or nothing when the file has none.
Result<Bytes> read_script(const json::Object& account, const Hash160& hash) {
    const json::Value* value = member(account, "contract");
    if (!value) return Bytes();
    if (!value->is_object()) return invalid("contract must be an object or null");
    const json::Object& contract = value->get_object();
    TRY(const bool deployed, flag_member(contract, "deployed"));
    if (deployed) return invalid("accounts of deployed contracts are not supported");
    TRY(const std::string base64, text_member(contract, "script"));
    auto script = base64_decode(base64);
    if (!script) return invalid("contract script must be base64");
    if (!script->empty() && hash160(*script) != hash)
        return invalid("the script of " + to_address(hash) + " has another address");
    return script;
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
    TRY(out.nep2, text_member(object, "key"));
    if (!out.nep2.empty()) {
        if (auto form = check_nep2(out.nep2); !form)
            return invalid("the key of " + address + ": " + form.error().message);
    }
    TRY(out.verification_script, read_script(object, out.account));
    return out;
}

json::Value write_contract(const Bytes& script) {
    // A multi-signature script takes m signatures, any other we know of one.
    const auto check = parse_verification_script(script);
    const int signatures = check ? check->m : 1;
    json::Array parameters;
    for (int i = 0; i < signatures; ++i)
        parameters.push_back(
            json::Object{{"name", "parameter" + std::to_string(i)}, {"type", "Signature"}});
    return json::Object{{"script", base64_encode(script)},
                        {"parameters", std::move(parameters)},
                        {"deployed", false}};
}

json::Value write_account(const WalletAccount& account) {
    json::Object out{{"address", to_address(account.account)},
                     {"label", account.label},
                     {"isDefault", account.is_default},
                     {"lock", false}};
    out["key"] = account.nep2.empty() ? json::Value() : json::Value(account.nep2);
    out["contract"] = account.verification_script.empty()
                          ? json::Value()
                          : write_contract(account.verification_script);
    out["extra"] = nullptr;
    return out;
}

bool takes_part(const PublicKey& key, const WalletAccount& account) {
    if (account_of(key) == account.account) return true;
    const auto check = parse_verification_script(account.verification_script);
    return check && std::ranges::find(check->keys, key) != check->keys.end();
}

}  // namespace

Result<Wallet> Wallet::parse(std::string_view json) {
    auto value = json::parse_value(json);
    if (!value) return invalid(value.error().message);
    if (!value->is_object()) return invalid("it must be a JSON object");
    const json::Object& object = value->get_object();
    TRY(const std::string version, text_member(object, "version"));
    if (version != kVersion) return invalid("its version must be 1.0 (NEP-6)");
    Wallet out;
    TRY(out.scrypt, read_scrypt(object));
    const json::Value* accounts = member(object, "accounts");
    if (!accounts || !accounts->is_array()) return invalid("accounts must be a list");
    if (accounts->get_array().size() > kAccountsMax) return invalid("it has over 1,024 accounts");
    std::set<Hash160> seen;
    for (const json::Value& item : accounts->get_array()) {
        TRY(WalletAccount account, read_account(item));
        if (!seen.insert(account.account).second)
            return invalid(to_address(account.account) + " is there twice");
        out.accounts.push_back(std::move(account));
    }
    return out;
}

std::string Wallet::to_json() const {
    json::Array list;
    for (const WalletAccount& account : accounts) list.push_back(write_account(account));
    json::Object out{{"version", kVersion},
                     {"accounts", std::move(list)},
                     {"scrypt", {{"n", scrypt.n}, {"r", scrypt.r}, {"p", scrypt.p}}},
                     {"extra", nullptr}};
    return json::write_value(out);
}

Status Wallet::add(const PrivateKey& key, std::string_view password, std::string label,
                   bool with_multi_signature) {
    std::vector<Bytes> scripts{single_signature_script(key.public_key())};
    if (with_multi_signature) {
        TRY(Bytes script, multi_signature_script(1, {key.public_key()}));
        scripts.push_back(std::move(script));
    }
    if (accounts.size() + scripts.size() > kAccountsMax)
        return fail(Errc::limit_exceeded, "a wallet has at most 1,024 accounts");
    for (const Bytes& script : scripts)
        for (const WalletAccount& have : accounts)
            if (have.account == hash160(script))
                return fail(Errc::conflict, "the wallet has this account already");
    TRY(const std::string nep2, nep2_encrypt(key, password, scrypt));
    for (Bytes& script : scripts) {
        const Hash160 account = hash160(script);
        accounts.push_back({account, label, accounts.empty(), nep2, std::move(script)});
    }
    return {};
}

Result<PrivateKey> Wallet::unlock(const Hash160& account, std::string_view password) const {
    const auto found = std::ranges::find(accounts, account, &WalletAccount::account);
    if (found == accounts.end())
        return fail(Errc::not_found, "the wallet has no account " + to_address(account));
    if (found->nep2.empty())
        return fail(Errc::not_found, "the wallet only watches " + to_address(account));
    TRY(PrivateKey key, nep2_decrypt(found->nep2, password, scrypt));
    if (!takes_part(key.public_key(), *found))
        return invalid("the key beside " + to_address(account) + " is not one of that account's");
    return key;
}

}  // namespace nsl::neo
