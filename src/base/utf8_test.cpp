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

}  // namespace nsl
