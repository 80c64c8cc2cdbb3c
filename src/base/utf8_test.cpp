// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nsl {

TEST(Utf8, AcceptsEveryLengthOfSequence) {
    EXPECT_TRUE(utf8_valid(""));
    EXPECT_TRUE(utf8_valid("plain text that is longer than eight"));
    EXPECT_TRUE(utf8_valid("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"));
    EXPECT_TRUE(utf8_valid("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"));
}

TEST(Utf8, RefusesMalformedSequences) {
    for (const char* text :
         {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xed\xa0\x80",
          "\xf4\x90\x80\x80", "\xff", "12345678\xe2\x82", "\xe2\x28\xa1"})
        EXPECT_FALSE(utf8_valid(text)) << testing::PrintToString(std::string(text));
}

RC_GTEST_PROP(Utf8, CleanTextIsValidAndValidTextIsUnchanged, (std::string text)) {
    const std::string clean = utf8_clean(text);
    RC_ASSERT(utf8_valid(clean));
    RC_ASSERT(utf8_clean(clean) == clean);
    RC_ASSERT(utf8_valid(text) == (clean == text));
}

TEST(Utf8, CutsBetweenCharacters) {
    EXPECT_EQ(utf8_cut("abc", 5), "abc");
    EXPECT_EQ(utf8_cut("abc", 2), "ab");
    EXPECT_EQ(utf8_cut("a\xe2\x82\xac", 3), "a");
    EXPECT_EQ(utf8_cut("a\xe2\x82\xac", 4), "a\xe2\x82\xac");
}

std::string nfc(std::string_view text) {
    return utf8_nfc(text)->reveal();
}

TEST(Utf8, ComposesToNormalFormC) {
    EXPECT_EQ(nfc(""), "");
    EXPECT_EQ(nfc("plain"), "plain");
    EXPECT_EQ(nfc(std::string_view("a\0b", 3)), std::string_view("a\0b", 3));
    EXPECT_EQ(nfc("a\u0308"), "\u00e4");
    EXPECT_EQ(nfc("\u212b"), "\u00c5");                // the Ångström sign is the letter
    EXPECT_EQ(nfc("q\u0307\u0323"), "q\u0323\u0307");  // marks in canonical order
    EXPECT_EQ(nfc("\u1112\u1161\u11ab"), "\ud55c");    // Hangul by arithmetic
    EXPECT_EQ(nfc("\u0958"), "\u0915\u093c");          // excluded from composition
    EXPECT_EQ(nfc("\ufb01 \u00bd"), "\ufb01 \u00bd");  // compatibility forms stay
    EXPECT_EQ(nfc("\u6211\u7684\u5bc6\u7801"), "\u6211\u7684\u5bc6\u7801");
}

TEST(Utf8, NormalisesTextOnly) {
    EXPECT_EQ(utf8_nfc("a\xff").error().code, Errc::invalid_argument);
    EXPECT_EQ(utf8_nfc("\xed\xa0\x80").error().code, Errc::invalid_argument);
    EXPECT_EQ(utf8_nfc(std::string(65'537, 'a')).error().code, Errc::limit_exceeded);
    EXPECT_EQ(nfc(std::string(65'536, 'a')).size(), 65'536u);
}

RC_GTEST_PROP(Utf8, NormalFormCIsValidAndStaysAsItIs, (const std::vector<std::uint16_t>& units)) {
    std::string text;
    for (const std::uint16_t unit : units) {
        text += static_cast<char>(0xe0 | unit >> 12);
        text += static_cast<char>(0x80 | (unit >> 6 & 0x3f));
        text += static_cast<char>(0x80 | (unit & 0x3f));
    }
    const std::string normal = nfc(utf8_clean(text));
    RC_ASSERT(utf8_valid(normal));
    RC_ASSERT(nfc(normal) == normal);
}

}  // namespace nsl
