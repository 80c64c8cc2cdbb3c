// SPDX-License-Identifier: Apache-2.0
#include "neo/hash.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"
#include "neo/nef.h"

namespace nsl::neo {
namespace {

Hash160 some_account() {
    Hash160 out;
    for (auto& byte : out.raw) byte = *rc::gen::arbitrary<std::uint8_t>();
    return out;
}

TEST(Hash, ShowsItsBytesReversed) {
    Hash160 hash;
    hash.raw[0] = 0xab;
    hash.raw[19] = 0x01;
    EXPECT_EQ(hash.display(), "0x01000000000000000000000000000000000000ab");
    EXPECT_EQ(Hash160::parse("01000000000000000000000000000000000000AB").value(), hash);
}

TEST(Hash, RefusesWhatIsNoHash) {
    for (const char* text : {"", "0x", "0x00", "01000000000000000000000000000000000000a",
                             "0x01000000000000000000000000000000000000abcd",
                             "0x0100000000000000000000000000000000000g0b",
                             "0X01000000000000000000000000000000000000ab"}) {
        const auto hash = Hash160::parse(text);
        ASSERT_FALSE(hash) << text;
        EXPECT_EQ(hash.error().code, Errc::invalid_argument);
    }
}

// RIPEMD-160(SHA-256("")) as computed with Python's hashlib.
TEST(Hash, Hash160IsRipemd160OfSha256) {
    EXPECT_EQ(hex_encode(hash160({}).raw), "b472a266d0bd89c13706a4132ccfb16f7c3b9fcb");
}

TEST(Hash, NativeContractsHaveTheirHashes) {
    EXPECT_EQ(native::gas_token().display(), "0xd2a4cff31913016155e38e474a2c06d08be276cf");
    EXPECT_EQ(native::neo_token().display(), "0xef4073a0f2b305a38ec4050e4d3d28bc40ea63f5");
    EXPECT_EQ(native::policy().display(), "0xcc5e4edd9f5f8dba8bb65734541df7a1c081c67b");
    EXPECT_EQ(native::contract_management().display(),
              "0xfffdc93764dbaddd97c48f252a53ea4643faa3fd");
}

// A native contract's hash is of its name: ABORT ‖ push(zero account) ‖ push(0) ‖ push(name)
// (neo-go pkg/core/state, CreateNativeContractHash).
TEST(Hash, NativeContractsAreNamedAsTheChainNamesThem) {
    const std::pair<Hash160, const char*> contracts[] = {
        {native::contract_management(), "ContractManagement"},
        {native::std_lib(), "StdLib"},
        {native::crypto_lib(), "CryptoLib"},
        {native::ledger(), "LedgerContract"},
        {native::neo_token(), "NeoToken"},
        {native::gas_token(), "GasToken"},
        {native::policy(), "PolicyContract"},
        {native::role_management(), "RoleManagement"},
        {native::oracle(), "OracleContract"},
        {native::notary(), "Notary"},
        {native::treasury(), "Treasury"},
    };
    for (const auto& [hash, name] : contracts) EXPECT_EQ(hash, contract_hash({}, 0, name)) << name;
}

TEST(Address, RefusesAnotherVersionAndLength) {
    Bytes payload(21, 0x11);
    payload[0] = 0x17;  // Neo Legacy
    EXPECT_FALSE(from_address(base58check_encode(payload)));
    payload[0] = 0x35;
    EXPECT_TRUE(from_address(base58check_encode(payload)));
    payload.push_back(0);
    EXPECT_FALSE(from_address(base58check_encode(payload)));
    EXPECT_FALSE(from_address(""));
    EXPECT_EQ(from_address("").error().code, Errc::invalid_argument);
}

TEST(Address, AccountMayBeWrittenEitherWay) {
    const Hash160 gas = native::gas_token();
    EXPECT_EQ(parse_account(to_address(gas)).value(), gas);
    EXPECT_EQ(parse_account(gas.display()).value(), gas);
    EXPECT_EQ(parse_account("nonsense").error().code, Errc::invalid_argument);
}

RC_GTEST_PROP(Address, RoundTrips, ()) {
    const Hash160 account = some_account();
    const std::string address = to_address(account);
    RC_ASSERT(address.size() == 34u);
    RC_ASSERT(address[0] == 'N');
    RC_ASSERT(from_address(address).value() == account);
    RC_ASSERT(Hash160::parse(account.display()).value() == account);
}

RC_GTEST_PROP(Address, OneWrongCharacterIsRefused, ()) {
    std::string address = to_address(some_account());
    const auto at = *rc::gen::inRange<std::size_t>(0, address.size());
    const char other = *rc::gen::inRange<char>(0x21, 0x7e);
    RC_PRE(other != address[at]);
    address[at] = other;
    RC_ASSERT(!from_address(address));
}

}  // namespace
}  // namespace nsl::neo
