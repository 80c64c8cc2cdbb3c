// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_publish.h"

#include <algorithm>
#include <utility>

namespace nsl::pricefeed {
namespace {

using Wide = __int128;

constexpr int kBpWhole = 10'000;
constexpr int kEarlyBlocks = 2;

struct Candidate {
    DueFeed due;
    std::int64_t stored_ms = 0;
};

bool publishable(const PublishInput& feed) {
    return feed.estimate.quality == Quality::ok && feed.estimate.price > 0 &&
           (feed.stored.round == 0 || feed.estimate.observed_ms > feed.stored.observed_ms);
}

// |price - stored| / stored >= deviation / divisor, exactly.
bool moved(const PublishInput& feed, int divisor) {
    const Wide distance = Wide{feed.estimate.price} - feed.stored.price;
    const Wide size = distance < 0 ? -distance : distance;
    return size * kBpWhole * divisor >= Wide{feed.spec.deviation_bp} * feed.stored.price;
}

Wide age_ms(const PublishInput& feed, std::int64_t now_ms) {
    return Wide{now_ms} - feed.stored.observed_ms;
}

Wide heartbeat_ms(const PublishInput& feed) {
    return Wide{feed.spec.heartbeat_s} * 1'000;
}

std::optional<PublishCause> due_cause(const PublishInput& feed, std::int64_t now_ms,
                                      std::int64_t block_time_ms) {
    if (feed.stored.round == 0) return PublishCause::first;
    if (moved(feed, 1)) return PublishCause::deviation;
    if (age_ms(feed, now_ms) + Wide{kEarlyBlocks} * block_time_ms >= heartbeat_ms(feed))
        return PublishCause::heartbeat;
    return std::nullopt;
}

bool past_half(const PublishInput& feed, std::int64_t now_ms) {
    return moved(feed, 2) || 2 * age_ms(feed, now_ms) >= heartbeat_ms(feed);
}

// Longest unwritten first, so that a crowd of lively feeds never starves a quiet one.
void oldest_first(std::vector<Candidate>& list) {
    std::ranges::sort(list, {}, [](const Candidate& candidate) {
        return std::pair(candidate.stored_ms, candidate.due.feed);
    });
}

}  // namespace

const char* publish_cause_name(PublishCause cause) {
    switch (cause) {
        case PublishCause::first:
            return "first";
        case PublishCause::deviation:
            return "deviation";
        case PublishCause::heartbeat:
            return "heartbeat";
        case PublishCause::coalesced:
            return "coalesced";
    }
    return "unknown";
}

std::vector<DueFeed> due_feeds(const std::vector<PublishInput>& feeds, std::int64_t now_ms,
                               std::int64_t block_time_ms) {
    std::vector<Candidate> due;
    std::vector<Candidate> along;
    std::uint16_t number = 0;
    for (const PublishInput& feed : feeds) {
        if (!feed.spec.published) continue;
        const std::uint16_t mine = number++;
        if (!publishable(feed)) continue;
        const auto stored_ms = feed.stored.round == 0 ? 0 : feed.stored.observed_ms;
        Candidate candidate{{mine, feed.stored.round + 1, PublishCause::coalesced}, stored_ms};
        if (const auto cause = due_cause(feed, now_ms, block_time_ms)) {
            candidate.due.cause = *cause;
            due.push_back(candidate);
        } else if (past_half(feed, now_ms)) {
            along.push_back(candidate);
        }
    }
    if (due.empty()) return {};
    oldest_first(due);
    oldest_first(along);
    due.insert(due.end(), along.begin(), along.end());
    if (due.size() > kBatchMax) due.resize(kBatchMax);

    std::vector<DueFeed> batch;
    for (const Candidate& candidate : due) batch.push_back(candidate.due);
    std::ranges::sort(batch, {}, &DueFeed::feed);
    return batch;
}

}  // namespace nsl::pricefeed
