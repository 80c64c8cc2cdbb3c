// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace nsl {
namespace {

std::string refusal(std::string_view text, json::Limits limits = {}) {
    const auto value = json::parse_value(text, limits);
    return value ? "accepted" : errc_name(value.error().code);
}

rc::Gen<std::string> utf8_text() {
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                            "a", "Z", "0", "\"", "\\", "/", "\n", "\t", std::string(1, '\0'),
                            "\x7f", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80")),
                        [](const std::vector<std::string>& parts) {
                            std::string out;
                            for (const std::string& part : parts) out += part;
                            return out;
                        });
}

json::Value number() {
    switch (*rc::gen::inRange(0, 3)) {
        case 0:
            return *rc::gen::arbitrary<std::int64_t>();
        case 1:
            return *rc::gen::arbitrary<std::uint64_t>();
        default:
            return *rc::gen::suchThat(rc::gen::arbitrary<double>(),
                                      [](double d) { return std::isfinite(d); });
    }
}

json::Value any_value(int depth) {
    switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
        case 0:
            return nullptr;
        case 1:
            return *rc::gen::arbitrary<bool>();
        case 2:
            return number();
        case 3:
            return json::Value(boost::json::string(*utf8_text()));
        case 4: {
            json::Array out;
            for (int i = *rc::gen::inRange(0, 4); i > 0; --i) out.push_back(any_value(depth - 1));
            return out;
        }
        default: {
            json::Object out;
            for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
                out[*utf8_text()] = any_value(depth - 1);
            return out;
        }
    }
}

}  // namespace

RC_GTEST_PROP(JsonValue, TextRoundTrips, ()) {
    const json::Value value = any_value(3);
    const std::string text = json::write_value(value);
    const auto back = json::parse_value(text);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == value);
    RC_ASSERT(json::write_value(*back) == text);
}

TEST(JsonValue, DoublesAreReadToTheLastBit) {
    // These come out one unit off when a parser multiplies by powers of ten.
    for (double value : {0.1, 1.7976931348623157e308, 5e-324, 2.2250738585072011e-308,
                         9007199254740993.0, 6631236846766476.0, 3.2378839133029012895883524e-319})
        EXPECT_EQ(json::parse_value(json::write_value(value))->get_double(), value);
    EXPECT_EQ(json::parse_value("8.41e21")->get_double(), 8.41e21);
}

TEST(JsonValue, RefusesBrokenSyntaxWithItsOffset) {
    for (const char* text : {"",
                             " ",
                             "{",
                             "[1,]",
                             "{\"a\":1,}",
                             "{'a':1}",
                             "nul",
                             "tru",
                             "01",
                             "1.",
                             ".5",
                             "+1",
                             "NaN",
                             "Infinity",
                             "\"",
                             "\"\\x\"",
                             "\"\n\"",
                             "[1] 2",
                             "// c\n1",
                             "{\"a\"}",
                             "{a:1}",
                             "\"\\ud800\"",
                             "\"\\udc00\\ud800\"",
                             "[1 2]",
                             "\xef\xbb\xbf{}"})
        EXPECT_EQ(refusal(text), "invalid_argument") << text;
    EXPECT_NE(json::parse_value("[1, x]").error().message.find("offset 4"), std::string::npos);
}

TEST(JsonValue, RefusesAKeyGivenTwice) {
    EXPECT_EQ(refusal(R"({"a":1,"a":1})"), "invalid_argument");
    EXPECT_EQ(refusal(R"([{"b":{"a":1,"\u0061":2}}])"), "invalid_argument");
    EXPECT_EQ(refusal(R"({"a":{"a":1},"b":{"a":1}})"), "accepted");
    EXPECT_NE(json::parse_value(R"({"a":1,"a":1})").error().message.find("twice"),
              std::string::npos);
}

TEST(JsonValue, RefusesInvalidUtf8) {
    for (const char* text : {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "{\"\xc0\x80\":1}"})
        EXPECT_EQ(refusal(text), "invalid_argument") << text;
}

TEST(JsonValue, RefusesNumbersNoDoubleCanHold) {
    EXPECT_EQ(refusal("1e999"), "invalid_argument");
    EXPECT_EQ(refusal("-1e999"), "invalid_argument");
    EXPECT_EQ(json::parse_value("1e308")->get_double(), 1e308);
}

TEST(JsonValue, LimitsDepthAndSize) {
    EXPECT_EQ(refusal("[[[]]]", {.depth_max = 3}), "accepted");
    EXPECT_EQ(refusal("[[[[]]]]", {.depth_max = 3}), "limit_exceeded");
    EXPECT_EQ(refusal(R"({"a":{"a":{"a":{}}}})", {.depth_max = 3}), "limit_exceeded");
    EXPECT_EQ(refusal("[1,2]", {.bytes_max = 5}), "accepted");
    EXPECT_EQ(refusal("[1,2]", {.bytes_max = 4}), "limit_exceeded");
    EXPECT_EQ(refusal(std::string(1'000'000, '[')), "limit_exceeded");
}

TEST(JsonValue, WritesValidTextWhateverTheBytes) {
    const json::Value value = {{"a", "x\xffy"}};
    EXPECT_EQ(json::write_value(value), "{\"a\":\"x\xef\xbf\xbdy\"}");
}

}  // namespace nsl
