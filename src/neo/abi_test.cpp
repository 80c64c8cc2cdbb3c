// SPDX-License-Identifier: Apache-2.0
#include "neo/abi.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"
#include "neo/stack_item_gen.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kKey =
    "02b3622bf4017bdfe317c58aed5f4c753f206b7db896046fa7d774bbc4bf7f8dc2";

std::string decoded(const StackItem& item, ParameterType type) {
    const auto value = decode_by_type(item, type);
    if (!value) {
        EXPECT_EQ(value.error().code, Errc::invalid_argument);
        return "refused";
    }
    return json::write_value(*value);
}

TEST(Abi, TypesHaveTheirNames) {
    for (const char* name :
         {"Any", "Boolean", "Integer", "ByteArray", "String", "Hash160", "Hash256", "PublicKey",
          "Signature", "Array", "Map", "InteropInterface", "Void"}) {
        const auto type = parse_parameter_type(name);
        ASSERT_TRUE(type) << name;
        EXPECT_EQ(parameter_type_name(*type), name);
    }
    for (const char* name : {"", "any", "int", "bytes", "Struct", "Hash", "Void "})
        EXPECT_EQ(parse_parameter_type(name).error().code, Errc::invalid_argument) << name;
}

TEST(AbiDecode, AValueIsShownAsItsTypeMeansIt) {
    Bytes hash(20, 0);
    hash[0] = 1;
    EXPECT_EQ(decoded(StackItem::byte_string(hash), ParameterType::hash160),
              R"("0x0000000000000000000000000000000000000001")");
    EXPECT_EQ(decoded(StackItem::buffer(Bytes(32, 1)), ParameterType::hash256),
              "\"0x" + hex_encode(Bytes(32, 1)) + "\"");
    EXPECT_EQ(decoded(StackItem::byte_string(hex_decode(kKey).value()), ParameterType::public_key),
              "\"" + std::string(kKey) + "\"");
    EXPECT_EQ(decoded(StackItem::text("é"), ParameterType::string), "\"é\"");
    EXPECT_EQ(decoded(StackItem::text("abc"), ParameterType::byte_array), R"("YWJj")");
    EXPECT_EQ(decoded(StackItem::byte_string(Bytes(64, 0)), ParameterType::signature),
              "\"" + base64_encode(Bytes(64, 0)) + "\"");
    const Int256 large = Int256(1) << 200;
    EXPECT_EQ(decoded(StackItem::integer(large), ParameterType::integer),
              "\"" + int256_text(large) + "\"");
    EXPECT_EQ(decoded(StackItem::byte_string(Bytes{0x80}), ParameterType::integer), R"("-128")");
    EXPECT_EQ(decoded(StackItem::boolean(true), ParameterType::integer), R"("1")");
    EXPECT_EQ(decoded(StackItem::boolean(true), ParameterType::boolean), "true");
    EXPECT_EQ(decoded(StackItem::integer(0), ParameterType::boolean), "false");
}

TEST(AbiDecode, ListsMapsAndAnyAreShownByWhatTheyHold) {
    const StackItem list = StackItem::structure(
        {StackItem::integer(5), StackItem::text("x"), StackItem::null(), StackItem::boolean(true)});
    EXPECT_EQ(decoded(list, ParameterType::array), R"(["5","eA==",null,true])");
    EXPECT_EQ(decoded(list, ParameterType::any), R"(["5","eA==",null,true])");
    const StackItem map = StackItem::map({{StackItem::text("a"), list}});
    const char* shown = R"([{"key":"YQ==","value":["5","eA==",null,true]}])";
    EXPECT_EQ(decoded(map, ParameterType::map), shown);
    EXPECT_EQ(decoded(map, ParameterType::any), shown);
    StackItem iterator{.type = StackItemType::interop_interface};
    iterator.interop_id = "7";
    EXPECT_EQ(decoded(iterator, ParameterType::interop_interface),
              R"({"type":"InteropInterface","interface":"IIterator","id":"7"})");
    EXPECT_EQ(decoded(StackItem::array({iterator}), ParameterType::any),
              R"([{"type":"InteropInterface","interface":"IIterator","id":"7"}])");
    for (const auto type :
         {ParameterType::any, ParameterType::hash160, ParameterType::integer, ParameterType::map,
          ParameterType::none, ParameterType::string, ParameterType::interop_interface})
        EXPECT_EQ(decoded(StackItem::null(), type), "null");
}

TEST(AbiDecode, AValueOfAnotherTypeIsRefused) {
    const std::pair<StackItem, ParameterType> cases[] = {
        {StackItem::text("short"), ParameterType::hash160},
        {StackItem::integer(5), ParameterType::hash160},
        {StackItem::byte_string(Bytes(20, 1)), ParameterType::hash256},
        {StackItem::byte_string(Bytes(33, 1)), ParameterType::public_key},
        {StackItem::byte_string(Bytes(63, 1)), ParameterType::signature},
        {StackItem::byte_string(Bytes{0xff}), ParameterType::string},
        {StackItem::integer(5), ParameterType::string},
        {StackItem::integer(5), ParameterType::byte_array},
        {StackItem::byte_string(Bytes(33, 1)), ParameterType::integer},
        {StackItem::array({}), ParameterType::integer},
        {StackItem::array({}), ParameterType::boolean},
        {StackItem::array({}), ParameterType::map},
        {StackItem::map({}), ParameterType::array},
        {StackItem::text("x"), ParameterType::array},
        {StackItem::text("x"), ParameterType::interop_interface},
        {StackItem::integer(1), ParameterType::none},
    };
    for (const auto& [item, type] : cases)
        EXPECT_EQ(decoded(item, type), "refused") << parameter_type_name(type);
}

TEST(AbiDecode, DepthIsLimited) {
    StackItem deep = StackItem::array({});
    for (int i = 0; i < 64; ++i) deep = StackItem::array({deep});
    EXPECT_TRUE(decode_by_type(deep, ParameterType::any));
    deep = StackItem::array({deep});
    EXPECT_EQ(decode_by_type(deep, ParameterType::any).error().code, Errc::limit_exceeded);
}

RC_GTEST_PROP(AbiDecode, AnythingShallowCanBeShown, ()) {
    RC_ASSERT(decode_by_type(random_item(4), ParameterType::any).has_value());
}

TEST(AbiEvent, IsOneMemberForEachParameter) {
    const AbiEvent event{
        .name = "Transfer",
        .parameters = {{"from", ParameterType::hash160}, {"amount", ParameterType::integer}}};
    const auto state = StackItem::array({StackItem::null(), StackItem::byte_string(Bytes{5})});
    const auto value = decode_event(event, state);
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(json::write_value(*value), R"({"from":null,"amount":"5"})");

    for (const StackItem& wrong :
         {StackItem::null(), StackItem::integer(1), StackItem::array({StackItem::null()}),
          StackItem::array({StackItem::null(), StackItem::null(), StackItem::null()})})
        EXPECT_EQ(decode_event(event, wrong).error().code, Errc::invalid_argument);
    const auto bad =
        decode_event(event, StackItem::array({StackItem::text("me"), StackItem::integer(1)}));
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, Errc::invalid_argument);
    EXPECT_NE(bad.error().message.find("from"), std::string::npos);
    EXPECT_NE(bad.error().message.find("Transfer"), std::string::npos);
}

}  // namespace
}  // namespace nsl::neo
