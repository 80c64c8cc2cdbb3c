// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/routes.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/encoding.h"
#include "base/spawn.h"
#include "fake_price_ports.h"

namespace nsl::pricefeed {
namespace {

using testing_support::FakeFeedContract;
using testing_support::kUnit;

constexpr std::int64_t kObserved = 1'700'000'000'000;

// Keeps what was sent; a client that has gone takes nothing.
class KeptEvents final : public api::EventStream {
 public:
    struct Sent {
        std::string id, event;
        json::Value data;
    };
    std::vector<Sent> sent;
    bool gone = false;

    Task<Status> send(std::string id, std::string event, json::Value data) override {
        if (gone) co_return fail(Errc::unavailable, "the client has gone");
        sent.push_back({std::move(id), std::move(event), std::move(data)});
        co_return Status{};
    }
    std::string last_event_id() const override { return {}; }
};

class PriceRoutes : public ::testing::Test {
 protected:
    asio::io_context loop{1};
    ManualClock clock;
    FakeFeedContract contract;
    testing_support::FakeFeedStore store;
    Service service{testing_support::price_table(), contract, store};
    api::Router router;

    PriceRoutes() { add_routes(router, service, clock); }

    const api::RawRoute& route(const std::string& path) const {
        for (const api::RawRoute& route : router.routes())
            if (route.path == path) return route;
        ADD_FAILURE() << "no route " << path;
        return router.routes().front();
    }
    Result<json::Value> get(const std::string& path, json::Object params = {}) {
        TRY(std::string body, run_blocking(loop, route(path).handle({}, std::move(params))));
        return json::parse_value(body);
    }
    Error error_of(const std::string& path, json::Object params) {
        auto answer = get(path, std::move(params));
        EXPECT_FALSE(answer) << path;
        return answer ? Error{} : answer.error();
    }
    void store_round(std::uint64_t round) {
        contract.store(0, {round, 10 * kUnit + static_cast<std::int64_t>(round), 25, kObserved,
                           static_cast<std::uint8_t>(round == 2 ? 2 : 1), 5});
        service.on_state(contract.truth);
    }
    void store_round_of_other_feed() {
        contract.store(1, {1, kUnit, 25, kObserved, 1, 5});
        service.on_state(contract.truth);
    }
    void see(std::size_t index) {
        store.seen.push_back(contract.history[index]);
        service.on_rounds({contract.history[index]});
    }
    void estimate(std::int64_t price, std::string reason = {}) {
        service.on_snapshot({.version = 1,
                             .feeds = {{.feed = 0,
                                        .status = tee::EstimateStatus::ok,
                                        .price = price,
                                        .confidence = 7,
                                        .observed_ms = kObserved,
                                        .sources = 4,
                                        .reason = std::move(reason)}}});
    }
};

TEST_F(PriceRoutes, AnswerAFeedWithTheLastRoundAndTheLiveEstimate) {
    store_round(1);
    see(0);
    estimate(9'007'199'254'740'993);  // beyond what a JSON number holds
    auto body = get("/v1/price-feeds/{id}", {{"id", "NEO-USD"}}).value();
    EXPECT_EQ(body, json::parse_value(R"({"id":"NEO-USD","number":0,"decimals":8,
        "deviation_bp":50,"heartbeat_s":600,"quorum":3,
        "latest_round":{"round":1,"price":"10.00000001","confidence":"0.00000025",
            "observed_ms":1700000000000,"sources":5,"status":"trading",
            "tx":")" + FakeFeedContract::hash_of(1).display() +
                                      R"("},
        "estimate":{"quality":"ok","price":"90071992.54740993","confidence":"0.00000007",
            "observed_ms":1700000000000,"sources":4,"reason":""}})")
                        .value());
}

TEST_F(PriceRoutes, AnswerAFeedWithoutARoundByLeavingItOut) {
    auto body = get("/v1/price-feeds").value();
    const json::Array& feeds = body.at("feeds").as_array();
    ASSERT_EQ(feeds.size(), 2U);
    EXPECT_EQ(feeds[0].at("id"), "NEO-USD");
    EXPECT_EQ(feeds[1].at("id"), "GAS-USD");
    EXPECT_FALSE(feeds[0].as_object().contains("latest_round"));
    EXPECT_EQ(feeds[0].at("estimate").at("quality"), "unknown");
}

TEST_F(PriceRoutes, AnswerRoundsNewestFirstWithTransactionsAsFarAsSeen) {
    for (std::uint64_t round = 1; round <= 3; ++round) store_round(round);
    see(0);
    see(1);
    const std::string path = "/v1/price-feeds/{id}/rounds";
    auto body = get(path, {{"id", "NEO-USD"}}).value();
    EXPECT_EQ(body.at("feed"), "NEO-USD");
    const json::Array& rounds = body.at("rounds").as_array();
    ASSERT_EQ(rounds.size(), 3U);
    EXPECT_EQ(rounds[0].at("round"), 3);
    EXPECT_FALSE(rounds[0].as_object().contains("tx"));
    EXPECT_FALSE(rounds[0].as_object().contains("block"));
    EXPECT_EQ(rounds[1].at("status"), "closed");
    EXPECT_EQ(rounds[1].at("tx"), json::Value(FakeFeedContract::hash_of(2).display()));
    EXPECT_EQ(rounds[1].at("block"), 102);

    body = get(path, {{"id", "NEO-USD"}, {"before", "3"}, {"limit", "1"}}).value();
    ASSERT_EQ(body.at("rounds").as_array().size(), 1U);
    EXPECT_EQ(body.at("rounds").at(0).at("round"), 2);
}

TEST_F(PriceRoutes, AnswerTheReportAsHex) {
    EXPECT_EQ(error_of("/v1/price-feeds/{id}/report", {{"id", "NEO-USD"}}).code, Errc::not_found);
    const neo::PrivateKey key = neo::PrivateKey::from_bytes(Bytes(32, 0x11)).value();
    tee::SignedReport report{{1, 2, 0xff}, key.public_key(), key.sign(Bytes{1})};
    store.reports[0] = report;
    auto body = get("/v1/price-feeds/{id}/report", {{"id", "NEO-USD"}}).value();
    EXPECT_EQ(body.at("report"), "0102ff");
    EXPECT_EQ(body.at("signature"), json::Value(hex_encode(report.signature)));
    EXPECT_EQ(body.at("public_key"), json::Value(key.public_key().hex()));
}

TEST_F(PriceRoutes, SayWhichFeedsThereAre) {
    for (const char* path :
         {"/v1/price-feeds/{id}", "/v1/price-feeds/{id}/rounds", "/v1/price-feeds/{id}/report"}) {
        const Error error = error_of(path, {{"id", "BTC-USD"}});
        EXPECT_EQ(error.code, Errc::not_found) << path;
        EXPECT_NE(error.message.find("NEO-USD"), std::string::npos) << path;
    }
}

TEST_F(PriceRoutes, RefuseParametersOutsideTheirLimits) {
    const std::string path = "/v1/price-feeds/{id}/rounds";
    for (const char* limit : {"0", "65", "-1", "ten", "1.5", ""}) {
        const Error error = error_of(path, {{"id", "NEO-USD"}, {"limit", limit}});
        EXPECT_EQ(error.code, Errc::invalid_argument) << limit;
        ASSERT_EQ(error.faults.size(), 1U) << limit;
        EXPECT_EQ(error.faults[0].where, "/limit");
    }
    for (const char* before : {"-1", "9223372036854775808", "x"})
        EXPECT_EQ(error_of(path, {{"id", "NEO-USD"}, {"before", before}}).faults.at(0).where,
                  "/before");
    EXPECT_EQ(error_of(path, {{"id", "NEO-USD"}, {"befor", "1"}}).faults.at(0).where, "/befor");
    EXPECT_EQ(error_of("/v1/price-feeds/{id}", {{"id", std::string(33, 'A')}}).code,
              Errc::invalid_argument);

    store_round(1);
    for (const char* limit : {"1", "64"})
        EXPECT_TRUE(get(path, {{"id", "NEO-USD"}, {"limit", limit}}));
    EXPECT_TRUE(get(path, {{"id", "NEO-USD"}, {"before", "9223372036854775807"}}));
}

class PriceStream : public PriceRoutes {
 protected:
    KeptEvents out;
    std::optional<Status> ended;
    TaskGroup tasks{loop.get_executor(), Logger()};

    ~PriceStream() override { EXPECT_TRUE(run_blocking(loop, tasks.stop(milliseconds(5'000)))); }
    void open(const std::string& id) {
        auto follow = [](Task<Status> work, std::optional<Status>& into) -> Task<void> {
            into = co_await std::move(work);
        };
        tasks.spawn(
            "stream",
            follow(route("/v1/price-feeds/{id}/stream").stream({}, json::Object{{"id", id}}, out),
                   ended));
        turn();
    }
    // All that can go on without time passing.
    void turn() {
        loop.restart();
        loop.poll();
    }
    void pass(int ms) {
        clock.advance(milliseconds(ms));
        turn();
    }
};

TEST_F(PriceStream, BeginsWithThePresentAndSendsOnlyWhatChanged) {
    estimate(10 * kUnit);
    open("NEO-USD");
    ASSERT_EQ(out.sent.size(), 1U);
    EXPECT_EQ(out.sent[0].event, "feed");
    EXPECT_EQ(out.sent[0].data.at("estimate").at("price"), "10");
    pass(100);

    estimate(10 * kUnit);  // the same again, and another feed's news
    turn();
    store_round_of_other_feed();
    turn();
    pass(1'000);
    EXPECT_EQ(out.sent.size(), 1U);

    estimate(11 * kUnit);
    turn();
    ASSERT_EQ(out.sent.size(), 2U);
    pass(100);
    store_round(1);
    turn();
    ASSERT_EQ(out.sent.size(), 3U);
    EXPECT_EQ(out.sent[2].id, "1");  // the round, so that a client sees what it missed
    EXPECT_EQ(out.sent[2].data.at("latest_round").at("round"), 1);
}

TEST_F(PriceStream, SendsAtMostTenASecondAndNeverForgetsTheLast) {
    estimate(10 * kUnit);
    open("NEO-USD");
    for (int i = 1; i <= 50; ++i) {
        estimate(10 * kUnit + i);
        turn();
    }
    EXPECT_EQ(out.sent.size(), 1U);
    pass(100);  // nothing changes any more, but what changed in the pause is sent at its end
    ASSERT_EQ(out.sent.size(), 2U);
    EXPECT_EQ(out.sent[1].data.at("estimate").at("price"), "10.0000005");
}

TEST_F(PriceStream, EndsWhenTheClientHasGone) {
    open("NEO-USD");
    pass(100);
    out.gone = true;
    estimate(11 * kUnit);
    turn();
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->error().code, Errc::unavailable);
}

TEST_F(PriceStream, OfAnUnknownFeedFailsBeforeItBegins) {
    open("BTC-USD");
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->error().code, Errc::not_found);
    EXPECT_TRUE(out.sent.empty());
}

}  // namespace
}  // namespace nsl::pricefeed
