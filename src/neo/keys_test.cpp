// SPDX-License-Identifier: Apache-2.0
#include "neo/keys.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <thread>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

// RFC 6979 appendix A.2.5.
constexpr std::string_view kRfcKey =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr std::string_view kOrder =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

PrivateKey key_of(std::string_view hex) {
    return PrivateKey::from_bytes(hex_decode(hex).value()).value();
}

PrivateKey some_key() {
    SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
    return PrivateKey::generate(random);
}

Bytes some_message() {
    return *rc::gen::arbitrary<Bytes>();
}

TEST(Ecdsa, SignsAsRfc6979) {
    const PrivateKey key = key_of(kRfcKey);
    EXPECT_EQ(key.public_key().hex(),
              "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
    EXPECT_EQ(hex_encode(key.sign(as_bytes("sample"))),
              "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
              "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    EXPECT_EQ(hex_encode(key.sign(as_bytes("test"))),
              "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
              "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
}

TEST(Ecdsa, AcceptsHighAndLowS) {
    const PrivateKey key = key_of(kRfcKey);
    // n - s of the signature over "sample" above: the low form of the same signature.
    const Bytes low = hex_decode(
                          "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                          "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9")
                          .value();
    Signature signature;
    std::ranges::copy(low, signature.begin());
    EXPECT_TRUE(verify(key.public_key(), as_bytes("sample"), signature));
    EXPECT_TRUE(verify(key.public_key(), as_bytes("sample"), key.sign(as_bytes("sample"))));
}

TEST(Ecdsa, RefusesZeroAndTheOrderInASignature) {
    const PrivateKey key = key_of(kRfcKey);
    const Bytes order = hex_decode(kOrder).value();
    for (const std::size_t half : {0u, 32u}) {
        Signature signature = key.sign(as_bytes("sample"));
        std::fill_n(signature.begin() + half, 32, 0);
        EXPECT_FALSE(verify(key.public_key(), as_bytes("sample"), signature));
        std::ranges::copy(order, signature.begin() + half);
        EXPECT_FALSE(verify(key.public_key(), as_bytes("sample"), signature));
    }
    EXPECT_FALSE(verify(key.public_key(), as_bytes("sample"), Signature{}));
    EXPECT_FALSE(verify(PublicKey{}, as_bytes("sample"), key.sign(as_bytes("sample"))));
}

RC_GTEST_PROP(Ecdsa, VerifiesWhatItSignsAndNothingElse, ()) {
    const PrivateKey key = some_key();
    const Bytes message = some_message();
    Signature signature = key.sign(message);
    RC_ASSERT(verify(key.public_key(), message, signature));
    RC_ASSERT(signature == key.sign(message));
    const PublicKey stranger = some_key().public_key();
    RC_ASSERT(stranger == key.public_key() || !verify(stranger, message, signature));

    Bytes other = message;
    other.push_back(0);
    RC_ASSERT(!verify(key.public_key(), other, signature));
    const auto bit = *rc::gen::inRange<std::size_t>(0, 512);
    signature[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    RC_ASSERT(!verify(key.public_key(), message, signature));
}

// Each signature is the next message and the next key. The last hash was computed with another
// implementation of RFC 6979 (plain integers in Python).
TEST(Ecdsa, AThousandSignaturesAreThoseOfAnotherImplementation) {
    PrivateKey key = key_of(kRfcKey);
    ByteArray<32> chain = sha256(as_bytes("chain"));
    for (int i = 0; i < 1000; ++i) {
        const Signature signature = key.sign(chain);
        ASSERT_TRUE(verify(key.public_key(), chain, signature));
        chain = sha256(signature);
        key = PrivateKey::from_bytes(chain).value();
    }
    EXPECT_EQ(hex_encode(chain),
              "148c3932434e8409754a3cfdb5b2a487a3d57e89b54e44e4f85437844d109006");
}

TEST(Verifier, AnswersAsVerifyDoes) {
    const PrivateKey key = key_of(kRfcKey);
    Verifier first(key.public_key());
    Signature signature = key.sign(as_bytes("sample"));
    const Verifier verifier = std::move(first);
    EXPECT_TRUE(verifier.verify(as_bytes("sample"), signature));
    EXPECT_TRUE(verifier.verify(as_bytes("sample"), signature));
    EXPECT_FALSE(verifier.verify(as_bytes("simple"), signature));
    EXPECT_FALSE(verifier.verify(as_bytes("sample"), Signature{}));
    signature[63] ^= 1;
    EXPECT_FALSE(verifier.verify(as_bytes("sample"), signature));
    EXPECT_FALSE(Verifier(PublicKey{}).verify(as_bytes("sample"), key.sign(as_bytes("sample"))));
}

TEST(Verifier, IsSharedByThreads) {
    const PrivateKey key = key_of(kRfcKey);
    const Verifier verifier(key.public_key());
    const Signature signature = key.sign(as_bytes("sample"));
    std::atomic<int> right = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 50; ++turn)
                right += verifier.verify(as_bytes("sample"), signature) &&
                         !verifier.verify(as_bytes("simple"), signature);
        });
    threads.clear();
    EXPECT_EQ(right, 200);
}

TEST(PrivateKey, IsBetweenZeroAndTheOrder) {
    Bytes order = hex_decode(kOrder).value();
    EXPECT_FALSE(PrivateKey::from_bytes(order));
    EXPECT_FALSE(PrivateKey::from_bytes(Bytes(32, 0)));
    EXPECT_FALSE(PrivateKey::from_bytes(Bytes(32, 0xff)));
    EXPECT_FALSE(PrivateKey::from_bytes(Bytes(31, 1)));
    EXPECT_FALSE(PrivateKey::from_bytes(Bytes(33, 1)));
    EXPECT_EQ(PrivateKey::from_bytes(order).error().code, Errc::invalid_argument);
    order.back() -= 1;
    EXPECT_TRUE(PrivateKey::from_bytes(order));
    order.back() += 2;
    EXPECT_FALSE(PrivateKey::from_bytes(order));
    Bytes one(32, 0);
    one.back() = 1;
    // The generator itself.
    EXPECT_EQ(PrivateKey::from_bytes(one)->public_key().hex(),
              "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
}

// A generator whose first draw is no key: all ones are above the order.
class FirstDrawTooLarge final : public Random {
 public:
    void fill(std::span<std::uint8_t> out) override {
        std::ranges::fill(out, first_ ? 0xff : 0x42);
        first_ = false;
    }

 private:
    bool first_ = true;
};

TEST(PrivateKey, DrawsAgainWhenOutOfRange) {
    FirstDrawTooLarge random;
    EXPECT_TRUE(
        std::ranges::equal(PrivateKey::generate(random).secret().reveal(), Bytes(32, 0x42)));
}

RC_GTEST_PROP(PrivateKey, RoundTripsThroughWif, ()) {
    const PrivateKey key = some_key();
    const std::string wif = as_text(key.to_wif().reveal());
    RC_ASSERT(wif.size() == 52u);
    const auto back = PrivateKey::from_wif(wif);
    RC_ASSERT(back.has_value());
    RC_ASSERT(constant_time_equal(back->secret().reveal(), key.secret().reveal()));
    RC_ASSERT(back->public_key() == key.public_key());
    RC_ASSERT(PublicKey::parse(key.public_key().hex()).value() == key.public_key());
}

TEST(PrivateKey, RefusesWhatIsNoWif) {
    Bytes payload(34, 0x11);
    payload.front() = 0x80;
    payload.back() = 0x01;
    ASSERT_TRUE(PrivateKey::from_wif(base58check_encode(payload)));
    Bytes version = payload, uncompressed = payload, shorter = payload;
    version.front() = 0xef;
    uncompressed.back() = 0x00;
    shorter.pop_back();
    for (const Bytes& wrong : {version, uncompressed, shorter, Bytes{}}) {
        const auto key = PrivateKey::from_wif(base58check_encode(wrong));
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().code, Errc::invalid_argument);
    }
    std::string damaged = base58check_encode(payload);
    damaged.back() = damaged.back() == 'a' ? 'b' : 'a';
    ASSERT_FALSE(PrivateKey::from_wif(damaged));
    EXPECT_EQ(PrivateKey::from_wif(damaged).error().message.find(damaged), std::string::npos);
}

TEST(PublicKey, RefusesWhatIsNoPoint) {
    const Bytes good = hex_decode(key_of(kRfcKey).public_key().hex()).value();
    ASSERT_TRUE(PublicKey::from_bytes(good));
    for (const std::uint8_t prefix : {0x00, 0x01, 0x04, 0x06}) {
        Bytes wrong = good;
        wrong[0] = prefix;
        EXPECT_FALSE(PublicKey::from_bytes(wrong));
    }
    EXPECT_FALSE(PublicKey::from_bytes({}));
    EXPECT_FALSE(PublicKey::from_bytes(ByteView(good).first(32)));
    // X not below the field's prime.
    Bytes large(33, 0xff);
    large[0] = 2;
    EXPECT_FALSE(PublicKey::from_bytes(large));
    // About half of all X have no point; take the first few.
    int without_point = 0;
    for (std::uint8_t x = 0; x < 16; ++x) {
        Bytes candidate(33, 0);
        candidate[0] = 2;
        candidate[32] = x;
        if (!PublicKey::from_bytes(candidate)) ++without_point;
    }
    EXPECT_GT(without_point, 2);
    EXPECT_EQ(PublicKey::parse("zz").error().code, Errc::invalid_argument);
}

// k and n - k have the same X. For k = 1 the even Y is the larger one, so that sorting by the
// leading byte would be wrong.
TEST(PublicKey, SortsByXThenByY) {
    const PublicKey generator = key_of(std::string(63, '0') + "1").public_key();
    PublicKey negated = generator;
    negated.compressed[0] ^= 1;
    ASSERT_EQ(generator.compressed[0], 3);
    EXPECT_LT(generator, negated);
    EXPECT_GT(negated, generator);
    PublicKey by_x = key_of(kRfcKey).public_key();  // X 60fe… is below 6b17…
    EXPECT_LT(by_x, generator);
    EXPECT_LT(by_x, negated);
    EXPECT_EQ(by_x <=> by_x, std::strong_ordering::equal);
}

}  // namespace
}  // namespace nsl::neo
