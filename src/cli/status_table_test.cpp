// SPDX-License-Identifier: Apache-2.0
#include "cli/status_table.h"

#include <gtest/gtest.h>

namespace nsl::cli {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;
const std::string kTx = "0x" + std::string(58, 'b') + "123456";

StackView example() {
    StackView view;
    view.info = {.rpc = "http://rpc", .api = "http://api", .contract = "0xcc", .signer = "02ab"};
    view.parts = {{"chain", "running"}, {"enclave", "restarting"}};
    view.chain.height = 4'321;
    view.chain.block_time_ms = kNow - 1'500;
    view.chain.enclave = client::Enclave{.provider = "simulated"};
    view.chain.venues = {
        {.venue = "binance", .connected = true, .frames = 777, .last_frame_ms = kNow - 200},
        {.venue = "kraken", .connected = false, .rejected = 55},
        {.venue = "okx", .connected = true, .frozen = {"NEO-USDT"}}};
    client::Feed feed{.id = "NEO-USD"};
    feed.latest_round = client::Round{.round = 42, .price = "6.00", .tx = kTx};
    feed.estimate = {.quality = "ok",
                     .price = "6.12345678",
                     .confidence = "0.0025",
                     .observed_ms = kNow - 65'000};
    view.feeds = {feed, {.id = "GAS-USD"}};
    view.feeds[1].estimate.quality = "hold";
    view.feeds[1].estimate.reason = "quorum 1 of 3";
    return view;
}

// The line that holds `word`.
std::string line_of(const std::string& text, const std::string& word) {
    const std::size_t at = text.find(word);
    if (at == std::string::npos) return "(no " + word + ")";
    const std::size_t from = text.rfind('\n', at) + 1;
    return text.substr(from, text.find('\n', at) - from);
}

void expect_in(const std::string& line, std::initializer_list<const char*> words) {
    for (const char* word : words)
        EXPECT_NE(line.find(word), std::string::npos) << word << " in: " << line;
}

TEST(StatusTable, SaysWhereEverythingIs) {
    const std::string text = render(example(), kNow);
    expect_in(text, {"http://rpc", "http://api", "0xcc", "02ab", "simulated"});
    expect_in(line_of(text, "height"), {"4321", "1.5 s"});
    EXPECT_TRUE(text.ends_with('\n'));
}

TEST(StatusTable, ShowsWhichPartIsBeingRestarted) {
    expect_in(line_of(render(example(), kNow), "parts"), {"chain running", "enclave restarting"});
}

TEST(StatusTable, ShowsEachVenuesState) {
    const std::string text = render(example(), kNow);
    expect_in(line_of(text, "binance"), {"up", "777", "0.2 s"});
    expect_in(line_of(text, "kraken"), {"down", "55", "-"});
    expect_in(line_of(text, "okx"), {"frozen"});
}

TEST(StatusTable, ShowsEachFeedWithItsRoundAndTransaction) {
    const std::string text = render(example(), kNow);
    expect_in(line_of(text, "NEO-USD"),
              {"6.12345678", "0.0025", "ok", "65 s", "42", "0xbbbb", "123456"});
    EXPECT_EQ(text.find(kTx), std::string::npos);  // it would not fit
    expect_in(line_of(text, "GAS-USD"), {"hold", "-"});
    expect_in(text, {"quorum 1 of 3"});
}

TEST(StatusTable, SaysWhyThereIsNothingToShow) {
    StackView view = example();
    view.fault = "connection refused";
    const std::string text = render(view, kNow);
    expect_in(text, {"connection refused", "http://api", "restarting"});
    EXPECT_EQ(text.find("NEO-USD"), std::string::npos);
}

TEST(StatusTable, ShowsWhatIsWrongOnlyWhileItIs) {
    StackView view = example();
    EXPECT_EQ(render(view, kNow).find("last batch"), std::string::npos);
    view.chain.publisher.last_failure = "send: bad sequence";
    view.chain.fault = "another chain";
    view.chain.enclave.reset();
    expect_in(render(view, kNow), {"send: bad sequence", "another chain", "no answer"});
}

TEST(StatusTable, ShowsNoAgeBelowZeroAndNoneForWhatNeverWas) {
    StackView view = example();
    view.chain.block_time_ms = kNow + 5'000;  // the chain's clock is ahead
    expect_in(line_of(render(view, kNow), "height"), {"0.0 s"});
    view.chain.block_time_ms = kNow - 3'600'000;
    expect_in(line_of(render(view, kNow), "height"), {"60 min"});
    view.chain.block_time_ms = 0;
    expect_in(line_of(render(view, kNow), "height"), {"- ago"});
}

TEST(StatusTable, WhatTheApiSaysCannotMoveTheCursor) {
    const std::string hostile =
        "\x1b[2J\xc2\x9b"
        "1m\r";
    StackView view = example();
    view.chain.fault = view.chain.publisher.last_failure = hostile;
    view.chain.enclave->provider = hostile;
    for (client::Venue& venue : view.chain.venues) venue.venue = hostile;
    for (client::Feed& feed : view.feeds) {
        feed.id = feed.estimate.price = feed.estimate.confidence = hostile;
        feed.estimate.quality = feed.estimate.reason = hostile;
        if (feed.latest_round) feed.latest_round->tx = hostile + std::string(40, '\x1b');
    }
    const auto check = [&](const std::string& text) {
        EXPECT_EQ(text.find_first_of("\x1b\r"), std::string::npos);
        EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
    };
    check(render(view, kNow));
    view.fault = hostile;
    check(render(view, kNow));
}

}  // namespace
}  // namespace nsl::cli
