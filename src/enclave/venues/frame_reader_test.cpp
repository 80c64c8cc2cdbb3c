// SPDX-License-Identifier: Apache-2.0
#include "enclave/venues/frame_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "enclave/venues/venue.h"

namespace nsl::enclave {
namespace {

Decimal decimal(std::string_view text) {
    return Decimal::parse(text).value();
}

TEST(FrameReader, KeepsTextOfEveryKind) {
    FrameReader reader;
    const auto frame = reader.read(
        R"({"s":"a\nb","n": -1.50e+3 ,"t":true,"f":false,"z":null,"o":{},"a":[ 1 ,[2],{"k":"v"}]})");
    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_EQ(frame->size(), 7U);
    EXPECT_EQ(frame->string_at("s"), "a\nb");
    EXPECT_EQ(frame->decimal_number_at("n"), decimal("-1500"));
    EXPECT_EQ(frame->find("t")->text(), "true");
    EXPECT_EQ(frame->find("f")->kind(), FrameKind::boolean);
    EXPECT_TRUE(frame->find("z"));
    EXPECT_FALSE(frame->find_set("z"));
    EXPECT_EQ(frame->find("o")->kind(), FrameKind::object);
    const auto items = frame->find("a")->items();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].text(), "1");
    EXPECT_EQ(items[1].items().front().text(), "2");
    EXPECT_TRUE(items[2].has_text("k", "v"));
    EXPECT_FALSE(items[2].find("other"));
    EXPECT_FALSE(items[0].find("k"));
}

TEST(FrameReader, ErrorsNameTheMember) {
    FrameReader reader;
    const auto frame = reader.read(R"({"n":1,"s":"x","big":99999999999999999999,"t":"2023"})");
    ASSERT_TRUE(frame);
    for (const auto& message : {
             frame->string_at("n").error().message,
             frame->decimal_string_at("n").error().message,
             frame->integer_string_at("n").error().message,
         })
        EXPECT_EQ(message, "'n' is not a string");
    EXPECT_EQ(frame->decimal_number_at("s").error().message, "'s' is not a number");
    EXPECT_EQ(frame->decimal_string_at("s").error().message,
              "'s' is not a decimal number in range");
    EXPECT_EQ(frame->integer_number_at("big").error().message,
              "'big' is not an integer of 64 bits");
    EXPECT_EQ(frame->unsigned_number_at("gone").error().message, "'gone' is missing");
    EXPECT_FALSE(frame->utc_ms_at("t"));
    EXPECT_EQ(frame->whole_array_at("n").error().message, "'n' is not an array");
}

TEST(FrameReader, LongArraysAreCheckedToTheEndAndKeptInPart) {
    FrameReader reader;
    std::string items = "0";
    for (int i = 1; i < 1'000; ++i) items += "," + std::to_string(i);
    const auto frame = reader.read("{\"a\":[" + items + "]}");
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->find("a")->size(), 1'000U);
    EXPECT_EQ(frame->find("a")->items().size(), kFrameItemsKept);
    EXPECT_FALSE(frame->whole_array_at("a"));
    EXPECT_FALSE(reader.read("{\"a\":[" + items + ",01]}"));
    EXPECT_FALSE(reader.read("{\"a\":[" + items + ",{\"b\":nul}]}"));
    EXPECT_FALSE(reader.read("{\"a\":[" + items + ",]}"));
}

TEST(FrameReader, LimitsHaveTheirOwnError) {
    FrameReader reader;
    const auto code = [&](const std::string& frame) {
        const auto out = reader.read(frame);
        return out ? std::optional<Errc>() : out.error().code;
    };
    const auto nested = [](unsigned depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_EQ(code(nested(kFrameDepthMax)), std::nullopt);
    EXPECT_EQ(code(nested(kFrameDepthMax + 1)), Errc::limit_exceeded);
    const auto object = [](std::size_t members) {
        std::string out;
        for (std::size_t i = 0; i < members; ++i)
            out.append(i == 0 ? "{" : ",").append("\"k" + std::to_string(i) + "\":1");
        return out + "}";
    };
    EXPECT_EQ(code(object(kFrameMembersMax)), std::nullopt);
    EXPECT_EQ(code(object(kFrameMembersMax + 1)), Errc::limit_exceeded);
    std::string square = "[1";
    for (int i = 1; i < 64; ++i) square += ",1";
    square += "]";
    std::string cube = "[" + square;
    for (int i = 1; i < 64; ++i) cube += "," + square;
    cube += "]";
    EXPECT_EQ(code(cube), std::nullopt);
    EXPECT_EQ(code("[" + cube + "," + cube + "," + cube + "," + cube + "]"), Errc::limit_exceeded);
    EXPECT_EQ(code(std::string(kFrameBytesMax, ' ') + "[]"), Errc::limit_exceeded);
    EXPECT_EQ(code("[1"), Errc::invalid_argument);
}

TEST(FrameReader, RefusesScalarsAndEmptiness) {
    FrameReader reader;
    for (const auto* frame : {"", " ", "1", "\"text\"", "true", "null", "nonsense", "[", "{", "]"})
        EXPECT_FALSE(reader.read(frame)) << frame;
    EXPECT_TRUE(reader.read("{}"));
    EXPECT_TRUE(reader.read("[]"));
}

TEST(ParseUtcMs, ReadsVenueTimes) {
    EXPECT_EQ(parse_utc_ms("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(parse_utc_ms("2023-03-04T03:37:20.799258Z"), 1677901040799);
    EXPECT_EQ(parse_utc_ms("2024-02-29T23:59:59.9Z"), 1709251199900);
    EXPECT_EQ(parse_utc_ms("2016-12-31T23:59:60Z"), 1483228800000);
    EXPECT_EQ(parse_utc_ms("9999-12-31T23:59:59.999999999Z"), 253402300799999);
    for (const auto* text :
         {"", "2023-03-04", "2023-03-04 03:37:20Z", "2023-02-29T00:00:00Z", "2023-00-01T00:00:00Z",
          "2023-01-00T00:00:00Z", "1969-12-31T23:59:59Z", "2023-03-04T24:00:00Z",
          "2023-03-04T03:60:00Z", "2023-03-04T03:00:61Z", "2023-03-04T03:37:20",
          "2023-03-04T03:37:20.Z", "2023-03-04T03:37:20+00:00", "2023-03-04T03:37:20ZZ",
          "2023-03-04T03:37:20.12345678901234567Z", "2023-03-04T-1:37:20Z", "+023-03-04T03:37:20Z"})
        EXPECT_FALSE(parse_utc_ms(text)) << text;
}

TEST(Multiply, IsExactWhereItFits) {
    EXPECT_EQ(multiply(decimal("470.21"), decimal("22345.67")), decimal("10507157.4907"));
    EXPECT_EQ(multiply(decimal("0"), decimal("1e60")), decimal("0"));
    EXPECT_EQ(multiply(decimal("-1.5"), decimal("2")), decimal("-3"));
    EXPECT_EQ(multiply(decimal("1e60"), decimal("1e60")).error().code, Errc::limit_exceeded);
    EXPECT_EQ(multiply(decimal("1e-60"), decimal("1e-60")).error().code, Errc::limit_exceeded);
}

// Within one unit of the last place kept, towards zero.
RC_GTEST_PROP(Multiply, CutsWhatDoesNotFit, (std::int64_t a, std::int64_t b)) {
    const auto product = multiply(Decimal::from(a, 0), Decimal::from(b, 0));
    RC_ASSERT(product.has_value());
    __int128 exact = static_cast<__int128>(a) * b;
    for (int i = 0; i < product->exponent(); ++i) exact /= 10;
    RC_ASSERT(exact == product->coefficient());
}

}  // namespace
}  // namespace nsl::enclave
