// SPDX-License-Identifier: Apache-2.0
#include "client/event_reader.h"

#include <gtest/gtest.h>

namespace nsl::client {
namespace {

constexpr std::size_t kLineMax = 1 << 20;  // bytes

// Each event as "id|event|data".
using Events = std::vector<std::string>;

void read_into(EventReader& reader, std::string_view chunk, Events& out) {
    for (const ServerEvent& event : reader.feed(chunk))
        out.push_back(event.id + "|" + event.event + "|" + event.data);
}

Events read(std::string_view text) {
    EventReader reader;
    Events out;
    read_into(reader, text, out);
    return out;
}

TEST(EventReader, ReadsIdNameAndData) {
    EXPECT_EQ(read("id: 7\nevent: feed\ndata: {\"a\":1}\n\n"), Events{"7|feed|{\"a\":1}"});
    EXPECT_EQ(read("data:no space\n\n"), Events{"|message|no space"});
    EXPECT_EQ(read("data:  two\n\n"), Events{"|message| two"});
    EXPECT_EQ(read("data: a:b\n\n"), Events{"|message|a:b"});
    EXPECT_EQ(read("data\n\n"), Events{"|message|"});
}

TEST(EventReader, JoinsLinesOfData) {
    EXPECT_EQ(read("data: one\ndata:\ndata: three\n\n"), Events{"|message|one\n\nthree"});
}

TEST(EventReader, PassesOverCommentsAndUnknownFields) {
    EXPECT_EQ(read(": heartbeat\n\nretry: 5\ndata: x\n:\nodd\n\n"), Events{"|message|x"});
}

TEST(EventReader, TellsNothingWithoutDataAndNothingUnfinished) {
    EXPECT_EQ(read("event: feed\nid: 1\n\n"), Events{});
    EXPECT_EQ(read("data: x\n"), Events{});
    EXPECT_EQ(read("\n\n\n"), Events{});
}

TEST(EventReader, KeepsTheLastIdButNotTheName) {
    EXPECT_EQ(read("id: 1\nevent: feed\ndata: a\n\ndata: b\n\n"),
              (Events{"1|feed|a", "1|message|b"}));
}

TEST(EventReader, ReadsTheSameHoweverTheBytesArrive) {
    const std::string text =
        ": hello\r\n\r\nid: 1\r\nevent: feed\r\ndata: a\r\ndata: b\r\n\r\n"
        "data: c\n\nid: 2\ndata: d\r\n\n";
    const Events whole = read(text);
    ASSERT_EQ(whole, (Events{"1|feed|a\nb", "1|message|c", "2|message|d"}));
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        EventReader reader;
        Events out;
        read_into(reader, std::string_view(text).substr(0, cut), out);
        read_into(reader, std::string_view(text).substr(cut), out);
        EXPECT_EQ(out, whole) << cut;
    }
    EventReader reader;
    Events out;
    for (char c : text) read_into(reader, {&c, 1}, out);
    EXPECT_EQ(out, whole);
}

TEST(EventReader, TakesALineAsLongAsAllowed) {
    const std::string data(kLineMax - 6, 'x');
    EXPECT_EQ(read("data: " + data + "\n\n"), Events{"|message|" + data});
}

TEST(EventReader, DropsAnOversizedLineWithItsWholeEvent) {
    const std::string huge(kLineMax, 'x');
    const std::string after = "\ndata: next\n\n";
    EXPECT_EQ(read("event: feed\ndata: " + huge + "\n" + after), Events{"|message|next"});
    // What stands beside it goes too, before and after.
    EXPECT_EQ(read("data: a\ndata: " + huge + "\ndata: b\nevent: feed\n" + after),
              Events{"|message|next"});
    EXPECT_EQ(read(": " + huge + "\ndata: b\n" + after), Events{"|message|next"});
    // However it arrives.
    const std::string text = "data: " + huge + "\r\n" + "\r" + after;
    for (std::size_t step : {std::size_t{1'000}, std::size_t{65'536}, kLineMax, kLineMax + 1}) {
        EventReader reader;
        Events out;
        for (std::size_t at = 0; at < text.size(); at += step)
            read_into(reader, std::string_view(text).substr(at, step), out);
        EXPECT_EQ(out, Events{"|message|next"}) << step;
    }
}

TEST(EventReader, DropsAnEventThatNeverEnds) {
    const std::string line = "data: " + std::string(1'000, 'x') + "\n";
    std::string text;
    while (text.size() < 2 * kLineMax) text += line;
    EXPECT_EQ(read(text + "\ndata: next\n\n"), Events{"|message|next"});
}

}  // namespace
}  // namespace nsl::client
