// SPDX-License-Identifier: Apache-2.0
#include "cli/chain_tx_view.h"

#include <gtest/gtest.h>

#include "chain/deploy.h"
#include "neo/script.h"

namespace nsl::cli {
namespace {

neo::Hash160 account(std::uint8_t seed) {
    neo::Hash160 out;
    out.raw.fill(seed);
    return out;
}

TransactionStory unknown(std::optional<std::uint32_t> valid_until = {}) {
    TransactionStory out{.node = "a:1", .node_height = 100, .valid_until = valid_until};
    out.hash.raw.fill(5);
    return out;
}

TransactionStory pooled() {
    neo::Transaction tx;
    tx.script = chain::gas_transfer(account(1), account(2), 150'000'000).value();
    tx.signers = {{.account = account(1), .scopes = 1}};
    tx.witnesses = {{}};
    tx.system_fee = 9'977'780;
    tx.valid_until_block = 120;
    neo::Conflicts conflicts;
    conflicts.hash.raw.fill(7);
    tx.attributes = {conflicts};
    TransactionStory out{.hash = tx.hash(), .node = "a:1", .node_height = 100};
    out.tx = std::move(tx);
    return out;
}

TransactionStory included() {
    TransactionStory out = pooled();
    out.block = chain::BlockHeader{.index = 97, .time_ms = 1'700'000'000'000};
    out.block->hash.raw.fill(9);
    out.run = chain::Execution{.vm_state = "HALT", .gas_consumed = 9'000'000};
    const chain::Event event{
        .raw = {.contract = neo::native::gas_token(), .name = "Transfer", .state = {}},
        .fields = json::Object{{"amount", "150000000"}}};
    const chain::Event bare{.position = 1,
                            .raw = {.contract = account(3), .name = "Odd\x1b", .state = {}}};
    out.events = {event, bare};
    return out;
}

void expect_in(const std::string& text, std::initializer_list<std::string> words) {
    for (const std::string& word : words)
        EXPECT_NE(text.find(word), std::string::npos) << word << " in: " << text;
}

TEST(TransactionStory, UnknownProvesNothingAndSaysWhatWould) {
    expect_in(story_text(unknown(), false),
              {"unknown to a:1", "newest block is 100", "proves nothing", "--valid-until"});
    expect_in(story_text(unknown(130), false), {"Blocks up to 130 may hold it: 30 of them"});
    expect_in(story_text(unknown(100), false),
              {"No block after 100 may hold it", "from its signing up to 100", "signed"});
    const json::Object shown = story_object(unknown(130), false);
    EXPECT_EQ(shown.at("state"), "unknown");
    EXPECT_EQ(shown.at("proves"), "nothing");
    EXPECT_EQ(shown.at("may_still_come"), true);
    EXPECT_EQ(story_object(unknown(100), false).at("may_still_come"), false);
    EXPECT_FALSE(story_object(unknown(), false).contains("may_still_come"));
}

TEST(TransactionStory, PooledShowsWhatItWouldDo) {
    const TransactionStory story = pooled();
    expect_in(story_text(story, false),
              {story.hash.display(), "pooled by a:1", "until block 120", "Conflicts",
               "0x0707070707070707", "GasToken.transfer", "1.5 GAS"});
    const json::Object shown = story_object(story, true);
    EXPECT_EQ(shown.at("state"), "pooled");
    EXPECT_EQ(shown.at("hash").as_string(), story.hash.display());
    EXPECT_TRUE(shown.contains("calls"));
    EXPECT_TRUE(shown.contains("instructions"));
    EXPECT_FALSE(shown.contains("block"));
}

TEST(TransactionStory, IncludedShowsBlockTimeAndEventsByName) {
    const std::string text = story_text(included(), false);
    expect_in(text, {"HALT in block 97", "2023-11-14 22:13:20 UTC", "3 blocks ago",
                     "signed by whom the block before names", "0.09 GAS of 0.0997778 GAS",
                     R"(GasToken.Transfer {"amount":"150000000"})",
                     account(3).display() + ".Odd\\x1b", "this node's word"});
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    const json::Object shown = story_object(included(), false);
    EXPECT_EQ(shown.at("block"), 97);
    EXPECT_EQ(shown.at("gas_consumed"), 9'000'000);
    const json::Array& events = shown.at("events").as_array();
    EXPECT_EQ(events.at(0).at("fields").at("amount"), "150000000");
    EXPECT_TRUE(events.at(1).as_object().contains("state"));
    EXPECT_FALSE(shown.contains("exception"));
}

TEST(TransactionStory, AFaultHasItsExceptionAndNoEvents) {
    TransactionStory story = included();
    story.run = chain::Execution{.vm_state = "FAULT", .exception = "ASSERT\x1b failed"};
    story.events.clear();
    expect_in(story_text(story, false), {"FAULT in block 97", "exception  ASSERT\\x1b failed"});
    EXPECT_EQ(story_object(story, false).at("state"), "FAULT");
    EXPECT_EQ(story_object(story, false).at("exception"), "ASSERT\x1b failed");
}

TEST(TransactionStory, ALogThatCannotBeHadIsNoOutcome) {
    TransactionStory story = included();
    story.run.reset();
    story.run_trouble = "unknown script container";
    expect_in(story_text(story, false), {"included in block 97", "unknown script container"});
    EXPECT_EQ(story_object(story, false).at("log_error"), "unknown script container");
}

}  // namespace
}  // namespace nsl::cli
