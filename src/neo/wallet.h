// SPDX-License-Identifier: Apache-2.0
// NEP-6 wallets of single- and multi-signature accounts.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "neo/keys.h"

namespace nsl::neo {

constexpr std::size_t kWalletBytesMax = 8 * 1024 * 1024;

struct WalletAccount {
    Hash160 account;
    std::string label;
    bool is_default = false;
    std::string nep2;           // empty when the wallet only watches
    Bytes verification_script;  // empty when unknown
};

struct Wallet {
    ScryptParams scrypt{};
    std::vector<WalletAccount> accounts;

    // NEP-6 JSON. Accounts of deployed contracts are refused: they have no key. Members that are
    // not kept here (lock, extra) are dropped. Errors: invalid_argument with what is wrong.
    static Result<Wallet> parse(std::string_view json);
    std::string to_json() const;
    // Adds a single-signature account, and on request the 1-of-1 multi-signature one of the same
    // key, which is what a one-node network's committee uses. Errors: invalid_argument (password,
    // see nep2_encrypt), conflict (the wallet has the account), limit_exceeded (1,024 accounts).
    // Nothing is added on error.
    Status add(const PrivateKey& key, std::string_view password, std::string label,
               bool with_multi_signature = false);
    // The account's key; of a multi-signature account, the one key of it that is kept here.
    // Errors: not_found (no such account, or it only watches), unauthenticated (wrong password),
    // invalid_argument (the key is not one of the account's).
    Result<PrivateKey> unlock(const Hash160& account, std::string_view password) const;
};

}  // namespace nsl::neo
