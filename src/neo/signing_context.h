// SPDX-License-Identifier: Apache-2.0
// A transaction on its way through its signers: the ContractParametersContext that neo-go, neo-cli
// and wallets exchange. Source: neo-go pkg/smartcontract/context.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "neo/keys.h"
#include "neo/transaction.h"
#include "neo/verification.h"

namespace nsl::neo {

class SigningContext {
 public:
    // The transaction's witnesses are dropped. Errors: invalid_argument (no signers, or another
    // rule of Transaction::parse is broken).
    static Result<SigningContext> create(Transaction tx, std::uint32_t network);
    // Every signature in it is verified; the hash, where given, must be the transaction's. Errors:
    // invalid_argument (shape; a script of another account; an account that is no signer; a
    // contract whose `verify` takes arguments), unauthenticated (a signature that does not verify),
    // limit_exceeded (text above 1 MiB).
    static Result<SigningContext> parse(std::string_view json);
    // Members as neo-go orders them. As there, a single signature stands in the parameters only,
    // and those of a multi-signature account are filled when it has all it needs.
    json::Value to_json() const;

    const Transaction& transaction() const { return tx_; }
    std::uint32_t network() const { return network_; }

    // The verification script of a signer; signatures need it first. Errors: not_found (no signer
    // has that script's account), invalid_argument (no standard script, or one whose witness would
    // be too long for a transaction).
    Status add_script(ByteView verification_script);
    // A signer that is a deployed contract whose `verify` takes no arguments: it needs no
    // signature. Errors: not_found.
    Status add_contract(const Hash160& account);
    // Errors: not_found (no script added so far names this key), unauthenticated. A key's first
    // signature stays, and more than m are kept out.
    Status add_signature(const PublicKey& key, const Signature& signature);
    // Signs for every added script that names the key; how many that were.
    Result<int> sign(const PrivateKey& key);

    struct Missing {
        Hash160 account;
        int signatures = 0;  // still needed; 0 when it is the script that is missing
    };
    std::vector<Missing> missing() const;
    bool complete() const { return missing().empty(); }
    // The transaction with its witnesses, in the order of its signers. Errors: conflict (not
    // complete: says which accounts still have to sign).
    Result<Transaction> finish() const;

 private:
    struct Item {
        Bytes script;         // empty: a contract
        SignatureCheck asks;  // what the script asks for
        std::map<PublicKey, Signature> signatures;

        bool names(const PublicKey& key) const;
        int missing() const;
        void add(const PublicKey& key, const Signature& signature);
        json::Value to_json() const;
    };
    SigningContext(Transaction tx, std::uint32_t network);
    bool has_signer(const Hash160& account) const;
    Status read_item(const Hash160& account, const json::Value& value);
    Status read_signatures(Item& item, const json::Object& in) const;
    Status read_parameters(Item& item, const json::Array& in) const;

    Transaction tx_;
    std::uint32_t network_ = 0;
    Bytes sign_data_;
    std::map<Hash160, Item> items_;
};

}  // namespace nsl::neo
