// SPDX-License-Identifier: Apache-2.0
#include "chain/block_wakeup.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/spawn.h"
#include "net/ws_server.h"

namespace nsl::chain {
namespace {

using asio::ip::tcp;

constexpr const char* kAdded =
    R"({"jsonrpc":"2.0","method":"header_of_added_block","params":[{}]})";

class BlockWakeupTest : public ::testing::Test {
 protected:
    asio::io_context loop;
    TaskGroup tasks{loop.get_executor(), Logger()};
    ManualClock clock;
    SeededRandom random{7};
    int woken = 0;
    std::unique_ptr<net::WsServer> server;
    std::shared_ptr<net::WsPeer> peer;
    std::vector<std::string> asked;
    std::vector<std::string> targets;
    std::string answer = R"({"jsonrpc":"2.0","id":1,"result":"0"})";
    std::optional<BlockWakeup> wakeup;

    ~BlockWakeupTest() override {
        if (server) server->close();
        EXPECT_TRUE(run_blocking(loop, tasks.stop(milliseconds(5'000))));
    }

    void listen() {
        net::WsServerHandlers handlers;
        handlers.on_open = [this](std::shared_ptr<net::WsPeer> opened) { peer = opened; };
        handlers.on_close = [this](std::shared_ptr<net::WsPeer>) { peer.reset(); };
        handlers.on_message = [this](std::shared_ptr<net::WsPeer> from, std::string_view text) {
            asked.emplace_back(text);
            targets.push_back(from->target());
            from->send(answer);
        };
        server = net::WsServer::listen(tasks, Logger(), 0, std::move(handlers)).value();
        start("http://127.0.0.1:" + std::to_string(server->port()) + "/some/path?key=1");
    }
    void start(std::string rpc) {
        wakeup.emplace(loop.get_executor(), clock, random, Logger(), std::move(rpc),
                       [this] { ++woken; });
        tasks.spawn("wakeup", wakeup->run());
    }
    void until(const std::function<bool()>& holds) {
        loop.restart();
        while (!holds()) loop.run_one();
    }
    void until_asleep() {
        until([this] { return clock.sleepers() > 0; });
    }
};

TEST_F(BlockWakeupTest, WakesOnConnectOnEachBlockAndWhenEventsWereLost) {
    listen();
    until([&] { return woken == 1 && asked.size() == 1; });
    EXPECT_TRUE(asked[0].contains(R"("subscribe","params":["header_of_added_block"])"));
    EXPECT_EQ(targets[0], "/ws");
    peer->send(kAdded);
    until([&] { return woken == 2; });
    peer->send(R"({"jsonrpc":"2.0","method":"event_missed","params":[]})");
    until([&] { return woken == 3; });
    // Nothing else counts.
    peer->send(R"({"jsonrpc":"2.0","method":"mempool_event","params":[]})");
    peer->send(kAdded);
    until([&] { return woken > 3; });
    EXPECT_EQ(woken, 4);
}

TEST_F(BlockWakeupTest, ComesBackAfterACutAndLooksForWhatItMissed) {
    listen();
    until([&] { return woken == 1; });
    for (int cut = 1; cut <= 3; ++cut) {
        peer->send(kAdded);
        until([&] { return woken == 2 * cut; });
        peer->drop();
        until_asleep();
        clock.advance(milliseconds(500));  // the first pause is at most that
        until([&] { return woken == 2 * cut + 1; });
    }
}

TEST_F(BlockWakeupTest, DropsANodeThatTalksNonsense) {
    listen();
    until([&] { return woken == 1 && peer; });
    peer->send("garbage");
    until_asleep();
    EXPECT_EQ(woken, 1);
}

TEST_F(BlockWakeupTest, AsksANodeThatTakesNoSubscriptionAgainEachMinute) {
    answer = R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}})";
    listen();
    until_asleep();
    clock.advance(BlockWakeup::kAskAgain - milliseconds(1));
    loop.poll();
    EXPECT_EQ(clock.sleepers(), 1U);
    clock.advance(milliseconds(1));
    until_asleep();
    EXPECT_EQ(asked.size(), 2U);
}

TEST_F(BlockWakeupTest, AsksANodeWithoutWebSocketAgainEachMinute) {
    int connections = 0;
    tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
    tasks.spawn("node", [](tcp::acceptor& on, int& count) -> Task<void> {
        for (;;) {
            tcp::socket socket = co_await on.async_accept(asio::use_awaitable);
            ++count;
            asio::streambuf head;
            co_await asio::async_read_until(socket, head, "\r\n\r\n", asio::use_awaitable);
            const std::string no = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
            co_await asio::async_write(socket, asio::buffer(no), asio::use_awaitable);
        }
    }(acceptor, connections));
    start("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
    for (int minute = 1; minute <= 3; ++minute) {
        until_asleep();
        EXPECT_EQ(connections, minute);
        clock.advance(milliseconds(30'000));
        loop.poll();
        EXPECT_EQ(clock.sleepers(), 1U);
        clock.advance(milliseconds(30'000));
    }
    EXPECT_EQ(woken, 0);
}

TEST(BlockNewsTest, NothingButAnObjectIsNews) {
    for (const char* odd : {"", "[]", "7", "{", R"({"method":1)"})
        EXPECT_EQ(read_block_news(odd).error().code, Errc::internal) << odd;
    EXPECT_EQ(read_block_news(R"({"method":1})"), BlockNews::none);
}

}  // namespace
}  // namespace nsl::chain
