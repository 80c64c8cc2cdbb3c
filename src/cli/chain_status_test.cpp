// SPDX-License-Identifier: Apache-2.0
#include "cli/chain_status.h"

#include <gtest/gtest.h>

#include "cli/commands.h"

namespace nsl::cli {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

neo::Hash256 hash_of(std::uint8_t seed) {
    neo::Hash256 out;
    out.raw.fill(seed);
    return out;
}

NodeLook node(std::string name, std::uint32_t height, std::uint32_t network = 56753) {
    NodeLook out{.name = std::move(name)};
    out.version = chain::NodeVersion{.user_agent = "/NEO-GO:0.122.0/",
                                     .network = network,
                                     .ms_per_block = 3'000,
                                     .max_valid_until_block_increment = 5'760};
    out.latency_ms = 12.34;
    out.tip = chain::BlockHeader{.index = height, .hash = hash_of(1), .time_ms = kNow - 1'500};
    out.fees = neo::FeePolicy{};
    return out;
}
NodeLook dead(std::string name) {
    return {.name = std::move(name), .trouble = "cannot connect: Connection refused"};
}
ServiceLook service(std::uint32_t height) {
    ServiceLook out{.url = "http://api"};
    out.chain.network = 56753;
    out.chain.height = out.chain.node_height = height;
    out.chain.block_hash = hash_of(9).display();
    out.chain.last_answer_ms = kNow - 200;
    return out;
}

void expect_in(const std::string& text, std::initializer_list<const char*> words) {
    for (const char* word : words)
        EXPECT_NE(text.find(word), std::string::npos) << word << " in: " << text;
}
// The only problem, and its exit code.
void expect_problem(const ChainStatus& status, int code, std::initializer_list<const char*> words) {
    const Verdict verdict = verdict_of(status);
    EXPECT_EQ(verdict.exit_code, code);
    ASSERT_EQ(verdict.problems.size(), 1U) << status_text(status, kNow);
    expect_in(verdict.problems[0], words);
    expect_in(status_text(status, kNow), {"problem", verdict.problems[0].c_str()});
    EXPECT_EQ(status_object(status, kNow).at("problems").as_array().at(0).as_string(),
              verdict.problems[0]);
}

TEST(ChainStatus, ShowsEachNodeAndThePolicyThatAllHaveOnce) {
    const ChainStatus status{.nodes = {node("a:1", 100), node("b:2", 97), dead("c:3")}};
    const std::string text = status_text(status, kNow);
    expect_in(text, {"a:1", "100", "1.5 s", "12.3 ms", "56753", "/NEO-GO:0.122.0/", "ok, 3 behind",
                     "Connection refused", "1000 datoshi a byte", "factor 30,", "3000 ms", "5760"});
    EXPECT_EQ(text.find("policy"), text.rfind("policy"));
    EXPECT_TRUE(verdict_of(status).problems.empty());
    EXPECT_EQ(verdict_of(status).exit_code, kOk) << "one that is usable is enough";
    const json::Object shown = status_object(status, kNow);
    const json::Array& nodes = shown.at("nodes").as_array();
    EXPECT_EQ(nodes.at(1).at("behind"), 3);
    EXPECT_EQ(nodes.at(1).at("age_ms"), 1'500);
    EXPECT_EQ(nodes.at(0).at("policy").at("execution_pico_factor"), 300'000);
    EXPECT_EQ(nodes.at(2).at("usable"), false);
    EXPECT_FALSE(nodes.at(2).as_object().contains("height"));
    EXPECT_FALSE(shown.contains("service"));
}

TEST(ChainStatus, SaysWhichNodesHaveAnotherPolicy) {
    ChainStatus status{.nodes = {node("a:1", 100), node("b:2", 100)}};
    status.nodes[1].fees = neo::FeePolicy{.fee_per_byte = 777};
    expect_in(status_text(status, kNow), {"777 datoshi a byte", "(a:1)", "(b:2)"});
}

TEST(ChainStatus, WithoutAUsableNodeIsUnavailable) {
    ChainStatus status{.nodes = {dead("a:1"), node("b:2", 5)}};
    status.nodes[1].trouble = "block 5: not signed";
    expect_problem(status, kUnavailable, {"no node is usable"});
}

TEST(ChainStatus, NodesOfTwoNetworksAreNamed) {
    ChainStatus status{.nodes = {node("a:1", 100), node("b:2", 100), node("c:3", 100, 7)}};
    for (std::size_t i = 0; i < 3; ++i)
        status.nodes[i].hashes[100] = hash_of(static_cast<std::uint8_t>(i));
    expect_problem(status, kFailed, {"network", "a:1, b:2 say 56753", "c:3 says 7"});
}

TEST(ChainStatus, AnotherHashAtACommonHeightIsNamed) {
    ChainStatus status{.nodes = {node("a:1", 101), node("b:2", 100), node("c:3", 102)}};
    ASSERT_EQ(compared_heights(status), std::vector<std::uint32_t>{100});
    for (NodeLook& one : status.nodes) one.hashes[100] = hash_of(4);
    EXPECT_TRUE(verdict_of(status).problems.empty());
    status.nodes[2].hashes[100] = hash_of(5);
    const std::string other = "c:3 says " + hash_of(5).display();
    expect_problem(status, kFailed, {"block 100", "a:1, b:2 say", other.c_str()});
    // What an unusable one says counts for nothing.
    status.nodes[2].trouble = "down";
    EXPECT_TRUE(verdict_of(status).problems.empty());
}

TEST(ChainStatus, TheServicesBlockIsComparedToo) {
    ChainStatus status{.nodes = {node("a:1", 100)}, .service = service(98)};
    EXPECT_EQ(compared_heights(status), (std::vector<std::uint32_t>{98, 100}));
    status.nodes[0].hashes = {{98, hash_of(9)}, {100, hash_of(1)}};
    EXPECT_TRUE(verdict_of(status).problems.empty());
    expect_in(status_text(status, kNow), {"http://api", "block 98, 2 behind", "0.2 s", "idle"});
    status.nodes[0].hashes[98] = hash_of(8);
    expect_problem(status, kFailed, {"block 98", "the service says", "a:1 says"});
}

TEST(ChainStatus, AServiceThatStandsStillOrIsAwayIsAProblem) {
    ServiceLook still = service(100);
    still.chain.fault = "block 101: not\nsigned";
    still.chain.publisher.in_flight = "0xabc";
    still.chain.publisher.last_failure = "too little GAS";
    ChainStatus status{.nodes = {node("a:1", 100)}, .service = still};
    expect_problem(status, kFailed, {"stands still", "block 101: not\\nsigned"});
    expect_in(status_text(status, kNow), {"waits for 0xabc", "too little GAS"});
    still.trouble = "Connection refused";
    status.service = still;
    expect_problem(status, kUnavailable, {"the service", "refused"});
    const json::Object shown = status_object(status, kNow);
    EXPECT_FALSE(shown.at("service").as_object().contains("height"));
}

TEST(ChainStatus, TheServicesSenderAndItsNodesAreShown) {
    ServiceLook busy = service(100);
    busy.chain.sender = {.open = 7, .height = 99, .trouble = "too little GAS"};
    busy.chain.nodes = {{.name = "c:3", .height = 90, .trouble = "10 blocks behind"}};
    ChainStatus status{.nodes = {node("a:1", 100)}, .service = busy};
    expect_in(status_text(status, kNow),
              {"7 open, at block 99", "too little GAS", "c:3  not used  block 90", "behind"});
    status.service->chain.sender.foreign_spends = 2;
    expect_problem(status, kFailed, {"somebody else spends"});
}

TEST(ChainStatus, WhatNodesWriteCannotCommandTheTerminal) {
    ChainStatus status{.nodes = {node("a:1", 100), dead("b:2")}};
    status.nodes[0].version = chain::NodeVersion{.user_agent = "\x1b[2J"};
    status.nodes[1].trouble = "\x1b[2J";
    EXPECT_EQ(status_text(status, kNow).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace nsl::cli
