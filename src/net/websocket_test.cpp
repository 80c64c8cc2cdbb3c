// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/system/system_error.hpp>

#include "net/loopback_test.h"
#include "net/ws_server.h"

namespace nsl::net {
namespace {

// A server frame (RFC 6455 section 5.2), payload below 126 bytes.
std::string frame(unsigned char opcode, std::string_view payload) {
    std::string out;
    out.push_back(static_cast<char>(0x80 | opcode));
    out.push_back(static_cast<char>(payload.size()));
    return out + std::string(payload);
}

class WebSocketTest : public LoopbackTest {
 public:
    Result<std::unique_ptr<WsConnection>> connect(const std::string& url, WsLimits limits = {}) {
        return run(WsConnection::connect(io.get_executor(), EgressPolicy::any(), url, limits, {}));
    }
    // Accepts the upgrade, sends `bytes`, waits for the client to go.
    static ScriptServer::Script upgrade_and_send(std::string bytes) {
        return [bytes](tcp::socket& socket) -> Task<void> {
            co_await accept_upgrade(socket);
            co_await write_all(socket, bytes);
            co_await read_to_end(socket);
        };
    }
    Result<std::string> read_from(ScriptServer::Script script, WsLimits limits = {}) {
        ScriptServer server(*this, std::move(script));
        auto connection = connect(server.url("ws") + "/", limits);
        EXPECT_TRUE(connection) << connection.error().message;
        if (!connection) return std::unexpected(connection.error());
        return run((*connection)->read());
    }
    std::unique_ptr<WsServer> echo_server() {
        WsServerHandlers handlers;
        handlers.on_message = [](std::shared_ptr<WsPeer> peer, std::string_view message) {
            peer->send(peer->target() + " " + std::string(message));
        };
        return *WsServer::listen(tasks, log, 0, std::move(handlers));
    }
    static std::string url_of(const WsServer& server, const std::string& target = "/") {
        return "ws://127.0.0.1:" + std::to_string(server.port()) + target;
    }
};

TEST_F(WebSocketTest, ExchangesMessagesInOrder) {
    const auto server = echo_server();
    auto connection = connect(url_of(*server, "/ws?x=1"));
    ASSERT_TRUE(connection) << connection.error().message;
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(run((*connection)->write(std::to_string(i))));
    for (int i = 0; i < 100; ++i) {
        const auto message = run((*connection)->read());
        ASSERT_TRUE(message) << message.error().message;
        EXPECT_EQ(*message, "/ws?x=1 " + std::to_string(i));
    }
}

TEST_F(WebSocketTest, LetsWritersTakeTurnsAndBoundsThem) {
    const auto server = echo_server();
    auto connection = connect(url_of(*server), {.message_max = 8 * 1024 * 1024});
    ASSERT_TRUE(connection) << connection.error().message;
    int sent = 0, refused = 0, ended = 0;
    for (int i = 0; i < 100; ++i) {
        tasks.spawn("writer", [](WsConnection& to, int& good, int& bad, int& all) -> Task<void> {
            const auto status = co_await to.write(std::string(500'000, 'x'));
            ++all;
            if (status) ++good;
            if (!status && status.error().code == Errc::limit_exceeded) ++bad;
        }(**connection, sent, refused, ended));
    }
    // The echoes are read meanwhile, or both sides would wait for each other.
    for (int i = 0; i < 64; ++i) {
        const auto message = run((*connection)->read());
        ASSERT_TRUE(message) << message.error().message;
        EXPECT_EQ(message->size(), 500'002u);
    }
    EXPECT_TRUE(eventually([&] { return ended == 100; }));
    EXPECT_EQ(sent, 64);
    EXPECT_EQ(refused, 36);
}

TEST_F(WebSocketTest, ReportsARefusedUpgradeWithItsStatus) {
    ScriptServer server(*this, [](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
    const auto connection = connect(server.url("ws"));
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, Errc::unavailable);
    EXPECT_TRUE(connection.error().message.contains("403")) << connection.error().message;
}

TEST_F(WebSocketTest, SaysNotFoundWhereThereIsNoWebSocket) {
    for (const char* status :
         {"200 OK", "400 Bad Request", "404 Not Found", "501 Not Implemented"}) {
        ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
            co_await read_head(socket);
            co_await write_all(socket,
                               "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 0\r\n\r\n");
        });
        const auto connection = connect(server.url("ws"));
        ASSERT_FALSE(connection) << status;
        EXPECT_EQ(connection.error().code, Errc::not_found) << status;
    }
}

TEST_F(WebSocketTest, ReportsAnUpgradeThatIsNone) {
    for (const char* answer :
         {"garbage\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Accept: wrong\r\n\r\n"}) {
        ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
            co_await read_head(socket);
            co_await write_all(socket, answer);
        });
        const auto connection = connect(server.url("ws"));
        ASSERT_FALSE(connection) << answer;
        EXPECT_EQ(connection.error().code, Errc::unavailable);
    }
}

TEST_F(WebSocketTest, GivesUpOnASlowUpgrade) {
    ScriptServer server(*this, [](tcp::socket&) { return never(); });
    const auto connection = connect(server.url("ws"), {.connect = milliseconds(50)});
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, Errc::timeout);
}

TEST_F(WebSocketTest, ReportsARefusedConnectionAndABadUrl) {
    auto connection = connect("ws://127.0.0.1:" + std::to_string(closed_port(io)));
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, Errc::unavailable);
    connection = connect("http://127.0.0.1/");
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, Errc::invalid_argument);
}

TEST_F(WebSocketTest, RefusesAMessageLargerThanTheLimit) {
    auto message =
        read_from(upgrade_and_send(frame(1, std::string(100, 'x'))), {.message_max = 100});
    ASSERT_TRUE(message) << message.error().message;
    message = read_from(upgrade_and_send(frame(1, std::string(101, 'x'))), {.message_max = 100});
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, Errc::limit_exceeded) << message.error().message;
}

TEST_F(WebSocketTest, RefusesAnEndlessMessageOfManyFragments) {
    const auto message = read_from(
        [](tcp::socket& socket) -> Task<void> {
            co_await accept_upgrade(socket);
            std::string fragment = frame(1, std::string(100, 'x'));
            fragment[0] = 0x01;  // text, not final
            co_await write_all(socket, fragment);
            fragment[0] = 0x00;  // continuation, not final
            for (;;) co_await write_all(socket, fragment);
        },
        {.message_max = 10'000});
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, Errc::limit_exceeded) << message.error().message;
}

TEST_F(WebSocketTest, ReportsAMalformedFrame) {
    const std::string reserved_bits = "\xff\x01x";
    const std::string masked_by_server("\x81\x81\x00\x00\x00\x00x", 7);
    const std::string broken_utf8 = frame(1, "\xff\xfe");
    const std::string long_ping = "\x89\x7e" + std::string("\x00\x7e", 2) + std::string(126, 'p');
    const std::string split_ping = "\x09\x01p";
    const std::string lone_continuation = "\x80\x01x";
    const std::string text_inside_text = "\x01\x01x\x81\x01y";
    const std::string reserved_opcode = "\x83\x01x";
    for (const auto& bytes : {reserved_bits, masked_by_server, broken_utf8, long_ping, split_ping,
                              lone_continuation, text_inside_text, reserved_opcode}) {
        const auto message = read_from(upgrade_and_send(bytes));
        ASSERT_FALSE(message);
        EXPECT_EQ(message.error().code, Errc::unavailable) << message.error().message;
    }
}

TEST_F(WebSocketTest, RefusesAFrameThatAnnouncesATerabyte) {
    // 2^40, and the largest length there is.
    for (const std::string& length : {std::string("\x00\x00\x01\x00\x00\x00\x00\x00", 8),
                                      std::string("\x7f") + std::string(7, '\xff')}) {
        const auto message = read_from(upgrade_and_send("\x82\x7f" + length + "first bytes"));
        ASSERT_FALSE(message);
        EXPECT_EQ(message.error().code, Errc::limit_exceeded) << message.error().message;
    }
    // RFC 6455 section 5.2: the highest bit must be 0. No limit is needed to refuse it.
    const auto message = read_from(upgrade_and_send("\x82\x7f" + std::string(8, '\xff')));
    EXPECT_FALSE(message);
}

// No compression is negotiated, so nothing is ever inflated: a bomb stays as small as it came.
TEST_F(WebSocketTest, RefusesACompressedFrameAndAnExtensionThatWasNotOffered) {
    const auto message = read_from(upgrade_and_send("\xc1\x05\xf2\x48\xcd\xc9\xc9"));
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, Errc::unavailable) << message.error().message;

    for (const char* more :
         {"Sec-WebSocket-Extensions: permessage-deflate\r\n", "Sec-WebSocket-Protocol: chat\r\n"}) {
        ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
            co_await accept_upgrade(socket, more);
            co_await read_to_end(socket);
        });
        const auto connection = connect(server.url("ws"));
        ASSERT_FALSE(connection) << more;
        EXPECT_EQ(connection.error().code, Errc::unavailable);
        EXPECT_TRUE(connection.error().message.contains("not offered"))
            << connection.error().message;
    }
}

TEST_F(WebSocketTest, ReadsOnThroughAFloodOfPingsAndGivesUpWhenItsPongsAreNotTaken) {
    std::string flood;
    for (int i = 0; i < 10'000; ++i) flood += frame(9, std::string(125, 'p'));
    auto message = read_from([&](tcp::socket& socket) -> Task<void> {
        using namespace asio::experimental::awaitable_operators;
        co_await accept_upgrade(socket);
        co_await (write_all(socket, flood + frame(1, "after")) && read_to_end(socket));
    });
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(*message, "after");

    message = read_from(
        [&](tcp::socket& socket) -> Task<void> {
            co_await accept_upgrade(socket);
            for (;;) co_await write_all(socket, flood);
        },
        {.idle = milliseconds(200)});
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, Errc::timeout) << message.error().message;
}

// Empty fragments never reach the size limit; whoever waits for the message can still leave.
TEST_F(WebSocketTest, EndsWhenDestroyedUnderAFloodOfEmptyFragments) {
    bool flooding = false;
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        co_await accept_upgrade(socket);
        std::string fragments(2 * 10'000, '\0');
        co_await write_all(socket, "\x01\x01x");
        for (;;) {
            co_await write_all(socket, fragments);
            flooding = true;
        }
    });
    auto connection = connect(server.url("ws"));
    ASSERT_TRUE(connection) << connection.error().message;
    std::optional<Result<std::string>> message;
    tasks.spawn(
        "read",
        [](Task<Result<std::string>> read, std::optional<Result<std::string>>& out) -> Task<void> {
            out = co_await std::move(read);
        }((*connection)->read(), message));
    ASSERT_TRUE(eventually([&] { return flooding; }));
    connection->reset();
    ASSERT_TRUE(eventually([&] { return message.has_value(); }));
    EXPECT_FALSE(*message);
}

TEST_F(WebSocketTest, TellsTheCodeAndReasonOfAClose) {
    const auto message = read_from(upgrade_and_send(frame(8,
                                                          "\x0f\xa1"
                                                          "maintenance")));
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, Errc::unavailable);
    EXPECT_TRUE(message.error().message.contains("4001: maintenance")) << message.error().message;
}

TEST_F(WebSocketTest, AnswersPings) {
    std::string answer(8, '\0');
    bool answered = false;
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        co_await accept_upgrade(socket);
        co_await write_all(socket, frame(9, "hi"));
        co_await read_exactly(socket, answer);
        answered = true;
        co_await write_all(socket, frame(1, "done"));
        co_await read_to_end(socket);
    });
    auto connection = connect(server.url("ws"));
    ASSERT_TRUE(connection) << connection.error().message;
    const auto message = run((*connection)->read());
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(*message, "done");
    ASSERT_TRUE(answered);
    EXPECT_EQ(answer.substr(0, 2), "\x8a\x82");  // final pong, masked, two bytes
    EXPECT_EQ(answer[6] ^ answer[2], 'h');
    EXPECT_EQ(answer[7] ^ answer[3], 'i');
}

TEST_F(WebSocketTest, GivesUpOnAServerThatSendsNothingNotEvenPongs) {
    const auto message = read_from(upgrade_and_send(""), {.idle = milliseconds(50)});
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, Errc::timeout);
}

TEST_F(WebSocketTest, KeepsAQuietConnectionOpenAsLongAsPingsAreAnswered) {
    std::shared_ptr<WsPeer> peer;
    WsServerHandlers handlers;
    handlers.on_open = [&](std::shared_ptr<WsPeer> opened) { peer = std::move(opened); };
    const auto server = *WsServer::listen(tasks, log, 0, handlers);
    auto connection = connect(url_of(*server), {.idle = milliseconds(500)});
    ASSERT_TRUE(connection) << connection.error().message;
    ASSERT_TRUE(eventually([&] { return peer != nullptr; }));
    tasks.spawn("late message", [](std::shared_ptr<WsPeer> to) -> Task<void> {
        co_await RealClock().sleep_for(milliseconds(1'200));
        to->send("still here");
    }(peer));
    const auto message = run((*connection)->read());
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(*message, "still here");
}

TEST_F(WebSocketTest, GivesUpWritingToAServerThatDoesNotRead) {
    ScriptServer server(*this, [](tcp::socket& socket) -> Task<void> {
        co_await accept_upgrade(socket);
        // Bytes keep coming, so only the write can notice.
        for (;;) {
            co_await write_all(socket, frame(1, "tick"));
            co_await RealClock().sleep_for(milliseconds(10));
        }
    });
    auto connection = connect(server.url("ws"), {.idle = milliseconds(200)});
    ASSERT_TRUE(connection) << connection.error().message;
    tasks.spawn("reader", [](Task<Result<std::string>> first, WsConnection& from) -> Task<void> {
        auto message = co_await std::move(first);
        while (message) message = co_await from.read();
    }((*connection)->read(), **connection));
    Status status;
    for (int i = 0; i < 100 && status; ++i)
        status = run((*connection)->write(std::string(1'000'000, 'x')));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::timeout) << status.error().message;
    ASSERT_TRUE(eventually([&] { return tasks.running() == 0; }));
}

TEST_F(WebSocketTest, ClosesWithAHandshake) {
    std::string close_frame(2, '\0');
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        co_await accept_upgrade(socket);
        co_await read_exactly(socket, close_frame);
        co_await write_all(socket, frame(8, "\x03\xe8"));
        co_await read_to_end(socket);
    });
    auto connection = connect(server.url("ws"));
    ASSERT_TRUE(connection) << connection.error().message;
    run((*connection)->close());
    EXPECT_EQ(close_frame[0], '\x88');
    EXPECT_FALSE(run((*connection)->read()));
    EXPECT_FALSE(run((*connection)->write("late")));
    run((*connection)->close());
}

TEST_F(WebSocketTest, DoesNotWaitForEverForTheOtherSidesClose) {
    ScriptServer server(*this, [](tcp::socket& socket) -> Task<void> {
        co_await accept_upgrade(socket);
        co_await never();
    });
    auto connection = connect(server.url("ws"), {.connect = milliseconds(200)});
    ASSERT_TRUE(connection) << connection.error().message;
    run((*connection)->close());
    EXPECT_FALSE(run((*connection)->read()));
}

TEST_F(WebSocketTest, EndsAReadInProgressWhenItIsDestroyed) {
    const auto server = echo_server();
    auto connection = connect(url_of(*server));
    ASSERT_TRUE(connection) << connection.error().message;
    std::optional<Result<std::string>> message;
    tasks.spawn(
        "read",
        [](Task<Result<std::string>> read, std::optional<Result<std::string>>& out) -> Task<void> {
            out = co_await std::move(read);
        }((*connection)->read(), message));
    EXPECT_FALSE(message);
    connection->reset();
    ASSERT_TRUE(eventually([&] { return message.has_value(); }));
    ASSERT_FALSE(*message);
    EXPECT_EQ(message->error().code, Errc::unavailable);
}

TEST_F(WebSocketTest, EndsAtOnceWhenCancelled) {
    const auto server = echo_server();
    auto connection = connect(url_of(*server));
    ASSERT_TRUE(connection) << connection.error().message;
    TaskGroup group(io.get_executor(), log);
    group.spawn("read", [](Task<Result<std::string>> read) -> Task<void> {
        co_await std::move(read);
    }((*connection)->read()));
    EXPECT_TRUE(run(group.stop(milliseconds(2'000))));
    EXPECT_FALSE(run((*connection)->read()));
}

}  // namespace
}  // namespace nsl::net
