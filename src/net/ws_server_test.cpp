// SPDX-License-Identifier: Apache-2.0
#include "net/ws_server.h"

#include "net/http_client.h"
#include "net/loopback_test.h"
#include "net/websocket.h"

namespace nsl::net {
namespace {

class WsServerTest : public LoopbackTest {
 public:
    std::unique_ptr<WsServer> listen(WsServerHandlers handlers) {
        auto server = WsServer::listen(tasks, log, 0, std::move(handlers));
        EXPECT_TRUE(server) << server.error().message;
        return *std::move(server);
    }
    std::unique_ptr<WsConnection> connect(const WsServer& server) {
        auto connection = run(WsConnection::connect(
            io.get_executor(), EgressPolicy::any(),
            "ws://127.0.0.1:" + std::to_string(server.port()) + "/x", {}, {}));
        EXPECT_TRUE(connection) << connection.error().message;
        return *std::move(connection);
    }
    Result<HttpResponse> request(const WsServer& server, std::string method, std::string body) {
        HttpClient client(io.get_executor(), EgressPolicy::any());
        return run(
            client.send({.method = std::move(method),
                         .url = "http://127.0.0.1:" + std::to_string(server.port()) + "/admin?x=1",
                         .body = std::move(body)}));
    }
};

TEST_F(WsServerTest, ReportsAPortThatIsInUse) {
    const auto first = listen({});
    const auto second = WsServer::listen(tasks, log, first->port(), {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_TRUE(second.error().message.contains(std::to_string(first->port())));
}

TEST_F(WsServerTest, ServesPlainHttpOnTheSamePort) {
    WsServerHandlers handlers;
    handlers.on_http = [](std::string_view method, std::string_view target, std::string_view body) {
        if (body == "throw") throw std::runtime_error("broken");
        return std::pair(
            201, "\"" + std::string(method) + std::string(target) + std::string(body) + "\"");
    };
    const auto server = listen(handlers);
    auto response = request(*server, "POST", "body");
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 201);
    EXPECT_EQ(response->headers.at("content-type"), "application/json");
    EXPECT_EQ(response->body, "\"POST/admin?x=1body\"");
    response = request(*server, "POST", "throw");
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 500);
    response = request(*listen({}), "GET", "");
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 404);
}

TEST_F(WsServerTest, KeepsAPeerWhoseHandlerThrows) {
    WsServerHandlers handlers;
    handlers.on_open = [](auto) { throw std::runtime_error("no"); };
    handlers.on_message = [](std::shared_ptr<WsPeer> peer, std::string_view message) {
        if (message == "throw") throw std::runtime_error("no");
        peer->send(std::string(message));
    };
    const auto server = listen(handlers);
    const auto connection = connect(*server);
    ASSERT_TRUE(run(connection->write("throw")));
    ASSERT_TRUE(run(connection->write("echo")));
    const auto message = run(connection->read());
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(*message, "echo");
    EXPECT_TRUE(sink->contains("handler failed"));
}

TEST_F(WsServerTest, DropsAClientThatDoesNotRead) {
    std::shared_ptr<WsPeer> peer;
    bool closed = false;
    WsServerHandlers handlers;
    handlers.on_open = [&](std::shared_ptr<WsPeer> opened) { peer = std::move(opened); };
    handlers.on_close = [&](std::shared_ptr<WsPeer>) { closed = true; };
    const auto server = listen(handlers);
    const auto connection = connect(*server);
    ASSERT_TRUE(eventually([&] { return peer != nullptr; }));
    int taken = 0;
    EXPECT_TRUE(eventually([&] {
        for (int i = 0; i < 100; ++i) {
            if (!peer->send(std::string(20'000, 'x'))) return true;
            ++taken;
        }
        return false;
    }));
    EXPECT_GE(taken, 1'024);
    EXPECT_TRUE(eventually([&] { return closed; }));
    EXPECT_FALSE(peer->send("late"));
}

TEST_F(WsServerTest, PutsRawBytesBetweenMessages) {
    WsServerHandlers handlers;
    handlers.on_open = [](std::shared_ptr<WsPeer> peer) {
        peer->send("good");
        peer->send_raw("\xff\x01x");
    };
    const auto server = listen(handlers);
    const auto connection = connect(*server);
    const auto first = run(connection->read());
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(*first, "good");
    const auto second = run(connection->read());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::unavailable);
}

TEST_F(WsServerTest, DropsEveryPeerWhenItClosesAndTellsOfEach) {
    int opened = 0, closed = 0;
    WsServerHandlers handlers;
    handlers.on_open = [&](auto) { ++opened; };
    handlers.on_close = [&](auto) { ++closed; };
    const auto server = listen(handlers);
    const auto one = connect(*server), two = connect(*server);
    ASSERT_TRUE(eventually([&] { return opened == 2; }));
    const std::uint16_t port = server->port();
    server->close();
    EXPECT_FALSE(run(one->read()));
    EXPECT_FALSE(run(two->read()));
    EXPECT_TRUE(eventually([&] { return closed == 2; }));
    EXPECT_TRUE(WsServer::listen(tasks, log, port, {})) << "the port is free again";
}

TEST_F(WsServerTest, CallsNoHandlerOnceDestroyed) {
    int opened = 0, closed = 0;
    WsServerHandlers handlers;
    handlers.on_open = [&](auto) { ++opened; };
    handlers.on_close = [&](auto) { ++closed; };
    auto server = listen(handlers);
    const auto connection = connect(*server);
    ASSERT_TRUE(eventually([&] { return opened == 1; }));
    server.reset();
    ASSERT_TRUE(eventually([&] { return tasks.running() == 0; }));
    EXPECT_EQ(closed, 0);
}

TEST_F(WsServerTest, SurvivesBeingDestroyedByItsOwnHandler) {
    std::unique_ptr<WsServer> server;
    WsServerHandlers handlers;
    handlers.on_message = [&](auto, auto) { server.reset(); };
    server = listen(handlers);
    const auto connection = connect(*server);
    ASSERT_TRUE(run(connection->write("stop")));
    EXPECT_FALSE(run(connection->read()));
    EXPECT_TRUE(eventually([&] { return tasks.running() == 0; }));
}

}  // namespace
}  // namespace nsl::net
