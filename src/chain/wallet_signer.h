// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "chain/ports.h"
#include "neo/keys.h"

namespace nsl::chain {

// Signs with a key in memory: development wallets and operators' tools.
class WalletSigner final : public Signer {
 public:
    // The key's own account.
    static WalletSigner single(neo::PrivateKey key);
    // Its 1-of-1 multi-signature account, which holds the funds of a one-node network.
    static WalletSigner one_of_one(neo::PrivateKey key);

    neo::Hash160 account() const override { return account_; }
    Bytes verification_script() const override { return script_; }
    // Errors: forbidden when the account is none of the transaction's signers.
    Task<Result<neo::Witness>> sign(neo::Transaction tx, std::uint32_t network) override;

 private:
    WalletSigner(neo::PrivateKey key, Bytes script);

    neo::PrivateKey key_;
    Bytes script_;
    neo::Hash160 account_;
};

}  // namespace nsl::chain
