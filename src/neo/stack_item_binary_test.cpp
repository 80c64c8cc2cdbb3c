// SPDX-License-Identifier: Apache-2.0
// StdLib.serialize: what is refused, and limits.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"
#include "neo/stack_item.h"
#include "neo/stack_item_gen.h"

namespace nsl::neo {
namespace {

Errc refusal(std::string_view hex) {
    const auto item = StackItem::deserialize(hex_decode(hex).value());
    EXPECT_FALSE(item) << hex.substr(0, 100);
    return item ? Errc::internal : item.error().code;
}

std::string repeated(std::string_view hex, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += hex;
    return out;
}

TEST(StackItemBinary, RefusesWhatSerializeDoesNotWrite) {
    for (const char* hex : {
             "",
             "0000",              // a byte left over
             "10",                // a pointer
             "60",                // an interop interface
             "ff",                // neo-go's mark for what cannot be stored
             "22",                // no type
             "20",                // cut short
             "2002",              // neither true nor false
             "210100",            // zero in one byte
             "21020100",          // one in two bytes
             "2102ffff",          // -1 in two bytes
             "28fd0100ff",        // a length in a longer form
             "2801",              // cut short
             "28",                // cut short
             "4001",              // cut short
             "400200",            // cut short
             "48010000",          // null as a key
             "480130000000",      // a buffer as a key
             "4801400000",        // an array as a key
             "4802200100200100",  // a key twice
         })
        EXPECT_EQ(refusal(hex), Errc::invalid_argument) << hex;
}

TEST(StackItemBinary, RefusesLengthsThatNothingHas) {
    EXPECT_EQ(refusal("2121" + repeated("01", 33)), Errc::limit_exceeded);
    for (const char* length : {"fe00000080", "feffffffff", "ff0000000001000000",
                               "ffffffffffffffffff", "ff0000000000000080"})
        for (const char* type : {"21", "28", "30", "40", "41", "48"})
            EXPECT_EQ(refusal(std::string(type) + length), Errc::limit_exceeded) << type << length;
}

TEST(StackItemBinary, TakesAsManyItemsAsTheVmHoldsAndNoMore) {
    EXPECT_TRUE(StackItem::deserialize(hex_decode("40fdff07" + repeated("00", 2047)).value()));
    EXPECT_EQ(refusal("40fd0008" + repeated("00", 2048)), Errc::limit_exceeded);
    // Counted through all levels.
    EXPECT_EQ(refusal("4002" + repeated("40fd0004" + repeated("00", 1024), 2)),
              Errc::limit_exceeded);
    std::vector<StackItem> many(2047);
    EXPECT_TRUE(StackItem::array(many).serialize());
    many.emplace_back();
    EXPECT_EQ(StackItem::array(many).serialize().error().code, Errc::limit_exceeded);
    EXPECT_EQ(StackItem::array({StackItem::array(std::vector<StackItem>(1024)),
                                StackItem::array(std::vector<StackItem>(1024))})
                  .serialize()
                  .error()
                  .code,
              Errc::limit_exceeded);
}

TEST(StackItemBinary, TakesAsManyBytesAsTheVmHoldsAndNoMore) {
    // One byte of type, five of length.
    const auto bytes = StackItem::byte_string(Bytes(131'064, 7)).serialize();
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->size(), 131'070U);
    EXPECT_TRUE(StackItem::deserialize(*bytes));
    EXPECT_EQ(StackItem::byte_string(Bytes(131'065, 7)).serialize().error().code,
              Errc::limit_exceeded);
    EXPECT_EQ(StackItem::deserialize(Bytes(131'071, 0)).error().code, Errc::limit_exceeded);
}

TEST(StackItemBinary, WritesNothingThatItWouldNotRead) {
    for (const StackItem& item :
         {StackItem{.type = StackItemType::pointer},
          StackItem{.type = StackItemType::interop_interface},
          StackItem::array({StackItem{.type = StackItemType::interop_interface}}),
          StackItem::map({{StackItem::null(), StackItem::null()}}),
          StackItem::map({{StackItem::integer(1), StackItem::null()},
                          {StackItem::integer(1), StackItem::null()}}),
          StackItem::map({{StackItem::byte_string(Bytes(65, 1)), StackItem::null()}})})
        EXPECT_EQ(item.serialize().error().code, Errc::invalid_argument);
    EXPECT_EQ(StackItem::integer(Int256(1) << 255).serialize().error().code, Errc::limit_exceeded);
    EXPECT_TRUE(StackItem::integer(-(Int256(1) << 255)).serialize());
}

TEST(StackItemBinary, RefusesNestingOfTenThousand) {
    EXPECT_EQ(refusal(repeated("4001", 10'000) + "00"), Errc::limit_exceeded);
    EXPECT_EQ(refusal(repeated("4101", 10'000) + "00"), Errc::limit_exceeded);
    EXPECT_EQ(refusal(repeated("48012001", 10'000) + "00"), Errc::limit_exceeded);
    StackItem deep;
    for (int i = 0; i < 10'000; ++i) {
        std::vector<StackItem> one;
        one.push_back(std::move(deep));
        deep = StackItem::array(std::move(one));
    }
    EXPECT_EQ(deep.serialize().error().code, Errc::limit_exceeded);
}

RC_GTEST_PROP(StackItemBinary, IsRefusedWhenCutShort, ()) {
    const Bytes bytes = random_item(3).serialize().value();
    const auto end = *rc::gen::inRange<std::size_t>(0, bytes.size());
    RC_ASSERT(!StackItem::deserialize(ByteView(bytes).first(end)));
}

RC_GTEST_PROP(StackItemBinary, AFlippedBitIsRefusedOrWrittenBack, ()) {
    Bytes bytes = random_item(3).serialize().value();
    const auto bit = *rc::gen::inRange<std::size_t>(0, bytes.size() * 8);
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto item = StackItem::deserialize(bytes);
    if (item) RC_ASSERT(item->serialize().value() == bytes);
}

}  // namespace
}  // namespace nsl::neo
