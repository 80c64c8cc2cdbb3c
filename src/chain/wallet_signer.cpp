// SPDX-License-Identifier: Apache-2.0
#include "chain/wallet_signer.h"

#include <algorithm>
#include <utility>

namespace nsl::chain {

WalletSigner::WalletSigner(neo::PrivateKey key, Bytes script)
    : key_(std::move(key)), script_(std::move(script)), account_(neo::hash160(script_)) {}

WalletSigner WalletSigner::single(neo::PrivateKey key) {
    Bytes script = neo::single_signature_script(key.public_key());
    return {std::move(key), std::move(script)};
}

WalletSigner WalletSigner::one_of_one(neo::PrivateKey key) {
    Result<Bytes> script = neo::multi_signature_script(1, {key.public_key()});
    NSL_ASSERT(script.has_value());
    return {std::move(key), std::move(*script)};
}

Task<Result<neo::Witness>> WalletSigner::sign(neo::Transaction tx, std::uint32_t network) {
    const bool ours = std::ranges::any_of(
        tx.signers, [&](const neo::Signer& signer) { return signer.account == account_; });
    if (!ours)
        co_return fail(Errc::forbidden, neo::to_address(account_) +
                                            " is no signer of transaction " + tx.hash().display());
    const neo::Signature signature = key_.sign(tx.sign_data(network));
    co_return neo::Witness{.invocation = neo::invocation_script({&signature, 1}),
                           .verification = script_};
}

}  // namespace nsl::chain
