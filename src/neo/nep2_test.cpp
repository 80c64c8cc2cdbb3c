// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"
#include "neo/keys.h"

namespace nsl::neo {
namespace {

constexpr ScryptParams kFast{.n = 2, .r = 1, .p = 1};

PrivateKey key_from(std::uint64_t seed) {
    SeededRandom random(seed);
    return PrivateKey::generate(random);
}

RC_GTEST_PROP(Nep2, RoundTripsWithItsPasswordOnly, ()) {
    const PrivateKey key = key_from(*rc::gen::arbitrary<std::uint64_t>());
    const auto password = *rc::gen::container<std::string>(rc::gen::inRange<char>(0x20, 0x7f));
    const std::string nep2 = nep2_encrypt(key, password, kFast).value();
    RC_ASSERT(nep2.size() == 58u);
    RC_ASSERT(nep2.starts_with("6P"));
    RC_ASSERT(check_nep2(nep2).has_value());
    const auto back = nep2_decrypt(nep2, password, kFast);
    RC_ASSERT(back.has_value());
    RC_ASSERT(constant_time_equal(back->secret().reveal(), key.secret().reveal()));
    RC_ASSERT(nep2_decrypt(nep2, password + "!", kFast).error().code == Errc::unauthenticated);
}

TEST(Nep2, DamagedKeyIsRefusedAsAWrongPasswordIs) {
    const std::string nep2 = nep2_encrypt(key_from(1), "one", kFast).value();
    Bytes payload = base58check_decode(nep2).value();
    for (std::size_t at = 0; at < payload.size(); ++at) {
        Bytes damaged = payload;
        damaged[at] ^= 0x10;
        const auto key = nep2_decrypt(base58check_encode(damaged), "one", kFast);
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().code, at < 3 ? Errc::invalid_argument : Errc::unauthenticated);
    }
}

TEST(Nep2, WrongPasswordAndDamageReadTheSame) {
    const std::string nep2 = nep2_encrypt(key_from(1), "one", kFast).value();
    Bytes damaged = base58check_decode(nep2).value();
    damaged.back() ^= 1;
    EXPECT_EQ(nep2_decrypt(nep2, "two", kFast).error().message,
              nep2_decrypt(base58check_encode(damaged), "one", kFast).error().message);
}

TEST(Nep2, RefusesOtherText) {
    Bytes payload(39, 0);
    payload[0] = 0x01, payload[1] = 0x42, payload[2] = 0xe0;
    ASSERT_TRUE(check_nep2(base58check_encode(payload)));
    Bytes shorter(payload.begin(), payload.end() - 1), longer = payload;
    longer.push_back(0);
    for (const std::string& text :
         {std::string(), base58check_encode(shorter), base58check_encode(longer),
          std::string("KxhEDBQyyEFymvfJD96q8stMbJMbZUb6D1PmXqBWZDU2WvbvVs9o")}) {
        EXPECT_EQ(check_nep2(text).error().code, Errc::invalid_argument);
        EXPECT_EQ(nep2_decrypt(text, "one", kFast).error().code, Errc::invalid_argument);
    }
}

TEST(Nep2, AnyTextIsAPassword) {
    const PrivateKey key = key_from(1);
    for (const std::string& password :
         {std::string("pässword"), std::string("我的密码"), std::string("tab\t"),
          std::string("del\x7f"), std::string("nul\0inside", 10), std::string(1024, 'a'),
          std::string()}) {
        const auto nep2 = nep2_encrypt(key, password, kFast);
        ASSERT_TRUE(nep2) << nep2.error().message;
        EXPECT_EQ(nep2_decrypt(*nep2, password, kFast)->public_key(), key.public_key());
        EXPECT_EQ(nep2_decrypt(*nep2, password + " ", kFast).error().code,
                  password.size() == 1024 ? Errc::invalid_argument : Errc::unauthenticated);
    }
    EXPECT_EQ(
        nep2_decrypt(nep2_encrypt(key, std::string("nul\0inside", 10), kFast).value(), "nul", kFast)
            .error()
            .code,
        Errc::unauthenticated);
}

// Keyboards differ in how they compose: the same password must open the key on both.
TEST(Nep2, PasswordsAreTheSameHoweverTheyAreComposed) {
    const PrivateKey key = key_from(1);
    const std::string composed = nep2_encrypt(key, "p\u00e4ssw\u00f6rd", kFast).value();
    EXPECT_EQ(nep2_encrypt(key, "pa\u0308sswo\u0308rd", kFast).value(), composed);
    EXPECT_TRUE(nep2_decrypt(composed, "pa\u0308ssw\u00f6rd", kFast));
    EXPECT_FALSE(nep2_decrypt(composed, "password", kFast));
}

TEST(Nep2, RefusesPasswordsThatAreNoText) {
    const PrivateKey key = key_from(1);
    const std::string nep2 = nep2_encrypt(key, "one", kFast).value();
    for (const std::string& password : {std::string("secret\xff"), std::string("secret\xc3"),
                                        std::string("\xed\xa0\x80"), std::string(1025, 'a')}) {
        for (const auto& refused : {nep2_encrypt(key, password, kFast).error(),
                                    nep2_decrypt(nep2, password, kFast).error()}) {
            EXPECT_EQ(refused.code, Errc::invalid_argument);
            EXPECT_EQ(refused.message.find("secret"), std::string::npos);
        }
    }
}

TEST(Nep2, RefusesScryptParametersThatAreWrongOrTooExpensive) {
    EXPECT_TRUE(check_scrypt_params({}));
    EXPECT_TRUE(check_scrypt_params(kFast));
    for (const ScryptParams& params :
         {ScryptParams{0, 8, 8}, ScryptParams{1, 8, 8}, ScryptParams{3, 8, 8},
          ScryptParams{16384, 0, 8}, ScryptParams{16384, 8, 0}, ScryptParams{1 << 30, 8, 8},
          ScryptParams{std::uint64_t{1} << 63, 1, 1}, ScryptParams{2, 0xffffffff, 0xffffffff},
          ScryptParams{16384, 8, 1000}}) {
        EXPECT_EQ(check_scrypt_params(params).error().code, Errc::invalid_argument);
        EXPECT_FALSE(nep2_encrypt(key_from(1), "one", params));
    }
}

}  // namespace
}  // namespace nsl::neo
