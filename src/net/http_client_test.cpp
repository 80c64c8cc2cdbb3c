// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <boost/system/system_error.hpp>

#include "net/loopback_test.h"
#include "net/ws_server.h"

namespace nsl::net {
namespace {

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Answers the first request of a connection with `bytes`, then waits for the client to go.
ScriptServer::Script answer_with(std::string bytes) {
    return [bytes](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket, bytes);
        co_await read_to_end(socket);
    };
}

class HttpClientTest : public LoopbackTest {
 public:
    Result<HttpResponse> get(const std::string& url, HttpLimits limits = {}) {
        HttpClient client(io.get_executor(), EgressPolicy::any(), limits);
        return run(client.send({.url = url}));
    }
    Result<HttpResponse> get_from(ScriptServer::Script script, HttpLimits limits = {}) {
        ScriptServer server(*this, std::move(script));
        return get(server.url() + "/", limits);
    }
};

TEST_F(HttpClientTest, ReturnsStatusHeadersAndBody) {
    const auto response = get_from(answer_with(
        "HTTP/1.1 203 Fine\r\nX-Tag: one\r\nx-tag: two\r\nContent-Length: 5\r\n\r\nhello"));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 203);
    EXPECT_EQ(response->headers.at("x-tag"), "one, two");
    EXPECT_EQ(response->body, "hello");
}

TEST_F(HttpClientTest, SendsMethodTargetHeadersAndBody) {
    std::string seen;
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        seen = co_await read_head(socket);
        const std::size_t body = seen.contains("Content-Length: 2") ? 2 : 0;
        std::string rest(seen.find("\r\n\r\n") + 4 + body - seen.size(), '\0');
        co_await read_exactly(socket, rest);
        seen += rest;
        co_await write_all(socket, kOk);
    });
    HttpClient client(io.get_executor(), EgressPolicy::any());
    const auto response = run(client.send({.method = "POST",
                                           .url = server.url() + "/rpc?x=1#part",
                                           .headers = {{"Content-Type", "application/json"}},
                                           .body = "{}"}));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_TRUE(seen.starts_with("POST /rpc?x=1 HTTP/1.1\r\n")) << seen;
    EXPECT_TRUE(seen.contains("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
    EXPECT_TRUE(seen.contains("Content-Type: application/json\r\n"));
    EXPECT_TRUE(seen.contains("Content-Length: 2\r\n"));
    EXPECT_TRUE(seen.contains("User-Agent: nsl\r\n"));
    EXPECT_TRUE(seen.ends_with("\r\n\r\n{}"));

    const HttpRequest empty{
        .method = "POST", .url = server.url(), .headers = {{"user-agent", "test"}}};
    ASSERT_TRUE(run(client.send(empty)));
    EXPECT_TRUE(seen.starts_with("POST / HTTP/1.1\r\n")) << seen;
    EXPECT_TRUE(seen.contains("Content-Length: 0\r\n"));
    EXPECT_TRUE(seen.contains("user-agent: test\r\n"));
    EXPECT_FALSE(seen.contains("nsl"));
}

TEST_F(HttpClientTest, ReadsChunksBodiesUpToTheEndAndHeadResponses) {
    auto response = get_from(answer_with(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "abcde");

    response = get_from([](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket, "HTTP/1.1 200 OK\r\n\r\nto the end");
    });
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "to the end");

    ScriptServer server(*this, answer_with("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"));
    HttpClient client(io.get_executor(), EgressPolicy::any());
    response = run(client.send({.method = "HEAD", .url = server.url()}));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "");
}

// Each piece is read before the next is sent. See cmake/third_party/beast.cpp.
TEST_F(HttpClientTest, SurvivesALastChunkThatComesByteByByte) {
    const auto response = get_from([](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        for (const char* piece : {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0",
                                  "\r", "\n", "\r", "\n"}) {
            co_await write_all(socket, piece);
            for (int turn = 0; turn < 50; ++turn)
                co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        }
        co_await read_to_end(socket);
    });
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "");
}

TEST_F(HttpClientTest, SkipsInterimResponsesButNotForEver) {
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    auto response = get_from(answer_with(interim + interim + kOk));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);

    std::string many;
    for (int i = 0; i < 100; ++i) many += interim;
    response = get_from(answer_with(many + kOk));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::limit_exceeded);
}

TEST_F(HttpClientTest, DoesNotFollowRedirects) {
    const auto response = get_from(answer_with(
        "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 302);
}

TEST_F(HttpClientTest, GivesUpOnASlowHeader) {
    const auto response =
        get_from(answer_with("HTTP/1.1 200 OK\r\nContent-"), {.total = milliseconds(50)});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::timeout);
}

TEST_F(HttpClientTest, GivesUpOnASlowBody) {
    const auto response =
        get_from(answer_with("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst bytes"),
                 {.total = milliseconds(50)});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::timeout);
}

TEST_F(HttpClientTest, RefusesAnEndlessBody) {
    for (const char* framing : {"\r\n", "Transfer-Encoding: chunked\r\n\r\n"}) {
        const std::string head = std::string("HTTP/1.1 200 OK\r\n") + framing;
        const bool chunked = head.contains("chunked");
        const auto response = get_from(
            [&](tcp::socket& socket) -> Task<void> {
                co_await read_head(socket);
                co_await write_all(socket, head);
                const std::string block(4096, 'x');
                for (;;) co_await write_all(socket, chunked ? "1000\r\n" + block + "\r\n" : block);
            },
            {.body_max = 10'000});
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().code, Errc::limit_exceeded) << response.error().message;
    }
}

TEST_F(HttpClientTest, RefusesABodyDeclaredTooLargeAndTakesOneOfExactlyTheLimit) {
    const auto body = [](std::size_t size) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
               std::string(size, 'x');
    };
    const auto fits = get_from(answer_with(body(1'000)), {.body_max = 1'000});
    ASSERT_TRUE(fits) << fits.error().message;
    EXPECT_EQ(fits->body.size(), 1'000u);
    const auto large = get_from(answer_with(body(1'001)), {.body_max = 1'000});
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, Errc::limit_exceeded);
}

TEST_F(HttpClientTest, RefusesAnOversizedHeader) {
    for (const char* start : {"HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 "}) {
        const auto response = get_from(
            [&](tcp::socket& socket) -> Task<void> {
                co_await read_head(socket);
                co_await write_all(socket, start);
                for (;;) co_await write_all(socket, std::string(1024, 'x'));
            },
            {.header_max = 4'096});
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().code, Errc::limit_exceeded) << response.error().message;
    }
}

TEST_F(HttpClientTest, RefusesAnEndlessChunkExtension) {
    const auto response = get_from([](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=");
        for (;;) co_await write_all(socket, std::string(4096, 'x'));
    });
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::limit_exceeded) << response.error().message;
}

TEST_F(HttpClientTest, ReportsABodyShorterThanItsLength) {
    const auto response = get_from([](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
    });
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_TRUE(response.error().message.contains("before the response was complete"));
}

TEST_F(HttpClientTest, ReportsWhatIsNotHttp) {
    const auto response = get_from(answer_with("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::unavailable);
}

TEST_F(HttpClientTest, ReportsARefusedConnection) {
    const auto response = get("http://127.0.0.1:" + std::to_string(closed_port(io)) + "/");
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_TRUE(response.error().message.contains("Connection refused"))
        << response.error().message;
}

TEST_F(HttpClientTest, ReportsANameThatIsNotFound) {
    const auto response = get("http://no-such-host.invalid/",
                              {.connect = milliseconds(20'000), .total = milliseconds(20'000)});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_TRUE(response.error().message.starts_with("name not found: no-such-host.invalid"))
        << response.error().message;
}

TEST_F(HttpClientTest, RefusesABadUrlMethodOrHeader) {
    HttpClient client(io.get_executor(), EgressPolicy::any());
    const std::vector<HttpRequest> requests = {
        {.url = "not a url"},
        {.method = "", .url = "http://127.0.0.1/"},
        {.method = "GET / HTTP/1.1\r\nX:", .url = "http://127.0.0.1/"},
        {.url = "http://127.0.0.1/", .headers = {{"X", "a\r\nY: b"}}},
        {.url = "http://127.0.0.1/", .headers = {{"X: y\r\nZ", "b"}}},
        {.url = "http://127.0.0.1/", .headers = {{"content-Length", "5"}}},
        {.url = "http://127.0.0.1/", .headers = {{"Host", "elsewhere"}}},
    };
    for (const HttpRequest& request : requests) {
        const auto response = run(client.send(request));
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().code, Errc::invalid_argument);
    }
}

TEST_F(HttpClientTest, ReusesAConnectionForTheNextRequest) {
    ScriptServer server(*this, [](tcp::socket& socket) -> Task<void> {
        for (;;) {
            co_await read_head(socket);
            co_await write_all(socket, kOk);
        }
    });
    HttpClient client(io.get_executor(), EgressPolicy::any());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(run(client.send({.url = server.url()})));
    EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpClientTest, DoesNotReuseAConnectionTheServerWantsClosed) {
    ScriptServer server(
        *this, answer_with("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
    HttpClient client(io.get_executor(), EgressPolicy::any());
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(run(client.send({.url = server.url()})));
    EXPECT_EQ(server.accepted(), 2);
}

// Answers the first request of the first connection only; the second request there sees the
// connection closed. Later connections are served.
ScriptServer::Script hang_up_on_the_second(int& requests, int& connections) {
    return [&](tcp::socket& socket) -> Task<void> {
        const bool first = ++connections == 1;
        co_await read_head(socket);
        ++requests;
        co_await write_all(socket, kOk);
        co_await read_head(socket);
        ++requests;
        if (!first) co_await write_all(socket, kOk);
    };
}

TEST_F(HttpClientTest, SendsAnIdempotentRequestAgainWhenThePooledConnectionWasStale) {
    int requests = 0, connections = 0;
    ScriptServer server(*this, hang_up_on_the_second(requests, connections));
    HttpClient client(io.get_executor(), EgressPolicy::any());
    ASSERT_TRUE(run(client.send({.url = server.url(), .idempotent = true})));
    const auto second = run(client.send({.url = server.url(), .idempotent = true}));
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(requests, 3);
    EXPECT_EQ(connections, 2);
}

TEST_F(HttpClientTest, NeverSendsAnotherRequestTwice) {
    int requests = 0, connections = 0;
    ScriptServer server(*this, hang_up_on_the_second(requests, connections));
    HttpClient client(io.get_executor(), EgressPolicy::any());
    ASSERT_TRUE(run(client.send({.method = "POST", .url = server.url()})));
    const auto second = run(client.send({.method = "POST", .url = server.url()}));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::unavailable);
    EXPECT_EQ(requests, 2);
    EXPECT_EQ(connections, 1);
}

TEST_F(HttpClientTest, TriesAFreshConnectionOnlyOnce) {
    int connections = 0;
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        const bool first = ++connections == 1;
        co_await read_head(socket);
        if (!first) co_return;
        co_await write_all(socket, kOk);
        co_await read_head(socket);
    });
    HttpClient client(io.get_executor(), EgressPolicy::any());
    ASSERT_TRUE(run(client.send({.url = server.url(), .idempotent = true})));
    const auto second = run(client.send({.url = server.url(), .idempotent = true}));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::unavailable);
    EXPECT_EQ(connections, 2);
}

TEST_F(HttpClientTest, NoticesBeforeSendingThatAPooledConnectionWasClosed) {
    int closed = 0;
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket, kOk);
        socket.close();
        ++closed;
    });
    HttpClient client(io.get_executor(), EgressPolicy::any());
    ASSERT_TRUE(run(client.send({.method = "POST", .url = server.url()})));
    ASSERT_TRUE(eventually([&] { return closed == 1; }));
    const auto second = run(client.send({.method = "POST", .url = server.url()}));
    EXPECT_TRUE(second) << second.error().message;
    EXPECT_EQ(server.accepted(), 2);
}

TEST_F(HttpClientTest, ServesFiftyRequestsAtOnceAndKeepsABoundedNumberOfConnections) {
    int open = 0, waiting = 0;
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        ++open;
        const std::string head = co_await read_head(socket);
        ++waiting;
        // All fifty are in flight before the first is answered.
        while (waiting < 50) co_await RealClock().sleep_for(milliseconds(1));
        const std::string target = head.substr(4, head.find(' ', 4) - 4);
        co_await write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: " +
                                       std::to_string(target.size()) + "\r\n\r\n" + target);
        co_await read_to_end(socket);
        --open;
    });
    HttpClient client(io.get_executor(), EgressPolicy::any(), {.idle_per_host = 3});
    int right = 0;
    for (int i = 0; i < 50; ++i) {
        tasks.spawn(
            "request",
            [](HttpClient& http, std::string url, std::string path, int& good) -> Task<void> {
                const auto response = co_await http.send({.url = url + path});
                if (response && response->body == path) ++good;
            }(client, server.url(), "/" + std::to_string(i), right));
    }
    EXPECT_TRUE(eventually([&] { return right == 50; })) << right;
    EXPECT_TRUE(eventually([&] { return open == 3; })) << open;
}

TEST_F(HttpClientTest, EndsAtOnceWhenCancelled) {
    ScriptServer server(*this, [](tcp::socket&) { return never(); });
    HttpClient client(io.get_executor(), EgressPolicy::any());
    TaskGroup group(io.get_executor(), log);
    bool ended = false, returned = false;
    group.spawn("request",
                [](HttpClient& http, std::string url, bool& out, bool& value) -> Task<void> {
                    try {
                        co_await http.send({.url = url});
                        value = true;
                    } catch (const boost::system::system_error& error) {
                        out = error.code() == asio::error::operation_aborted;
                    }
                }(client, server.url(), ended, returned));
    ASSERT_TRUE(eventually([&] { return server.accepted() == 1; }));
    EXPECT_TRUE(run(group.stop(milliseconds(2'000))));
    EXPECT_TRUE(ended);
    EXPECT_FALSE(returned);
}

TEST_F(HttpClientTest, MayBeDestroyedWhileARequestIsInProgress) {
    bool go_on = false;
    ScriptServer server(*this, [&](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        while (!go_on) co_await RealClock().sleep_for(milliseconds(1));
        co_await write_all(socket, kOk);
    });
    auto client = std::make_unique<HttpClient>(io.get_executor(), EgressPolicy::any());
    std::optional<Result<HttpResponse>> response;
    tasks.spawn("request",
                [](Task<Result<HttpResponse>> sent,
                   std::optional<Result<HttpResponse>>& out) -> Task<void> {
                    out = co_await std::move(sent);
                }(client->send({.url = server.url()}), response));
    ASSERT_TRUE(eventually([&] { return server.accepted() == 1; }));
    client.reset();
    go_on = true;
    ASSERT_TRUE(eventually([&] { return response.has_value(); }));
    EXPECT_TRUE(*response);
}

}  // namespace
}  // namespace nsl::net
