// SPDX-License-Identifier: Apache-2.0
// Accounts, payments and a contract on the program's one development network.
#pragma once
#include <filesystem>

#include "chain/deploy.h"
#include "chain/single_sender.h"
#include "chain/wallet_signer.h"
#include "devnet_fixture.h"
#include "fake_tx_journal.h"
#include "neo/transaction.h"
#include "nsl_command.h"

namespace nsl::testing_support {

using neo::Argument;
using neo::Scope;

constexpr neo::Datoshi kGas = 1'0000'0000;

inline Task<neo::Datoshi> balance_of(neo::Hash160 account) {
    auto item = co_await devnet().rpc->call(neo::native::gas_token(), "balanceOf",
                                            {Argument::hash(account)});
    if (!item) throw std::runtime_error(item.error().message);
    co_return item->as_i64().value();
}
inline neo::Datoshi balance(const neo::Hash160& account) {
    return run_on_devnet(balance_of(account));
}

inline neo::PrivateKey new_key() {
    return neo::PrivateKey::generate(devnet().random);
}

inline neo::Hash160 fresh_account() {
    neo::Hash160 out;
    devnet().random.fill(out.raw);
    return out;
}

inline Bytes transfer(const neo::Hash160& from, const neo::Hash160& to, neo::Datoshi amount) {
    return chain::gas_transfer(from, to, amount).value();
}

// The end of a transaction that a node has taken.
inline Task<chain::Execution> end_of(neo::Hash256 hash) {
    for (int i = 0; i < 500; ++i) {
        auto log = co_await devnet().rpc->application_log(hash);
        if (log) co_return *std::move(log);
        co_await devnet().clock.sleep_for(milliseconds(50));
    }
    throw std::runtime_error("no block holds " + hash.display());
}

// Sends and waits: the transaction's execution.
inline chain::Execution included(const neo::Transaction& tx) {
    const auto reply = run_on_devnet(devnet().rpc->send(tx.serialize()));
    if (!reply) throw std::runtime_error(reply.error().message);
    if (reply->outcome != chain::SendOutcome::accepted) throw std::runtime_error(reply->message);
    return run_on_devnet(end_of(tx.hash()));
}

inline void fund(const neo::Hash160& account, neo::Datoshi amount) {
    FakeTxJournal journal;
    auto bank = chain::WalletSigner::one_of_one(copy_of(devnet().devnet->key()));
    chain::SingleSender sender(*devnet().rpc, journal, bank, devnet().clock, devnet().random,
                               devnet().log);
    auto hash = run_on_devnet(sender.submit(
        {.script = transfer(bank.account(), account, amount), .purpose = "fund", .payload = {}}));
    ASSERT_TRUE(hash.has_value()) << hash.error().message;
    ASSERT_EQ(run_on_devnet(sender.wait(*hash))->state, chain::TxState::halted);
}

inline neo::Signer signer(const neo::Hash160& account, Scope scope = Scope::called_by_entry) {
    return {.account = account, .scopes = static_cast<std::uint8_t>(scope)};
}

// Priced for the witnesses of these scripts, not signed.
inline neo::Transaction priced(Bytes script, std::vector<neo::Signer> signers,
                               const std::vector<Bytes>& scripts, neo::Datoshi system_fee = -1) {
    neo::Transaction tx;
    tx.nonce = static_cast<std::uint32_t>(devnet().random.u64());
    tx.script = std::move(script);
    tx.signers = std::move(signers);
    tx.valid_until_block = run_on_devnet(devnet().rpc->block_count()).value() + 100;
    if (system_fee < 0) {
        const auto run = run_on_devnet(devnet().rpc->invoke_script(tx.script, tx.signers)).value();
        EXPECT_EQ(run.vm_state, "HALT") << run.exception;
        system_fee = run.gas_consumed;
    }
    tx.system_fee = system_fee;
    const auto policy = run_on_devnet(devnet().rpc->fee_policy()).value();
    tx.network_fee = neo::network_fee(tx, scripts, policy).value();
    return tx;
}

inline neo::Transaction signed_by(neo::Transaction tx, const neo::PrivateKey& key,
                                  std::uint32_t network = devnet().devnet->network()) {
    const neo::Signature signature = key.sign(tx.sign_data(network));
    tx.witnesses = {{.invocation = neo::invocation_script({&signature, 1}),
                     .verification = neo::single_signature_script(key.public_key())}};
    return tx;
}

// Compiles tests/support/moody with the neo-go compiler, once.
struct Compiled {
    std::string nef;
    std::string manifest;
};
inline const Compiled& moody() {
    static const Compiled compiled = [] {
        CommandRoom room;
        const std::string folder = source_dir() + "/tests/support/moody";
        const Answer done =
            room.run(cli::find_neo_go().value(),
                     {"contract", "compile", "-i", std::filesystem::absolute(folder), "-c",
                      std::filesystem::absolute(folder + "/neo-go.yml"), "-o", room.path("m.nef"),
                      "-m", room.path("m.json")});
        if (done.status != 0) throw std::runtime_error(done.output + done.errors);
        return Compiled{.nef = room.read("m.nef"), .manifest = room.read("m.json")};
    }();
    return compiled;
}

// Deployed by a new account, so that every test has its own.
inline neo::Hash160 deploy_moody(const neo::PrivateKey& owner) {
    const neo::Hash160 account = neo::account_of(owner.public_key());
    const auto made = chain::deployment(account, as_bytes(moody().nef), moody().manifest).value();
    const auto end = included(signed_by(
        priced(made.script, {signer(account)}, {neo::single_signature_script(owner.public_key())}),
        owner));
    EXPECT_EQ(end.vm_state, "HALT") << end.exception;
    return made.contract;
}

}  // namespace nsl::testing_support
