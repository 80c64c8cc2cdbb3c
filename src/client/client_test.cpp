// SPDX-License-Identifier: Apache-2.0
#include "client/client.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/spawn.h"
#include "net/ws_server.h"

namespace nsl::client {
namespace {

constexpr const char* kFeed =
    R"({"id":"NEO-USD","number":0,"decimals":8,"deviation_bp":50,"heartbeat_s":600,"quorum":3,)"
    R"("latest_round":{"round":7,"price":"90071992.54740993","confidence":"0.01","observed_ms":5,)"
    R"("sources":3,"status":"trading","tx":"0xaa","block":9},)"
    R"("estimate":{"quality":"ok","price":"6.1","confidence":"0.01","observed_ms":6,"sources":3,)"
    R"("reason":""}})";

class ApiClient : public ::testing::Test {
 protected:
    asio::io_context loop{1};
    TaskGroup tasks{loop.get_executor(), Logger()};
    std::pair<int, std::string> reply{200, "{}"};
    std::string target;  // of the last request
    std::unique_ptr<net::WsServer> server = listen();
    std::unique_ptr<net::HttpClient> http =
        std::make_unique<net::HttpClient>(loop.get_executor(), net::EgressPolicy::any());
    Client client{*http, "http://127.0.0.1:" + std::to_string(server->port())};

    ~ApiClient() override {
        server->close();
        http.reset();
        EXPECT_TRUE(run_blocking(loop, tasks.stop(milliseconds(5'000))));
    }
    std::unique_ptr<net::WsServer> listen() {
        net::WsServerHandlers handlers;
        handlers.on_http = [this](std::string_view, std::string_view path, std::string_view) {
            target = path;
            return reply;
        };
        return net::WsServer::listen(tasks, Logger(), 0, std::move(handlers)).value();
    }
    template <class T>
    T run(Task<T> work) {
        return run_blocking(loop, std::move(work));
    }
    // What every call makes of the present reply.
    std::vector<Error> errors() {
        std::vector<Error> out;
        const auto keep = [&](const auto& answer) {
            EXPECT_FALSE(answer.has_value()) << reply.second;
            if (!answer) out.push_back(answer.error());
        };
        keep(run(client.feeds()));
        keep(run(client.feed("NEO-USD")));
        keep(run(client.rounds("NEO-USD", 0, 5)));
        keep(run(client.report("NEO-USD")));
        keep(run(client.chain()));
        return out;
    }
    Status watch(std::vector<std::uint64_t>& rounds, std::size_t enough = 100) {
        return run(client.watch("NEO-USD", [&](const Feed& feed) {
            rounds.push_back(feed.latest_round->round);
            return rounds.size() < enough;
        }));
    }
};

TEST_F(ApiClient, ReadsAFeedWithEveryDigit) {
    reply.second = kFeed;
    auto feed = run(client.feed("NEO-USD"));
    ASSERT_TRUE(feed) << feed.error().message;
    EXPECT_EQ(target, "/v1/price-feeds/NEO-USD");
    EXPECT_EQ(feed->id, "NEO-USD");
    EXPECT_EQ(feed->latest_round->price, "90071992.54740993");
    EXPECT_EQ(feed->latest_round->tx, "0xaa");
    EXPECT_EQ(feed->estimate.quality, "ok");
}

TEST_F(ApiClient, AsksForRoundsAsItWasAsked) {
    reply.second = R"({"feed":"NEO-USD","rounds":[]})";
    EXPECT_TRUE(run(client.rounds("NEO-USD", 18'446'744'073'709'551'615U, 64)));
    EXPECT_EQ(target, "/v1/price-feeds/NEO-USD/rounds?before=18446744073709551615&limit=64");
}

TEST_F(ApiClient, LetsNoIdOutOfItsPartOfThePath) {
    reply = {404, "{}"};
    run(client.feed("../chain?x=1#y %/ü"));
    EXPECT_EQ(target, "/v1/price-feeds/..%2Fchain%3Fx%3D1%23y%20%25%2F%C3%BC");
}

TEST_F(ApiClient, SaysWhatTheApiSaid) {
    const std::pair<int, Errc> codes[] = {
        {400, Errc::invalid_argument},   {401, Errc::unauthenticated},
        {402, Errc::insufficient_funds}, {403, Errc::forbidden},
        {404, Errc::not_found},          {409, Errc::conflict},
        {429, Errc::limit_exceeded},     {500, Errc::internal},
        {503, Errc::unavailable},        {504, Errc::timeout},
    };
    for (const auto& [status, code] : codes) {
        reply = {status, R"({"type":"urn:x","title":"t","status":1,"detail":"in its words",)"
                         R"("errors":[{"pointer":"/limit","detail":"too large"},7]})"};
        for (const Error& error : errors()) {
            EXPECT_EQ(error.code, code) << status;
            EXPECT_EQ(error.message, "in its words");
            ASSERT_EQ(error.faults.size(), 1U);
            EXPECT_EQ(error.faults[0].where, "/limit");
            EXPECT_EQ(error.faults[0].message, "too large");
        }
    }
}

TEST_F(ApiClient, SaysTheStatusWhenThereAreNoWords) {
    for (const char* body : {"", "<html>", "[]", "7", R"({"detail":7,"errors":{}})"}) {
        reply = {503, body};
        for (const Error& error : errors()) {
            EXPECT_EQ(error.code, Errc::unavailable);
            EXPECT_NE(error.message.find("503"), std::string::npos) << error.message;
        }
    }
}

TEST_F(ApiClient, RefusesAnswersOfAnotherShape) {
    for (const char* body : {"", "{}", "[]", "null", R"({"feeds":{}})", R"({"feeds":[{}]})",
                             R"({"id":"NEO-USD","rounds":[],"feeds":[]})"}) {
        reply = {200, body};
        for (const Error& error : errors()) EXPECT_EQ(error.code, Errc::internal) << body;
    }
    // One member too much, and one of another type.
    std::string more = kFeed, other = kFeed;
    more.insert(1, R"("new":1,)");
    other.replace(other.find("50"), 2, R"("50")");
    for (const std::string& body : {more, other}) {
        reply = {200, body};
        EXPECT_EQ(run(client.feed("NEO-USD")).error().code, Errc::internal);
    }
}

TEST_F(ApiClient, SaysUnavailableWhenNobodyListens) {
    Client nobody(*http, "http://127.0.0.1:1");
    EXPECT_EQ(run(nobody.chain()).error().code, Errc::unavailable);
    EXPECT_EQ(run(nobody.watch("NEO-USD", [](const Feed&) { return true; })).error().code,
              Errc::unavailable);
}

TEST_F(ApiClient, WatchesUntilTheStreamEndsOrItHasEnough) {
    const std::string event = std::string("id: 7\nevent: feed\ndata: ") + kFeed + "\n\n";
    reply.second = event + ": heartbeat\n\nevent: other\ndata: 1\n\n" + event + event;
    std::vector<std::uint64_t> all, two;
    EXPECT_TRUE(watch(all));
    EXPECT_EQ(target, "/v1/price-feeds/NEO-USD/stream");
    EXPECT_EQ(all, (std::vector<std::uint64_t>{7, 7, 7}));
    EXPECT_TRUE(watch(two, 2));
    EXPECT_EQ(two, (std::vector<std::uint64_t>{7, 7}));
}

TEST_F(ApiClient, StopsWatchingAtAnEventOfAnotherShape) {
    reply.second = std::string("event: feed\ndata: ") + kFeed +
                   "\n\nevent: feed\ndata: {}\n\nevent: feed\ndata: " + kFeed + "\n\n";
    std::vector<std::uint64_t> rounds;
    Status end = watch(rounds);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, Errc::internal);
    EXPECT_EQ(rounds.size(), 1U);
}

TEST_F(ApiClient, SaysWhyThereIsNothingToWatch) {
    reply = {404, R"({"detail":"no such feed"})"};
    std::vector<std::uint64_t> rounds;
    Status end = watch(rounds);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, Errc::not_found);
    EXPECT_EQ(end.error().message, "no such feed");
}

}  // namespace
}  // namespace nsl::client
