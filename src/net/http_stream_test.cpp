// SPDX-License-Identifier: Apache-2.0
#include "net/http_stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "net/loopback_test.h"

namespace nsl::net {
namespace {

class HttpStream : public LoopbackTest {
 protected:
    // A server that reads one request, then writes the pieces and does `after`.
    static ScriptServer::Script answer(std::vector<std::string> pieces, bool stay_open = false) {
        return [pieces, stay_open](tcp::socket& socket) -> Task<void> {
            std::string request;
            co_await asio::async_read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n",
                                            asio::use_awaitable);
            for (const std::string& piece : pieces)
                co_await asio::async_write(socket, asio::buffer(piece), asio::use_awaitable);
            char more = 0;
            if (stay_open)
                co_await socket.async_read_some(asio::buffer(&more, 1), asio::use_awaitable);
        };
    }

    Result<HttpResponse> get(const ScriptServer& server, std::size_t pieces_wanted,
                             HttpStreamLimits limits = {}) {
        return run(http_stream(io.get_executor(), EgressPolicy::any(), server.url() + "/events",
                               {{"accept", "text/event-stream"}}, limits, {},
                               [&, pieces_wanted](std::string_view piece) {
                                   seen_ += piece;
                                   return ++pieces_ < pieces_wanted;
                               }));
    }

    std::string seen_;
    std::size_t pieces_ = 0;
};

const std::string kHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";

TEST_F(HttpStream, HandsOverEachPieceWhileTheServerIsStillSending) {
    ScriptServer server(*this, answer({kHead + "\r\n", "data: 1\n\n"}, true));
    auto response = get(server, 1);
    ASSERT_TRUE(response.has_value()) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(seen_, "data: 1\n\n");
}

TEST_F(HttpStream, ReadsAChunkedBodyToItsEnd) {
    ScriptServer server(*this, answer({kHead + "transfer-encoding: chunked\r\n\r\n", "3\r\nabc\r\n",
                                       "2\r\nde\r\n", "0\r\n\r\n"}));
    ASSERT_TRUE(get(server, 100).has_value());
    EXPECT_EQ(seen_, "abcde");
}

TEST_F(HttpStream, ReturnsAnotherStatusWithItsBody) {
    ScriptServer server(*this, answer({"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnope"}));
    auto response = get(server, 100);
    ASSERT_TRUE(response.has_value()) << response.error().message;
    EXPECT_EQ(response->status, 404);
    EXPECT_EQ(response->body, "nope");
    EXPECT_EQ(pieces_, 0u);
}

TEST_F(HttpStream, SaysThatAStreamWentQuiet) {
    ScriptServer server(*this, answer({kHead + "\r\n", "data: 1\n\n"}, true));
    auto response = get(server, 100, {.idle = milliseconds(100)});
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().code, Errc::timeout);
    EXPECT_EQ(seen_, "data: 1\n\n");
}

TEST_F(HttpStream, SaysThatTheServerBrokeOffInsideAChunk) {
    ScriptServer server(*this, answer({kHead + "transfer-encoding: chunked\r\n\r\n", "9\r\nabc"}));
    auto response = get(server, 100);
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().code, Errc::unavailable);
}

TEST_F(HttpStream, RefusesAHeaderAndAnErrorBodyThatAreTooLarge) {
    ScriptServer head(*this, answer({kHead + "x: " + std::string(64 * 1024, 'x') + "\r\n\r\n"}));
    EXPECT_EQ(get(head, 100).error().code, Errc::limit_exceeded);
    ScriptServer body(*this, answer({"HTTP/1.1 500 No\r\ncontent-length: 100000\r\n\r\n" +
                                     std::string(100'000, 'x')}));
    EXPECT_EQ(get(body, 100).error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace nsl::net
