// SPDX-License-Identifier: Apache-2.0
// One client of a FaultProxy: reads its requests, writes what it gets to see of the answers.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/async_event.h"
#include "fault_lies.h"
#include "net/guard.h"

namespace nsl::testing_support {

class FaultConnection {
 public:
    using Request = boost::beast::http::request<boost::beast::http::string_body>;
    static constexpr milliseconds kHeldMax{60'000};

    explicit FaultConnection(asio::ip::tcp::socket socket) : ws(std::move(socket)) {}

    void drop() {
        boost::system::error_code ignored;
        ws.next_layer().close(ignored);
        dropped = true;
        dropping.notify_all();
    }
    // Open and not read from, until it is dropped, or for as long as any client may wait.
    Task<void> hold() {
        const auto end = net::monotonic_now() + kHeldMax;
        while (!dropped && net::monotonic_now() < end)
            co_await dropping.wait_for(std::chrono::duration_cast<milliseconds>(kHeldMax));
    }
    // Reads and answers nothing, until the client hangs up.
    Task<void> ignore() {
        char bytes[1'024];
        for (;;) {
            const auto [ec, size] =
                co_await ws.next_layer().async_read_some(asio::buffer(bytes), net::kTuple);
            if (ec) co_return;
        }
    }

    // Nothing at the end of the connection.
    Task<std::optional<Request>> read() {
        boost::beast::http::request_parser<boost::beast::http::string_body> parser;
        parser.body_limit(kExchangeBytesMax);
        const auto [ec, size] =
            co_await boost::beast::http::async_read(ws.next_layer(), buffer, parser, net::kTuple);
        if (ec) co_return std::nullopt;
        co_return parser.release();
    }
    // False when the connection is to end.
    Task<bool> answer(const Request& to, int status, std::string body) {
        boost::beast::http::response<boost::beast::http::string_body> response(
            static_cast<boost::beast::http::status>(status), to.version());
        response.set(boost::beast::http::field::content_type, "application/json");
        response.keep_alive(to.keep_alive());
        response.body() = std::move(body);
        response.prepare_payload();
        const auto [ec, size] =
            co_await boost::beast::http::async_write(ws.next_layer(), response, net::kTuple);
        co_return !ec && response.keep_alive();
    }
    // The first half of an answer that says that it is whole.
    Task<void> answer_half(std::string body) {
        const std::string text =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            "Content-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, body.size() / 2);
        co_await asio::async_write(ws.next_layer(), asio::buffer(text), net::kTuple);
    }

    boost::beast::websocket::stream<asio::ip::tcp::socket> ws;
    boost::beast::flat_buffer buffer;
    bool dropped = false;
    AsyncEvent dropping;
};

}  // namespace nsl::testing_support
