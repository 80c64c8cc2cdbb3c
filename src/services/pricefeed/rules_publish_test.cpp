// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_publish.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;
constexpr std::int64_t kBlockMs = 3'000;

// 50 bp and 600 s; stored at 100 a minute ago, seen now.
PublishInput quiet() {
    return {.spec = {.id = "X-USD"},
            .estimate = {.quality = Quality::ok,
                         .price = 10'000,
                         .confidence = 2,
                         .observed_ms = kNow - 500},
            .stored = {.round = 7, .price = 10'000, .observed_ms = kNow - 60'000}};
}

std::vector<DueFeed> due(std::vector<PublishInput> feeds) {
    return due_feeds(feeds, kNow, kBlockMs);
}

TEST(DueFeeds, AFeedWithoutARoundIsFirst) {
    PublishInput feed = quiet();
    feed.stored = {};
    EXPECT_EQ(due({feed}), (std::vector<DueFeed>{{0, 1, PublishCause::first}}));
}

TEST(DueFeeds, ADeviationIsDueFromItsExactEdge) {
    for (const int sign : {-1, 1}) {
        PublishInput feed = quiet();
        feed.estimate.price = 10'000 + sign * 50;
        EXPECT_EQ(due({feed}), (std::vector<DueFeed>{{0, 8, PublishCause::deviation}}));
        feed.estimate.price = 10'000 + sign * 49;
        EXPECT_TRUE(due({feed}).empty());
    }
}

TEST(DueFeeds, AHeartbeatIsDueTwoBlocksEarly) {
    PublishInput feed = quiet();
    feed.stored.observed_ms = kNow - 594'000;
    EXPECT_EQ(due({feed}), (std::vector<DueFeed>{{0, 8, PublishCause::heartbeat}}));
    feed.stored.observed_ms = kNow - 593'999;
    EXPECT_TRUE(due({feed}).empty());
}

TEST(DueFeeds, HalfWayFeedsComeAlongButNeverAlone) {
    PublishInput moved = quiet();
    moved.estimate.price = 10'025;
    PublishInput aged = quiet();
    aged.stored.observed_ms = kNow - 300'000;
    PublishInput first = quiet();
    first.stored = {};
    EXPECT_TRUE(due({moved, aged, quiet()}).empty());
    EXPECT_EQ(due({moved, quiet(), aged, first}),
              (std::vector<DueFeed>{{0, 8, PublishCause::coalesced},
                                    {2, 8, PublishCause::coalesced},
                                    {3, 1, PublishCause::first}}));
}

TEST(DueFeeds, OnlyOkAndNewerObservationsAreDue) {
    for (const Quality quality : {Quality::unknown, Quality::hold, Quality::suspect}) {
        PublishInput feed = quiet();
        feed.estimate.quality = quality;
        feed.estimate.price = 20'000;
        EXPECT_TRUE(due({feed}).empty());
        feed.stored = {};
        EXPECT_TRUE(due({feed}).empty());
    }
    PublishInput feed = quiet();
    feed.estimate.price = 20'000;
    feed.estimate.observed_ms = feed.stored.observed_ms;
    EXPECT_TRUE(due({feed}).empty());
}

TEST(DueFeeds, UnpublishedFeedsHaveNoNumber) {
    PublishInput hidden = quiet();
    hidden.spec.published = false;
    hidden.stored = {};
    PublishInput first = quiet();
    first.stored = {};
    EXPECT_EQ(due({hidden, quiet(), hidden, first}),
              (std::vector<DueFeed>{{1, 1, PublishCause::first}}));
}

TEST(DueFeeds, OfTooManyTheLongestUnwrittenGoFirst) {
    std::vector<PublishInput> feeds;
    for (int i = 0; i < 60; ++i) {
        PublishInput feed = quiet();
        feed.estimate.price = i % 2 == 0 ? 10'100 : 10'030;  // due, or along
        feed.stored.observed_ms = kNow - 60'000 - i * 100;
        feeds.push_back(feed);
    }
    const auto batch = due(feeds);
    ASSERT_EQ(batch.size(), kBatchMax);
    for (std::size_t i = 0; i < batch.size(); ++i) EXPECT_EQ(batch[i].feed, 10 + 2 * i);
}

RC_GTEST_PROP(DueFeeds, KeepsItsPromises, ()) {
    const auto in = [](std::int64_t low, std::int64_t high) {
        return *rc::gen::inRange<std::int64_t>(low, high);
    };
    std::vector<PublishInput> feeds;
    for (std::int64_t i = 0, count = in(0, 60); i < count; ++i) {
        PublishInput feed = quiet();
        feed.spec.published = in(0, 5) > 0;
        feed.spec.deviation_bp = static_cast<std::int32_t>(in(1, 10'001));
        feed.estimate.quality = static_cast<Quality>(in(0, 4));
        feed.estimate.price = in(0, 4) == 0 ? kPriceMax : in(0, 20'000);
        feed.estimate.observed_ms = kNow - in(0, 40'000);
        feed.stored.round = static_cast<std::uint64_t>(in(0, 3));
        feed.stored.observed_ms = kNow - in(0, 700'000);
        feeds.push_back(feed);
    }
    const auto batch = due(feeds);
    RC_ASSERT(batch.size() <= kBatchMax);
    std::vector<PublishInput> published;
    for (const auto& feed : feeds)
        if (feed.spec.published) published.push_back(feed);
    bool any_due = batch.empty();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (i > 0) RC_ASSERT(batch[i - 1].feed < batch[i].feed);
        const PublishInput& feed = published.at(batch[i].feed);
        RC_ASSERT(feed.estimate.quality == Quality::ok);
        RC_ASSERT(feed.estimate.price > 0);
        RC_ASSERT(feed.stored.round == 0 || feed.estimate.observed_ms > feed.stored.observed_ms);
        RC_ASSERT(batch[i].round == feed.stored.round + 1);
        any_due |= batch[i].cause != PublishCause::coalesced;
    }
    RC_ASSERT(any_due);
}

}  // namespace
}  // namespace nsl::pricefeed
