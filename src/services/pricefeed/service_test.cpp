// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/service.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/spawn.h"
#include "fake_price_ports.h"

namespace nsl::pricefeed {
namespace {

using testing_support::FakeFeedContract;
using testing_support::kUnit;

class PriceService : public ::testing::Test {
 protected:
    asio::io_context loop;
    FakeFeedContract contract;
    testing_support::FakeFeedStore store;
    Service service{testing_support::price_table(), contract, store};

    // On chain and in the store, as an indexer would.
    void store_round(std::uint16_t feed, std::uint64_t round, std::int64_t price) {
        contract.store(feed, {round, price, 1, 1'700'000'000'000, 1, 3});
        store.seen.push_back(contract.history.back());
    }
    std::vector<std::uint64_t> rounds(std::uint64_t before, std::size_t count) {
        auto found = run_blocking(loop, service.rounds("NEO-USD", before, count));
        EXPECT_TRUE(found) << found.error().message;
        std::vector<std::uint64_t> out;
        for (const RoundEvent& event : *found) out.push_back(event.stored.round);
        return out;
    }
};

TEST_F(PriceService, ListsPublishedFeedsOnlyWithTheirNumbers) {
    auto feeds = service.list();
    ASSERT_EQ(feeds.size(), 2U);
    EXPECT_EQ(feeds[0].spec.id, "NEO-USD");
    EXPECT_EQ(feeds[1].spec.id, "GAS-USD");
    EXPECT_EQ(feeds[1].number, 1);
    EXPECT_EQ(feeds[1].estimate.quality, Quality::unknown);
    EXPECT_EQ(feeds[1].stored.round, 0U);
}

TEST_F(PriceService, NamesTheKnownFeedsWhenAskedForAnother) {
    for (const char* id : {"USDT-USD", "neo-usd", ""}) {
        auto found = service.find(id);
        ASSERT_FALSE(found) << id;
        EXPECT_EQ(found.error().code, Errc::not_found);
        EXPECT_NE(found.error().message.find("NEO-USD, GAS-USD"), std::string::npos);
    }
    EXPECT_EQ(run_blocking(loop, service.rounds("BTC-USD", 0, 5)).error().code, Errc::not_found);
    EXPECT_EQ(run_blocking(loop, service.report("BTC-USD")).error().code, Errc::not_found);
}

TEST_F(PriceService, IsReadyOnceTheEnclaveAndTheContractHaveAnswered) {
    EXPECT_NE(service.why_not_ready(), "");
    service.on_snapshot({.version = 1});
    EXPECT_NE(service.why_not_ready().find("contract"), std::string::npos);
    service.on_state(contract.truth);
    EXPECT_EQ(service.why_not_ready(), "");
    service.on_enclave_lost("connection refused");
    EXPECT_NE(service.why_not_ready().find("connection refused"), std::string::npos);
}

TEST_F(PriceService, KeepsTheLastPriceInSightWhenTheEnclaveIsLost) {
    service.on_snapshot({.version = 1,
                         .feeds = {{.feed = 0,
                                    .status = tee::EstimateStatus::ok,
                                    .price = 10 * kUnit,
                                    .observed_ms = 5}}});
    EXPECT_EQ(service.find("NEO-USD")->estimate.quality, Quality::ok);
    service.on_enclave_lost("gone");
    const Estimate now = service.find("NEO-USD")->estimate;
    EXPECT_EQ(now.quality, Quality::unknown);
    EXPECT_EQ(now.price, 10 * kUnit);
    EXPECT_EQ(now.observed_ms, 5);
    EXPECT_NE(now.reason, "");
}

TEST_F(PriceService, PassesOverEstimatesOfFeedsItDoesNotHave) {
    service.on_snapshot({.version = 1, .feeds = {{.feed = 2, .price = 7}, {.feed = 65'535}}});
    for (const FeedView& view : service.list()) EXPECT_EQ(view.estimate, Estimate{});
}

TEST_F(PriceService, DoesNotGoBackToAnOlderStateOfTheContract) {
    store_round(0, 1, 10 * kUnit);
    const ContractState older = contract.truth;
    store_round(0, 2, 11 * kUnit);
    service.on_state(contract.truth);
    service.on_state(older);
    EXPECT_EQ(service.find("NEO-USD")->stored.round, 2U);
    EXPECT_EQ(service.state()->sequence, 2U);
}

TEST_F(PriceService, BelievesTheContractWhenItHasLostRounds) {
    store_round(0, 1, 10 * kUnit);
    const ContractState older = contract.truth;
    store_round(0, 2, 11 * kUnit);
    service.on_state(contract.truth);
    service.replace_state(older);
    EXPECT_EQ(service.find("NEO-USD")->stored.round, 1U);
}

TEST_F(PriceService, DoesNotKnowAFeedThatTheEnclaveLeavesOut) {
    const tee::FeedEstimate ok{.feed = 0, .status = tee::EstimateStatus::ok, .price = kUnit};
    service.on_snapshot({.version = 1, .feeds = {ok}});
    service.on_snapshot({.version = 2});
    EXPECT_EQ(service.find("NEO-USD")->estimate.quality, Quality::unknown);
}

TEST_F(PriceService, SaysWhichRoundsThereAreAndInWhichTransactions) {
    for (std::uint64_t round = 1; round <= 5; ++round)
        store_round(0, round, static_cast<std::int64_t>(round) * kUnit);
    store.seen.erase(store.seen.begin() + 3);  // the fourth block was not read yet
    service.on_state(contract.truth);
    EXPECT_EQ(rounds(0, 3), (std::vector<std::uint64_t>{5, 4, 3}));
    EXPECT_EQ(rounds(4, 10), (std::vector<std::uint64_t>{3, 2, 1}));
    EXPECT_EQ(rounds(100, 2), (std::vector<std::uint64_t>{5, 4}));
    EXPECT_EQ(rounds(1, 10), std::vector<std::uint64_t>{});

    auto found = run_blocking(loop, service.rounds("NEO-USD", 0, 5)).value();
    EXPECT_EQ(found[0].tx, FakeFeedContract::hash_of(5));
    EXPECT_EQ(found[0].block, 105U);
    EXPECT_EQ(found[0].stored.price, 5 * kUnit);
    EXPECT_EQ(found[1].block, 0U);  // a round of the chain whose transaction was not seen
    EXPECT_EQ(found[1].stored.price, 4 * kUnit);
    EXPECT_EQ(found[2].tx, FakeFeedContract::hash_of(3));
}

TEST_F(PriceService, DoesNotTakeAnUnreadContractForAnEmptyOne) {
    auto unread = run_blocking(loop, service.rounds("NEO-USD", 0, 5));
    ASSERT_FALSE(unread);
    EXPECT_EQ(unread.error().code, Errc::unavailable);
    service.on_state(contract.truth);
    EXPECT_EQ(rounds(0, 5), std::vector<std::uint64_t>{});
    store_round(0, 1, kUnit);
    service.on_state(contract.truth);
    contract.down = true;
    EXPECT_EQ(run_blocking(loop, service.rounds("NEO-USD", 0, 5)).error().code, Errc::unavailable);
}

TEST_F(PriceService, ShowsATransactionBesideTheRoundItStoredOnly) {
    store_round(0, 1, kUnit);
    service.on_state(contract.truth);
    service.on_rounds({contract.history[0]});
    EXPECT_EQ(service.find("NEO-USD")->tx, FakeFeedContract::hash_of(1));

    // The state is ahead of the blocks: the new round's transaction is not known yet.
    store_round(0, 2, 2 * kUnit);
    service.on_state(contract.truth);
    EXPECT_EQ(service.find("NEO-USD")->stored.round, 2U);
    EXPECT_EQ(service.find("NEO-USD")->tx, std::nullopt);
    service.on_rounds({contract.history[1]});
    EXPECT_EQ(service.find("NEO-USD")->tx, FakeFeedContract::hash_of(2));

    // An old block read again takes nothing away; a feed that is not ours is passed over.
    service.on_rounds({contract.history[0], {.feed = 9, .stored = {.round = 9}}});
    EXPECT_EQ(service.find("NEO-USD")->tx, FakeFeedContract::hash_of(2));
    EXPECT_EQ(service.find("GAS-USD")->tx, std::nullopt);
}

TEST_F(PriceService, RemembersTheNewestTransactionsAfterARestart) {
    store_round(0, 1, kUnit);
    store_round(0, 2, 2 * kUnit);
    store_round(1, 1, 3 * kUnit);
    Service next_life{testing_support::price_table(), contract, store};
    ASSERT_TRUE(run_blocking(loop, next_life.restore()));
    next_life.on_state(contract.truth);
    EXPECT_EQ(next_life.find("NEO-USD")->tx, FakeFeedContract::hash_of(2));
    EXPECT_EQ(next_life.find("GAS-USD")->tx, FakeFeedContract::hash_of(3));
}

TEST_F(PriceService, WakesWhoWaitsForAChange) {
    const auto told = [&](std::function<void()> change) {
        bool woken = false;
        auto wait = [](Service& from, bool& out) -> Task<void> {
            co_await from.changed(milliseconds(60'000));
            out = true;
        };
        TaskGroup tasks(loop.get_executor(), Logger());
        tasks.spawn("wait", wait(service, woken));
        loop.restart();
        loop.poll();
        EXPECT_FALSE(woken);
        change();
        loop.poll();
        run_blocking(loop, tasks.stop(milliseconds(1'000)));
        return woken;
    };
    EXPECT_TRUE(told([&] { service.on_snapshot({.version = 1}); }));
    EXPECT_TRUE(told([&] { service.on_enclave_lost("gone"); }));
    EXPECT_TRUE(told([&] { service.on_state(contract.truth); }));
    EXPECT_TRUE(told([&] { service.on_rounds({{.feed = 0, .stored = {.round = 1}}}); }));
}

}  // namespace
}  // namespace nsl::pricefeed
