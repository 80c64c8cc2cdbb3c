// SPDX-License-Identifier: Apache-2.0
// The simulator over real sockets; its clock is the test's.
#include "cli/exchange_sim.h"

#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/websocket.h"

namespace nsl::cli {
namespace {

constexpr int kFramesMax = 2'000;  // a test that waits for more is broken

struct Stand {
    explicit Stand(ExchangeSimOptions options = {}) : tasks(loop.get_executor(), Logger()) {
        auto started = ExchangeSim::start(tasks, clock, Logger(), std::move(options));
        NSL_ASSERT(started.has_value());
        sim = *std::move(started);
    }
    ~Stand() {
        sim.reset();
        run_blocking(loop, tasks.stop(milliseconds(5'000)));
    }

    Task<std::unique_ptr<net::WsConnection>> connect(std::string venue, std::string request) {
        auto connection = co_await net::WsConnection::connect(
            loop.get_executor(), net::EgressPolicy::any(), sim->url(venue), {}, {});
        if (!connection) throw std::runtime_error(connection.error().message);
        if (!request.empty() && !co_await (*connection)->write(request))
            throw std::runtime_error("cannot write");
        co_return *std::move(connection);
    }
    // The next frame that contains `text`, moving the clock while there is none.
    Task<std::string> until(net::WsConnection& connection, std::string text) {
        for (int i = 0; i < kFramesMax; ++i) {
            clock.advance(milliseconds(1'000));
            const auto frame = co_await connection.read();
            if (!frame) co_return "closed: " + frame.error().message;
            if (frame->find(text) != std::string::npos) co_return *frame;
        }
        throw std::runtime_error("never came: " + text);
    }
    Task<net::HttpResponse> http(std::string method, std::string path, std::string body = "") {
        net::HttpClient client(loop.get_executor(), net::EgressPolicy::any());
        auto out =
            co_await client.send({.method = method,
                                  .url = "http://127.0.0.1:" + std::to_string(sim->port()) + path,
                                  .body = body});
        if (!out) throw std::runtime_error(out.error().message);
        co_return *std::move(out);
    }
    void control(SimControl control) {
        const Status done = sim->control(control);
        EXPECT_TRUE(done) << (done ? "" : done.error().message);
    }

    asio::io_context loop;
    ManualClock clock;
    TaskGroup tasks;
    std::unique_ptr<ExchangeSim> sim;
};

const std::string kNeoBook = R"({"method":"SUBSCRIBE","params":["neousdt@bookTicker"],"id":1})";
const std::string kKrakenTether =
    R"({"method":"subscribe","params":{"channel":"ticker","symbol":["USDT/USD"]}})";

TEST(ExchangeSim, SameSeedSameFrames) {
    const auto frames = [](std::uint64_t seed) {
        Stand stand({.seed = seed});
        return run_blocking(stand.loop, [](Stand& s) -> Task<std::vector<std::string>> {
            const auto connection = co_await s.connect("binance", kNeoBook);
            EXPECT_EQ(co_await connection->read(), R"({"result":null,"id":1})");
            std::vector<std::string> out;
            for (int i = 0; i < 20; ++i) out.push_back(co_await s.until(*connection, "NEOUSDT"));
            co_return out;
        }(stand));
    };
    const auto first = frames(7);
    EXPECT_EQ(first, frames(7));
    EXPECT_NE(first, frames(8));
    EXPECT_NE(first.front(), first.back());
}

TEST(ExchangeSim, TellsTheTruthAndTheVenues) {
    Stand stand({.prices = {{"NEO", "5.98"}, {"USDT", "0.95"}}, .hold_walk = true});
    run_blocking(stand.loop, [](Stand& s) -> Task<void> {
        const auto truth = co_await s.http("GET", "/truth");
        EXPECT_EQ(truth.status, 200);
        const auto prices = json::parse_value(truth.body).value();
        EXPECT_EQ(prices.at("NEO-USD").as_string(), "5.98");
        EXPECT_EQ(prices.at("USDT-USD").as_string(), "0.95");
        EXPECT_EQ(prices.as_object().size(), 5U);
        const auto venues = json::parse_value((co_await s.http("GET", "/venues")).body).value();
        EXPECT_EQ(venues.as_object().size(), 6U);
        EXPECT_EQ(venues.at("okx").at("url").as_string(), s.sim->url("okx"));
        EXPECT_EQ((co_await s.http("GET", "/nothing")).status, 404);
        EXPECT_EQ((co_await s.http("GET", "/control")).status, 405);
        EXPECT_EQ((co_await s.http("POST", "/control", "{}")).status, 400);
        EXPECT_EQ(
            (co_await s.http("POST", "/control", R"({"action":"freeze","venue":"x"})")).status,
            404);
        const auto set =
            co_await s.http("POST", "/control", R"({"action":"set","asset":"NEO","price":"7"})");
        EXPECT_EQ(set.status, 200);
        EXPECT_EQ(s.sim->market().truth().at("NEO-USD"), 700'000'000);
    }(stand));
}

TEST(ExchangeSim, AFrozenVenueStillBeats) {
    Stand stand;
    run_blocking(stand.loop, [](Stand& s) -> Task<void> {
        const auto connection = co_await s.connect("kraken", kKrakenTether);
        co_await s.until(*connection, R"("symbol":"USDT/USD","bid")");
        s.control({.action = "freeze", .venue = "kraken"});
        // What was sent before comes first; from some frame on there are only heartbeats.
        int beats = 0;
        for (int i = 0; i < kFramesMax && beats < 10; ++i) {
            s.clock.advance(milliseconds(1'000));
            beats = co_await connection->read() == R"({"channel":"heartbeat"})" ? beats + 1 : 0;
        }
        EXPECT_EQ(beats, 10);
        s.control({.action = "thaw", .venue = "kraken"});
        co_await s.until(*connection, R"("symbol":"USDT/USD","bid")");
    }(stand));
}

TEST(ExchangeSim, ARepeatingVenueSaysTheSameAgain) {
    Stand stand;
    run_blocking(stand.loop, [](Stand& s) -> Task<void> {
        const auto connection = co_await s.connect("binance", kNeoBook);
        co_await s.until(*connection, "NEOUSDT");
        s.control({.action = "repeat", .venue = "binance", .market = "NEO-USDT"});
        // What was sent before comes first; from some frame on all are alike.
        std::string last;
        int alike = 0;
        for (int i = 0; i < kFramesMax && alike < 10; ++i) {
            const std::string frame = co_await s.until(*connection, "NEOUSDT");
            alike = frame == last ? alike + 1 : 0;
            last = frame;
        }
        EXPECT_EQ(alike, 10);
        s.control({.action = "thaw", .venue = "binance"});
        std::string next = last;
        for (int i = 0; i < kFramesMax && next == last; ++i)
            next = co_await s.until(*connection, "NEOUSDT");
        EXPECT_NE(next, last);
    }(stand));
}

TEST(ExchangeSim, ADroppedVenueIsCutUntilItIsRestored) {
    Stand stand;
    run_blocking(stand.loop, [](Stand& s) -> Task<void> {
        const auto connection = co_await s.connect("binance", kNeoBook);
        const auto other = co_await s.connect("kraken", kKrakenTether);
        co_await s.until(*connection, "NEOUSDT");
        s.control({.action = "drop", .venue = "binance"});
        EXPECT_TRUE((co_await s.until(*connection, "never")).starts_with("closed"));
        const auto refused = co_await s.connect("binance", "");
        EXPECT_FALSE(co_await refused->read());
        co_await s.until(*other, "USDT/USD");
        s.control({.action = "restore", .venue = "binance"});
        const auto again = co_await s.connect("binance", kNeoBook);
        co_await s.until(*again, "NEOUSDT");
    }(stand));
}

TEST(ExchangeSim, OversizedAndMalformedFrames) {
    Stand stand;
    run_blocking(stand.loop, [](Stand& s) -> Task<void> {
        const auto connection = co_await s.connect("binance", kNeoBook);
        co_await s.until(*connection, "NEOUSDT");
        s.control({.action = "malformed", .venue = "binance"});
        std::string frame;
        do frame = co_await s.until(*connection, R"("s":"NEOUSDT")");
        while (frame.ends_with("}"));
        s.control({.action = "clear", .venue = "binance"});
        do frame = co_await s.until(*connection, R"("s":"NEOUSDT")");
        while (!frame.ends_with("}"));
        s.control({.action = "oversized", .venue = "binance"});
        const std::string end = co_await s.until(*connection, "never");
        EXPECT_TRUE(end.starts_with("closed")) << end;
    }(stand));
}

TEST(ExchangeSim, AnUnknownPathIsCut) {
    Stand stand;
    run_blocking(stand.loop, [](Stand& s) -> Task<void> {
        const auto connection = co_await s.connect("mtgox", "");
        EXPECT_FALSE(co_await connection->read());
    }(stand));
}

TEST(ExchangeSim, RefusesOptionsOutOfRange) {
    asio::io_context loop;
    TaskGroup tasks(loop.get_executor(), Logger());
    ManualClock clock;
    const auto code = [&](ExchangeSimOptions options) {
        auto out = ExchangeSim::start(tasks, clock, Logger(), std::move(options));
        return out ? std::optional<Errc>() : out.error().code;
    };
    EXPECT_EQ(code({.rate_percent = 0}), Errc::invalid_argument);
    EXPECT_EQ(code({.replay_speed = 0}), Errc::invalid_argument);
    EXPECT_EQ(code({.prices = {{"NEO", "-1"}}}), Errc::invalid_argument);
    EXPECT_EQ(code({.prices = {{"DOGE", "1"}}}), Errc::not_found);
    EXPECT_EQ(code({.replay = "/no/such/file"}), Errc::not_found);
}

}  // namespace
}  // namespace nsl::cli
