// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/store_sql.h"

#include <gtest/gtest.h>

#include "store_world.h"
#include "tee/report.h"

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kKept = 100'000;  // rounds of a feed

class PriceStore : public store::OnEachEngine {
 protected:
    store::Folder folder;
    const std::string url = store::fresh_url(GetParam(), folder);
    asio::io_context loop{1};
    std::unique_ptr<store::Db> db;

    PriceStore() { reopen(); }
    ~PriceStore() override {
        db.reset();
        loop.poll();
    }
    void reopen() {
        db.reset();
        std::vector<store::Migration> steps;
        for (const std::string& sql : feed_store_schema())
            steps.push_back({static_cast<int>(steps.size()) + 1, "pricefeed", sql});
        auto opened = store::open({.url = url}, steps);
        ASSERT_TRUE(opened) << opened.error().message;
        db = *std::move(opened);
    }
    Status add(const RoundEvent& event) {
        return run_blocking(
            loop, db->transact([&](store::Tx& tx) { return SqlFeedStore::add_event(tx, event); }));
    }
    std::vector<std::uint64_t> rounds(std::uint16_t feed, std::uint64_t newest, std::size_t count) {
        SqlFeedStore store(*db);
        auto found = run_blocking(loop, store.events(feed, newest, count));
        EXPECT_TRUE(found) << found.error().message;
        std::vector<std::uint64_t> out;
        for (const RoundEvent& event : *found) out.push_back(event.stored.round);
        return out;
    }
    static RoundEvent event(std::uint16_t feed, std::uint64_t round, std::int64_t price = 5) {
        RoundEvent out{feed, {round, price, 2, 1'700'000'000'000, 1, 3}, {}, 77};
        out.tx.raw.fill(static_cast<std::uint8_t>(round));
        return out;
    }
    static tee::SignedReport report(std::vector<std::uint16_t> feeds, std::uint64_t sequence) {
        static const neo::PrivateKey key = neo::PrivateKey::from_bytes(Bytes(32, 0x11)).value();
        tee::PriceReport plain{.network = 1, .sequence = sequence};
        for (std::uint16_t feed : feeds)
            plain.records.push_back({.feed = feed,
                                     .sources = 3,
                                     .round = sequence,
                                     .price = 100,
                                     .observed_ms = 1'700'000'000'000});
        tee::SignedReport out{tee::pack_report(plain).value(), key.public_key(), {}};
        out.signature = key.sign(out.report);
        return out;
    }
    std::uint64_t latest_sequence(std::uint16_t feed) {
        SqlFeedStore store(*db);
        auto found = run_blocking(loop, store.latest_report(feed));
        if (!found) {
            EXPECT_EQ(found.error().code, Errc::not_found);
            return 0;
        }
        auto parsed = tee::verify_report(*found);  // key and signature came back whole
        EXPECT_TRUE(parsed) << parsed.error().message;
        return parsed ? parsed->sequence : 0;
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, PriceStore,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         store::engine_name);

TEST_P(PriceStore, KeepsTheLatestReportOfEachFeedInIt) {
    SqlFeedStore store(*db);
    EXPECT_EQ(latest_sequence(0), 0U);
    ASSERT_TRUE(run_blocking(loop, store.save_report(report({0, 1}, 1))));
    ASSERT_TRUE(run_blocking(loop, store.save_report(report({1, 2}, 2))));
    EXPECT_EQ(latest_sequence(0), 1U);
    EXPECT_EQ(latest_sequence(1), 2U);
    EXPECT_EQ(latest_sequence(2), 2U);
    reopen();
    EXPECT_EQ(latest_sequence(0), 1U);
    EXPECT_EQ(latest_sequence(1), 2U);
    EXPECT_EQ(latest_sequence(3), 0U);
}

TEST_P(PriceStore, RefusesBytesThatAreNoReport) {
    SqlFeedStore store(*db);
    tee::SignedReport bad = report({0}, 1);
    bad.report.pop_back();
    EXPECT_FALSE(run_blocking(loop, store.save_report(bad)));
    EXPECT_EQ(latest_sequence(0), 0U);
}

TEST_P(PriceStore, GivesAnEventBackWhole) {
    RoundEvent wrote = event(1, 7, std::int64_t{1} << 60);
    wrote.block = 4'294'967'295;
    wrote.stored.status = 255;
    wrote.stored.sources = 255;
    ASSERT_TRUE(add(wrote));
    SqlFeedStore store(*db);
    auto read = run_blocking(loop, store.events(1, 7, 1)).value();
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].feed, 1);
    EXPECT_EQ(read[0].stored.round, 7U);
    EXPECT_EQ(read[0].stored.price, std::int64_t{1} << 60);
    EXPECT_EQ(read[0].stored.confidence, 2);
    EXPECT_EQ(read[0].stored.observed_ms, 1'700'000'000'000);
    EXPECT_EQ(read[0].stored.status, 255);
    EXPECT_EQ(read[0].stored.sources, 255);
    EXPECT_EQ(read[0].tx, wrote.tx);
    EXPECT_EQ(read[0].block, 4'294'967'295U);
}

TEST_P(PriceStore, GivesEventsOfAFeedNewestFirst) {
    for (std::uint64_t round : {3, 1, 4, 2, 10}) ASSERT_TRUE(add(event(0, round)));
    ASSERT_TRUE(add(event(1, 5)));
    EXPECT_EQ(rounds(0, 100, 10), (std::vector<std::uint64_t>{10, 4, 3, 2, 1}));
    EXPECT_EQ(rounds(0, 100, 2), (std::vector<std::uint64_t>{10, 4}));
    EXPECT_EQ(rounds(0, 3, 2), (std::vector<std::uint64_t>{3, 2}));
    EXPECT_EQ(rounds(1, 100, 10), (std::vector<std::uint64_t>{5}));
    EXPECT_EQ(rounds(2, 100, 10), std::vector<std::uint64_t>{});
}

TEST_P(PriceStore, TakesTheSameEventAgainWithoutChange) {
    ASSERT_TRUE(add(event(0, 1, 5)));
    ASSERT_TRUE(add(event(0, 1, 6)));
    SqlFeedStore store(*db);
    auto read = run_blocking(loop, store.events(0, 10, 10)).value();
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].stored.price, 5);
}

TEST_P(PriceStore, ForgetsWhatIsFarBehindInTheSameFeedOnly) {
    for (std::uint64_t round : {1, 2, 3}) ASSERT_TRUE(add(event(0, round)));
    ASSERT_TRUE(add(event(1, 1)));
    ASSERT_TRUE(add(event(0, 2 + kKept)));
    EXPECT_EQ(rounds(0, 1'000'000, 10), (std::vector<std::uint64_t>{2 + kKept, 3}));
    EXPECT_EQ(rounds(1, 1'000'000, 10), (std::vector<std::uint64_t>{1}));
}

}  // namespace
}  // namespace nsl::pricefeed
