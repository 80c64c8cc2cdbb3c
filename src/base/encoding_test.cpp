// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nsl {

// FIPS 180-4 examples.
TEST(Sha256, GivesThePublishedDigests) {
    EXPECT_EQ(hex_encode(sha256({})),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex_encode(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_encode(sha256_twice(as_bytes("hello"))),
              "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
}

TEST(Encoding, Sha256InPiecesIsThatOfTheWhole) {
    const std::string text = "the quick brown fox jumps over the lazy dog";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Sha256 pieces;
        pieces.update(as_bytes(text.substr(0, cut)));
        pieces.update(as_bytes(text.substr(cut)));
        EXPECT_EQ(pieces.finish(), sha256(as_bytes(text)));
    }
    EXPECT_EQ(Sha256().finish(), sha256({}));
}

RC_GTEST_PROP(Hex, RoundTripsInBothCases, (Bytes data)) {
    std::string text = hex_encode(data);
    RC_ASSERT(hex_decode(text).value() == data);
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    RC_ASSERT(hex_decode(text).value() == data);
}

TEST(Hex, RefusesOddLengthsAndOtherCharacters) {
    for (const char* text : {"0", "abc", "0x01", "g0", "0g", " 00", "00\n", "-1"})
        EXPECT_EQ(hex_decode(text).error().code, Errc::invalid_argument) << text;
    EXPECT_FALSE(hex_decode(std::string("0\0", 2)));
}

RC_GTEST_PROP(Base64, RoundTrips, (Bytes data)) {
    RC_ASSERT(base64_decode(base64_encode(data)).value() == data);
}

// RFC 4648 section 10.
TEST(Base64, GivesThePublishedTexts) {
    EXPECT_EQ(base64_encode({}), "");
    EXPECT_EQ(base64_encode(as_bytes("f")), "Zg==");
    EXPECT_EQ(base64_encode(as_bytes("fo")), "Zm8=");
    EXPECT_EQ(base64_encode(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
    for (const char* text :
         {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z g=", "Zg==\n", " Zg==", "Zg==    ", "    ",
          "====", "=", "Zg==Zg==", "Zm9v\nYmFy", "Zm-_", "Z\xc3\xa4==", "A===", "\n\n\n\n"})
        EXPECT_EQ(base64_decode(text).error().code, Errc::invalid_argument) << text;
}

RC_GTEST_PROP(Base64, AnyAcceptedTextIsTheEncodingOfItsBytes, ()) {
    const auto text = *rc::gen::container<std::string>(rc::gen::element('A', 'Q', 'g', '=', '/'));
    const auto decoded = base64_decode(text);
    if (decoded) RC_ASSERT(base64_encode(*decoded) == text);
}

RC_GTEST_PROP(Base58Check, RoundTrips, (Bytes data)) {
    RC_ASSERT(base58check_decode(base58check_encode(data)).value() == data);
}

TEST(Base58Check, GivesAKnownNeoAddress) {
    // The script hash of the GAS contract, d2a4cff31913016155e38e474a2c06d08be276cf in display
    // order, with the N3 address version 0x35.
    Bytes payload = {0x35};
    const Bytes hash = hex_decode("cf76e28bd0062c4a478ee35561011319f3cfa4d2").value();
    payload.insert(payload.end(), hash.begin(), hash.end());
    EXPECT_EQ(base58check_encode(payload), "NepwUjd9GhqgNkrfXaxj9mmsFhFzGoFuWM");
}

TEST(Base58Check, KeepsLeadingZeros) {
    const Bytes zeros(5, 0);
    const std::string text = base58check_encode(zeros);
    EXPECT_TRUE(text.starts_with("11111"));
    EXPECT_EQ(base58check_decode(text), zeros);
}

RC_GTEST_PROP(Base58Check, RefusesAnyChangedCharacter, (Bytes data)) {
    std::string text = base58check_encode(data);
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const char changed = *rc::gen::element('1', 'z', 'A', 'q', '8', '0', 'O', 'l', ' ');
    RC_PRE(text[at] != changed);
    text[at] = changed;
    RC_ASSERT(base58check_decode(text).error().code == Errc::invalid_argument);
}

TEST(Base58Check, RefusesShortLongAndForeignText) {
    for (const std::string& text :
         {std::string(), std::string("1"), std::string("111"), std::string("0OIl"),
          std::string("NepwUjd9 GhqgNkrf"), std::string(1025, '1'), std::string(1'000'000, 'z')})
        EXPECT_EQ(base58check_decode(text).error().code, Errc::invalid_argument)
            << text.substr(0, 20);
}

}  // namespace nsl
