// SPDX-License-Identifier: Apache-2.0
// What neo-go says (tests/vectors/neo, written by scripts/make_neo_vectors) and what we say.
#include <gtest/gtest.h>

#include "neo/manifest.h"
#include "neo/nef.h"
#include "neo/transaction.h"
#include "neo/verification.h"
#include "neo/wallet.h"
#include "own_vectors.h"

namespace nsl::neo {
namespace {

json::Value neo_go() {
    return own_vectors("neo_go.json");
}

TEST(NeoGo, AgreesOnKeysAndAddresses) {
    const json::Value file = neo_go();
    int seen = 0;
    for (const json::Value& v : list_in(file, "keys")) {
        const PrivateKey key = key_in(v, "private_key");
        EXPECT_EQ(as_text(key.to_wif().reveal()), text_in(v, "wif"));
        EXPECT_EQ(PrivateKey::from_wif(text_in(v, "wif"))->public_key(), key.public_key());
        EXPECT_EQ(key.public_key().hex(), text_in(v, "public_key"));
        EXPECT_EQ(to_address(account_of(key.public_key())), text_in(v, "address"));
        EXPECT_EQ(single_signature_script(key.public_key()), base64_in(v, "script"));
        EXPECT_EQ(nep2_encrypt(key, text_in(file, "password"), {}).value(), text_in(v, "nep2"));
        ++seen;
    }
    EXPECT_EQ(seen, 3);
}

TEST(NeoGo, AgreesOnMultiSignatureAccounts) {
    const json::Value file = neo_go();
    int seen = 0;
    for (const json::Value& v : list_in(file, "multi_signature")) {
        const Bytes script = multi_signature_script(static_cast<int>(v.at("m").as_int64()),
                                                    keys_in(v, "public_keys"))
                                 .value();
        EXPECT_EQ(script, base64_in(v, "script"));
        EXPECT_EQ(to_address(hash160(script)), text_in(v, "address"));
        ++seen;
    }
    EXPECT_EQ(seen, 2);
}

TEST(NeoGo, AgreesOnTransactionsAndSignatures) {
    const json::Value file = neo_go();
    std::vector<PrivateKey> keys;
    for (const json::Value& v : list_in(file, "keys")) keys.push_back(key_in(v, "private_key"));
    int transactions = 0, signatures = 0;
    for (const json::Value& v : list_in(file, "transactions")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto tx = Transaction::parse_unsigned(base64_in(v, "unsigned"));
        ASSERT_TRUE(tx) << tx.error().message;
        EXPECT_EQ(tx->serialize_unsigned(), base64_in(v, "unsigned"));
        EXPECT_EQ(tx->hash().display(), text_in(v, "hash"));
        const auto network = static_cast<std::uint32_t>(v.at("network").as_int64());
        // The file has no order of its own here: find the key by its script.
        for (const json::Value& witness : list_in(v, "witnesses")) {
            const auto check = parse_verification_script(base64_in(witness, "script"));
            ASSERT_TRUE(check);
            const auto signer = std::ranges::find_if(keys, [&check](const PrivateKey& key) {
                return std::ranges::find(check->keys, key.public_key()) != check->keys.end();
            });
            ASSERT_NE(signer, keys.end());
            for (const json::Value& signature : list_in(witness, "signatures")) {
                EXPECT_EQ(base64_encode(signer->sign(tx->sign_data(network))),
                          std::string_view(signature.as_string()));
                ++signatures;
            }
        }
        ++transactions;
    }
    EXPECT_EQ(transactions, 3);
    EXPECT_EQ(signatures, 1 + 3 + 1);
}

TEST(NeoGo, TransactionWithEverythingReadsAsWritten) {
    const json::Value file = neo_go();
    const json::Value& v = list_in(file, "transactions").at(1);
    const Transaction tx = Transaction::parse_unsigned(base64_in(v, "unsigned")).value();
    ASSERT_EQ(tx.signers.size(), 3u);
    EXPECT_EQ(tx.signers[0].scopes, static_cast<std::uint8_t>(Scope::none));
    EXPECT_EQ(tx.signers[1].contracts, std::vector{native::gas_token()});
    EXPECT_EQ(tx.signers[1].groups.size(), 1u);
    ASSERT_EQ(tx.signers[1].rules.size(), 2u);
    const WitnessRule& allow = tx.signers[1].rules[0];
    EXPECT_TRUE(allow.allow);
    EXPECT_EQ(allow.condition.type, ConditionType::any_of);
    ASSERT_EQ(allow.condition.parts.size(), 2u);
    EXPECT_EQ(allow.condition.parts[0].type, ConditionType::called_by_entry);
    EXPECT_EQ(allow.condition.parts[1].parts.at(0).contract, native::gas_token());
    EXPECT_EQ(tx.signers[2].scopes, static_cast<std::uint8_t>(Scope::global));
    Hash256 counted;
    for (std::uint8_t i = 0; i < 32; ++i) counted.raw[i] = i;
    EXPECT_EQ(tx.attributes,
              (std::vector<Attribute>{HighPriority{}, NotValidBefore{17}, Conflicts{counted},
                                      Conflicts{}, NotaryAssisted{2}}));
}

TEST(NeoGo, AgreesOnTheHashOfAContract) {
    const json::Value file = neo_go();
    const json::Value& v = file.at("contract");
    const auto nef = Nef::parse(base64_in(v, "nef"));
    ASSERT_TRUE(nef) << nef.error().message;
    const auto manifest = Manifest::from_json(v.at("manifest"));
    ASSERT_TRUE(manifest) << manifest.error().message;
    const Hash160 sender = from_address(text_in(v, "sender")).value();
    EXPECT_EQ(contract_hash(sender, nef->checksum(), manifest->name).display(), text_in(v, "hash"));
}

TEST(NeoGo, WalletOpens) {
    const json::Value file = neo_go();
    const auto wallet = Wallet::parse(json::write_value(file.at("wallet")));
    ASSERT_TRUE(wallet) << wallet.error().message;
    ASSERT_EQ(wallet->accounts.size(), 5u);
    // The first key's account, and the 2-of-3 account it takes part in.
    for (const std::size_t i : {0u, 4u}) {
        const auto key = wallet->unlock(wallet->accounts[i].account, text_in(file, "password"));
        ASSERT_TRUE(key) << key.error().message;
        EXPECT_EQ(key->public_key().hex(), text_in(list_in(file, "keys").at(0), "public_key"));
    }
}

}  // namespace
}  // namespace nsl::neo
