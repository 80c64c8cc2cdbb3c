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

TEST(Nep2, RefusesPasswordsItCannotNormalise) {
    const PrivateKey key = key_from(1);
    for (const char* password : {"pässword", "我的密码", "tab\t", "nul\x7f"}) {
        const auto nep2 = nep2_encrypt(key, password, kFast);
        ASSERT_FALSE(nep2);
        EXPECT_EQ(nep2.error().code, Errc::invalid_argument);
        EXPECT_EQ(nep2.error().message.find(password), std::string::npos);
    }
    EXPECT_FALSE(nep2_encrypt(key, std::string(1025, 'a'), kFast));
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
