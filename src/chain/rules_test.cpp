// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "base/spawn.h"
#include "chain/deploy.h"
#include "chain/fees.h"
#include "chain/rpc_reply.h"
#include "chain/wallet_signer.h"

namespace nsl::chain {
namespace {

constexpr neo::Datoshi kMost = std::numeric_limits<neo::Datoshi>::max();

TEST(Fees, TheMarginRoundsUp) {
    EXPECT_EQ(system_fee_of(9'977'780, 10, kMost).value(), 10'975'558);
    EXPECT_EQ(system_fee_of(101, 10, kMost).value(), 112);
    EXPECT_EQ(system_fee_of(100, 0, kMost).value(), 100);
    EXPECT_EQ(system_fee_of(0, 10, kMost).value(), 0);
}

RC_GTEST_PROP(Fees, AreNeverBelowTheSimulationNorAboveTheCap, ()) {
    const auto gas = *rc::gen::inRange<neo::Datoshi>(0, kMost);
    const auto margin = *rc::gen::inRange(0, 1'000);
    const auto cap = *rc::gen::inRange<neo::Datoshi>(0, kMost);
    const auto fee = system_fee_of(gas, margin, cap);
    if (fee) {
        RC_ASSERT(*fee >= gas);
        RC_ASSERT(*fee <= cap);
    } else {
        RC_ASSERT(fee.error().code == Errc::limit_exceeded);
    }
}

TEST(Fees, TakeTheLargerNetworkFeeAndSayWhenTheyDiffer) {
    using R = Result<neo::Datoshi>;
    const R none = fail(Errc::invalid_argument, "cannot tell");
    EXPECT_EQ(network_fee_of(R(5), R(7), 10)->amount, 7);
    EXPECT_TRUE(network_fee_of(R(5), R(7), 10)->differed);
    EXPECT_EQ(network_fee_of(R(5), R(70), 100)->amount, 10);
    EXPECT_EQ(network_fee_of(R(7), R(5), 10)->amount, 7);
    EXPECT_FALSE(network_fee_of(R(7), R(7), 10)->differed);
    EXPECT_EQ(network_fee_of(none, R(7), 10)->amount, 7);
    EXPECT_EQ(network_fee_of(R(7), none, 10)->amount, 7);
    EXPECT_EQ(network_fee_of(none, none, 10).error().code, Errc::invalid_argument);
    EXPECT_EQ(network_fee_of(R(11), R(7), 10).error().code, Errc::limit_exceeded);
}

TEST(GasTransfer, RefusesWhatIsNoAmount) {
    for (neo::Datoshi amount : {neo::Datoshi{0}, neo::Datoshi{-1}})
        EXPECT_EQ(gas_transfer({}, {}, amount).error().code, Errc::invalid_argument);
    EXPECT_EQ(gas_transfer({}, {}, 1)->back(), 0x39);  // ASSERT
}

TEST(Deployment, RefusesADamagedNefAndANamelessManifest) {
    EXPECT_EQ(deployment({}, Bytes{1, 2, 3}, R"({"name":"x"})").error().code,
              Errc::invalid_argument);
}

TEST(WalletSigner, SignsOnlyForItsAccount) {
    asio::io_context loop;
    Bytes scalar(32, 1);
    const auto key = [&] { return neo::PrivateKey::from_bytes(scalar).value(); };
    WalletSigner single = WalletSigner::single(key());
    WalletSigner multi = WalletSigner::one_of_one(key());
    EXPECT_EQ(single.account(), neo::account_of(key().public_key()));
    EXPECT_NE(single.account(), multi.account());
    neo::Transaction tx;
    tx.script = {0x40};
    tx.signers = {neo::Signer{.account = multi.account()}};
    const auto witness = run_blocking(loop, multi.sign(tx, 1));
    ASSERT_TRUE(witness.has_value());
    EXPECT_EQ(neo::hash160(witness->verification), multi.account());
    EXPECT_EQ(run_blocking(loop, single.sign(tx, 1)).error().code, Errc::forbidden);
}

TEST(RpcReply, AmountsAreDecimalTextOfPositiveNumbers) {
    EXPECT_EQ(read_datoshi("0", "x").value(), 0);
    EXPECT_EQ(read_datoshi("9223372036854775807", "x").value(), kMost);
    for (const char* bad : {"", "-1", "1.5", "1 ", " 1", "0x10", "9223372036854775808", "1e3"})
        EXPECT_EQ(read_datoshi(bad, "x").error().code, Errc::internal) << bad;
    EXPECT_FALSE(read_datoshi(5, "x").has_value());
}

}  // namespace
}  // namespace nsl::chain
