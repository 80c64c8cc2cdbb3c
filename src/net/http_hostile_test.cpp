// SPDX-License-Identifier: Apache-2.0
// Servers that stall, lie about sizes or bend the framing.
#include "net/http_client.h"
#include "net/http_stream.h"
#include "net/loopback_test.h"

namespace nsl::net {
namespace {

constexpr milliseconds kNoLimit{60'000};

class HttpHostile : public LoopbackTest {
 public:
    Result<HttpResponse> get_from(ScriptServer::Script script, HttpLimits limits = {}) {
        ScriptServer server(*this, std::move(script));
        HttpClient client(io.get_executor(), EgressPolicy::any(), limits);
        return run(client.send({.url = server.url()}));
    }
    // A server that answers with `bytes` and waits for the client to go.
    Result<HttpResponse> answered(std::string bytes, HttpLimits limits = {}) {
        return get_from(
            [bytes](tcp::socket& socket) -> Task<void> {
                co_await read_head(socket);
                co_await write_all(socket, bytes);
                co_await read_to_end(socket);
            },
            limits);
    }
    // Sends `start`, then one byte every `every` until `count` are sent.
    static ScriptServer::Script drip(std::string start, milliseconds every, int count) {
        return [=](tcp::socket& socket) -> Task<void> {
            co_await read_head(socket);
            co_await write_all(socket, start);
            for (int i = 0; i < count; ++i) {
                co_await RealClock().sleep_for(every);
                co_await write_all(socket, "x");
            }
            co_await read_to_end(socket);
        };
    }
};

TEST_F(HttpHostile, AServerThatAcceptsAndSaysNothingIsLeftWhenIdleOrOverdue) {
    const auto silent = [](tcp::socket&) { return never(); };
    const auto idle = get_from(silent, {.idle = milliseconds(50), .total = kNoLimit});
    ASSERT_FALSE(idle);
    EXPECT_EQ(idle.error().code, Errc::timeout);
    EXPECT_TRUE(idle.error().message.starts_with("nothing moved")) << idle.error().message;
    const auto overdue = get_from(silent, {.idle = kNoLimit, .total = milliseconds(50)});
    ASSERT_FALSE(overdue);
    EXPECT_EQ(overdue.error().code, Errc::timeout);
    EXPECT_TRUE(overdue.error().message.starts_with("no complete")) << overdue.error().message;
}

TEST_F(HttpHostile, AHeaderOrBodyThatStopsHalfWayIsLeftWhenIdle) {
    for (const char* bytes : {"HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\n\r\npart",
                              "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npa",
                              "HTTP/1.1 103 Early Hints\r\n\r\n"}) {
        const auto response = answered(bytes, {.idle = milliseconds(50), .total = kNoLimit});
        ASSERT_FALSE(response) << bytes;
        EXPECT_EQ(response.error().code, Errc::timeout) << bytes;
    }
}

TEST_F(HttpHostile, AByteAtATimeKeepsAConnectionFromIdlingButNotFromTheTotal) {
    for (const char* start : {"HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n"}) {
        const auto late = get_from(drip(start, milliseconds(1), 1'000'000),
                                   {.idle = kNoLimit, .total = milliseconds(100)});
        ASSERT_FALSE(late) << start;
        EXPECT_EQ(late.error().code, Errc::timeout);
    }
    // Slower altogether than `idle`, never as slow between two bytes.
    const auto whole =
        get_from(drip("HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n", milliseconds(50), 25),
                 {.idle = milliseconds(1'000), .total = kNoLimit});
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->body, std::string(25, 'x'));
}

TEST_F(HttpHostile, AServerThatDoesNotReadIsLeftWhenIdle) {
    ScriptServer server(*this, [](tcp::socket&) { return never(); });
    HttpClient client(io.get_executor(), EgressPolicy::any(),
                      {.idle = milliseconds(100), .total = kNoLimit});
    const auto response = run(client.send(
        {.method = "POST", .url = server.url(), .body = std::string(64 * 1024 * 1024, 'x')}));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::timeout);
}

// The deadline of one request must not reach into the next on the same connection.
TEST_F(HttpHostile, AConnectionThatRestedLongerThanItsDeadlinesIsStillGood) {
    ScriptServer server(*this, [](tcp::socket& socket) -> Task<void> {
        for (;;) {
            co_await read_head(socket);
            co_await write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    HttpClient client(io.get_executor(), EgressPolicy::any(),
                      {.idle = milliseconds(500), .total = milliseconds(500)});
    ASSERT_TRUE(run(client.send({.url = server.url()})));
    run(RealClock().sleep_for(milliseconds(700)));
    const auto second = run(client.send({.url = server.url()}));
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpHostile, ChunksOfAbsurdOrBrokenSizesAreRefused) {
    const std::pair<const char*, Errc> cases[] = {
        {"8000000000000000\r\nx", Errc::limit_exceeded},  // 2^63
        {"ffffffffffffffff\r\nx", Errc::limit_exceeded},
        {"100000000\r\nx", Errc::limit_exceeded},       // 2^32
        {"10000000000000000\r\nx", Errc::unavailable},  // 2^64
        {"1ffffffffffffffffffff\r\nx", Errc::unavailable},
        {"2\r\nab\r\nffffffffffffffff\r\nx", Errc::limit_exceeded},
        {"-1\r\nx\r\n", Errc::unavailable},
        {"+1\r\nx\r\n", Errc::unavailable},
        {"0x1\r\nx\r\n\r\n", Errc::unavailable},
        {"g\r\nx\r\n", Errc::unavailable},
        {"\r\nx\r\n", Errc::unavailable},
        {"1\nx\r\n", Errc::unavailable},
        {"1\r\nxyz\r\n0\r\n\r\n", Errc::unavailable},  // longer than its size
        {";a=b\r\nx\r\n", Errc::unavailable},
    };
    for (const auto& [chunks, code] : cases) {
        const auto response =
            answered(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") + chunks);
        ASSERT_FALSE(response) << chunks;
        EXPECT_EQ(response.error().code, code) << chunks << ": " << response.error().message;
    }
}

TEST_F(HttpHostile, AStreamWithAChunkOfTwoToTheSixtyThreeStaysInPieces) {
    ScriptServer server(*this, [](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket,
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "8000000000000000\r\n");
        for (;;) co_await write_all(socket, std::string(100'000, 'x'));
    });
    std::size_t seen = 0, largest = 0;
    const auto response = run(http_stream(io.get_executor(), EgressPolicy::any(), server.url(), {},
                                          {}, {}, [&](std::string_view piece) {
                                              largest = std::max(largest, piece.size());
                                              return (seen += piece.size()) < 10'000'000;
                                          }));
    EXPECT_TRUE(response) << response.error().message;
    EXPECT_GE(seen, 10'000'000u);
    EXPECT_LE(largest, 64u * 1024);
}

// Two readers of such a message may disagree where it ends.
TEST_F(HttpHostile, FramingThatCanBeReadInTwoWaysIsRefused) {
    for (const char* fields :
         {"Content-Length: 2\r\nTransfer-Encoding: chunked",
          "Transfer-Encoding: chunked\r\nContent-Length: 2",
          "Content-Length: 2\r\nContent-Length: 3", "Content-Length: 2, 3", "Content-Length: +2",
          "Content-Length: -1", "Content-Length: 2x", "Content-Length: 0x2",
          "Content-Length:", "Content-Length: 18446744073709551616",
          "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip",
          "Transfer-Encoding: gzip", "Transfer-Encoding: xchunked",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"}) {
        ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
            co_await read_head(socket);
            co_await write_all(socket, std::string("HTTP/1.1 200 OK\r\n") + fields +
                                           "\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        });
        HttpClient client(io.get_executor(), EgressPolicy::any());
        const auto response = run(client.send({.url = server.url()}));
        ASSERT_FALSE(response) << fields;
        EXPECT_EQ(response.error().code, Errc::unavailable) << fields;
    }
    const auto large = answered("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n");
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, Errc::limit_exceeded);
}

TEST_F(HttpHostile, BrokenHeaderLinesAreRefused) {
    for (const std::string& lines :
         {std::string("X : y\r\n"), std::string("no colon\r\n"), std::string(": y\r\n"),
          std::string("X: a\0b\r\n", 8), std::string("X\x01: y\r\n"), std::string("X: a\rb\r\n"),
          std::string("X: a\x7f\r\n"), std::string("X y: z\r\n"), std::string(" X: y\r\n"),
          std::string("X: y\n")}) {
        const auto response =
            answered("HTTP/1.1 200 OK\r\n" + lines + "Content-Length: 2\r\n\r\nok");
        ASSERT_FALSE(response) << lines;
        EXPECT_EQ(response.error().code, Errc::unavailable) << lines;
    }
    for (const char* line : {"HTTP/2 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 abc",
                             "HTTP/1.1  200 OK", "http/1.1 200 OK", "ICY 200 OK", ""}) {
        const auto response = answered(std::string(line) + "\r\nContent-Length: 2\r\n\r\nok");
        EXPECT_FALSE(response) << line;
    }
}

// RFC 9112 section 5.2: a user agent takes a folded line for a space.
TEST_F(HttpHostile, AFoldedHeaderLineIsOneValue) {
    const auto response = answered("HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok");
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->headers.at("x"), "a b");
    EXPECT_EQ(response->body, "ok");
}

// Compression is never asked for and never undone, so a bomb is as large as its bytes.
TEST_F(HttpHostile, ACompressedBodyIsHandedOverAsItIs) {
    std::string head;
    const std::string bomb("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x01\x0d\x00\x00", 16);
    const auto response = get_from([&](tcp::socket& socket) -> Task<void> {
        head = co_await read_head(socket);
        co_await write_all(socket, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                                       std::to_string(bomb.size()) + "\r\n\r\n" + bomb);
        co_await read_to_end(socket);
    });
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, bomb);
    EXPECT_EQ(response->headers.at("content-encoding"), "gzip");
    EXPECT_FALSE(head.contains("Accept-Encoding")) << head;
}

TEST_F(HttpHostile, BytesBeyondAResponseAreNotTheNextOne) {
    ScriptServer server(*this, [](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        co_await write_all(socket, ok + "ok" + ok + "no");
        co_await read_to_end(socket);
    });
    HttpClient client(io.get_executor(), EgressPolicy::any());
    for (int i = 0; i < 2; ++i) {
        const auto response = run(client.send({.url = server.url()}));
        ASSERT_TRUE(response) << response.error().message;
        EXPECT_EQ(response->body, "ok");
    }
    EXPECT_EQ(server.accepted(), 2);
}

TEST_F(HttpHostile, AHalfClosedConnectionIsNotUsedAgain) {
    int closed = 0;
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        socket.shutdown(tcp::socket::shutdown_send);
        ++closed;
        co_await read_to_end(socket);
    });
    HttpClient client(io.get_executor(), EgressPolicy::any());
    for (int i = 1; i <= 2; ++i) {
        const auto response = run(client.send({.method = "POST", .url = server.url()}));
        ASSERT_TRUE(response) << response.error().message;
        ASSERT_TRUE(eventually([&] { return closed == i; }));
    }
    EXPECT_EQ(server.accepted(), 2);
}

}  // namespace
}  // namespace nsl::net
