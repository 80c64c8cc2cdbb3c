// SPDX-License-Identifier: Apache-2.0
#include "cli/deployment.h"

#include "base/file.h"
#include "chain/deploy.h"
#include "chain/single_sender.h"
#include "chain/wallet_signer.h"
#include "cli/command_journal.h"
#include "neo/script.h"

namespace nsl::cli {
namespace {

using neo::Argument;

constexpr neo::Datoshi kPublisherGas = 100'000'0000'0000;  // development GAS is free
constexpr neo::Datoshi kDeployFeeMax = 100'0000'0000;
constexpr std::size_t kContractBytesMax = 1024 * 1024;  // of NEF or manifest

Task<Status> send_and_wait(chain::SingleSender& sender, Bytes script, std::string purpose) {
    CO_TRY(neo::Hash256 tx, co_await sender.submit({std::move(script), purpose, {}}));
    CO_TRY(chain::SendResult result, co_await sender.wait(tx));
    if (result.state == chain::TxState::halted) co_return Status{};
    co_return fail(Errc::conflict, purpose + " failed: " + chain::tx_state_name(result.state) +
                                       " " + result.exception);
}

Argument deploy_data(const neo::Hash160& owner, const tee::EnclaveIdentity& enclave) {
    Argument::Array feeds;
    for (const std::string& feed : enclave.feeds) feeds.push_back(Argument::text(feed));
    return Argument::array({Argument::hash(owner),
                            Argument::array({Argument::key(enclave.public_key)}),
                            Argument::integer(1), Argument::bytes(enclave.config_id),
                            Argument::array(std::move(feeds))});
}

}  // namespace

neo::PrivateKey copy_key(const neo::PrivateKey& key) {
    auto copy = neo::PrivateKey::from_bytes(key.secret().reveal());
    NSL_ASSERT(copy.has_value());
    return *std::move(copy);
}

Task<Result<neo::Hash160>> deploy_price_feed(chain::RpcClient& rpc, Clock& clock, Logger log,
                                             const neo::PrivateKey& committee,
                                             const neo::PrivateKey& publisher,
                                             FeedDeployment what) {
    OsRandom random;
    CommandJournal journal;
    chain::SendLimits limits{.system_fee_max = kDeployFeeMax};

    auto bank = chain::WalletSigner::one_of_one(copy_key(committee));
    neo::Hash160 publisher_account = neo::account_of(publisher.public_key());
    CO_TRY(std::string nef, read_file(what.nef_file, kContractBytesMax));
    CO_TRY(std::string manifest, read_file(what.manifest_file, kContractBytesMax));
    CO_TRY(chain::Deployment deployment,
           chain::deployment(publisher_account, as_bytes(nef), manifest,
                             deploy_data(bank.account(), what.enclave)));
    // A former life may have deployed it: its hash depends on nothing that changes.
    auto present = co_await rpc.call(deployment.contract, "version");
    if (present) co_return deployment.contract;
    if (present.error().code != Errc::conflict && present.error().code != Errc::not_found)
        co_return std::unexpected(std::move(present).error());

    chain::SingleSender funding(rpc, journal, bank, clock, random, log, limits);
    CO_TRY(Bytes transfer, chain::gas_transfer(bank.account(), publisher_account, kPublisherGas));
    CO_TRY_OK(co_await send_and_wait(funding, std::move(transfer), "funding the publisher"));
    auto publisher_signer = chain::WalletSigner::single(copy_key(publisher));
    chain::SingleSender deploying(rpc, journal, publisher_signer, clock, random, log, limits);
    CO_TRY_OK(co_await send_and_wait(deploying, std::move(deployment.script),
                                     "deploying the price feed"));
    co_return deployment.contract;
}

}  // namespace nsl::cli
