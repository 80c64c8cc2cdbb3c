// SPDX-License-Identifier: Apache-2.0
#include "neo/witness.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "neo/damage.h"
#include "neo/verification.h"

namespace nsl::neo {
namespace {

const Bytes kMessage{1, 2, 3};

PrivateKey key_from(std::uint64_t seed) {
    SeededRandom random(seed);
    return PrivateKey::generate(random);
}

// Three keys in the order of their script.
std::vector<PrivateKey> three_keys() {
    std::vector<PrivateKey> out;
    for (const std::uint64_t seed : {1, 2, 3}) out.push_back(key_from(seed));
    std::ranges::sort(out, {}, &PrivateKey::public_key);
    return out;
}

struct TwoOfThree {
    std::vector<PrivateKey> keys = three_keys();
    Bytes script = multi_signature_script(
                       2, {keys[0].public_key(), keys[1].public_key(), keys[2].public_key()})
                       .value();
    Hash160 account = hash160(script);

    Witness by(std::initializer_list<int> signers, ByteView message = kMessage) const {
        std::vector<Signature> signatures;
        for (const int i : signers) signatures.push_back(keys[i].sign(message));
        return {invocation_script(signatures), script};
    }
    Status check(const Witness& witness) const { return check_witness(witness, account, kMessage); }
};

TEST(CheckWitness, HoldsForTheKeyOfASingleSignatureAccount) {
    const PrivateKey key = key_from(1);
    const Bytes script = single_signature_script(key.public_key());
    const Witness witness{invocation_script(std::vector{key.sign(kMessage)}), script};
    EXPECT_TRUE(check_witness(witness, hash160(script), kMessage));
    EXPECT_EQ(check_witness(witness, hash160(script), Bytes{1, 2}).error().code,
              Errc::unauthenticated);
    EXPECT_EQ(check_witness(witness, account_of(key_from(2).public_key()), kMessage).error().code,
              Errc::unauthenticated);
}

TEST(CheckWitness, TakesAnyTwoOfThreeInTheOrderOfTheirKeys) {
    const TwoOfThree account;
    EXPECT_TRUE(account.check(account.by({0, 1})));
    EXPECT_TRUE(account.check(account.by({0, 2})));
    EXPECT_TRUE(account.check(account.by({1, 2})));
    EXPECT_EQ(account.check(account.by({1, 0})).error().code, Errc::unauthenticated);
    EXPECT_EQ(account.check(account.by({2, 0})).error().code, Errc::unauthenticated);
    EXPECT_EQ(account.check(account.by({2, 1})).error().code, Errc::unauthenticated);
}

TEST(CheckWitness, SaysTheSameOfWitnessesInARow) {
    const TwoOfThree account;
    const PrivateKey other = key_from(9);
    const Bytes script = single_signature_script(other.public_key());
    const Witness of_other{invocation_script(std::vector{other.sign(kMessage)}), script};
    WitnessChecker checker;
    for (int round = 0; round < 2; ++round) {
        for (const Witness& witness :
             {account.by({0, 1}), account.by({1, 2}), account.by({2, 0}), account.by({1}),
              account.by({1, 1}), Witness{account.by({0, 1}).invocation, Bytes{0x40}}}) {
            const Status once = account.check(witness);
            const Status in_a_row = checker.check(witness, account.account, kMessage);
            ASSERT_EQ(in_a_row.has_value(), once.has_value());
            if (!once) EXPECT_EQ(in_a_row.error().message, once.error().message);
        }
        EXPECT_TRUE(checker.check(of_other, hash160(script), kMessage));
        EXPECT_FALSE(checker.check(of_other, account.account, kMessage));
    }
}

TEST(CheckWitness, CountsEachKeyOnce) {
    const TwoOfThree account;
    for (const int i : {0, 1, 2})
        EXPECT_EQ(account.check(account.by({i, i})).error().code, Errc::unauthenticated) << i;
}

TEST(CheckWitness, WantsNeitherMoreNorFewerSignatures) {
    const TwoOfThree account;
    EXPECT_EQ(account.check(account.by({})).error().code, Errc::unauthenticated);
    EXPECT_EQ(account.check(account.by({1})).error().code, Errc::unauthenticated);
    EXPECT_EQ(account.check(account.by({0, 1, 2})).error().code, Errc::unauthenticated);
}

TEST(CheckWitness, WantsSignaturesAndNothingElsePushed) {
    const TwoOfThree account;
    Witness nop = account.by({0, 1});
    nop.invocation.push_back(0x21);
    EXPECT_FALSE(account.check(nop));
    // PUSHDATA2 of the same bytes is as long as the first signature's end allows, yet another form.
    Witness other = account.by({0, 1});
    other.invocation[0] = 0x0d;
    EXPECT_EQ(account.check(other).error().code, Errc::unauthenticated);
    other = account.by({0, 1});
    other.invocation[67] = 0x3f;
    EXPECT_EQ(account.check(other).error().code, Errc::unauthenticated);
}

TEST(CheckWitness, LeavesOtherScriptsToANode) {
    EXPECT_EQ(check_witness({}, Hash160{}, kMessage).error().code, Errc::invalid_argument);
    const Bytes push_true{0x11};
    EXPECT_EQ(check_witness({{}, push_true}, hash160(push_true), kMessage).error().code,
              Errc::invalid_argument);
}

TEST(CheckWitness, FailsWithAnyBitFlipped) {
    const TwoOfThree account;
    const Witness good = account.by({0, 2});
    each_flipped_bit(good.invocation, [&](const Bytes& changed) {
        EXPECT_FALSE(account.check({changed, good.verification}));
    });
    each_flipped_bit(good.verification, [&](const Bytes& changed) {
        EXPECT_FALSE(account.check({good.invocation, changed}));
    });
}

TEST(Witness, RoundTripsInBytesAndJson) {
    const Witness witness{Bytes(1024, 7), Bytes(300, 9)};
    ByteWriter out;
    write_witness(out, witness);
    ByteReader in(out.view());
    EXPECT_EQ(read_witness(in).value(), witness);
    EXPECT_TRUE(in.finish());
    EXPECT_EQ(witness_from_json(witness_to_json(witness)).value(), witness);
    EXPECT_EQ(json::write_value(witness_to_json({{1, 2}, {}})),
              R"({"invocation":"AQI=","verification":""})");
}

TEST(Witness, RefusesScriptsAboveTheLimit) {
    for (const Witness& big : {Witness{Bytes(1025), {}}, Witness{{}, Bytes(1025)}}) {
        EXPECT_EQ(witness_from_json(witness_to_json(big)).error().code, Errc::limit_exceeded);
        ByteWriter out;
        write_witness(out, big);
        ByteReader in(out.view());
        EXPECT_EQ(read_witness(in).error().code, Errc::limit_exceeded);
    }
    for (const char* huge :
         {"fe00000000", "feffffffff", "ffffffffffffffffff", "ff0000000001000000"}) {
        const Bytes bytes = hex_decode(huge).value();
        ByteReader in(bytes);
        EXPECT_FALSE(read_witness(in)) << huge;
    }
}

TEST(Witness, RefusesOtherJson) {
    for (const char* text :
         {"null", "[]", "{}", R"({"invocation":"","verification":null})",
          R"({"invocation":"AQ","verification":""})", R"({"invocation":"","verification":"A==="})",
          R"({"verification":""})", R"({"invocation":1,"verification":""})"})
        EXPECT_EQ(witness_from_json(json::parse_value(text).value()).error().code,
                  Errc::invalid_argument)
            << text;
}

}  // namespace
}  // namespace nsl::neo
