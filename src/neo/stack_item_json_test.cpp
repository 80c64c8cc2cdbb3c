// SPDX-License-Identifier: Apache-2.0
// Stack items as JSON: what is refused, limits, and the forms of iterators.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "neo/stack_item.h"

namespace nsl::neo {
namespace {

Result<StackItem> read(std::string_view text) {
    return StackItem::from_json(
        json::parse_value(text, {.bytes_max = 1 << 24, .depth_max = 50'000}).value());
}

Errc refusal(std::string_view text) {
    const auto item = read(text);
    EXPECT_FALSE(item) << text.substr(0, 200);
    return item ? Errc::internal : item.error().code;
}

void expect_same(std::string_view text) {
    const auto item = read(text);
    ASSERT_TRUE(item) << text << ": " << item.error().message;
    EXPECT_EQ(json::write_value(item->to_json()), text);
}

std::string nested(std::string_view type, std::size_t levels, std::string_view inner) {
    std::string out;
    for (std::size_t i = 0; i < levels; ++i)
        out += R"({"type":")" + std::string(type) + R"(","value":[)";
    out += inner;
    for (std::size_t i = 0; i < levels; ++i) out += "]}";
    return out;
}

std::string list_of(std::string_view one, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? "," : "") + std::string(one);
    return out;
}

TEST(StackItemJson, EachTypeIsWrittenAsItWasRead) {
    for (const char* text : {
             R"({"type":"Any"})",
             R"({"type":"Boolean","value":false})",
             R"({"type":"Integer","value":"-5"})",
             R"({"type":"ByteString","value":"AQID"})",
             R"({"type":"Buffer","value":""})",
             R"({"type":"Pointer","value":513})",
             R"({"type":"Array","value":[{"type":"Any"},{"type":"Struct","value":[]}]})",
             R"({"type":"Map","value":[{"key":{"type":"Integer","value":"1"},"value":)"
             R"({"type":"Map","value":[]}},{"key":{"type":"Boolean","value":true},"value":)"
             R"({"type":"Any"}}]})",
             R"({"type":"InteropInterface"})",
             R"({"type":"InteropInterface","interface":"IIterator",)"
             R"("id":"e65b9752-a559-42a2-ae46-b643c62973fe"})",
             R"({"type":"InteropInterface","iterator":[]})",
             R"({"type":"InteropInterface","iterator":[{"type":"Any"}],"truncated":true})",
         })
        expect_same(text);
    // Null with a value is written without.
    EXPECT_EQ(read(R"({"type":"Any","value":null})").value(), StackItem::null());
}

TEST(StackItemJson, RefusesEveryOtherShape) {
    for (
        const char* text : {
            "null",
            "[]",
            "5",
            "{}",
            R"({"value":"1"})",
            R"({"type":1})",
            R"({"type":"Unknown","value":"1"})",
            R"({"type":"integer","value":"1"})",
            R"({"type":"Any","value":1})",
            R"({"type":"Boolean"})",
            R"({"type":"Boolean","value":1})",
            R"({"type":"Boolean","value":"true"})",
            R"({"type":"Integer"})",
            R"({"type":"Integer","value":5})",
            R"({"type":"Integer","value":"x"})",
            R"({"type":"Integer","value":"05"})",
            R"({"type":"Integer","value":""})",
            R"({"type":"Integer","value":"57896044618658097711785492504343953926634992332820282019728792003956564819968"})",
            R"({"type":"Integer","value":"-57896044618658097711785492504343953926634992332820282019728792003956564819969"})",
            R"({"type":"ByteString"})",
            R"({"type":"ByteString","value":"***"})",
            R"({"type":"ByteString","value":[1]})",
            R"({"type":"Buffer","value":"AQI"})",
            R"({"type":"Pointer","value":-1})",
            R"({"type":"Pointer","value":"5"})",
            R"({"type":"Pointer"})",
            R"({"type":"Array"})",
            R"({"type":"Array","value":"x"})",
            R"({"type":"Array","value":[5]})",
            R"({"type":"Struct","value":{}})",
            R"({"type":"Map"})",
            R"({"type":"Map","value":[5]})",
            R"({"type":"Map","value":[{"key":{"type":"Any"}}]})",
            R"({"type":"Map","value":[{"value":{"type":"Any"}}]})",
            R"({"type":"InteropInterface","interface":"IOther","id":"1"})",
            R"({"type":"InteropInterface","interface":"IIterator"})",
            R"({"type":"InteropInterface","id":"1"})",
            R"({"type":"InteropInterface","iterator":5})",
            R"({"type":"InteropInterface","iterator":[5]})",
            R"({"type":"InteropInterface","truncated":1})",
            // Only an iterator that is the whole item brings its values.
            R"({"type":"Array","value":[{"type":"InteropInterface","iterator":[]}]})",
            R"({"type":"InteropInterface","iterator":[{"type":"InteropInterface","iterator":[]}]})",
        })
        EXPECT_EQ(refusal(text), Errc::invalid_argument) << text;
}

TEST(StackItemJson, RefusesKeysThatNoMapHas) {
    const auto map = [](const std::string& keys) {
        return R"({"type":"Map","value":[)" + keys + "]}";
    };
    const auto entry = [](std::string_view key) {
        return R"({"key":)" + std::string(key) + R"(,"value":{"type":"Any"}})";
    };
    for (const char* key : {R"({"type":"Any"})", R"({"type":"Array","value":[]})",
                            R"({"type":"Buffer","value":""})", R"({"type":"Pointer","value":1})"})
        EXPECT_EQ(refusal(map(entry(key))), Errc::invalid_argument) << key;
    const std::string one = entry(R"({"type":"Integer","value":"1"})");
    EXPECT_EQ(refusal(map(one + "," + one)), Errc::invalid_argument);
    // The same bytes as another type are another key.
    EXPECT_TRUE(read(map(one + "," + entry(R"({"type":"ByteString","value":"AQ=="})"))));
    const auto long_key = [&](std::size_t bytes) {
        return map(
            entry(R"({"type":"ByteString","value":")" + base64_encode(Bytes(bytes, 1)) + R"("})"));
    };
    EXPECT_TRUE(read(long_key(64)));
    EXPECT_EQ(refusal(long_key(65)), Errc::invalid_argument);
}

TEST(StackItemJson, TakesAsManyItemsAsTheVmHoldsAndNoMore) {
    const std::string any = R"({"type":"Any"})";
    EXPECT_TRUE(read(nested("Array", 1, list_of(any, 2047))));
    EXPECT_EQ(refusal(nested("Array", 1, list_of(any, 2048))), Errc::limit_exceeded);
    const std::string bytes = R"({"type":"Buffer","value":")";
    EXPECT_TRUE(read(bytes + base64_encode(Bytes(131'070, 0)) + R"("})"));
    EXPECT_EQ(refusal(bytes + base64_encode(Bytes(131'071, 0)) + R"("})"), Errc::limit_exceeded);
    // Each value of an iterator is an item of its own.
    const std::string full = nested("Array", 1, list_of(any, 2047));
    EXPECT_TRUE(read(R"({"type":"InteropInterface","iterator":[)" + full + "," + full + "]}"));
    EXPECT_EQ(refusal(R"({"type":"InteropInterface","iterator":[)" + list_of(any, 2049) + "]}"),
              Errc::limit_exceeded);
}

// A contract may return this, so the log that holds it must be read.
TEST(StackItemJson, ReadsAndWritesTheDeepestItemOfTheVm) {
    const std::string text = nested("Array", 2047, R"({"type":"Any"})");
    ASSERT_LE(2 * 2048U, kStackItemJsonDepth);
    const auto value =
        json::parse_value(text, {.bytes_max = 1 << 20, .depth_max = kStackItemJsonDepth});
    ASSERT_TRUE(value) << value.error().message;
    const auto item = StackItem::from_json(*value);
    ASSERT_TRUE(item) << item.error().message;
    EXPECT_EQ(json::write_value(item->to_json()), text);
    EXPECT_EQ(StackItem::deserialize(item->serialize().value()).value(), *item);
}

TEST(StackItemJson, RefusesNestingOfTenThousand) {
    EXPECT_EQ(refusal(nested("Array", 10'000, "")), Errc::limit_exceeded);
    EXPECT_EQ(refusal(nested("Struct", 10'000, R"({"type":"Any"})")), Errc::limit_exceeded);
    std::string maps = R"({"type":"Any"})";
    std::string start;
    std::string end;
    for (int i = 0; i < 10'000; ++i) {
        start += R"({"type":"Map","value":[{"key":{"type":"Boolean","value":true},"value":)";
        end += "}]}";
    }
    EXPECT_EQ(refusal(start + maps + end), Errc::limit_exceeded);
    std::string iterators;
    for (int i = 0; i < 10'000; ++i) iterators += R"({"type":"InteropInterface","iterator":[)";
    for (int i = 0; i < 10'000; ++i) iterators += "]}";
    EXPECT_EQ(refusal(iterators), Errc::invalid_argument);
}

}  // namespace
}  // namespace nsl::neo
