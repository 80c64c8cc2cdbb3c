// SPDX-License-Identifier: Apache-2.0
// What no venue should send, sent to every parser.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "enclave/venues/venue.h"
#include "enclave/venues/venue_samples.h"

namespace nsl::enclave {
namespace {

using Kind = ParsedFrame::Kind;

std::unique_ptr<Venue> venue_of(const VenueSample& sample) {
    return make_venue(sample.venue, {std::string(sample.market)}).value();
}

// The sample with other text where its price stood.
std::string with_price(const VenueSample& sample, std::string_view text) {
    std::string out(sample.frame);
    const auto at = out.find(sample.price);
    NSL_ASSERT(at != std::string::npos && out.find(sample.price, at + 1) == std::string::npos);
    return out.replace(at, sample.price.size(), text);
}

bool prices_are_strings(const VenueSample& sample) {
    return sample.price.starts_with('"');
}

void expect_malformed(const VenueSample& sample, std::string_view frame) {
    const auto out = venue_of(sample)->parse(frame);
    EXPECT_EQ(out.kind, Kind::malformed) << sample.venue << " " << frame.substr(0, 300);
    EXPECT_TRUE(out.ticks.empty());
    EXPECT_FALSE(out.detail.empty());
}

// The price that the parser read where the sample has its own.
std::optional<Decimal> price_read(const VenueSample& sample, std::string_view frame) {
    const auto out = venue_of(sample)->parse(frame);
    if (out.kind != Kind::ticks || out.ticks.size() != 1) return std::nullopt;
    return out.ticks[0].bid ? out.ticks[0].bid : out.ticks[0].last;
}

std::string in_place_of(const VenueSample& sample, std::string_view digits) {
    return with_price(sample, prices_are_strings(sample) ? "\"" + std::string(digits) + "\""
                                                         : std::string(digits));
}

TEST(HostileFrames, TheSamplesAreSound) {
    for (const auto& sample : kVenueSamples) EXPECT_TRUE(price_read(sample, sample.frame));
}

TEST(HostileFrames, ATruncatedFrameYieldsNothing) {
    for (const auto& sample : kVenueSamples)
        for (std::size_t size = 0; size < sample.frame.size(); ++size)
            expect_malformed(sample, sample.frame.substr(0, size));
}

TEST(HostileFrames, NothingMayFollowAFrame) {
    for (const auto& sample : kVenueSamples) {
        for (const auto* tail : {"{}", "x", "]", "}", ",", "\"\"", "1"})
            expect_malformed(sample, std::string(sample.frame) + tail);
        EXPECT_TRUE(price_read(sample, " " + std::string(sample.frame) + "\r\n"));
    }
}

TEST(HostileFrames, PricesThatAreNoNumbers) {
    for (const auto& sample : kVenueSamples) {
        for (const auto* digits :
             {"NaN", "nan", "Infinity", "-Infinity", "inf", "", "-", "+1", ".5", "1.", "1e", "1e+",
              "0x10", "1_000", "1.2.3", "--1", "1e400"})
            expect_malformed(sample, in_place_of(sample, digits));
        expect_malformed(sample, in_place_of(sample, std::string(65, '7')));
        expect_malformed(sample, in_place_of(sample, std::string(100'000, '7')));
        for (const auto* other : {"null", "true", "{}", "[]", "[1]", "{\"a\":1}"})
            expect_malformed(sample, with_price(sample, other));
    }
}

TEST(HostileFrames, NumbersForStringsAndStringsForNumbers) {
    for (const auto& sample : kVenueSamples)
        expect_malformed(sample,
                         with_price(sample, prices_are_strings(sample) ? "1.5" : "\"1.5\""));
}

TEST(HostileFrames, JsonNumbersKeepToTheirGrammar) {
    for (const auto& sample : kVenueSamples) {
        if (prices_are_strings(sample)) continue;
        for (const auto* digits : {"01", "-01", "00", "1 2", "1a", "tru", "nul", "truefalse"})
            expect_malformed(sample, with_price(sample, digits));
    }
}

// Whether a price makes sense is the engine's to say; it must only be the one that was sent.
TEST(HostileFrames, OddNumbersArriveAsTheyAre) {
    for (const auto& sample : kVenueSamples)
        for (const auto* digits : {"0", "0.00000000", "-1", "1e3", "1E-7", "1.5e+2", "-0.0",
                                   "9223372036854775807", "0.000000000000000001"})
            EXPECT_EQ(price_read(sample, in_place_of(sample, digits)),
                      Decimal::parse(digits).value())
                << sample.venue << " " << digits;
}

TEST(HostileFrames, AnotherSymbolIsForeign) {
    for (const auto& sample : kVenueSamples) {
        auto venue = make_venue(sample.venue, {"NEO-EUR"}).value();
        EXPECT_EQ(venue->parse(sample.frame).kind, Kind::foreign) << sample.venue;
    }
}

TEST(HostileFrames, DeepNesting) {
    for (const auto& sample : kVenueSamples) {
        for (const std::size_t depth : {20U, 2'000U, 400'000U}) {
            expect_malformed(sample, std::string(depth, '[') + std::string(depth, ']'));
            std::string objects;
            for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
            expect_malformed(sample, objects);
            expect_malformed(sample,
                             with_price(sample, std::string(depth, '[') + std::string(depth, ']')));
        }
    }
}

TEST(HostileFrames, AFrameThatIsTooLargeEndsTheConnection) {
    for (const auto& sample : kVenueSamples) {
        const auto largest =
            std::string(sample.frame) + std::string(kFrameBytesMax - sample.frame.size(), ' ');
        EXPECT_TRUE(price_read(sample, largest));
        const auto out = venue_of(sample)->parse(largest + ' ');
        EXPECT_EQ(out.kind, Kind::malformed);
        EXPECT_TRUE(out.reconnect);
    }
}

TEST(HostileFrames, ManyValues) {
    std::string items = "1";
    while (items.size() < kFrameBytesMax - 2'000) items += ",1";
    std::string members = R"("k0":1)";
    for (int i = 1; i < 10'000; ++i) members += ",\"k" + std::to_string(i) + "\":1";
    for (const auto& sample : kVenueSamples) {
        expect_malformed(sample, with_price(sample, "[" + items + "]"));
        expect_malformed(sample, "{" + members + "}");
    }
}

TEST(HostileFrames, InvalidUtf8AndControlCharacters) {
    for (const auto& sample : kVenueSamples) {
        for (const auto* bytes :
             {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x01", "\n"}) {
            std::string frame(sample.frame);
            frame.insert(frame.rfind('"'), bytes);  // within the last string
            expect_malformed(sample, frame);
        }
        expect_malformed(sample, "\xef\xbb\xbf" + std::string(sample.frame));
        expect_malformed(sample, std::string(sample.frame) + '\0');
    }
}

TEST(HostileFrames, AKeyThatStandsTwice) {
    for (const auto& sample : kVenueSamples) {
        const auto at = sample.frame.rfind(sample.price);
        const bool in_array = sample.frame[at - 1] != ':';  // a level of a book has no key
        if (in_array) continue;
        const auto key_from = sample.frame.rfind('"', sample.frame.rfind('"', at - 1) - 1);
        const std::string pair(sample.frame.substr(key_from, at + sample.price.size() - key_from));
        std::string frame(sample.frame);
        expect_malformed(sample, frame.insert(key_from, pair + ","));
    }
}

TEST(HostileFrames, EscapesAreReadNotGuessed) {
    for (const auto& sample : kVenueSamples) {
        if (!prices_are_strings(sample)) continue;
        EXPECT_EQ(price_read(sample, with_price(sample, R"("\u0031.5")")),
                  Decimal::parse("1.5").value());
        expect_malformed(sample, with_price(sample, R"("\x31")"));
        expect_malformed(sample, with_price(sample, R"("\ud800")"));
    }
}

TEST(HostileFrames, TimesOutOfTheWorld) {
    struct Case {
        std::string_view from;
        std::string_view to;
    };
    // Times that no clock shows are malformed; far ones are the engine's to judge.
    for (const auto& sample : kVenueSamples) {
        for (const Case& edit :
             {Case{"2023-03-04T", "2023-13-04T"}, Case{"2025-06-27T", "2025-06-31T"},
              Case{"1672515782136", "16725157821361672515782136"},
              Case{"1626526618762", "1626526618762.5"}, Case{"1669107766406", "1669107766406.0"},
              Case{"1583691851934000", "now"}}) {
            std::string frame(sample.frame);
            const auto at = frame.find(edit.from);
            if (at == std::string::npos) continue;
            expect_malformed(sample, frame.replace(at, edit.from.size(), edit.to));
        }
        for (const Case& edit :
             {Case{"2023-03-04T", "9999-03-04T"}, Case{"2025-06-27T", "9999-06-27T"},
              Case{"1672515782136", "253402300799000"}, Case{"1626526618762", "253402300799000"},
              Case{"1669107766406", "253402300799000"},
              Case{"1583691851934000", "253402300799000000"}}) {
            std::string frame(sample.frame);
            const auto at = frame.find(edit.from);
            if (at == std::string::npos) continue;
            const auto out = venue_of(sample)->parse(frame.replace(at, edit.from.size(), edit.to));
            ASSERT_EQ(out.kind, Kind::ticks) << sample.venue << out.detail;
            EXPECT_GT(out.ticks[0].source_ms, 200'000'000'000'000);
        }
    }
}

TEST(HostileFrames, DetailsRepeatNothingOfTheFrame) {
    for (const auto& sample : kVenueSamples) {
        const auto out = venue_of(sample)->parse(in_place_of(sample, "attacker text"));
        EXPECT_EQ(out.detail.find("attacker"), std::string::npos);
    }
}

// Whatever was done to a frame, the parser answers, names only what was asked for, and is as good
// as new for the next one.
RC_GTEST_PROP(HostileFrames, AnyEditIsSurvived, ()) {
    const auto& sample =
        *rc::gen::elementOf(std::vector<VenueSample>(kVenueSamples.begin(), kVenueSamples.end()));
    std::string frame(sample.frame);
    const auto edits = *rc::gen::inRange(1, 6);
    for (int i = 0; i < edits; ++i) {
        const auto at = *rc::gen::inRange<std::size_t>(0, frame.size());
        const auto size = *rc::gen::inRange<std::size_t>(0, 4);
        const auto text = *rc::gen::oneOf(
            rc::gen::arbitrary<std::string>(),
            rc::gen::element<std::string>("{", "}", "[", "]", "\"", ",", ":", "null", "\\u"));
        frame.replace(at, size, text);
    }
    auto venue = venue_of(sample);
    const auto out = venue->parse(frame);
    RC_ASSERT((out.kind == Kind::ticks) == !out.ticks.empty());
    for (const auto& tick : out.ticks) RC_ASSERT(tick.market == sample.market);
    RC_ASSERT(venue->parse(sample.frame).kind == Kind::ticks);
}

}  // namespace
}  // namespace nsl::enclave
