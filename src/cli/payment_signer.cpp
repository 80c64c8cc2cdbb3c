// SPDX-License-Identifier: Apache-2.0
#include "cli/payment_signer.h"

#include "base/checked.h"
#include "chain/deploy.h"
#include "cli/input.h"
#include "neo/stack_item.h"
#include "neo/verification.h"

namespace nsl::cli {

Status can_sign_alone(const neo::WalletAccount& account) {
    TRY_OK(check_has_key(account));
    TRY(const neo::SignatureCheck check,
        neo::parse_verification_script(account.verification_script));
    if (check.m != 1)
        return fail(Errc::invalid_argument, neo::to_address(account.account) + " needs " +
                                                std::to_string(check.m) +
                                                " signatures: collect them with `nsl tx sign`");
    return {};
}

Task<Status> check_balance(chain::RpcClient& rpc, Payment payment, neo::Datoshi fees) {
    CO_TRY(const neo::Datoshi needed, checked_add(payment.amount, fees));
    CO_TRY(const auto item, co_await rpc.call(neo::native::gas_token(), "balanceOf",
                                              {neo::Argument::hash(payment.from)}));
    CO_TRY(const neo::Datoshi balance, item.as_i64());
    if (balance >= needed) co_return Status{};
    co_return fail(Errc::insufficient_funds, neo::to_address(payment.from) + " has " +
                                                 gas_text(balance) + ", and " + gas_text(needed) +
                                                 " are needed" +
                                                 (fees > 0 ? " with fees" : ", fees not counted"));
}

void PaymentSigner::show(const neo::Transaction& tx, neo::Datoshi fees,
                         std::uint32_t network) const {
    if (globals_.json) {
        print_json(json::Object{{"event", "priced"},
                                {"from", neo::to_address(payment_.from)},
                                {"to", neo::to_address(payment_.to)},
                                {"amount", std::to_string(payment_.amount)},
                                {"system_fee", std::to_string(tx.system_fee)},
                                {"network_fee", std::to_string(tx.network_fee)},
                                {"network", network}});
        return;
    }
    std::cout << "send         " << gas_text(payment_.amount) << "\n  from       "
              << neo::to_address(payment_.from) << "\n  to         " << neo::to_address(payment_.to)
              << "\n  fees       " << gas_text(tx.system_fee) << " system (burned) + "
              << gas_text(tx.network_fee) << " network\n  in all     "
              << gas_text(payment_.amount + fees) << "\n  network    " << network << std::endl;
}

Task<Result<neo::Witness>> PaymentSigner::sign(neo::Transaction tx, std::uint32_t network) {
    if (network != network_)
        co_return fail(Errc::conflict, "the node is of network " + std::to_string(network_) +
                                           " in one answer and of " + std::to_string(network) +
                                           " in another: nothing was sent");
    CO_TRY(const Bytes script, chain::gas_transfer(payment_.from, payment_.to, payment_.amount));
    if (tx.script != script)
        co_return fail(Errc::conflict, "the transaction is not this payment: nothing was sent");
    CO_TRY(const neo::Datoshi fees, checked_add(tx.system_fee, tx.network_fee));
    CO_TRY_OK(co_await check_balance(rpc_, payment_, fees));
    show(tx, fees, network);
    if (!yes_) {
        CO_TRY(const bool agreed, confirm("Send it?"));
        if (!agreed) co_return fail(Errc::forbidden, "nothing was sent");
    }
    CO_TRY(const SecretText password, ask_wallet_password(options_));
    CO_TRY(const neo::PrivateKey key, wallet_.unlock(account_.account, password.reveal()));
    const neo::Signature signature = key.sign(tx.sign_data(network));
    co_return neo::Witness{.invocation = neo::invocation_script({&signature, 1}),
                           .verification = account_.verification_script};
}

}  // namespace nsl::cli
