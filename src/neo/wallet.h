// SPDX-License-Identifier: Apache-2.0
// NEP-6 wallets. Source: neo-go pkg/wallet; N3 keeps scripts in base64.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "neo/abi.h"
#include "neo/keys.h"

namespace nsl::neo {

constexpr std::size_t kWalletAccountsMax = 1024;
constexpr std::size_t kWalletBytesMax = 8 * 1024 * 1024;

struct WalletAccount {
    Hash160 account;
    std::string label;
    bool is_default = false;
    bool locked = false;        // "lock": wallets ask again before they spend from it
    std::string nep2;           // empty when the wallet only watches
    Bytes verification_script;  // empty when unknown, or when the account is a deployed contract
    std::vector<AbiParameter> parameters{};  // of the script, or of a contract's `verify`
    bool deployed = false;                   // a contract that checks its own witness (NEP-30)
    json::Value extra{};                     // whatever another wallet wrote: kept
};

// What a standard verification script takes: "parameter0", "parameter1", …, all Signature.
std::vector<AbiParameter> signature_parameters(ByteView script);

struct Wallet {
    std::optional<std::string> name{};
    ScryptParams scrypt{};
    std::vector<WalletAccount> accounts;
    json::Value extra{};

    // NEP-6 JSON, version 1.0 or 3.0. Errors: invalid_argument with what is wrong (syntax, another
    // address than the script's, an address twice, two defaults, a damaged key), limit_exceeded.
    static Result<Wallet> parse(std::string_view json);
    std::string to_json() const;

    // Adds a single-signature account, and on request the 1-of-1 multi-signature one of the same
    // key, which is what a one-node network's committee uses. The first account is the default.
    // Errors of all that add: conflict (the wallet has the account), limit_exceeded
    // (kWalletAccountsMax), invalid_argument (password, see nep2_encrypt). Nothing is added on
    // error.
    Status add(const PrivateKey& key, std::string_view password, std::string label,
               bool with_multi_signature = false);
    // An account to watch, without a key.
    Status watch(const Hash160& account, std::string label);
    // A multi-signature account. When `key` is given it must be one of the script's.
    Status add_multi_signature(Bytes script, std::string label, const PrivateKey* key,
                               std::string_view password);
    // Errors: not_found.
    Status remove(const Hash160& account);
    Status make_default(const Hash160& account);
    // Every key under the new password, or nothing changes. Errors: unauthenticated (the old one
    // does not open every key), invalid_argument.
    Status change_password(std::string_view old_password, std::string_view new_password);

    const WalletAccount* find(const Hash160& account) const;
    // By address, 0x and hex, or label; without text the default account, or the only one. Errors:
    // not_found (says what there is), conflict (a label that several have; no default).
    Result<const WalletAccount*> select(std::string_view text) const;
    // The account's key; of a multi-signature account, the one key of it that is kept here.
    // Errors: not_found (no such account, or it only watches), unauthenticated (wrong password),
    // invalid_argument (the key is not one of the account's).
    Result<PrivateKey> unlock(const Hash160& account, std::string_view password) const;
};

}  // namespace nsl::neo
