// SPDX-License-Identifier: Apache-2.0
// Servers that do not keep to the protocol, played by a script.
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "base/async_event.h"
#include "nats_world.h"

namespace nsl::store {
namespace {

using asio::ip::tcp;

constexpr std::string_view kInfo =
    "INFO "
    "{\"server_id\":\"X\",\"version\":\"2.9.10\",\"proto\":1,\"headers\":true,\"nonce\":\"abc\","
    "\"max_payload\":1048576}\r\n";

// What a script talks to: one connection of a client.
class Peer {
 public:
    explicit Peer(tcp::socket socket) : socket_(std::move(socket)) {}

    Task<void> send(std::string bytes) {
        co_await asio::async_write(socket_, asio::buffer(bytes), asio::use_awaitable);
    }
    // What came up to the next `end`, with it.
    Task<std::string> read(std::string end) {
        const std::size_t size = co_await asio::async_read_until(
            socket_, asio::dynamic_buffer(unread_), end, asio::use_awaitable);
        std::string out = unread_.substr(0, size);
        unread_.erase(0, size);
        co_return out;
    }
    // Up to the connection's end.
    Task<void> drain() {
        for (;;) co_await read("\n");
    }
    // The usual beginning; returns what the client said of itself.
    Task<std::string> greet() {
        co_await send(std::string(kInfo));
        std::string connect = co_await read("PING\r\n");
        co_await send("PONG\r\n");
        co_return connect;
    }
    // The number of the next subscription to `subject`.
    Task<std::string> subscription(std::string subject) {
        for (;;) {
            const std::string line = co_await read("\r\n");
            if (!line.starts_with("SUB " + subject + " ")) continue;
            const std::size_t at = line.rfind(' ') + 1;
            co_return line.substr(at, line.size() - at - 2);
        }
    }

 private:
    tcp::socket socket_;
    std::string unread_;
};

// Listens on a thread of its own, so that it goes on while the test waits for a fabric to end.
class HostileServer {
 public:
    using Script = std::function<Task<void>(Peer&)>;

    // Every connection gets the script, then its end.
    explicit HostileServer(Script script) : script_(std::move(script)) {}
    ~HostileServer() {  // NOLINT(bugprone-exception-escape)
        asio::post(loop_, [this] {
            stopping_ = true;
            changed_.notify_all();
        });
        thread_.join();
    }
    HostileServer(const HostileServer&) = delete;

    std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }
    int connections() const { return connections_; }

 private:
    Task<void> live() {
        tasks_.spawn("accepting", accept());
        while (!stopping_) co_await changed_.wait();
        EXPECT_TRUE(co_await tasks_.stop(kPatience));
    }
    Task<void> accept() {
        for (;;) {
            Peer peer(co_await acceptor_.async_accept(asio::use_awaitable));
            ++connections_;
            try {
                co_await script_(peer);
            } catch (const boost::system::system_error& error) {
                // The client has gone; a cancellation is ours.
                if (error.code() == asio::error::operation_aborted) throw;
            }
        }
    }

    const Script script_;
    asio::io_context loop_{1};
    tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    const std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::atomic<int> connections_ = 0;
    bool stopping_ = false;
    AsyncEvent changed_;
    TaskGroup tasks_{loop_.get_executor(), Logger()};
    std::thread thread_{[this] { run_blocking(loop_, live()); }};
};

struct HostileWorld : FabricLoop {
    explicit HostileWorld(HostileServer::Script script) : server(std::move(script)) {}
    Logger logger() const { return Logger(log, "fabric"); }
    bool connections(int wanted) {
        return eventually([&] { return server.connections() >= wanted; });
    }

    HostileServer server;
    std::shared_ptr<MemorySink> log = std::make_shared<MemorySink>();
};

class NatsHostile : public ::testing::TestWithParam<std::string> {};

TEST_P(NatsHostile, BeginsWithGarbage) {
    HostileWorld world([](Peer& peer) -> Task<void> { co_await peer.send(GetParam()); });
    const auto fabric = nats_fabric_on(world, {.url = world.server.url()}, world.logger());
    EXPECT_TRUE(world.connections(2));
    EXPECT_FALSE(fabric->connected());
    EXPECT_TRUE(fabric->publish("a", {}));
    // Told once, not for every attempt.
    EXPECT_EQ(world.log->lines().size(), 1u);
}

TEST_P(NatsHostile, SendsGarbageAfterAGoodBeginning) {
    HostileWorld world([](Peer& peer) -> Task<void> {
        co_await peer.greet();
        co_await peer.subscription("news");
        co_await peer.send(GetParam());
    });
    const auto fabric = nats_fabric_on(world, {.url = world.server.url()}, world.logger());
    const auto listener = world.listen(*fabric, "news");
    EXPECT_TRUE(world.connections(2));
    EXPECT_TRUE(fabric->publish("news", {}));
}

INSTANTIATE_TEST_SUITE_P(
    Bytes, NatsHostile,
    ::testing::Values("", "\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", std::string(100'000, 'x'),
                      std::string(100'000, '\0') + "\r\n", "INFO {\r\n",
                      "INFO " + std::string(100'000, '['), "INFO {\"max_payload\":\"big\"}\r\n",
                      "PONG\r\nPONG\r\n", "-ERR 'Who are you'\r\n",
                      "-ERR 'Authorization Violation'\r\n-ERR 'Authorization Violation'\r\n",
                      "-ERR 'Permissions Violation for Subscription to \"news\"'\r\n+OK\r\n",
                      "MSG\r\n", "MSG news\r\n", "MSG news x y\r\n", "MSG news 1 -5\r\n",
                      "MSG news 1 99999999999999999999\r\n", "HMSG news 2 20 10\r\n0123456789\r\n",
                      "HMSG news 2 4 4\r\nNATS\r\n", "HMSG news 2 999 1000\r\nx\r\n",
                      "MSG " + std::string(100'000, 'a') + " 2 1\r\nx\r\n"));

TEST(NatsHostileServer, MessagesThatNoFabricSendsAreDroppedAndCounted) {
    HostileWorld world([](Peer& peer) -> Task<void> {
        co_await peer.greet();
        const std::string id = co_await peer.subscription("news.*");
        const std::string big(kFabricPayloadMax + 1, 'x');
        for (const std::string& head : {"other.a", "news.a.b", "news.\x1b", "news.*"})
            co_await peer.send(std::string("MSG ").append(head).append(" ") + id + " 1\r\nx\r\n");
        co_await peer.send("MSG news.a " + id + " a..b 1\r\nx\r\n");
        co_await peer.send("MSG news.a " + id + " " + std::to_string(big.size()) + "\r\n" + big +
                           "\r\nMSG news.a " + id + " answer.to 4\r\ngood\r\n");
        co_await peer.drain();
    });
    const auto fabric = nats_fabric_on(world, {.url = world.server.url()});
    const auto subscription = fabric->subscribe("news.*").value();
    const FabricMessage message = world.next(*subscription);
    EXPECT_EQ(text(message), "good");
    EXPECT_EQ(message.reply_to, "answer.to");
    EXPECT_EQ(subscription->dropped(), 6u);
}

// libnats waits for ever here, see session.cpp.
TEST(NatsHostileServer, OneThatStopsInTheMiddleDoesNotHoldUpTheEnd) {
    HostileWorld world([](Peer& peer) -> Task<void> {
        co_await peer.send(std::string(kInfo));
        co_await peer.read("PING\r\n");
        co_await peer.drain();
    });
    auto fabric = nats_fabric_on(world, {.url = world.server.url()}, world.logger());
    ASSERT_TRUE(world.connections(1));
    EXPECT_TRUE(fabric->publish("a", {}));
    EXPECT_EQ(world.ask(*fabric, "a", "?"), "unavailable");
    fabric.reset();
    EXPECT_TRUE(world.log->contains("leaving it behind"));
}

TEST(NatsHostileServer, CredentialsProveThemselvesAndAreNotLogged) {
    // The seed and token of a user that exists nowhere.
    const std::string seed = "SUAMK2FG4MI6UE3ACF3FK3OIQBCEIEZV7NSWFFEW63UXMRLFM2XLAXK4GY";
    const auto folder = ScratchFolder::make("nsl-creds").value();
    const std::string path = folder.path() + "/user.creds";
    std::ofstream(path) << "-----BEGIN NATS USER JWT-----\nsome.signed.token\n"
                           "------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n"
                        << seed << "\n------END USER NKEY SEED------\n";
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    std::promise<std::string> first;
    HostileWorld world([&first, told = false](Peer& peer) mutable -> Task<void> {
        std::string connect = co_await peer.greet();
        if (!std::exchange(told, true)) first.set_value(std::move(connect));
        co_await peer.send("-ERR 'Authorization Violation'\r\n");
    });
    const auto fabric =
        nats_fabric_on(world, {.url = world.server.url(), .credentials = path}, world.logger());
    // Refused credentials may be put right later, so it goes on trying.
    EXPECT_TRUE(world.connections(3));
    const std::string said = first.get_future().get();
    EXPECT_NE(said.find("\"jwt\":\"some.signed.token\""), std::string::npos) << said;
    EXPECT_NE(said.find("\"sig\":\""), std::string::npos) << said;
    EXPECT_EQ(said.find(seed), std::string::npos);
    EXPECT_FALSE(world.log->contains(seed));
    EXPECT_FALSE(world.log->contains("some.signed.token"));
}

}  // namespace
}  // namespace nsl::store
