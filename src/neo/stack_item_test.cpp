// SPDX-License-Identifier: Apache-2.0
#include "neo/stack_item.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"
#include "neo/stack_item_gen.h"

namespace nsl::neo {
namespace {

Result<StackItem> read(std::string_view text) {
    return StackItem::from_json(json::parse_value(text).value());
}

StackItem item(std::string_view text) {
    auto read_item = read(text);
    EXPECT_TRUE(read_item) << text << ": " << read_item.error().message;
    return read_item.value_or(StackItem{});
}

json::Value bytes_item(std::string_view type, ByteView bytes) {
    return json::Object{{"type", type}, {"value", base64_encode(bytes)}};
}

TEST(StackItem, IntegerComesInFourForms) {
    EXPECT_EQ(item(R"({"type":"Integer","value":"-12"})").as_integer().value(), -12);
    EXPECT_EQ(item(R"({"type":"Boolean","value":true})").as_integer().value(), 1);
    EXPECT_EQ(item(R"({"type":"ByteString","value":"gAA="})").as_integer().value(), 128);
    EXPECT_EQ(item(R"({"type":"Buffer","value":""})").as_integer().value(), 0);
}

TEST(StackItem, IntegerRefusesOtherThings) {
    for (const char* text :
         {R"({"type":"Any"})", R"({"type":"Array","value":[]})", R"({"type":"Map","value":[]})",
          R"({"type":"Pointer","value":1})", R"({"type":"InteropInterface"})"})
        EXPECT_EQ(item(text).as_integer().error().code, Errc::invalid_argument) << text;
    EXPECT_FALSE(StackItem::byte_string(Bytes(33, 0)).as_integer());
}

TEST(StackItem, SixtyFourBitsAreChecked) {
    EXPECT_EQ(item(R"({"type":"Integer","value":"-9223372036854775808"})").as_i64().value(),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(item(R"({"type":"Integer","value":"9223372036854775808"})").as_i64().error().code,
              Errc::invalid_argument);
}

TEST(StackItem, BooleanIsAnyBitSetAndABufferAlways) {
    EXPECT_TRUE(StackItem::boolean(true).as_boolean().value());
    EXPECT_FALSE(StackItem::boolean(false).as_boolean().value());
    EXPECT_TRUE(StackItem::integer(2).as_boolean().value());
    EXPECT_FALSE(StackItem::integer(0).as_boolean().value());
    EXPECT_TRUE(StackItem::byte_string(Bytes{0, 1}).as_boolean().value());
    EXPECT_TRUE(StackItem::buffer(Bytes{0, 0}).as_boolean().value());
    EXPECT_TRUE(StackItem::buffer(Bytes(33, 0)).as_boolean().value());
    EXPECT_EQ(StackItem::null().as_boolean().error().code, Errc::invalid_argument);
    EXPECT_FALSE(StackItem::array({}).as_boolean());
    EXPECT_FALSE(StackItem::byte_string(Bytes(33, 1)).as_boolean());
}

TEST(StackItem, TextIsUtf8) {
    EXPECT_EQ(StackItem::text("é").as_text().value(), "é");
    const auto bad = StackItem::byte_string(Bytes{0xc3, 0x28}).as_text();
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, Errc::invalid_argument);
    EXPECT_FALSE(StackItem::integer(1).as_text());
}

TEST(StackItem, BytesAreWhatTheVmConvertsTo) {
    EXPECT_EQ(StackItem::integer(128).as_bytes().value(), (Bytes{0x80, 0x00}));
    EXPECT_EQ(StackItem::integer(0).as_bytes().value(), Bytes{});
    EXPECT_EQ(StackItem::boolean(true).as_bytes().value(), Bytes{1});
    EXPECT_EQ(StackItem::boolean(false).as_bytes().value(), Bytes{0});
    for (const StackItem& other :
         {StackItem::null(), StackItem::array({}), StackItem::map({}), StackItem::structure({})})
        EXPECT_EQ(other.as_bytes().error().code, Errc::invalid_argument);
}

TEST(StackItem, HashesAndKeysAreBytesOfTheirLength) {
    Bytes raw(20, 0);
    raw[0] = 0xab;
    EXPECT_EQ(StackItem::byte_string(raw).as_hash160().value().display(),
              "0x00000000000000000000000000000000000000ab");
    EXPECT_EQ(StackItem::buffer(Bytes(32, 7)).as_hash256().value().raw[31], 7);
    EXPECT_EQ(StackItem::byte_string(Bytes(32, 7)).as_hash160().error().code,
              Errc::invalid_argument);
    EXPECT_EQ(StackItem::byte_string(raw).as_hash256().error().code, Errc::invalid_argument);
    EXPECT_FALSE(StackItem::null().as_hash160());
    const Bytes key =
        hex_decode("02b3622bf4017bdfe317c58aed5f4c753f206b7db896046fa7d774bbc4bf7f8dc2").value();
    EXPECT_EQ(StackItem::byte_string(key).as_public_key().value().hex(), hex_encode(key));
    EXPECT_EQ(StackItem::byte_string(raw).as_public_key().error().code, Errc::invalid_argument);
    EXPECT_EQ(StackItem::integer(2).as_public_key().error().code, Errc::invalid_argument);
}

TEST(StackItem, ArrayAndStructAreLists) {
    const StackItem array = item(R"({"type":"Array","value":[{"type":"Any"}]})");
    EXPECT_EQ(array.as_array().value()->size(), 1u);
    EXPECT_EQ(item(R"({"type":"Struct","value":[]})").as_array().value()->size(), 0u);
    EXPECT_EQ(item(R"({"type":"Map","value":[]})").as_array().error().code, Errc::invalid_argument);
}

RC_GTEST_PROP(StackItem, BytesReadBack, ()) {
    const auto bytes = *rc::gen::arbitrary<Bytes>();
    for (const char* type : {"ByteString", "Buffer"})
        RC_ASSERT(StackItem::from_json(bytes_item(type, bytes))->as_bytes().value() == bytes);
}

RC_GTEST_PROP(StackItem, IntegerIsTheSameAsNumberAndAsBytes, ()) {
    const Int256 value = *rc::gen::arbitrary<std::int64_t>();
    const json::Value number = json::Object{{"type", "Integer"}, {"value", int256_text(value)}};
    RC_ASSERT(StackItem::from_json(number)->as_integer().value() == value);
    RC_ASSERT(StackItem::byte_string(int256_encode(value)).as_integer().value() == value);
}

RC_GTEST_PROP(StackItem, IsTheSameAfterJsonAndAfterSerializing, ()) {
    const StackItem before = random_item(4);
    const auto from_json = StackItem::from_json(before.to_json());
    RC_ASSERT(from_json.has_value());
    RC_ASSERT(*from_json == before);
    const auto bytes = before.serialize();
    RC_ASSERT(bytes.has_value());
    const auto from_bytes = StackItem::deserialize(*bytes);
    RC_ASSERT(from_bytes.has_value());
    RC_ASSERT(*from_bytes == before);
}

}  // namespace
}  // namespace nsl::neo
