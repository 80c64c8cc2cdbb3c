// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nsl {

TEST(ByteWriter, WritesLittleEndian) {
    ByteWriter out;
    out.u8(0x01);
    out.u16(0x0203);
    out.u32(0x04050607);
    out.u64(0x08090a0b0c0d0e0f);
    out.i64(-2);
    const Bytes expected = {0x01, 0x03, 0x02, 0x07, 0x06, 0x05, 0x04, 0x0f, 0x0e, 0x0d, 0x0c, 0x0b,
                            0x0a, 0x09, 0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    EXPECT_EQ(out.size(), expected.size());
    EXPECT_EQ(out.take(), expected);
}

RC_GTEST_PROP(ByteReader, ReadsWhatWasWritten,
              (std::uint8_t a, std::uint16_t b, std::uint32_t c, std::uint64_t d, std::int64_t e,
               Bytes f)) {
    ByteWriter out;
    out.u8(a);
    out.u16(b);
    out.u32(c);
    out.u64(d);
    out.i64(e);
    out.bytes(f);
    ByteReader in(out.view());
    RC_ASSERT(in.u8().value() == a);
    RC_ASSERT(in.u16().value() == b);
    RC_ASSERT(in.u32().value() == c);
    RC_ASSERT(in.u64().value() == d);
    RC_ASSERT(in.i64().value() == e);
    RC_ASSERT(in.left() == f.size());
    const auto rest = in.bytes(f.size());
    RC_ASSERT(rest.has_value());
    RC_ASSERT(std::ranges::equal(*rest, f));
    RC_ASSERT(in.finish().has_value());
}

TEST(ByteReader, RefusesToReadPastTheEnd) {
    const Bytes data = {1, 2, 3};
    ByteReader in(data);
    EXPECT_EQ(in.u32().error().code, Errc::invalid_argument);
    EXPECT_EQ(in.position(), 0U) << "a refused read must not move";
    EXPECT_EQ(in.u16(), 0x0201);
    EXPECT_EQ(in.bytes(2).error().code, Errc::invalid_argument);
    EXPECT_EQ(in.bytes(std::numeric_limits<std::size_t>::max()).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(in.array<2>().error().code, Errc::invalid_argument);
    EXPECT_EQ(in.array<1>(), (ByteArray<1>{3}));
    EXPECT_EQ(in.u8().error().code, Errc::invalid_argument);
}

TEST(ByteReader, ReportsBytesLeftOver) {
    const Bytes data = {1, 2};
    ByteReader in(data);
    EXPECT_EQ(in.finish().error().code, Errc::invalid_argument);
    EXPECT_TRUE(in.u16());
    EXPECT_TRUE(in.finish());
}

RC_GTEST_PROP(ConstantTimeEqual, AgreesWithOrdinaryComparison, (Bytes a, Bytes b)) {
    RC_ASSERT(constant_time_equal(a, a));
    RC_ASSERT(constant_time_equal(a, b) == (a == b));
    if (!a.empty()) {
        Bytes changed = a;
        changed[*rc::gen::inRange<std::size_t>(0, a.size())] ^= 1;
        RC_ASSERT(!constant_time_equal(a, changed));
    }
}

RC_GTEST_PROP(Text, BecomesBytesAndBack, (std::string text)) {
    RC_ASSERT(as_text(as_bytes(text)) == text);
}

}  // namespace nsl
