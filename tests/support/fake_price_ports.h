// SPDX-License-Identifier: Apache-2.0
// The price feed's world in memory: an enclave that signs, a contract with its rules, a store.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/async_event.h"
#include "services/pricefeed/ports.h"

namespace nsl::testing_support {

using pricefeed::BatchEnd;
using pricefeed::BatchOutcome;
using pricefeed::ContractState;
using pricefeed::RoundEvent;
using pricefeed::StoredRound;

inline constexpr std::uint32_t kNetwork = 56'753;
inline constexpr std::int64_t kUnit = 100'000'000;  // one, in 1e-8

// NEO-USD and GAS-USD are published, as 0 and 1; USDT-USD stands between them in the table.
inline pricefeed::FeedTable price_table() {
    pricefeed::FeedTable table;
    table.feeds = {{.id = "NEO-USD"}, {.id = "USDT-USD", .published = false}, {.id = "GAS-USD"}};
    return table;
}

class FakePriceEnclave final : public pricefeed::PriceEnclave {
 public:
    bool down = false;                // answers nothing
    std::deque<Error> sign_errors{};  // of the next requests
    ByteArray<32> config_id = pricefeed::config_id(price_table());

    FakePriceEnclave() {
        Bytes scalar(32, 0);
        scalar[31] = 9;
        key_ = neo::PrivateKey::from_bytes(scalar).value();
    }

    void set(std::uint16_t feed, std::int64_t price, std::int64_t observed_ms,
             tee::EstimateStatus status = tee::EstimateStatus::ok, std::string reason = {}) {
        feeds_[feed] = {feed, status, price, price / 1'000, observed_ms, 3, std::move(reason)};
        ++version_;
        changed_.notify_all();
    }
    // Everything under way breaks; nothing is known, and versions count from the start.
    void restart(std::string version) {
        ++life_;
        program_ = std::move(version);
        version_ = 0;
        feeds_.clear();
        changed_.notify_all();
    }
    void go_down() {
        down = true;
        changed_.notify_all();
    }

    Task<Result<tee::EnclaveIdentity>> identity() override {
        if (down) co_return fail(Errc::unavailable, "no enclave here");
        co_return tee::EnclaveIdentity{.provider = "fake",
                                       .public_key = key_->public_key(),
                                       .config_id = config_id,
                                       .version = program_};
    }

    // Holds an unchanged answer as long as it stays unchanged.
    Task<Result<tee::PriceSnapshot>> prices(std::uint64_t after_version, milliseconds) override {
        const int life = life_;
        while (!down && life == life_ && version_ == after_version) co_await changed_.wait();
        if (down || life != life_) co_return fail(Errc::unavailable, "the connection broke");
        tee::PriceSnapshot out{.version = version_};
        for (const auto& [number, feed] : feeds_) out.feeds.push_back(feed);
        out.venues = {{.venue = "binance", .connected = true}};
        co_return out;
    }

    Task<Result<tee::SignedReport>> sign(tee::ReportRequest request) override {
        if (down) co_return fail(Errc::unavailable, "no enclave here");
        if (!sign_errors.empty()) {
            Error error = sign_errors.front();
            sign_errors.pop_front();
            co_return std::unexpected(std::move(error));
        }
        tee::PriceReport report{
            .network = request.network, .contract = request.contract, .sequence = request.sequence};
        for (const tee::ReportEntry& entry : request.entries) {
            const tee::FeedEstimate& feed = feeds_[entry.feed];
            if (feed.status != tee::EstimateStatus::ok)
                co_return fail(Errc::conflict, "the feed is not ok");
            report.records.push_back({.feed = entry.feed,
                                      .sources = 3,
                                      .round = entry.round,
                                      .price = feed.price,
                                      .confidence = feed.confidence,
                                      .observed_ms = feed.observed_ms});
        }
        tee::SignedReport out;
        CO_TRY(out.report, tee::pack_report(report));
        out.signer = key_->public_key();
        out.signature = key_->sign(out.report);
        co_return out;
    }

 private:
    std::optional<neo::PrivateKey> key_;
    std::map<std::uint16_t, tee::FeedEstimate> feeds_;
    std::uint64_t version_ = 0;
    int life_ = 0;
    std::string program_ = "1.0";
    AsyncEvent changed_;
};

// Accepts what the real one accepts: the next sequence, and of each feed the next round with a
// newer observation. It outlives the publisher, as a chain does.
class FakeFeedContract final : public pricefeed::FeedContract {
 public:
    enum class Fate { stored, faulted, expired };

    bool down = false;          // the chain does not answer reads
    bool held = false;          // batches stay in flight until this is false and wake() is called
    bool dies_in_send = false;  // taken and in flight, but the sender does not hear of it
    std::deque<Fate> fates{};   // of the next batches; then all are stored
    std::deque<Error> refusals{};  // of the next sends
    std::function<void(const tee::SignedReport&)> before_send{};

    ContractState truth{0, std::vector<StoredRound>(2)};
    std::vector<RoundEvent> history{};        // every stored round, in order
    std::vector<tee::PriceReport> taken{};    // every batch that was in flight
    std::vector<std::string> broken_rules{};  // batches that no honest publisher sends
    int looks = 0;                            // how often the publisher looked for work
    std::vector<std::int64_t> tried_ms{};     // when something was to be sent
    const Clock* clock = nullptr;

    void wake() { changed_.notify_all(); }
    // Another publisher, or a former life, got this round on chain.
    void store(std::uint16_t feed, StoredRound round) {
        ++truth.sequence;
        truth.latest[feed] = round;
        history.push_back({feed, round, hash_of(truth.sequence), block()});
    }
    // A batch of a former life that nobody has waited for.
    void leave_in_flight(tee::SignedReport report) { flying_ = std::move(report); }
    static neo::Hash256 hash_of(std::uint64_t sequence) {
        neo::Hash256 out;
        out.raw[0] = static_cast<std::uint8_t>(sequence);
        out.raw[31] = 0xaa;
        return out;
    }

    static std::string batch_of(std::uint64_t sequence) {
        return "batch " + std::to_string(sequence);
    }

    std::uint32_t network() const override { return kNetwork; }
    neo::Hash160 contract() const override { return {}; }

    Task<Result<ContractState>> state() override {
        if (down) co_return fail(Errc::unavailable, "the chain is away");
        co_return truth;
    }

    Task<Result<std::vector<StoredRound>>> rounds(std::string feed, std::uint64_t newest,
                                                  std::size_t count) override {
        if (down) co_return fail(Errc::unavailable, "the chain is away");
        const std::uint16_t number = feed == "NEO-USD" ? 0 : 1;
        std::vector<StoredRound> out;
        for (auto event = history.rbegin(); event != history.rend() && out.size() < count; ++event)
            if (event->feed == number && event->stored.round <= newest)
                out.push_back(event->stored);
        co_return out;
    }

    Task<Result<std::string>> send(tee::SignedReport report) override {
        if (before_send) before_send(report);
        if (clock) tried_ms.push_back(clock->unix_ms());
        if (!refusals.empty()) {
            Error error = refusals.front();
            refusals.pop_front();
            co_return std::unexpected(std::move(error));
        }
        if (flying_) {
            broken_rules.push_back("a second batch while one was in flight");
            co_return fail(Errc::conflict, "one is in flight");
        }
        CO_TRY(tee::PriceReport parsed, tee::verify_report(report));
        if (Status good = check(parsed); !good) {
            broken_rules.push_back(good.error().message);
            co_return std::unexpected(good.error());
        }
        taken.push_back(parsed);
        flying_ = std::move(report);
        if (dies_in_send) co_await never_.wait();
        co_return batch_of(parsed.sequence);
    }

    Task<Result<std::optional<std::string>>> in_flight() override {
        ++looks;
        if (!flying_) co_return std::nullopt;
        co_return batch_of(tee::parse_report(flying_->report)->sequence);
    }

    Task<Result<BatchOutcome>> wait(std::string name) override {
        while (held) co_await changed_.wait();
        if (!flying_) co_return fail(Errc::not_found, "no such batch");
        const tee::PriceReport batch = tee::parse_report(flying_->report).value();
        if (name != batch_of(batch.sequence)) co_return fail(Errc::not_found, "another batch");
        const neo::Hash256 tx = hash_of(batch.sequence);
        flying_.reset();
        Fate fate = Fate::stored;
        if (!fates.empty()) {
            fate = fates.front();
            fates.pop_front();
        }
        if (fate == Fate::faulted)
            co_return BatchOutcome{BatchEnd::faulted, block(), "ASSERT is false"};
        if (fate == Fate::expired) co_return BatchOutcome{BatchEnd::expired, 0, "in no block"};
        truth.sequence = batch.sequence;
        for (const tee::PriceRecord& record : batch.records) {
            const StoredRound round{record.round,
                                    record.price,
                                    record.confidence,
                                    record.observed_ms,
                                    static_cast<std::uint8_t>(record.status),
                                    record.sources};
            truth.latest[record.feed] = round;
            history.push_back({record.feed, round, tx, block()});
        }
        co_return BatchOutcome{BatchEnd::stored, block(), {}};
    }

 private:
    std::uint32_t block() const { return 100 + static_cast<std::uint32_t>(truth.sequence); }

    Status check(const tee::PriceReport& report) const {
        if (report.network != kNetwork) return fail(Errc::conflict, "another network");
        if (report.sequence != truth.sequence + 1) return fail(Errc::conflict, "bad sequence");
        for (const tee::PriceRecord& record : report.records) {
            const StoredRound& last = truth.latest.at(record.feed);
            if (record.round != last.round + 1) return fail(Errc::conflict, "bad round");
            if (record.observed_ms <= last.observed_ms) return fail(Errc::conflict, "not newer");
        }
        return {};
    }

    std::optional<tee::SignedReport> flying_;
    AsyncEvent changed_;
    AsyncEvent never_;
};

class FakeFeedStore final : public pricefeed::FeedStore {
 public:
    bool broken = false;  // the disk is full
    std::map<std::uint16_t, tee::SignedReport> reports{};
    std::vector<RoundEvent> seen{};

    Task<Status> save_report(tee::SignedReport report) override {
        if (broken) co_return fail(Errc::unavailable, "the disk is full");
        CO_TRY(tee::PriceReport parsed, tee::parse_report(report.report));
        for (const tee::PriceRecord& record : parsed.records) reports[record.feed] = report;
        co_return Status{};
    }

    Task<Result<tee::SignedReport>> latest_report(std::uint16_t feed) override {
        auto found = reports.find(feed);
        if (found == reports.end()) co_return fail(Errc::not_found, "no report yet");
        co_return found->second;
    }

    Task<Result<std::vector<RoundEvent>>> events(std::uint16_t feed, std::uint64_t newest,
                                                 std::size_t count) override {
        std::vector<RoundEvent> out;
        for (const RoundEvent& event : seen)
            if (event.feed == feed && event.stored.round <= newest) out.push_back(event);
        std::ranges::sort(out, std::greater(), [](const RoundEvent& e) { return e.stored.round; });
        if (out.size() > count) out.resize(count);
        co_return out;
    }
};

}  // namespace nsl::testing_support
