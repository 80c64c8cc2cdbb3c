// SPDX-License-Identifier: Apache-2.0
#include "base/int256.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"

namespace nsl {
namespace {

const Int256 kTop = (Int256(1) << 255) - 1;
const Int256 kBottom = -(Int256(1) << 255);

std::string encoded(const char* text) {
    return hex_encode(int256_encode(Int256(text)));
}

}  // namespace

// neo-go pkg/encoding/bigint/bigint_test.go.
TEST(Int256, EncodesAsTheVirtualMachineDoes) {
    EXPECT_EQ(encoded("0"), "");
    EXPECT_EQ(encoded("1"), "01");
    EXPECT_EQ(encoded("-1"), "ff");
    EXPECT_EQ(encoded("127"), "7f");
    EXPECT_EQ(encoded("128"), "8000");
    EXPECT_EQ(encoded("-128"), "80");
    EXPECT_EQ(encoded("-129"), "7fff");
    EXPECT_EQ(encoded("255"), "ff00");
    EXPECT_EQ(encoded("-256"), "00ff");
    EXPECT_EQ(encoded("256"), "0001");
    EXPECT_EQ(encoded("-8388608"), "000080");
    EXPECT_EQ(encoded("123456789012345678901234"), "f2af966ca0101f9b241a");
}

TEST(Int256, EncodesTheEndsInThirtyTwoBytes) {
    EXPECT_EQ(hex_encode(int256_encode(kTop)), std::string(62, 'f') + "7f");
    EXPECT_EQ(hex_encode(int256_encode(kBottom)), std::string(62, '0') + "80");
    EXPECT_EQ(int256_decode(int256_encode(kTop)), kTop);
    EXPECT_EQ(int256_decode(int256_encode(kBottom)), kBottom);
}

TEST(Int256, WhatIsOutsideTheVirtualMachineDoesNotDecode) {
    EXPECT_EQ(int256_decode(int256_encode(kTop + 1)).error().code, Errc::limit_exceeded);
    EXPECT_EQ(int256_decode(int256_encode(kBottom - 1)).error().code, Errc::limit_exceeded);
    EXPECT_EQ(int256_decode(Bytes(33, 0)).error().code, Errc::limit_exceeded);
}

TEST(Int256, DecodesRedundantSignBytes) {
    EXPECT_EQ(int256_decode(Bytes{0, 0}), Int256(0));
    EXPECT_EQ(int256_decode(Bytes{1, 0, 0}), Int256(1));
    EXPECT_EQ(int256_decode(Bytes{0xff, 0xff}), Int256(-1));
    EXPECT_EQ(int256_decode(Bytes(32, 0xff)), Int256(-1));
}

RC_GTEST_PROP(Int256, AnyThirtyTwoBytesRoundTrip, ()) {
    const auto size = *rc::gen::inRange<std::size_t>(0, 33);
    const auto data = *rc::gen::container<Bytes>(size, rc::gen::arbitrary<std::uint8_t>());
    const auto value = int256_decode(data);
    RC_ASSERT(value.has_value());
    const Bytes shortest = int256_encode(*value);
    RC_ASSERT(shortest.size() <= data.size());
    RC_ASSERT(int256_decode(shortest).value() == *value);
    RC_ASSERT(int256_parse(int256_text(*value)).value() == *value);
}

RC_GTEST_PROP(Int256, AgreesWithNativeIntegers, (std::int64_t value)) {
    RC_ASSERT(int256_text(Int256(value)) == std::to_string(value));
    RC_ASSERT(int256_to_i64(Int256(value)).value() == value);
    RC_ASSERT(int256_parse(std::to_string(value)).value() == Int256(value));
}

TEST(Int256, ParsesUpToItsEnds) {
    EXPECT_EQ(int256_parse(int256_text(kTop)), kTop);
    EXPECT_EQ(int256_parse(int256_text(kBottom)), kBottom);
    EXPECT_EQ(int256_parse(int256_text(kTop + 1)).error().code, Errc::limit_exceeded);
    EXPECT_EQ(int256_parse(int256_text(kBottom - 1)).error().code, Errc::limit_exceeded);
    EXPECT_EQ(int256_parse(std::string(77, '9')).error().code, Errc::limit_exceeded);
    EXPECT_EQ(int256_parse(std::string(100'000, '9')).error().code, Errc::limit_exceeded);
}

TEST(Int256, RefusesTextThatNoEncoderWrites) {
    for (const char* text :
         {"", "-", "+1", "01", "-0", "00", " 1", "1 ", "0x10", "1.0", "1e3", "--1"})
        EXPECT_EQ(int256_parse(text).error().code, Errc::invalid_argument) << text;
}

TEST(Int256, NarrowsOnlyWhatFits) {
    const Int256 top = std::numeric_limits<std::int64_t>::max();
    const Int256 bottom = std::numeric_limits<std::int64_t>::min();
    EXPECT_TRUE(int256_to_i64(top));
    EXPECT_TRUE(int256_to_i64(bottom));
    EXPECT_EQ(int256_to_i64(top + 1).error().code, Errc::limit_exceeded);
    EXPECT_EQ(int256_to_i64(bottom - 1).error().code, Errc::limit_exceeded);
}

TEST(Int256, ArithmeticBeyondItsWidthThrows) {
    EXPECT_THROW((void)Int256(kTop * 4), std::overflow_error);
    EXPECT_THROW((void)Int256(kTop * 2 + 1 + 1), std::runtime_error);
}

}  // namespace nsl
