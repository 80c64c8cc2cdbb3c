// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "neo/keys.h"
#include "neo/vector_file.h"
#include "neo/wallet.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value shared_vectors(const std::string& file) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + file;
    return parse_vectors(testing_support::read_text_file(path));
}

TEST(KeyVectors, EveryFormOfAKeyAgrees) {
    const json::Value file = shared_vectors("keys.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "standard_scrypt_16384_8_8")) {
        SCOPED_TRACE(text_in(v, "wif"));
        const PrivateKey key = key_in(v, "privateKey");
        EXPECT_EQ(key.public_key().hex(), text_in(v, "publicKey"));
        EXPECT_EQ(as_text(key.to_wif().reveal()), text_in(v, "wif"));
        EXPECT_EQ(PrivateKey::from_wif(text_in(v, "wif"))->public_key(), key.public_key());
        EXPECT_EQ(single_signature_script(key.public_key()), hex_in(v, "verificationScript"));
        const Hash160 account = account_of(key.public_key());
        EXPECT_EQ(hex_encode(account.raw), text_in(v, "scriptHashRaw"));
        EXPECT_EQ(account.display(), text_in(v, "scriptHashDisplay"));
        EXPECT_EQ(to_address(account), text_in(v, "address"));
        EXPECT_EQ(from_address(text_in(v, "address")).value(), account);
        const std::string passphrase = text_in(v, "passphrase");
        EXPECT_EQ(nep2_encrypt(key, passphrase, {}).value(), text_in(v, "nep2"));
        EXPECT_EQ(nep2_decrypt(text_in(v, "nep2"), passphrase, {})->public_key(), key.public_key());
        ++seen;
    }
    EXPECT_EQ(seen, 3);
}

TEST(KeyVectors, Nep2WithOtherScryptParameters) {
    const json::Value file = shared_vectors("keys.json");
    const ScryptParams params{.n = 256, .r = 1, .p = 1};
    int seen = 0;
    for (const json::Value& v : list_in(file, "fast_scrypt_n256_r1_p1")) {
        const PrivateKey key = PrivateKey::from_wif(text_in(v, "wif")).value();
        EXPECT_EQ(nep2_encrypt(key, text_in(v, "passphrase"), params).value(), text_in(v, "nep2"));
        EXPECT_EQ(nep2_decrypt(text_in(v, "nep2"), text_in(v, "passphrase"), params)->public_key(),
                  key.public_key());
        ++seen;
    }
    EXPECT_EQ(seen, 3);
}

TEST(KeyVectors, InvalidInputsAreRefused) {
    const json::Value file = shared_vectors("keys.json");
    const json::Value& v = file.at("invalid");
    EXPECT_FALSE(PrivateKey::from_wif(text_in(v, "badWif")));
    // Half a byte short: no hex. Without the odd digit it is a byte short.
    std::string shorter = text_in(v, "shortPrivateKey");
    EXPECT_FALSE(hex_decode(shorter));
    shorter.pop_back();
    EXPECT_FALSE(PrivateKey::from_bytes(hex_decode(shorter).value()));
    EXPECT_FALSE(check_nep2(text_in(v, "notNep2")));
    EXPECT_EQ(nep2_decrypt(text_in(v, "notNep2"), "one", {}).error().code, Errc::invalid_argument);
    EXPECT_EQ(v.as_object().size(), 3u);
}

TEST(KeyVectors, SignaturesAreDeterministic) {
    const json::Value file = shared_vectors("ecdsa_rfc6979_p256_sha256.json");
    const PrivateKey rfc = key_in(file, "privateKey");
    EXPECT_EQ(rfc.public_key().hex(), text_in(file, "publicKey"));
    int seen = 0;
    for (const json::Value& v : list_in(file, "cases")) {
        EXPECT_EQ(hex_encode(rfc.sign(as_bytes(text_in(v, "message")))), text_in(v, "signature"));
        ++seen;
    }
    for (const json::Value& v : list_in(file, "also")) {
        const PrivateKey key = key_in(v, "privateKey");
        const Signature signature = key.sign(as_bytes(text_in(v, "messageUtf8")));
        EXPECT_EQ(hex_encode(signature), text_in(v, "signature"));
        EXPECT_TRUE(verify(key.public_key(), as_bytes(text_in(v, "messageUtf8")), signature));
        ++seen;
    }
    EXPECT_EQ(seen, 3);
}

TEST(KeyVectors, MultiSignatureAccounts) {
    const json::Value file = shared_vectors("multisig.json");
    int seen = 0;
    for (const json::Value& v : file.as_array()) {
        const auto script = multi_signature_script(static_cast<int>(v.at("m").as_int64()),
                                                   keys_in(v, "publicKeys"));
        ASSERT_TRUE(script);
        EXPECT_EQ(hex_encode(*script), text_in(v, "script"));
        EXPECT_EQ(to_address(hash160(*script)), text_in(v, "address"));
        EXPECT_EQ(hash160(*script).display(), text_in(v, "scriptHashDisplay"));
        ++seen;
    }
    EXPECT_EQ(seen, 4);
}

TEST(WalletVectors, NeoGoWalletOpens) {
    const auto wallet = Wallet::parse(testing_support::read_text_file(
        testing_support::vectors_dir() + "/neo/wallet_nep6_password_one.json"));
    ASSERT_TRUE(wallet) << wallet.error().message;
    EXPECT_EQ(wallet->scrypt, ScryptParams{});
    const auto expected =
        PrivateKey::from_wif("KxyjQ8eUa4FHt3Gvioyt1Wz29cTUrE4eTqX3yFSk1YFCsPL8uNsY").value();
    ASSERT_EQ(wallet->accounts.size(), 3u);
    for (const WalletAccount& account : wallet->accounts) {
        EXPECT_EQ(hash160(account.verification_script), account.account);
        const auto key = wallet->unlock(account.account, "one");
        ASSERT_TRUE(key) << key.error().message;
        EXPECT_EQ(key->public_key(), expected.public_key());
    }
    EXPECT_EQ(wallet->unlock(wallet->accounts[0].account, "two").error().code,
              Errc::unauthenticated);
    // The same account, made by us, has the same encrypted key.
    Wallet own;
    ASSERT_TRUE(own.add(expected, "one", "", true));
    EXPECT_EQ(own.accounts[0].nep2, wallet->accounts[0].nep2);
    EXPECT_EQ(own.accounts[0].account, wallet->accounts[0].account);
    EXPECT_EQ(own.accounts[1].account, wallet->accounts[2].account);
}

}  // namespace
}  // namespace nsl::neo
