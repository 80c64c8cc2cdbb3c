// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"
#include "base/utf8.h"

namespace nsl::cli {
namespace {

TEST(Printable, LeavesOrdinaryTextAsItIs) {
    EXPECT_EQ(printable("NEO-USD 5.98 ± 0.01, Größe, 価格, \\n"),
              "NEO-USD 5.98 ± 0.01, Größe, 価格, \\n");
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
    EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
    EXPECT_EQ(printable("one\ntwo\r\t"), "one\\ntwo\\x0d\\t");
    EXPECT_EQ(printable(std::string("\0\x7f", 2)), "\\x00\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\u{9b}31m")
        << "the one-character form of ESC [";
}

TEST(Printable, ShowsWhatWouldReorderOrBreakLines) {
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "abc"),
              "\\u{202e}abc");
    EXPECT_EQ(printable("\xe2\x80\xa8"), "\\u{2028}");
}

TEST(Printable, ShowsBytesThatAreNotText) {
    EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
}

RC_GTEST_PROP(Printable, IsAlwaysOneLineOfUtf8WithoutControls, (const std::string& text)) {
    const std::string shown = printable(text);
    RC_ASSERT(utf8_valid(shown));
    RC_ASSERT(std::ranges::none_of(
        shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
    RC_ASSERT(printable(shown) == shown);
}

TEST(PrintableJson, MeansTheSame) {
    const json::Value value = json::Object{{"name",
                                            "a\xc2\x9b"
                                            "b\x7f\xe2\x80\xae"
                                            "ü\x1b"}};
    const std::string shown = printable_json(json::write_value(value));
    EXPECT_EQ(shown, "{\"name\":\"a\\u009bb\\u007f\\u202eü\\u001b\"}");
    EXPECT_EQ(json::parse_value(shown).value(), value);
}

}  // namespace
}  // namespace nsl::cli
