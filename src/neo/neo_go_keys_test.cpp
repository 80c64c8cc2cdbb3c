// SPDX-License-Identifier: Apache-2.0
// Keys, wallets and messages as neo-go has them (tests/vectors/neo, see scripts/make_neo_vectors).
#include <gtest/gtest.h>

#include <map>

#include "neo/message.h"
#include "neo/verification.h"
#include "neo/wallet.h"
#include "own_vectors.h"

namespace nsl::neo {
namespace {

ScryptParams scrypt_in(const json::Value& file) {
    const json::Value& scrypt = file.at("scrypt");
    return {.n = u32_in(scrypt, "n"), .r = u32_in(scrypt, "r"), .p = u32_in(scrypt, "p")};
}

TEST(NeoGoKeys, HaveTheirFormsAndAccounts) {
    int seen = 0;
    for (const json::Value& v : list_in(own_vectors("keys.json"), "keys")) {
        const PrivateKey key = key_in(v, "private_key");
        EXPECT_EQ(as_text(key.to_wif().reveal()), text_in(v, "wif"));
        const auto from_wif = PrivateKey::from_wif(text_in(v, "wif"));
        ASSERT_TRUE(from_wif) << from_wif.error().message;
        EXPECT_TRUE(std::ranges::equal(from_wif->secret().reveal(), hex_in(v, "private_key")));
        EXPECT_EQ(key.public_key().hex(), text_in(v, "public_key"));
        EXPECT_EQ(PublicKey::parse(text_in(v, "public_key")).value(), key.public_key());
        EXPECT_EQ(single_signature_script(key.public_key()), hex_in(v, "script"));
        EXPECT_EQ(account_of(key.public_key()).display(), text_in(v, "account"));
        EXPECT_EQ(to_address(account_of(key.public_key())), text_in(v, "address"));
        EXPECT_EQ(from_address(text_in(v, "address")).value(), hash_in(v, "account"));
        ++seen;
    }
    EXPECT_EQ(seen, 8);
}

TEST(NeoGoKeys, SignTheSame) {
    int seen = 0;
    for (const json::Value& v : list_in(own_vectors("keys.json"), "keys")) {
        const PrivateKey key = key_in(v, "private_key");
        for (const json::Value& signed_text : list_in(v, "signatures")) {
            const Bytes message = hex_in(signed_text, "message");
            EXPECT_EQ(key.sign(message), signature_in(signed_text, "signature"));
            EXPECT_TRUE(verify(key.public_key(), message, key.sign(message)));
            ++seen;
        }
    }
    EXPECT_EQ(seen, 8 * 4);
}

TEST(NeoGoKeys, OpenAndCloseWithPasswordsInEitherNormalForm) {
    const json::Value file = own_vectors("keys.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "keys")) {
        const PrivateKey key = key_in(v, "private_key");
        for (const json::Value& encrypted : list_in(v, "nep2")) {
            const std::string password = text_in(encrypted, "password");
            const std::string nep2 = text_in(encrypted, "nep2");
            EXPECT_EQ(nep2_encrypt(key, password, scrypt_in(file)).value(), nep2);
            const auto opened = nep2_decrypt(nep2, password, scrypt_in(file));
            ASSERT_TRUE(opened) << opened.error().message;
            EXPECT_EQ(opened->public_key(), key.public_key());
            EXPECT_EQ(nep2_decrypt(nep2, password + "?", scrypt_in(file)).error().code,
                      Errc::unauthenticated);
            ++seen;
        }
    }
    EXPECT_EQ(seen, 8 * 11);
}

TEST(NeoGoKeys, MakeTheSameMultiSignatureAccounts) {
    int seen = 0;
    for (const json::Value& v : list_in(own_vectors("keys.json"), "multi_signature")) {
        std::vector<PublicKey> keys = keys_in(v, "public_keys");
        const int m = v.at("m").to_number<int>();
        const Bytes script = hex_in(v, "script");
        const auto check = parse_verification_script(script);
        ASSERT_TRUE(check) << check.error().message;
        EXPECT_EQ(check->m, m);
        EXPECT_EQ(multi_signature_script(m, keys).value(), script);
        EXPECT_EQ(to_address(hash160(script)), text_in(v, "address"));
        std::ranges::sort(keys);
        EXPECT_EQ(check->keys, keys);
        ++seen;
    }
    EXPECT_EQ(seen, 8);
}

TEST(NeoGoWallet, OpensHereAndStaysWhatItIs) {
    const json::Value file = own_vectors("wallets.json");
    const std::string password = text_in(file, "password");
    const auto parsed = Wallet::parse(json::write_value(file.at("wallet")));
    ASSERT_TRUE(parsed) << parsed.error().message;
    const auto written = Wallet::parse(parsed->to_json());
    ASSERT_TRUE(written) << written.error().message;
    for (const Wallet& wallet : {*parsed, *written}) {
        ASSERT_EQ(wallet.accounts.size(), 5u);
        for (const auto& [address, secret] : file.at("private_keys").as_object()) {
            const auto key = wallet.unlock(from_address(address).value(), password);
            ASSERT_TRUE(key) << key.error().message;
            EXPECT_EQ(hex_encode(key->secret().reveal()), std::string(secret.as_string()));
        }
        EXPECT_TRUE(wallet.accounts[0].is_default);
        EXPECT_TRUE(wallet.accounts[1].locked);
        EXPECT_EQ(wallet.accounts[1].label, "locked \u5bc6");
        EXPECT_EQ(parse_verification_script(wallet.accounts[2].verification_script)->m, 2);
        EXPECT_TRUE(wallet.accounts[3].deployed);
        EXPECT_EQ(wallet.accounts[3].parameters,
                  (std::vector<AbiParameter>{{"what", ParameterType::string}}));
        EXPECT_TRUE(wallet.accounts[4].nep2.empty());
        EXPECT_EQ(wallet.select("watched").value(), &wallet.accounts[4]);
    }
}

TEST(NeoGoWallet, IsRefusedCutShort) {
    const json::Value file = own_vectors("wallets.json");
    const std::string text = json::write_value(file.at("wallet"));
    for (std::size_t size = 0; size < text.size(); ++size)
        ASSERT_FALSE(Wallet::parse(text.substr(0, size))) << size;
}

TEST(NeoGoMessages, AreSignedAndVerifiedInEveryFormat) {
    const json::Value file = own_vectors("messages.json");
    const PrivateKey key = key_in(file, "private_key");
    std::map<std::string, int> seen;
    for (const json::Value& v : list_in(file, "messages")) {
        SCOPED_TRACE(text_in(v, "format"));
        SignedMessage message{.format = parse_message_format(text_in(v, "format")).value(),
                              .message = text_in(v, "message"),
                              .salt = text_in(v, "salt"),
                              .network = u32_in(v, "network")};
        EXPECT_EQ(message_format_name(message.format), text_in(v, "format"));
        EXPECT_EQ(hex_encode(message_bytes(message).value()), text_in(v, "bytes"));
        const Signature signature = signature_in(v, "signature");
        EXPECT_EQ(sign_message(key, message).value(), signature);
        EXPECT_TRUE(verify_message(key.public_key(), message, signature));
        message.message += "!";
        EXPECT_EQ(verify_message(key.public_key(), message, signature).error().code,
                  Errc::unauthenticated);
        ++seen[text_in(v, "format")];
    }
    EXPECT_EQ(seen.size(), message_formats().size());
}

TEST(NeoGoMessages, LoginsAreReadAndWritten) {
    static const std::map<std::string, LoginForm> kForms = {
        {"nep20", LoginForm::nep20},
        {"nep20_2021", LoginForm::nep20_2021},
        {"neoline_2026", LoginForm::neoline_2026}};
    const json::Value file = own_vectors("messages.json");
    const PublicKey key = PublicKey::parse(text_in(file, "public_key")).value();
    int seen = 0;
    for (const json::Value& v : list_in(file, "logins")) {
        const LoginForm form = kForms.at(text_in(v, "form"));
        LoginChallenge challenge{.nonce = std::stoull(text_in(v, "nonce")),
                                 .timestamp = u32_in(v, "timestamp"),
                                 .network = u32_in(v, "network"),
                                 .account = hash_in(v, "account"),
                                 .action = text_in(v, "action"),
                                 .domain = text_in(v, "domain")};
        const Bytes bytes = hex_in(v, "bytes");
        EXPECT_EQ(login_bytes(challenge, form).value(), bytes);
        EXPECT_EQ(parse_login(bytes, form).value(), challenge);
        const auto again = [form](const Bytes& data) -> std::optional<Bytes> {
            const auto read = parse_login(data, form);
            return read ? std::optional(login_bytes(*read, form).value()) : std::nullopt;
        };
        expect_one_form_only(bytes, again);
        expect_whole_only(bytes, again);
        EXPECT_TRUE(verify_login(challenge, form, key, signature_in(v, "signature")));
        ++challenge.nonce;
        EXPECT_FALSE(verify_login(challenge, form, key, signature_in(v, "signature")));
        ++seen;
    }
    EXPECT_EQ(seen, 15);
}

}  // namespace
}  // namespace nsl::neo
