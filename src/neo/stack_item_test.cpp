// SPDX-License-Identifier: Apache-2.0
#include "neo/stack_item.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

json::Value item(std::string_view text) {
    return json::parse_value(text).value();
}

json::Value bytes_item(std::string_view type, ByteView bytes) {
    return json::Object{{"type", type}, {"value", base64_encode(bytes)}};
}

TEST(StackItem, IntegerComesInFourForms) {
    EXPECT_EQ(item_integer(item(R"({"type":"Integer","value":"-12"})")).value(), -12);
    EXPECT_EQ(item_integer(item(R"({"type":"Boolean","value":true})")).value(), 1);
    EXPECT_EQ(item_integer(item(R"({"type":"ByteString","value":"gAA="})")).value(), 128);
    EXPECT_EQ(item_integer(item(R"({"type":"Buffer","value":""})")).value(), 0);
}

TEST(StackItem, IntegerRefusesOtherThings) {
    for (
        const char* text :
        {R"({"type":"Integer","value":"x"})", R"({"type":"Integer","value":5})",
         R"({"type":"Integer"})", R"({"type":"Any"})", R"({"type":"Array","value":[]})",
         R"({"type":"ByteString","value":"***"})", R"({"value":"1"})", R"({"type":1})", "[]",
         R"({"type":"Map","value":[]})", "null",
         R"({"type":"Integer","value":"57896044618658097711785492504343953926634992332820282019728792003956564819968"})"})
        EXPECT_EQ(item_integer(item(text)).error().code, Errc::invalid_argument) << text;
    EXPECT_FALSE(item_integer(bytes_item("ByteString", Bytes(33, 0))));
}

TEST(StackItem, SixtyFourBitsAreChecked) {
    EXPECT_EQ(item_i64(item(R"({"type":"Integer","value":"-9223372036854775808"})")).value(),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(item_i64(item(R"({"type":"Integer","value":"9223372036854775808"})")).error().code,
              Errc::invalid_argument);
}

TEST(StackItem, BooleanIsAnyBitSet) {
    EXPECT_TRUE(item_boolean(item(R"({"type":"Boolean","value":true})")).value());
    EXPECT_FALSE(item_boolean(item(R"({"type":"Boolean","value":false})")).value());
    EXPECT_TRUE(item_boolean(item(R"({"type":"Integer","value":"2"})")).value());
    EXPECT_FALSE(item_boolean(item(R"({"type":"Integer","value":"0"})")).value());
    EXPECT_TRUE(item_boolean(bytes_item("ByteString", Bytes{0, 1})).value());
    EXPECT_FALSE(item_boolean(bytes_item("Buffer", Bytes{0, 0})).value());
    EXPECT_EQ(item_boolean(item(R"({"type":"Any"})")).error().code, Errc::invalid_argument);
    EXPECT_FALSE(item_boolean(item(R"({"type":"Array","value":[]})")));
}

TEST(StackItem, TextIsUtf8) {
    EXPECT_EQ(item_text(bytes_item("ByteString", as_bytes("é"))).value(), "é");
    const auto bad = item_text(bytes_item("ByteString", Bytes{0xc3, 0x28}));
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, Errc::invalid_argument);
    EXPECT_FALSE(item_text(item(R"({"type":"Integer","value":"1"})")));
}

TEST(StackItem, ArrayAndStructAreLists) {
    const auto array = item(R"({"type":"Array","value":[{"type":"Any"}]})");
    EXPECT_EQ(item_array(array).value()->size(), 1u);
    EXPECT_EQ(item_array(item(R"({"type":"Struct","value":[]})")).value()->size(), 0u);
    EXPECT_EQ(item_array(item(R"({"type":"Map","value":[]})")).error().code,
              Errc::invalid_argument);
    EXPECT_FALSE(item_array(item(R"({"type":"Array","value":"x"})")));
}

RC_GTEST_PROP(StackItem, BytesReadBack, ()) {
    const auto bytes = *rc::gen::arbitrary<Bytes>();
    RC_ASSERT(item_bytes(bytes_item("ByteString", bytes)).value() == bytes);
    RC_ASSERT(item_bytes(bytes_item("Buffer", bytes)).value() == bytes);
    RC_ASSERT(!item_bytes(bytes_item("Integer", bytes)));
}

RC_GTEST_PROP(StackItem, IntegerIsTheSameAsNumberAndAsBytes, ()) {
    const Int256 value = *rc::gen::arbitrary<std::int64_t>();
    const json::Value number = json::Object{{"type", "Integer"}, {"value", int256_text(value)}};
    RC_ASSERT(item_integer(number).value() == value);
    RC_ASSERT(item_integer(bytes_item("ByteString", int256_encode(value))).value() == value);
}

}  // namespace
}  // namespace nsl::neo
