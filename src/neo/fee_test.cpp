// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "neo/transaction.h"
#include "neo/verification.h"

namespace nsl::neo {
namespace {

PublicKey key_from(std::uint64_t seed) {
    SeededRandom random(seed);
    return PrivateKey::generate(random).public_key();
}

Transaction signed_by(const std::vector<Bytes>& scripts) {
    Transaction tx;
    for (const Bytes& script : scripts) tx.signers.push_back({.account = hash160(script)});
    tx.script = Bytes(100, 0x40);
    return tx;
}

// The size a node sees: witnesses of full length.
std::int64_t real_size(Transaction tx, const std::vector<Bytes>& scripts) {
    for (const Bytes& script : scripts) {
        const int m = parse_verification_script(script)->m;
        tx.witnesses.push_back({invocation_script(std::vector<Signature>(m)), script});
    }
    return static_cast<std::int64_t>(tx.serialize().size());
}

TEST(NetworkFee, OfASingleSignatureIsSizeAndOneCheck) {
    const std::vector<Bytes> scripts{single_signature_script(key_from(1))};
    const Transaction tx = signed_by(scripts);
    // 8 + 8 + 32768 units at 30 datoshi.
    EXPECT_EQ(network_fee(tx, scripts, {}).value(), real_size(tx, scripts) * 1000 + 983'520);
}

TEST(NetworkFee, OfMultiSignatureCountsEveryKey) {
    const std::vector<Bytes> scripts{
        multi_signature_script(2, {key_from(1), key_from(2), key_from(3)}).value()};
    const Transaction tx = signed_by(scripts);
    EXPECT_EQ(network_fee(tx, scripts, {}).value(),
              real_size(tx, scripts) * 1000 + (8 * 5 + 2 + 3 * std::int64_t{32'768}) * 30);
}

TEST(NetworkFee, RoundsUpEachWitness) {
    const std::vector<Bytes> scripts{single_signature_script(key_from(1)),
                                     single_signature_script(key_from(2))};
    const Transaction tx = signed_by(scripts);
    // 32,784 units at 10^-4 datoshi are 3.2784: twice 4, not 7.
    EXPECT_EQ(network_fee(tx, scripts, {.fee_per_byte = 0, .pico_factor = 1}).value(), 8);
}

TEST(NetworkFee, IncludesAttributes) {
    const std::vector<Bytes> scripts{single_signature_script(key_from(1)),
                                     single_signature_script(key_from(2))};
    Transaction tx = signed_by(scripts);
    FeePolicy policy{.fee_per_byte = 0, .pico_factor = 0};
    tx.attributes = {Conflicts{}, Conflicts{}, NotaryAssisted{.keys = 3}, NotValidBefore{}};
    EXPECT_EQ(network_fee(tx, scripts, policy).value(), 40'000'000);
    policy.attribute_fee[Conflicts::kType] = 7;
    policy.attribute_fee[NotValidBefore::kType] = 1;
    EXPECT_EQ(network_fee(tx, scripts, policy).value(), 40'000'000 + 2 * 2 * 7 + 1);
}

TEST(NetworkFee, RefusesScriptsItCannotPrice) {
    const std::vector<Bytes> scripts{single_signature_script(key_from(1))};
    const Transaction tx = signed_by(scripts);
    EXPECT_EQ(network_fee(tx, {}, {}).error().code, Errc::invalid_argument);
    EXPECT_EQ(network_fee(tx, {single_signature_script(key_from(2))}, {}).error().code,
              Errc::invalid_argument);
    const std::vector<Bytes> unknown{{0x11}};
    EXPECT_EQ(network_fee(signed_by(unknown), unknown, {}).error().code, Errc::invalid_argument);
    EXPECT_EQ(network_fee(tx, scripts, {.fee_per_byte = -1}).error().code, Errc::invalid_argument);
}

TEST(NetworkFee, ReportsOverflow) {
    const std::vector<Bytes> scripts{single_signature_script(key_from(1))};
    const Transaction tx = signed_by(scripts);
    const std::int64_t top = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(network_fee(tx, scripts, {.fee_per_byte = top}).error().code, Errc::limit_exceeded);
    EXPECT_EQ(network_fee(tx, scripts, {.pico_factor = top}).error().code, Errc::limit_exceeded);
}

TEST(NetworkFee, OfAContractsWitnessIsItsSizeAndWhatVerifyConsumes) {
    const std::vector<Bytes> scripts{{}, single_signature_script(key_from(1))};
    Transaction tx = signed_by({scripts[1]});
    tx.signers.insert(tx.signers.begin(), {.account = native::policy(), .scopes = 0});
    const ContractWitness witness{.invocation = {0x11, 0x12}, .execution = 77'777};
    const auto fee = network_fee(tx, scripts, {}, {{native::policy(), witness}});
    tx.witnesses = {{witness.invocation, {}},
                    {invocation_script(std::vector<Signature>(1)), scripts[1]}};
    EXPECT_EQ(fee.value(),
              static_cast<std::int64_t>(tx.serialize().size()) * 1000 + 77'777 + 983'520);
    EXPECT_EQ(network_fee(tx, scripts, {}).error().code, Errc::invalid_argument);
    EXPECT_EQ(network_fee(tx, scripts, {}, {{native::policy(), {.execution = -1}}}).error().code,
              Errc::invalid_argument);
    const std::int64_t top = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(network_fee(tx, scripts, {}, {{native::policy(), {.execution = top}}}).error().code,
              Errc::limit_exceeded);
}

TEST(SystemFee, AddsTheMarginRoundedUp) {
    EXPECT_EQ(system_fee(0, 10).value(), 0);
    EXPECT_EQ(system_fee(9'977'780, 0).value(), 9'977'780);
    EXPECT_EQ(system_fee(9'977'780, 10).value(), 10'975'558);
    EXPECT_EQ(system_fee(1, 5).value(), 2);
    EXPECT_EQ(system_fee(100, 5).value(), 105);
    EXPECT_EQ(system_fee(101, 5).value(), 107);
    EXPECT_EQ(system_fee(-1, 5).error().code, Errc::invalid_argument);
    EXPECT_EQ(system_fee(1, -5).error().code, Errc::invalid_argument);
    const std::int64_t top = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(system_fee(top, 0).value(), top);
    EXPECT_EQ(system_fee(top, 1).error().code, Errc::limit_exceeded);
    EXPECT_EQ(system_fee(top / 10, 1000).error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace nsl::neo
