// SPDX-License-Identifier: Apache-2.0
// Signs one payment after its owner has seen what it costs.
#pragma once
#include "chain/ports.h"
#include "chain/rpc_client.h"
#include "cli/commands.h"
#include "cli/wallet_file.h"

namespace nsl::cli {

struct Payment {
    neo::Hash160 from{};
    neo::Hash160 to{};
    neo::Datoshi amount = 0;
};

// The account's one key is enough, and it is in the wallet. Errors: not_found (it only watches),
// invalid_argument (more signatures are needed: names the commands for that).
Status can_sign_alone(const neo::WalletAccount& account);

// The payer has amount and fees. Errors: insufficient_funds (with both numbers), those of the node.
Task<Status> check_balance(chain::RpcClient& rpc, Payment payment, neo::Datoshi fees);

// Shows the fees when asked to sign, checks the balance, asks whether to go on (unless `yes`) and
// for the password, in this order. A locked account's owner is asked in any case. Nothing is signed
// after a no: forbidden; nor what is not this payment on this network, whatever a node made of it:
// conflict.
class PaymentSigner final : public chain::Signer {
 public:
    PaymentSigner(const Globals& globals, const neo::Wallet& wallet,
                  const neo::WalletAccount& account, WalletOptions options, bool yes,
                  Payment payment, std::uint32_t network, chain::RpcClient& rpc)
        : globals_(globals),
          wallet_(wallet),
          account_(account),
          options_(std::move(options)),
          yes_(yes && !account.locked),
          payment_(payment),
          network_(network),
          rpc_(rpc) {}

    neo::Hash160 account() const override { return account_.account; }
    Bytes verification_script() const override { return account_.verification_script; }
    Task<Result<neo::Witness>> sign(neo::Transaction tx, std::uint32_t network) override;

 private:
    void show(const neo::Transaction& tx, neo::Datoshi fees, std::uint32_t network) const;

    const Globals& globals_;
    const neo::Wallet& wallet_;
    const neo::WalletAccount& account_;
    WalletOptions options_;
    bool yes_;
    Payment payment_;
    std::uint32_t network_;
    chain::RpcClient& rpc_;
};

}  // namespace nsl::cli
