// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <map>

#include "checks.h"
#include "neo/message.h"
#include "neo/vector_file.h"
#include "neo/verification.h"
#include "neo/wallet.h"

namespace nsl::neo::differential {
namespace {

PublicKey public_key_in(const json::Value& record) {
    return PublicKey::parse(text_in(record, "public_key")).value();
}

Signature signature_in(const json::Value& record, std::string_view name) {
    const Bytes bytes = hex_in(record, name);
    Signature out{};
    EXPECT_EQ(bytes.size(), out.size());
    std::ranges::copy(bytes, out.begin());
    return out;
}

std::uint32_t u32_in(const json::Value& record, std::string_view name) {
    return record.at(name).to_number<std::uint32_t>();
}

void check_key(const json::Value& record) {
    const PrivateKey key = key_in(record, "private_key");
    EXPECT_EQ(as_text(key.to_wif().reveal()), text_in(record, "wif"));
    const auto from_wif = PrivateKey::from_wif(text_in(record, "wif"));
    ASSERT_TRUE(from_wif) << from_wif.error().message;
    EXPECT_TRUE(std::ranges::equal(from_wif->secret().reveal(), key.secret().reveal()));
    EXPECT_EQ(key.public_key().hex(), text_in(record, "public_key"));
    const Bytes script = single_signature_script(key.public_key());
    EXPECT_EQ(hex_encode(script), text_in(record, "script"));
    EXPECT_EQ(account_of(key.public_key()).display(), text_in(record, "account"));
    EXPECT_EQ(to_address(hash160(script)), text_in(record, "address"));
    const auto read = parse_verification_script(script);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->keys, std::vector{key.public_key()});
}

void check_account(const json::Value& record) {
    const Hash160 account = hash_in(record, "account");
    EXPECT_EQ(account.display(), text_in(record, "account"));
    EXPECT_EQ(to_address(account), text_in(record, "address"));
    EXPECT_EQ(from_address(text_in(record, "address")).value(), account);
}

void check_nep2(const json::Value& record) {
    const PrivateKey key = key_in(record, "private_key");
    const json::Value& scrypt = record.at("scrypt");
    const ScryptParams params{.n = scrypt.at("n").to_number<std::uint64_t>(),
                              .r = u32_in(scrypt, "r"),
                              .p = u32_in(scrypt, "p")};
    const std::string password = text_in(record, "password"), nep2 = text_in(record, "nep2");
    const auto encrypted = nep2_encrypt(key, password, params);
    ASSERT_TRUE(encrypted) << encrypted.error().message;
    EXPECT_EQ(*encrypted, nep2);
    const auto decrypted = nep2_decrypt(nep2, password, params);
    ASSERT_TRUE(decrypted) << decrypted.error().message;
    EXPECT_EQ(decrypted->public_key(), key.public_key());
    EXPECT_FALSE(nep2_decrypt(nep2, password + "x", params));
}

void check_multi_signature(const json::Value& record) {
    const int m = record.at("m").to_number<int>();
    std::vector<PublicKey> keys = keys_in(record, "public_keys");
    const auto script = multi_signature_script(m, keys);
    ASSERT_TRUE(script) << script.error().message;
    EXPECT_EQ(hex_encode(*script), text_in(record, "script"));
    EXPECT_EQ(to_address(hash160(*script)), text_in(record, "address"));
    const auto read = parse_verification_script(hex_in(record, "script"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->m, m);
    std::ranges::sort(keys);
    EXPECT_EQ(read->keys, keys);
}

void check_signature(const json::Value& record) {
    const PrivateKey key = key_in(record, "private_key");
    const Bytes message = hex_in(record, "message");
    EXPECT_EQ(with_low_s(key.sign(message)), signature_in(record, "signed"));
    EXPECT_TRUE(verify(key.public_key(), message, signature_in(record, "signed")));
    EXPECT_EQ(verify(public_key_in(record), message, signature_in(record, "signature")),
              record.at("valid").as_bool());
}

void check_message(const json::Value& record) {
    const PrivateKey key = key_in(record, "private_key");
    const SignedMessage message{.format = parse_message_format(text_in(record, "format")).value(),
                                .message = text_in(record, "message"),
                                .salt = text_in(record, "salt"),
                                .network = u32_in(record, "network")};
    const auto bytes = message_bytes(message);
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(hex_encode(*bytes), text_in(record, "bytes"));
    const Signature theirs = signature_in(record, "signature");
    const auto ours = sign_message(key, message);
    // What a transaction's signers sign has 36 bytes: neon-core would sign it as a message, we do
    // not.
    if (message.format == MessageFormat::raw && bytes->size() == 36) {
        EXPECT_FALSE(ours);
    } else {
        ASSERT_TRUE(ours) << ours.error().message;
        EXPECT_EQ(with_low_s(*ours), theirs);
    }
    const Status verified = verify_message(public_key_in(record), message, theirs);
    EXPECT_TRUE(verified) << verified.error().message;
    SignedMessage other = message;
    other.message += ".";
    EXPECT_FALSE(verify_message(public_key_in(record), other, theirs));
}

void check_login(const json::Value& record) {
    static const std::map<std::string, LoginForm> kForms = {
        {"nep20", LoginForm::nep20},
        {"nep20_2021", LoginForm::nep20_2021},
        {"neoline_2026", LoginForm::neoline_2026}};
    const LoginForm form = kForms.at(text_in(record, "form"));
    const LoginChallenge challenge{.nonce = std::stoull(text_in(record, "nonce")),
                                   .timestamp = u32_in(record, "timestamp"),
                                   .network = u32_in(record, "network"),
                                   .account = hash_in(record, "account"),
                                   .action = text_in(record, "action"),
                                   .domain = text_in(record, "domain")};
    const auto bytes = login_bytes(challenge, form);
    // Texts of the generator may pass the 255 bytes that a challenge has room for.
    if (challenge.action.size() > 255 || challenge.domain.size() > 255) {
        EXPECT_FALSE(bytes);
        return;
    }
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(hex_encode(*bytes), text_in(record, "bytes"));
    const auto read = parse_login(hex_in(record, "bytes"), form);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, challenge);
    const Status verified =
        verify_login(challenge, form, public_key_in(record), signature_in(record, "signature"));
    EXPECT_TRUE(verified) << verified.error().message;
}

void check_wallet(const json::Value& record) {
    const auto wallet = Wallet::parse(text_in(record, "file"));
    ASSERT_TRUE(wallet) << wallet.error().message;
    const json::Array& secrets = list_in(record, "private_keys");
    EXPECT_EQ(wallet->accounts.size(), secrets.size() + 1);
    const std::string password = text_in(record, "password");
    for (const json::Value& secret : secrets) {
        const Bytes bytes = hex_decode(secret.as_string()).value();
        const Hash160 account = account_of(PrivateKey::from_bytes(bytes)->public_key());
        const auto opened = wallet->unlock(account, password);
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_TRUE(std::ranges::equal(opened->secret().reveal(), bytes));
        EXPECT_FALSE(wallet->unlock(account, password + "x"));
    }
    const WalletAccount* watched = wallet->find(from_address(text_in(record, "watched")).value());
    ASSERT_NE(watched, nullptr);
    EXPECT_TRUE(watched->nep2.empty());
    EXPECT_FALSE(watched->deployed);
    // What we write of it opens just the same.
    const auto again = Wallet::parse(wallet->to_json());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->unlock(again->accounts[0].account, password));
}

}  // namespace

Signature with_low_s(const Signature& signature) {
    using boost::multiprecision::cpp_int;
    static const cpp_int kOrder(
        "0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    cpp_int s;
    import_bits(s, signature.begin() + 32, signature.end());
    if (s > kOrder / 2) s = kOrder - s;
    Signature out = signature;
    std::fill(out.begin() + 32, out.end(), 0);
    Bytes low;
    export_bits(s, std::back_inserter(low), 8);
    std::ranges::copy_backward(low, out.end());
    return out;
}

Check find_key_check(std::string_view kind) {
    static const std::map<std::string_view, Check> kChecks = {
        {"key", check_key},
        {"account", check_account},
        {"nep2", check_nep2},
        {"multi_signature", check_multi_signature},
        {"signature", check_signature},
        {"message", check_message},
        {"login", check_login},
        {"wallet", check_wallet}};
    const auto found = kChecks.find(kind);
    return found == kChecks.end() ? nullptr : found->second;
}

}  // namespace nsl::neo::differential
