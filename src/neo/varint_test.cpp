// SPDX-License-Identifier: Apache-2.0
#include "neo/varint.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

constexpr std::uint64_t kAny = ~std::uint64_t{0};

Result<std::uint64_t> read_hex(std::string_view hex, std::uint64_t max = kAny) {
    const Bytes bytes = hex_decode(hex).value();
    ByteReader in(bytes);
    return read_varint(in, max);
}

TEST(Varint, ChangesWidthWhereItShould) {
    const auto write = [](std::uint64_t value) {
        ByteWriter out;
        write_varint(out, value);
        return hex_encode(out.view());
    };
    EXPECT_EQ(write(0), "00");
    EXPECT_EQ(write(0xfc), "fc");
    EXPECT_EQ(write(0xfd), "fdfd00");
    EXPECT_EQ(write(0xffff), "fdffff");
    EXPECT_EQ(write(0x10000), "fe00000100");
    EXPECT_EQ(write(0xffffffff), "feffffffff");
    EXPECT_EQ(write(0x100000000), "ff0000000001000000");
}

TEST(Varint, RefusesLongerForms) {
    for (const char* hex : {"fd0000", "fdfc00", "fe00000000", "feffff0000", "ff0000000000000000",
                            "ffffffffff00000000"})
        EXPECT_EQ(read_hex(hex).error().code, Errc::invalid_argument) << hex;
}

TEST(Varint, RefusesMoreThanAllowed) {
    EXPECT_EQ(read_hex("10", 0x10).value(), 0x10u);
    EXPECT_EQ(read_hex("11", 0x10).error().code, Errc::limit_exceeded);
    const Bytes bytes = hex_decode("03010203").value();
    ByteReader in(bytes);
    EXPECT_EQ(read_varbytes(in, 2).error().code, Errc::limit_exceeded);
    // A length above what is there must not make us reserve it.
    const Bytes huge = hex_decode("ffffffffffffffffff").value();
    ByteReader cut(huge);
    EXPECT_EQ(read_varbytes(cut, kAny).error().code, Errc::invalid_argument);
}

RC_GTEST_PROP(Varint, RoundTripsAndRefusesEveryCut, ()) {
    const int bits = *rc::gen::inRange(0, 64);
    const std::uint64_t value = *rc::gen::arbitrary<std::uint64_t>() >> bits;
    ByteWriter out;
    write_varint(out, value);
    RC_ASSERT(out.size() == varint_size(value));
    ByteReader in(out.view());
    RC_ASSERT(read_varint(in, kAny).value() == value);
    RC_ASSERT(in.finish().has_value());
    for (std::size_t size = 0; size < out.size(); ++size) {
        ByteReader cut(ByteView(out.view()).first(size));
        RC_ASSERT(!read_varint(cut, kAny));
    }
}

}  // namespace
}  // namespace nsl::neo
