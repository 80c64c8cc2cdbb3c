// SPDX-License-Identifier: Apache-2.0
#include "chain/tx_builder.h"

#include "base/checked.h"
#include "chain/fees.h"

namespace nsl::chain {

neo::Transaction unsigned_transaction(const Signer& signer, Bytes script) {
    neo::Transaction tx;
    tx.signers = {neo::Signer{.account = signer.account()}};
    tx.script = std::move(script);
    // Of the final size, so that a node can tell the fee.
    const neo::Signature blank{};
    tx.witnesses = {neo::Witness{.invocation = neo::invocation_script({&blank, 1}),
                                 .verification = signer.verification_script()}};
    return tx;
}

Task<Result<neo::Datoshi>> network_fee_for(RpcClient& node, neo::Transaction tx,
                                           neo::FeePolicy policy, neo::Datoshi max, Logger log) {
    const Result<neo::Datoshi> ours = neo::network_fee(tx, {tx.witnesses[0].verification}, policy);
    const Result<neo::Datoshi> nodes = co_await node.calculate_network_fee(tx.serialize());
    CO_TRY(NetworkFee fee, network_fee_of(ours, nodes, max));
    if (fee.differed)
        log.warn("our network fee and the node's differ, the larger is paid",
                 {{"ours", *ours}, {"node", *nodes}});
    // The sum is what the account needs; it must at least be a number.
    CO_TRY_OK(checked_add(tx.system_fee, fee.amount));
    co_return fee.amount;
}

Task<Result<neo::Transaction>> signed_by(Signer& signer, neo::Transaction tx,
                                         std::uint32_t network) {
    CO_TRY(tx.witnesses[0], co_await signer.sign(tx, network));
    if (neo::hash160(tx.witnesses[0].verification) != signer.account())
        co_return fail(Errc::internal, "the signer gave a witness of another account");
    co_return tx;
}

}  // namespace nsl::chain
