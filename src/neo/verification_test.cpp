// SPDX-License-Identifier: Apache-2.0
#include "neo/verification.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

PublicKey key_from(std::uint64_t seed) {
    SeededRandom random(seed);
    return PrivateKey::generate(random).public_key();
}

std::vector<PublicKey> keys_from(std::uint64_t seed, std::size_t count) {
    std::vector<PublicKey> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(key_from(seed + i));
    return out;
}

TEST(SingleSignature, HasTheScriptOfItsKey) {
    const PublicKey key = key_from(1);
    EXPECT_EQ(hex_encode(single_signature_script(key)), "0c21" + key.hex() + "4156e7b327");
    EXPECT_EQ(account_of(key), hash160(single_signature_script(key)));
    const auto check = parse_verification_script(single_signature_script(key));
    ASSERT_TRUE(check);
    EXPECT_FALSE(check->multi_signature);
    EXPECT_EQ(check->m, 1);
    EXPECT_EQ(check->keys, std::vector{key});
}

TEST(MultiSignature, RefusesWrongCountsAndDuplicates) {
    const auto keys = keys_from(1, 3);
    for (const int m : {-1, 0, 4})
        EXPECT_EQ(multi_signature_script(m, keys).error().code, Errc::invalid_argument);
    EXPECT_FALSE(multi_signature_script(1, {}));
    EXPECT_FALSE(multi_signature_script(1, {keys[0], keys[1], keys[0]}));
    EXPECT_FALSE(multi_signature_script(1, std::vector(1025, keys[0])));
}

RC_GTEST_PROP(MultiSignature, DoesNotDependOnTheOrderOfKeysAndReadsBack, ()) {
    const auto n = *rc::gen::inRange<std::size_t>(1, 20);
    auto keys = keys_from(*rc::gen::arbitrary<std::uint32_t>(), n);
    const int m = *rc::gen::inRange(1, static_cast<int>(n) + 1);
    const Bytes script = multi_signature_script(m, keys).value();
    std::ranges::sort(keys);
    std::ranges::reverse(keys);
    RC_ASSERT(multi_signature_script(m, keys).value() == script);

    const auto check = parse_verification_script(script);
    RC_ASSERT(check.has_value());
    RC_ASSERT(check->multi_signature);
    RC_ASSERT(check->m == m);
    std::ranges::reverse(keys);
    RC_ASSERT(check->keys == keys);
}

TEST(VerificationScript, RefusesEveryCutAndAnExtraByte) {
    const Bytes single = single_signature_script(key_from(1));
    const Bytes multi = multi_signature_script(2, keys_from(1, 3)).value();
    for (const Bytes& script : {single, multi}) {
        for (std::size_t size = 0; size < script.size(); ++size) {
            const auto check = parse_verification_script(ByteView(script).first(size));
            ASSERT_FALSE(check) << size;
            EXPECT_EQ(check.error().code, Errc::invalid_argument);
        }
        Bytes longer = script;
        longer.push_back(0x40);
        EXPECT_FALSE(parse_verification_script(longer));
    }
}

TEST(VerificationScript, RefusesKeysOutOfOrder) {
    auto keys = keys_from(1, 2);
    std::ranges::sort(keys);
    const std::string head = "120c21", between = "0c21", tail = "12419ed0dc3a";
    EXPECT_TRUE(parse_verification_script(
        hex_decode(head + keys[0].hex() + between + keys[1].hex() + tail).value()));
    EXPECT_FALSE(parse_verification_script(
        hex_decode(head + keys[1].hex() + between + keys[0].hex() + tail).value()));
    EXPECT_FALSE(parse_verification_script(
        hex_decode(head + keys[0].hex() + between + keys[0].hex() + tail).value()));
}

TEST(VerificationScript, AcceptsBothFormsOfACount) {
    const Bytes script = multi_signature_script(16, keys_from(1, 16)).value();
    ASSERT_EQ(script.front(), 0x20);
    Bytes longer = hex_decode("0010").value();
    longer.insert(longer.end(), script.begin() + 1, script.end());
    ASSERT_TRUE(parse_verification_script(longer));
    EXPECT_EQ(parse_verification_script(longer)->m, 16);
}

TEST(InvocationScript, PushesEachSignature) {
    Signature one, two;
    one.fill(0x11);
    two.fill(0x22);
    const std::vector<Signature> both{one, two};
    EXPECT_EQ(hex_encode(invocation_script(both)),
              "0c40" + hex_encode(one) + "0c40" + hex_encode(two));
    EXPECT_TRUE(invocation_script({}).empty());
}

}  // namespace
}  // namespace nsl::neo
