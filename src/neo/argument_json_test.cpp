// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "neo/abi.h"

namespace nsl::neo {
namespace {

Result<Argument> read(std::string_view text) {
    return argument_from_json(
        json::parse_value(text, {.bytes_max = 1 << 24, .depth_max = 50'000}).value());
}

std::string script(std::string_view text) {
    const auto argument = read(text);
    if (!argument) return argument.error().message;
    return hex_encode(ScriptBuilder().push(*argument).take());
}

TEST(ArgumentJson, EachTypeIsPushedAsNodesPushIt) {
    EXPECT_EQ(script(R"({"type":"Integer","value":16})"), "20");
    EXPECT_EQ(script(R"({"type":"Integer","value":"-1"})"), "0f");
    EXPECT_EQ(script(R"({"type":"Integer","value":18446744073709551615})"),
              "04ffffffffffffffff0000000000000000");
    EXPECT_EQ(script(R"({"type":"Boolean","value":false})"), "09");
    EXPECT_EQ(script(R"({"type":"String","value":""})"), "0c00");
    EXPECT_EQ(script(R"({"type":"Hash256","value":"0x)" + std::string(62, '0') + R"(ab"})"),
              "0c20ab" + std::string(62, '0'));
    EXPECT_EQ(script(R"({"type":"Signature","value":")" + base64_encode(Bytes(64, 1)) + R"("})"),
              "0c40" + hex_encode(Bytes(64, 1)));
    EXPECT_EQ(script(R"({"type":"Map","value":[{"key":{"type":"String","value":"a"},)"
                     R"("value":{"type":"Any"}}]})"),
              "0b0c016111be");
    EXPECT_EQ(script(R"({"type":"Map","value":[]})"), "c8");
}

TEST(ArgumentJson, NoValueIsNull) {
    for (const char* type :
         {"Any", "Integer", "Hash160", "Array", "Signature", "InteropInterface"}) {
        const std::string start = R"({"type":")" + std::string(type) + '"';
        EXPECT_EQ(script(start + "}"), "0b") << type;
        EXPECT_EQ(script(start + R"(,"value":null})"), "0b") << type;
    }
}

TEST(ArgumentJson, RefusesWhatItsTypeIsNot) {
    for (
        const char* text : {
            "null",
            "[]",
            "{}",
            R"({"value":1})",
            R"({"type":5})",
            R"({"type":"int","value":1})",
            R"({"type":"Void"})",
            R"({"type":"Any","value":1})",
            R"({"type":"InteropInterface","value":"x"})",
            R"({"type":"Integer","vaule":1})",
            R"({"type":"Integer","value":1,"name":"a"})",
            R"({"type":"Integer","value":1.5})",
            R"({"type":"Integer","value":"0x10"})",
            R"({"type":"Integer","value":""})",
            R"({"type":"Integer","value":true})",
            R"({"type":"Integer","value":"57896044618658097711785492504343953926634992332820282019728792003956564819968"})",
            R"({"type":"Boolean","value":"true"})",
            R"({"type":"Boolean","value":1})",
            R"({"type":"String","value":5})",
            R"({"type":"ByteArray","value":"0102030"})",
            R"({"type":"ByteArray","value":[1]})",
            R"({"type":"Signature","value":"AAAA"})",
            R"({"type":"Hash160","value":"NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP"})",
            R"({"type":"Hash256","value":"ef4073a0f2b305a38ec4050e4d3d28bc40ea63f5"})",
            R"({"type":"PublicKey","value":"02b3"})",
            R"({"type":"Array","value":{}})",
            R"({"type":"Array","value":[5]})",
            R"({"type":"Map","value":{}})",
            R"({"type":"Map","value":[5]})",
            R"({"type":"Map","value":[{"key":{"type":"Any"},"value":{"type":"Any"}}]})",
            R"({"type":"Map","value":[{"key":{"type":"Array","value":[]},"value":{"type":"Any"}}]})",
            R"({"type":"Map","value":[{"key":{"type":"Integer","value":1}}]})",
            R"({"type":"Map","value":[{"key":{"type":"Integer","value":1},"value":{"type":"Any"},"x":1}]})",
        }) {
        const auto argument = read(text);
        ASSERT_FALSE(argument) << text;
        EXPECT_EQ(argument.error().code, Errc::invalid_argument) << text;
    }
}

TEST(ArgumentJson, DepthIsLimited) {
    const auto nested = [](std::size_t levels) {
        std::string out;
        for (std::size_t i = 0; i < levels; ++i) out += R"({"type":"Array","value":[)";
        for (std::size_t i = 0; i < levels; ++i) out += "]}";
        return out;
    };
    EXPECT_TRUE(read(nested(17)));
    EXPECT_EQ(read(nested(18)).error().code, Errc::limit_exceeded);
    EXPECT_EQ(read(nested(10'000)).error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace nsl::neo
