// SPDX-License-Identifier: Apache-2.0
#include "cli/block_view.h"

#include <gtest/gtest.h>

#include "neo/script.h"

namespace nsl::cli {
namespace {

neo::Hash160 contract_of(std::uint8_t seed) {
    neo::Hash160 out;
    out.raw.fill(seed);
    return out;
}

chain::Event event(neo::Hash160 contract, std::string name, std::uint32_t position) {
    return {.position = position,
            .raw = {.contract = contract, .name = std::move(name), .state = {}}};
}

// A transaction with two events, one that faulted, and one whose log nobody can read.
chain::ReadBlock example() {
    chain::ReadBlock out;
    out.summary.index = 42;
    out.summary.time_ms = 1'700'000'000'000;
    out.outcomes.resize(3);
    for (std::uint8_t i = 0; i < 3; ++i) {
        out.outcomes[i].hash.raw.fill(i + 1);
        out.summary.transactions.push_back(out.outcomes[i].hash);
    }
    out.outcomes[0].halted = true;
    out.outcomes[0].events = {event(neo::native::gas_token(), "Transfer", 0),
                              event(contract_of(5), "Transfer", 1)};
    out.outcomes[0].events[0].fields = json::Object{{"amount", "7"}};
    out.outcomes[1].exception = "ASSERT\x1b failed";
    out.outcomes[2].unreadable = "no JSON";
    return out;
}

TEST(BlockView, TellsTheBlockThenEachTransactionBeforeItsEvents) {
    const auto lines = block_lines(example(), {});
    ASSERT_EQ(lines.size(), 6U);
    const char* parts[] = {"block 42 0x00",
                           "0x0101",
                           "GasToken.Transfer {\"amount\":\"7\"}",
                           ".Transfer {\"type\"",
                           "FAULT: ASSERT\\x1b",
                           "unreadable: no JSON"};
    for (std::size_t i = 0; i < lines.size(); ++i)
        EXPECT_NE(lines[i].text.find(parts[i]), std::string::npos) << lines[i].text;
    EXPECT_NE(lines[0].text.find("2023-11-14 22:13:20 UTC, 3 transactions"), std::string::npos)
        << lines[0].text;
    EXPECT_EQ(lines[0].object.at("event"), "block");
    EXPECT_EQ(lines[0].object.at("transactions"), 3);
    EXPECT_EQ(lines[1].object.at("state"), "HALT");
    EXPECT_EQ(lines[4].object.at("exception"), "ASSERT\x1b failed");
    EXPECT_EQ(lines[5].object.at("state"), "unreadable");
}

TEST(BlockView, AnEventHasItsPlaceAndItsFieldsOrItsState) {
    const auto lines = block_lines(example(), {.contract = contract_of(5)});
    ASSERT_EQ(lines.size(), 1U);
    const json::Object& shown = lines[0].object;
    EXPECT_EQ(shown.at("event"), "notification");
    EXPECT_EQ(shown.at("block"), 42);
    EXPECT_EQ(shown.at("position"), 1);
    EXPECT_EQ(shown.at("contract").as_string(), contract_of(5).display());
    EXPECT_TRUE(shown.contains("state"));
    EXPECT_FALSE(shown.contains("native"));
    EXPECT_TRUE(lines[0].text.starts_with("block 42 0x0101")) << lines[0].text;
}

TEST(BlockView, AFilterTakesByContractAndName) {
    EXPECT_EQ(block_lines(example(), {.name = "Transfer"}).size(), 2U);
    EXPECT_EQ(block_lines(example(), {.name = "transfer"}).size(), 0U);
    EXPECT_EQ(block_lines(example(), {.contract = contract_of(6), .name = "Transfer"}).size(), 0U);
    EXPECT_EQ(
        block_lines(example(), {.contract = neo::native::gas_token(), .name = "Transfer"}).size(),
        1U);
}

}  // namespace
}  // namespace nsl::cli
