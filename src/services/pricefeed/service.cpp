// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/service.h"

#include <algorithm>
#include <limits>

namespace nsl::pricefeed {
namespace {

Quality quality_of(tee::EstimateStatus status) {
    switch (status) {
        case tee::EstimateStatus::ok:
            return Quality::ok;
        case tee::EstimateStatus::hold:
            return Quality::hold;
        case tee::EstimateStatus::suspect:
            return Quality::suspect;
        case tee::EstimateStatus::unknown:
            break;
    }
    return Quality::unknown;
}

std::vector<FeedSpec> published_of(const FeedTable& table) {
    std::vector<FeedSpec> out;
    std::ranges::copy_if(table.feeds, std::back_inserter(out), &FeedSpec::published);
    return out;
}

}  // namespace

Service::Service(FeedTable table, FeedContract& contract, FeedStore& store)
    : table_(std::move(table)),
      config_id_(config_id(table_)),
      contract_(contract),
      store_(store),
      published_(published_of(table_)),
      estimates_(published_.size()),
      seen_(published_.size()) {}

std::vector<FeedView> Service::list() const {
    std::vector<FeedView> out;
    for (std::size_t i = 0; i < published_.size(); ++i) {
        FeedView view{published_[i], static_cast<std::uint16_t>(i), estimates_[i], {}, {}};
        if (state_ && i < state_->latest.size()) view.stored = state_->latest[i];
        if (view.stored.round > 0 && view.stored.round == seen_[i].round) view.tx = seen_[i].tx;
        out.push_back(std::move(view));
    }
    return out;
}

Result<FeedView> Service::find(const std::string& id) const {
    std::string known;
    for (FeedView& view : list()) {
        if (view.spec.id == id) return std::move(view);
        known += (known.empty() ? "" : ", ") + view.spec.id;
    }
    return fail(Errc::not_found, "no such feed; the feeds are " + known);
}

Task<Result<std::vector<RoundEvent>>> Service::rounds(std::string id, std::uint64_t before,
                                                      std::size_t count) {
    CO_TRY(FeedView feed, find(id));
    // Before the first read nothing is known, which is not the same as no rounds.
    if (!state_) co_return fail(Errc::unavailable, "the contract has not been read yet");
    std::uint64_t newest = feed.stored.round;
    if (before > 0) newest = std::min(newest, before - 1);
    if (newest == 0) co_return std::vector<RoundEvent>{};
    // Each costs calls to the chain's node, which the publisher needs too; strangers must not queue
    // there without bound.
    if (reading_ >= kRoundReadsMax)
        co_return fail(Errc::unavailable, "too many round histories are being read: ask again");
    struct Reading {
        int& count;
        explicit Reading(int& c) : count(c) { ++count; }
        ~Reading() { --count; }
    } reading(reading_);
    CO_TRY(auto stored, co_await contract_.rounds(id, newest, count));
    CO_TRY(auto seen, co_await store_.events(feed.number, newest, count));
    std::vector<RoundEvent> out;
    for (StoredRound& round : stored) {
        RoundEvent event{feed.number, round, {}, 0};
        auto same = std::ranges::find(seen, round.round,
                                      [](const RoundEvent& e) { return e.stored.round; });
        if (same != seen.end()) {
            event.tx = same->tx;
            event.block = same->block;
        }
        out.push_back(event);
    }
    co_return out;
}

Task<Result<tee::SignedReport>> Service::report(std::string id) {
    CO_TRY(FeedView feed, find(id));
    co_return co_await store_.latest_report(feed.number);
}

Task<Status> Service::restore() {
    constexpr std::uint64_t kNewest = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < published_.size(); ++i) {
        CO_TRY(auto newest, co_await store_.events(static_cast<std::uint16_t>(i), kNewest, 1));
        if (!newest.empty()) seen_[i] = {newest.front().stored.round, newest.front().tx};
    }
    co_return Status{};
}

std::string Service::why_not_ready() const {
    if (!enclave_lost_.empty()) return enclave_lost_;
    if (!state_) return "the contract has not been read yet";
    return {};
}

bool Service::on_identity(tee::EnclaveIdentity identity) {
    const bool same = identity.config_id == config_id_;
    identity_ = std::move(identity);
    return same;
}

void Service::on_snapshot(tee::PriceSnapshot snapshot) {
    enclave_lost_.clear();
    // A feed that the enclave leaves out is not known any more, whatever it said before.
    for (Estimate& estimate : estimates_) estimate.quality = Quality::unknown;
    for (const tee::FeedEstimate& feed : snapshot.feeds) {
        if (feed.feed >= estimates_.size()) continue;
        estimates_[feed.feed] = {quality_of(feed.status), feed.price,   feed.confidence,
                                 feed.observed_ms,        feed.sources, feed.reason};
    }
    venues_ = std::move(snapshot.venues);
    changed_.notify_all();
}

void Service::on_enclave_lost(std::string why) {
    enclave_lost_ = "the enclave does not answer: " + std::move(why);
    for (Estimate& estimate : estimates_) {
        estimate.quality = Quality::unknown;
        estimate.reason = "the enclave does not answer";
    }
    changed_.notify_all();
}

void Service::on_state(ContractState state) {
    // Two readers of the chain may finish out of order; the sequence says which is newer.
    if (state_ && state.sequence < state_->sequence) return;
    state_ = std::move(state);
    changed_.notify_all();
}

void Service::replace_state(ContractState state) {
    state_ = std::move(state);
    changed_.notify_all();
}

void Service::on_rounds(const std::vector<RoundEvent>& rounds) {
    for (const RoundEvent& event : rounds)
        if (event.feed < seen_.size() && event.stored.round > seen_[event.feed].round)
            seen_[event.feed] = {event.stored.round, event.tx};
    changed_.notify_all();
}

Task<void> Service::changed(milliseconds limit) {
    co_await changed_.wait_for(limit);
}

}  // namespace nsl::pricefeed
