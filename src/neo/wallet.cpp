// SPDX-License-Identifier: Apache-2.0
#include "neo/wallet.h"

#include <algorithm>
#include <map>

#include "neo/verification.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kNamedInErrorsMax = 8;

bool takes_part(const PublicKey& key, const WalletAccount& account) {
    // Which keys a contract's `verify` asks for is the contract's matter.
    if (account.deployed || account_of(key) == account.account) return true;
    const auto check = parse_verification_script(account.verification_script);
    return check && std::ranges::find(check->keys, key) != check->keys.end();
}

WalletAccount account_of_script(Bytes script, std::string label, std::string nep2) {
    WalletAccount out{.account = hash160(script), .label = std::move(label)};
    out.nep2 = std::move(nep2);
    out.parameters = signature_parameters(script);
    out.verification_script = std::move(script);
    return out;
}

std::unexpected<Error> no_such(const Wallet& wallet, std::string_view text) {
    std::string there;
    for (std::size_t i = 0; i < std::min(wallet.accounts.size(), kNamedInErrorsMax); ++i) {
        const WalletAccount& account = wallet.accounts[i];
        there += (i == 0 ? "" : ", ") + to_address(account.account);
        if (!account.label.empty()) there += " (" + account.label + ")";
    }
    if (wallet.accounts.size() > kNamedInErrorsMax) there += ", …";
    return fail(Errc::not_found,
                "the wallet has no account " + std::string(text) +
                    (there.empty() ? "; it is empty" : "; it has " + std::move(there)));
}

// Room for `count` more accounts, and none of these among those there are.
Status check_new(const Wallet& wallet, std::initializer_list<Hash160> accounts) {
    if (wallet.accounts.size() + accounts.size() > kWalletAccountsMax)
        return fail(Errc::limit_exceeded, "a wallet has at most 1,024 accounts");
    for (const Hash160& account : accounts)
        if (wallet.find(account))
            return fail(Errc::conflict, "the wallet has " + to_address(account) + " already");
    return {};
}

void append(Wallet& wallet, WalletAccount account) {
    account.is_default = wallet.accounts.empty();
    wallet.accounts.push_back(std::move(account));
}

}  // namespace

std::vector<AbiParameter> signature_parameters(ByteView script) {
    // A multi-signature script takes m signatures, any other we know of one.
    const auto check = parse_verification_script(script);
    const int signatures = check ? check->m : 1;
    std::vector<AbiParameter> out;
    out.reserve(static_cast<std::size_t>(signatures));
    for (int i = 0; i < signatures; ++i)
        out.push_back({"parameter" + std::to_string(i), ParameterType::signature});
    return out;
}

Status Wallet::add(const PrivateKey& key, std::string_view password, std::string label,
                   bool with_multi_signature) {
    Bytes script = single_signature_script(key.public_key());
    TRY(Bytes multi, multi_signature_script(1, {key.public_key()}));
    if (with_multi_signature) {
        TRY_OK(check_new(*this, {hash160(script), hash160(multi)}));
    } else {
        TRY_OK(check_new(*this, {hash160(script)}));
    }
    TRY(const std::string nep2, nep2_encrypt(key, password, scrypt));
    append(*this, account_of_script(std::move(script), label, nep2));
    if (with_multi_signature) append(*this, account_of_script(std::move(multi), label, nep2));
    return {};
}

Status Wallet::watch(const Hash160& account, std::string label) {
    TRY_OK(check_new(*this, {account}));
    append(*this, {.account = account, .label = std::move(label)});
    return {};
}

Status Wallet::add_multi_signature(Bytes script, std::string label, const PrivateKey* key,
                                   std::string_view password) {
    const auto check = parse_verification_script(script);
    if (!check || !check->multi_signature)
        return fail(Errc::invalid_argument, "not a multi-signature script");
    TRY_OK(check_new(*this, {hash160(script)}));
    std::string nep2;
    if (key) {
        if (std::ranges::find(check->keys, key->public_key()) == check->keys.end())
            return fail(Errc::invalid_argument,
                        "the key " + key->public_key().hex() + " is not one of the script's");
        TRY(nep2, nep2_encrypt(*key, password, scrypt));
    }
    append(*this, account_of_script(std::move(script), std::move(label), std::move(nep2)));
    return {};
}

Status Wallet::remove(const Hash160& account) {
    if (!find(account)) return no_such(*this, to_address(account));
    std::erase_if(accounts, [&](const WalletAccount& have) { return have.account == account; });
    return {};
}

Status Wallet::make_default(const Hash160& account) {
    if (!find(account)) return no_such(*this, to_address(account));
    for (WalletAccount& have : accounts) have.is_default = have.account == account;
    return {};
}

Status Wallet::change_password(std::string_view old_password, std::string_view new_password) {
    std::map<std::string, std::string> changed;  // several accounts may have one key
    for (const WalletAccount& account : accounts) {
        if (account.nep2.empty() || changed.contains(account.nep2)) continue;
        auto key = nep2_decrypt(account.nep2, old_password, scrypt);
        if (!key)
            return fail(key.error().code,
                        "the key of " + to_address(account.account) + ": " + key.error().message);
        TRY(changed[account.nep2], nep2_encrypt(*key, new_password, scrypt));
    }
    for (WalletAccount& account : accounts)
        if (!account.nep2.empty()) account.nep2 = changed.at(account.nep2);
    return {};
}

const WalletAccount* Wallet::find(const Hash160& account) const {
    const auto found = std::ranges::find(accounts, account, &WalletAccount::account);
    return found == accounts.end() ? nullptr : &*found;
}

Result<const WalletAccount*> Wallet::select(std::string_view text) const {
    if (text.empty()) {
        const auto found = std::ranges::find_if(accounts, &WalletAccount::is_default);
        if (found != accounts.end()) return &*found;
        if (accounts.size() == 1) return &accounts.front();
        if (accounts.empty()) return fail(Errc::not_found, "the wallet is empty");
        return fail(Errc::conflict, "the wallet has no default account: name one");
    }
    if (const auto account = parse_account(text)) {
        if (const WalletAccount* found = find(*account)) return found;
    }
    const auto labelled = [&](const WalletAccount& account) { return account.label == text; };
    const auto found = std::ranges::find_if(accounts, labelled);
    if (found == accounts.end()) return no_such(*this, text);
    if (std::ranges::count_if(accounts, labelled) > 1)
        return fail(Errc::conflict, "several accounts have the label " + std::string(text) +
                                        ": name one by its address");
    return &*found;
}

Result<PrivateKey> Wallet::unlock(const Hash160& account, std::string_view password) const {
    const WalletAccount* found = find(account);
    if (!found) return no_such(*this, to_address(account));
    if (found->nep2.empty())
        return fail(Errc::not_found, "the wallet only watches " + to_address(account));
    TRY(PrivateKey key, nep2_decrypt(found->nep2, password, scrypt));
    if (!takes_part(key.public_key(), *found))
        return fail(Errc::invalid_argument,
                    "the key beside " + to_address(account) + " is not one of that account's");
    return key;
}

}  // namespace nsl::neo
