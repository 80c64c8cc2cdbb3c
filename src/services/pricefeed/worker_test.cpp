// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/worker.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/spawn.h"
#include "fake_price_ports.h"

namespace nsl::pricefeed {
namespace {

using testing_support::kUnit;
using Fate = testing_support::FakeFeedContract::Fate;
using tee::EstimateStatus;

constexpr milliseconds kPatience{10'000};

// The chain, the enclave, the disk and the clock outlive the publisher, which may die and be born
// again.
class PriceWorker : public ::testing::Test {
 protected:
    asio::io_context loop{1};
    ManualClock clock;
    testing_support::FakePriceEnclave enclave;
    testing_support::FakeFeedContract contract;
    testing_support::FakeFeedStore store;

    struct Life {
        Metrics metrics;
        Service service;
        Probe probe;
        Worker worker;
        TaskGroup tasks;
        Life(PriceWorker& test)
            : service(testing_support::price_table(), test.contract, test.store),
              probe(metrics, {"NEO-USD", "GAS-USD"}),
              worker(service, test.enclave, test.contract, test.store, test.clock, probe,
                     Logger(test.lines, "test"),
                     {.between_polls = milliseconds(0), .long_poll = milliseconds(5)}),
              tasks(test.loop.get_executor(), Logger()) {}
    };
    std::unique_ptr<Life> life;
    std::shared_ptr<MemorySink> lines = std::make_shared<MemorySink>();

    PriceWorker() { contract.clock = &clock; }
    ~PriceWorker() override {
        die();
        EXPECT_EQ(contract.broken_rules, std::vector<std::string>{});
    }

    void be_born() {
        life = std::make_unique<Life>(*this);
        life->tasks.spawn("watch", life->worker.watch());
        life->tasks.spawn("publish", life->worker.publish());
    }
    void die() {
        if (life) EXPECT_TRUE(run_blocking(loop, life->tasks.stop(kPatience)));
        life.reset();
    }
    bool eventually(std::function<bool()> holds) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        loop.restart();
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            if (loop.poll() == 0) loop.run_one_for(milliseconds(1));
        }
        return true;
    }
    // Until the publisher has looked for work again, with all that was told before in view.
    void look_again() {
        const int before = contract.looks;
        ASSERT_TRUE(eventually([&] { return contract.looks >= before + 3; }));
    }
    // As above, for one that waits after failures.
    bool eventually_with_time(std::function<bool()> holds) {
        return eventually([&] {
            if (clock.sleepers() > 0) clock.advance(milliseconds(50));
            return holds();
        });
    }
    void price_both(std::int64_t neo = 10 * kUnit, std::int64_t gas = 4 * kUnit) {
        enclave.set(0, neo, clock.unix_ms());
        enclave.set(1, gas, clock.unix_ms());
    }
    bool has_rounds(std::uint64_t neo, std::uint64_t gas) {
        return eventually([&] {
            return contract.truth.latest[0].round == neo && contract.truth.latest[1].round == gas;
        });
    }
    // Both feeds have their first round, and time has gone on a little.
    void settle_first_rounds() {
        price_both();
        be_born();
        ASSERT_TRUE(has_rounds(1, 1));
        clock.advance(milliseconds(1'000));
        look_again();
    }
    double metric(const std::string& series) const {
        const std::string text = '\n' + life->metrics.text();
        const std::size_t at = text.find('\n' + series + ' ');
        return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
    }
};

TEST_F(PriceWorker, GivesEveryFeedItsFirstRound) {
    price_both();
    be_born();
    ASSERT_TRUE(has_rounds(1, 1));
    EXPECT_EQ(contract.truth.latest[0].price, 10 * kUnit);
    EXPECT_EQ(contract.truth.latest[1].price, 4 * kUnit);
    look_again();
    EXPECT_EQ(life->service.find("GAS-USD")->stored.round, 1U);
    EXPECT_EQ(contract.history.size(), 2U);  // and no second one while nothing moves
    EXPECT_EQ(life->service.publisher().last_failure, "");
    EXPECT_EQ(life->service.publisher().batches_stored, contract.taken.size());
}

TEST_F(PriceWorker, PublishesAPriceThatMovedByItsDeviation) {
    settle_first_rounds();
    enclave.set(0, 10 * kUnit + kUnit / 25, clock.unix_ms());  // 40 of 50 basis points
    look_again();
    EXPECT_EQ(contract.truth.latest[0].round, 1U);
    enclave.set(0, 10 * kUnit + kUnit / 20, clock.unix_ms());
    ASSERT_TRUE(has_rounds(2, 1));
    EXPECT_EQ(contract.truth.latest[0].price, 10 * kUnit + kUnit / 20);
    EXPECT_EQ(metric("nsl_pricefeed_due_feeds_total{cause=\"deviation\"}"), 1);
}

TEST_F(PriceWorker, PublishesAnUnmovedPriceAtItsHeartbeat) {
    settle_first_rounds();
    clock.advance(milliseconds(500'000));
    price_both();
    look_again();
    EXPECT_EQ(contract.truth.latest[0].round, 1U);
    clock.advance(milliseconds(98'000));
    price_both();
    ASSERT_TRUE(has_rounds(2, 2));
    EXPECT_EQ(contract.truth.latest[0].observed_ms, clock.unix_ms());
}

TEST_F(PriceWorker, PublishesNothingThatIsNotOk) {
    for (auto status : {EstimateStatus::hold, EstimateStatus::unknown, EstimateStatus::suspect}) {
        enclave.set(0, 10 * kUnit, clock.unix_ms(), status, "quorum 1 of 3");
        if (!life) be_born();
        ASSERT_TRUE(eventually(
            [&] { return life->service.find("NEO-USD")->estimate.reason == "quorum 1 of 3"; }));
        look_again();
        EXPECT_EQ(contract.taken.size(), 0U);
    }
    enclave.set(1, 4 * kUnit, clock.unix_ms());  // the other one does not wait for it
    ASSERT_TRUE(has_rounds(0, 1));
}

TEST_F(PriceWorker, SendsNothingWhileABatchIsInFlight) {
    settle_first_rounds();
    contract.held = true;
    enclave.set(0, 11 * kUnit, clock.unix_ms());
    ASSERT_TRUE(eventually([&] { return life->service.publisher().in_flight.has_value(); }));
    const std::size_t sent = contract.taken.size();
    clock.advance(milliseconds(1'000));
    price_both(12 * kUnit, 5 * kUnit);
    ASSERT_TRUE(
        eventually([&] { return life->service.find("GAS-USD")->estimate.price == 5 * kUnit; }));
    EXPECT_EQ(contract.taken.size(), sent);
    contract.held = false;
    contract.wake();
    ASSERT_TRUE(has_rounds(3, 2));
    EXPECT_EQ(contract.truth.latest[0].price, 12 * kUnit);
    ASSERT_TRUE(eventually([&] { return !life->service.publisher().in_flight; }));
}

TEST_F(PriceWorker, SeesTheBatchOfAFormerLifeToItsEndFirst) {
    price_both();
    contract.dies_in_send = true;
    be_born();
    ASSERT_TRUE(eventually([&] { return contract.taken.size() == 1; }));
    die();
    EXPECT_EQ(contract.truth.sequence, 0U);

    contract.dies_in_send = false;
    contract.held = true;
    clock.advance(milliseconds(1'000));
    price_both(20 * kUnit, 8 * kUnit);
    be_born();
    ASSERT_TRUE(eventually([&] {
        return life->service.publisher().in_flight == contract.batch_of(1) &&
               life->service.find("NEO-USD")->estimate.price == 20 * kUnit;
    }));
    EXPECT_EQ(contract.taken.size(), 1U);
    contract.held = false;
    contract.wake();
    ASSERT_TRUE(has_rounds(2, 2));
    EXPECT_EQ(contract.history[0].stored.price, 10 * kUnit);  // one price became one round
    EXPECT_EQ(contract.history.size(), 4U);
}

TEST_F(PriceWorker, SavesTheReportBeforeItIsSent) {
    contract.before_send = [&](const tee::SignedReport& report) {
        ASSERT_TRUE(store.reports.contains(0));
        EXPECT_EQ(store.reports[0].report, report.report);
    };
    settle_first_rounds();
    EXPECT_EQ(tee::verify_report(store.reports[0])->records[0].price, 10 * kUnit);

    // Without a disk nothing is sent; when it is back, the newest price is.
    store.broken = true;
    enclave.set(0, 11 * kUnit, clock.unix_ms());
    ASSERT_TRUE(eventually([&] { return clock.sleepers() > 0; }));
    EXPECT_EQ(contract.truth.latest[0].round, 1U);
    enclave.set(0, 12 * kUnit, clock.unix_ms());
    store.broken = false;
    ASSERT_TRUE(eventually_with_time([&] { return contract.truth.latest[0].round == 2; }));
    EXPECT_EQ(contract.truth.latest[0].price, 12 * kUnit);
}

TEST_F(PriceWorker, LosesNothingWhenItDiesBetweenSavingAndSending) {
    price_both();
    contract.refusals = {{Errc::unavailable, "the process ends here"}};
    be_born();
    ASSERT_TRUE(eventually([&] { return clock.sleepers() > 0; }));
    ASSERT_TRUE(store.reports.contains(0));
    die();
    be_born();
    ASSERT_TRUE(has_rounds(1, 1));
    EXPECT_EQ(contract.truth.sequence, contract.taken.size());
}

struct Failure {
    const char* stage;
    std::function<void(testing_support::FakePriceEnclave&, testing_support::FakeFeedContract&)>
        cause;
};

class PriceWorkerFailure : public PriceWorker, public ::testing::WithParamInterface<Failure> {};

TEST_P(PriceWorkerFailure, IsSaidAndRetriedWithWhatIsTrueByThen) {
    settle_first_rounds();
    GetParam().cause(enclave, contract);
    enclave.set(0, 11 * kUnit, clock.unix_ms());
    const auto& publisher = life->service.publisher();
    ASSERT_TRUE(eventually([&] { return clock.sleepers() > 0; }));
    EXPECT_TRUE(publisher.last_failure.starts_with(GetParam().stage)) << publisher.last_failure;
    EXPECT_FALSE(publisher.in_flight.has_value());
    EXPECT_EQ(metric(std::string("nsl_pricefeed_batches_failed_total{stage=\"") + GetParam().stage +
                     "\"}"),
              1);
    EXPECT_EQ(contract.truth.latest[0].round, 1U);

    // Meanwhile the contract has moved on, and so has the price.
    contract.store(1, {2, 4 * kUnit, 0, clock.unix_ms(), 1, 3});
    clock.advance(milliseconds(1));
    enclave.set(0, 12 * kUnit, clock.unix_ms());
    ASSERT_TRUE(
        eventually([&] { return life->service.find("NEO-USD")->estimate.price == 12 * kUnit; }));
    ASSERT_TRUE(eventually_with_time([&] { return contract.truth.latest[0].round == 2; }));
    EXPECT_EQ(contract.truth.latest[0].price, 12 * kUnit);
    ASSERT_TRUE(eventually([&] { return publisher.last_failure.empty(); }));
    EXPECT_EQ(contract.truth.latest[1].round, 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Of, PriceWorkerFailure,
    ::testing::Values(
        Failure{"sign",
                [](auto& enclave, auto&) { enclave.sign_errors = {{Errc::conflict, "not ok"}}; }},
        Failure{
            "send",
            [](auto&, auto& contract) { contract.refusals = {{Errc::conflict, "bad sequence"}}; }},
        Failure{"faulted", [](auto&, auto& contract) { contract.fates = {Fate::faulted}; }},
        Failure{"expired", [](auto&, auto& contract) { contract.fates = {Fate::expired}; }}),
    [](const auto& info) { return std::string(info.param.stage); });

TEST_F(PriceWorker, TakesAStoredBatchForStoredWhenTheStateCannotBeReadAfterIt) {
    settle_first_rounds();
    contract.held = true;
    enclave.set(0, 11 * kUnit, clock.unix_ms());
    ASSERT_TRUE(eventually([&] { return life->service.publisher().in_flight.has_value(); }));
    contract.down = true;
    contract.held = false;
    contract.wake();
    ASSERT_TRUE(eventually([&] { return clock.sleepers() > 0; }));
    EXPECT_FALSE(life->service.publisher().in_flight.has_value());
    EXPECT_EQ(life->service.publisher().last_failure, "");
    contract.down = false;
    ASSERT_TRUE(
        eventually_with_time([&] { return life->service.find("NEO-USD")->stored.round == 2; }));
    look_again();
    EXPECT_EQ(contract.truth.latest[0].round, 2U);
}

TEST_F(PriceWorker, WaitsLongerAfterEachFailureUpToItsLimit) {
    constexpr int kTries = 9;
    for (int i = 0; i < kTries; ++i) contract.refusals.push_back({Errc::unavailable, "no node"});
    price_both();
    be_born();
    ASSERT_TRUE(eventually_with_time([&] { return contract.truth.latest[0].round == 1; }));
    std::vector<std::int64_t> pauses;
    for (int i = 1; i <= kTries; ++i)
        pauses.push_back(contract.tried_ms[i] - contract.tried_ms[i - 1]);
    EXPECT_EQ(pauses,
              (std::vector<std::int64_t>{200, 400, 800, 1'600, 3'200, 5'000, 5'000, 5'000, 5'000}));
    // And begins small again after a success.
    look_again();
    contract.tried_ms.clear();
    contract.refusals = {{Errc::unavailable, "no node"}};
    clock.advance(milliseconds(1));
    enclave.set(0, 11 * kUnit, clock.unix_ms());
    ASSERT_TRUE(eventually_with_time([&] { return contract.truth.latest[0].round == 2; }));
    EXPECT_EQ(contract.tried_ms[1] - contract.tried_ms[0], 200);
}

TEST_F(PriceWorker, FillsNoDiskDuringAnOutage) {
    for (int i = 0; i < 20; ++i) contract.refusals.push_back({Errc::unavailable, "no node"});
    price_both();
    be_born();
    ASSERT_TRUE(eventually_with_time([&] { return contract.truth.latest[0].round == 1; }));
    EXPECT_TRUE(lines->contains("no node"));
    EXPECT_LT(lines->lines().size(), 5U);
}

TEST_F(PriceWorker, IsNotReadyAndPublishesNothingWhileTheEnclaveIsLost) {
    settle_first_rounds();
    EXPECT_EQ(life->service.why_not_ready(), "");
    enclave.set(0, 11 * kUnit, clock.unix_ms());
    enclave.go_down();
    ASSERT_TRUE(eventually([&] { return !life->service.why_not_ready().empty(); }));
    EXPECT_EQ(life->service.find("NEO-USD")->estimate.quality, Quality::unknown);
    EXPECT_EQ(life->service.find("GAS-USD")->estimate.quality, Quality::unknown);
    EXPECT_EQ(metric("nsl_pricefeed_enclave_up"), 0);
    EXPECT_EQ(metric("nsl_pricefeed_quality_ok{feed=\"GAS-USD\"}"), 0);
    const auto stored = contract.truth.latest[0].round;

    enclave.down = false;
    clock.advance(milliseconds(1));
    enclave.set(0, 12 * kUnit, clock.unix_ms());
    ASSERT_TRUE(eventually_with_time([&] { return life->service.why_not_ready().empty(); }));
    ASSERT_TRUE(eventually_with_time([&] { return contract.truth.latest[0].price == 12 * kUnit; }));
    EXPECT_EQ(contract.truth.latest[0].round, stored + 1);
    EXPECT_EQ(metric("nsl_pricefeed_enclave_up"), 1);
}

TEST_F(PriceWorker, DoesNotListenToAnEnclaveOfAnotherConfiguration) {
    enclave.config_id.fill(1);
    price_both();
    be_born();
    ASSERT_TRUE(eventually(
        [&] { return life->service.why_not_ready().find("configuration") != std::string::npos; }));
    EXPECT_EQ(life->service.find("NEO-USD")->estimate.quality, Quality::unknown);
    EXPECT_EQ(contract.taken.size(), 0U);
    enclave.config_id = config_id(testing_support::price_table());
    EXPECT_TRUE(eventually_with_time([&] { return contract.truth.latest[0].round == 1; }));
}

TEST_F(PriceWorker, ListensToARestartedEnclaveThoughItsVersionsBeginAgain) {
    enclave.set(0, 10 * kUnit, clock.unix_ms());  // version 1
    be_born();
    ASSERT_TRUE(has_rounds(1, 0));
    enclave.restart("2.0");
    enclave.set(0, 12 * kUnit, clock.unix_ms() + 1);  // version 1 again
    ASSERT_TRUE(eventually_with_time(
        [&] { return life->service.find("NEO-USD")->estimate.price == 12 * kUnit; }));
    EXPECT_EQ(life->service.identity()->version, "2.0");
    ASSERT_TRUE(has_rounds(2, 0));
}

}  // namespace
}  // namespace nsl::pricefeed
