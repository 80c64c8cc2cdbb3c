// SPDX-License-Identifier: Apache-2.0
#include "enclave/signing_rules.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nsl::enclave {
namespace {

constexpr ByteArray<32> kConfig{1, 2, 3};

std::vector<tee::FeedEstimate> estimates(std::size_t count, std::int64_t observed_ms = 1'000) {
    std::vector<tee::FeedEstimate> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back({.feed = static_cast<std::uint16_t>(i),
                       .status = tee::EstimateStatus::ok,
                       .price = 100 + static_cast<std::int64_t>(i),
                       .confidence = 2,
                       .observed_ms = observed_ms,
                       .sources = 3});
    return out;
}

tee::ReportRequest request(std::vector<tee::ReportEntry> entries) {
    return {.network = 42, .contract = {{7}}, .sequence = 9, .entries = std::move(entries)};
}

Errc refusal(const tee::ReportRequest& asked, const std::vector<tee::FeedEstimate>& published,
             const SigningMemory& memory = {}) {
    const auto report = build_report(asked, published, kConfig, memory);
    EXPECT_FALSE(report.has_value());
    return report ? Errc::internal : report.error().code;
}

TEST(SigningRules, TakesPricesFromTheEstimatesAndTheRestFromTheRequest) {
    const auto report =
        build_report(request({{2, 5}, {0, 8}}), estimates(3), kConfig, SigningMemory()).value();
    EXPECT_EQ(report.network, 42u);
    EXPECT_EQ(report.contract, neo::Hash160{{7}});
    EXPECT_EQ(report.config, kConfig);
    EXPECT_EQ(report.sequence, 9u);
    ASSERT_EQ(report.records.size(), 2u);
    EXPECT_EQ(report.records[0], (tee::PriceRecord{.feed = 2,
                                                   .sources = 3,
                                                   .round = 5,
                                                   .price = 102,
                                                   .confidence = 2,
                                                   .observed_ms = 1'000}));
    EXPECT_EQ(report.records[1].feed, 0);
    EXPECT_EQ(report.records[1].round, 8u);
}

TEST(SigningRules, RefusesWhatIsNotWellFormed) {
    const auto published = estimates(30);
    EXPECT_EQ(refusal(request({}), published), Errc::invalid_argument);
    EXPECT_EQ(refusal(request({{0, 0}}), published), Errc::invalid_argument);
    EXPECT_EQ(refusal(request({{0, 1}, {1, 1}, {0, 2}}), published), Errc::invalid_argument);
    auto no_sequence = request({{0, 1}});
    no_sequence.sequence = 0;
    EXPECT_EQ(refusal(no_sequence, published), Errc::invalid_argument);
    std::vector<tee::ReportEntry> many;
    for (std::uint16_t i = 0; i < 26; ++i) many.push_back({.feed = i, .round = 1});
    EXPECT_EQ(refusal(request(many), published), Errc::invalid_argument);
    many.pop_back();
    EXPECT_TRUE(build_report(request(many), published, kConfig, SigningMemory()).has_value());
}

TEST(SigningRules, RefusesAFeedThatIsNotPublished) {
    EXPECT_EQ(refusal(request({{0, 1}, {2, 1}}), estimates(2)), Errc::not_found);
}

TEST(SigningRules, RefusesTheWholeReportWhenOneFeedIsNotOk) {
    for (const auto status :
         {tee::EstimateStatus::unknown, tee::EstimateStatus::hold, tee::EstimateStatus::suspect}) {
        auto published = estimates(2);
        published[1].status = status;
        EXPECT_EQ(refusal(request({{0, 1}, {1, 1}}), published), Errc::conflict);
        EXPECT_TRUE(
            build_report(request({{0, 1}}), published, kConfig, SigningMemory()).has_value());
    }
}

TEST(SigningRules, SignsARoundAgainWithANewerValueButNeverWithAnOlder) {
    SigningMemory memory;
    const auto asked = request({{0, 5}});
    memory.remember(build_report(asked, estimates(1, 1'000), kConfig, memory).value());
    EXPECT_TRUE(build_report(asked, estimates(1, 1'000), kConfig, memory).has_value());
    EXPECT_TRUE(build_report(asked, estimates(1, 2'000), kConfig, memory).has_value());
    EXPECT_EQ(refusal(asked, estimates(1, 999), memory), Errc::conflict);
    EXPECT_EQ(refusal(request({{0, 6}}), estimates(1, 999), memory), Errc::conflict);
    EXPECT_EQ(refusal(request({{0, 4}}), estimates(1, 2'000), memory), Errc::conflict);
}

TEST(SigningRules, RemembersEachContractAndNetworkByItself) {
    SigningMemory memory;
    memory.remember(build_report(request({{0, 5}}), estimates(1), kConfig, memory).value());
    auto other = request({{0, 1}});
    other.contract.raw[3] = 1;
    EXPECT_TRUE(build_report(other, estimates(1, 10), kConfig, memory).has_value());
    other = request({{0, 1}});
    other.network = 43;
    EXPECT_TRUE(build_report(other, estimates(1, 10), kConfig, memory).has_value());
}

TEST(SigningRules, SignsForAtMost64Contracts) {
    SigningMemory memory;
    auto asked = request({{0, 1}});
    for (std::uint8_t i = 0; i < 64; ++i) {
        asked.contract.raw[0] = i;
        memory.remember(build_report(asked, estimates(1), kConfig, memory).value());
    }
    EXPECT_TRUE(build_report(asked, estimates(1), kConfig, memory).has_value());
    asked.contract.raw[0] = 64;
    EXPECT_EQ(refusal(asked, estimates(1), memory), Errc::limit_exceeded);
}

RC_GTEST_PROP(SigningRulesProperty, WhatIsSignedOfAFeedNeverGoesBack, ()) {
    SigningMemory memory;
    SigningMemory::Mark newest;
    const auto steps = *rc::gen::container<std::vector<std::pair<std::uint64_t, std::int64_t>>>(
        rc::gen::pair(rc::gen::inRange<std::uint64_t>(0, 6), rc::gen::inRange<std::int64_t>(1, 9)));
    for (const auto& [round, observed_ms] : steps) {
        const auto report =
            build_report(request({{0, round}}), estimates(1, observed_ms), kConfig, memory);
        const bool may = round > 0 && round >= newest.round && observed_ms >= newest.observed_ms;
        RC_ASSERT(report.has_value() == may);
        if (!report) continue;
        memory.remember(*report);
        newest = {.round = round, .observed_ms = observed_ms};
    }
}

}  // namespace
}  // namespace nsl::enclave
