// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/async_event.h"
#include "net/dial.h"
#include "net/guard.h"
#include "net/url.h"

namespace nsl::net {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using std::chrono::nanoseconds;

// Beast ends a connection through these, found by argument-dependent lookup. The WebSocket closing
// handshake has told both sides that nothing was cut off; TLS need not say it again.
void teardown(beast::role_type, Stream& stream, error_code& ec) {
    stream.close();
    ec = {};
}

template <class Handler>
void async_teardown(beast::role_type, Stream& stream, Handler&& handler) {
    stream.close();
    asio::post(stream.get_executor(),
               [handler = std::forward<Handler>(handler)]() mutable { handler(error_code()); });
}

namespace {

constexpr std::size_t kWritersMax = 64;

// Shared by the connection's owner and every operation in progress: Beast's and TLS's operations
// refer to the stream until they complete.
struct Socket {
    Socket(Stream stream, Url u, WsLimits l)
        : ws(std::move(stream)), url(std::move(u)), limits(l) {}

    websocket::stream<Stream> ws;
    Url url;
    WsLimits limits;
    beast::flat_buffer buffer;
    bool dropped = false;
    bool reading = false;
    bool writing = false;
    bool closing = false;
    std::size_t writers = 0;
    AsyncEvent write_ended;

    void drop() {
        dropped = true;
        ws.next_layer().close();
    }
    Error explain(error_code ec);
};

Error Socket::explain(error_code ec) {
    const std::string& peer = url.authority;
    if (ec == beast::error::timeout)
        return {Errc::timeout, "nothing received from " + peer + " for " +
                                   std::to_string(limits.idle.count()) + " ms"};
    if (dropped) return {Errc::unavailable, "the connection to " + peer + " was dropped"};
    if (ec == websocket::error::message_too_big || ec == websocket::error::buffer_overflow)
        return {Errc::limit_exceeded, "a message from " + peer + " is larger than " +
                                          std::to_string(limits.message_max) + " bytes"};
    if (ec == websocket::error::closed) {
        const auto& reason = ws.reason();
        return {Errc::unavailable, peer + " closed with code " + std::to_string(reason.code) +
                                       (reason.reason.empty() ? "" : ": ") +
                                       std::string(reason.reason.data(), reason.reason.size())};
    }
    return transport_error("lost the connection to", peer, ec);
}

// Holds one of the flags above; wakes those who wait for it.
class Turn {
 public:
    explicit Turn(bool& flag, AsyncEvent* ended = nullptr) : flag_(flag), ended_(ended) {
        flag_ = true;
    }
    ~Turn() {
        flag_ = false;
        if (ended_) ended_->notify_all();
    }
    Turn(const Turn&) = delete;

 private:
    bool& flag_;
    AsyncEvent* ended_;
};

Task<Result<std::string>> read_message(std::shared_ptr<Socket> socket) {
    NSL_ASSERT(!socket->reading);
    const Turn turn(socket->reading);
    const auto [ec, size] = co_await socket->ws.async_read(socket->buffer, kTuple);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (ec || state.cancelled() != asio::cancellation_type::none) {
        const Error why = socket->explain(ec);
        socket->drop();
        throw_if_cancelled(state);
        co_return std::unexpected(why);
    }
    std::string message(static_cast<const char*>(socket->buffer.data().data()),
                        socket->buffer.size());
    socket->buffer.consume(socket->buffer.size());
    co_return message;
}

Task<error_code> write_frame(Socket& socket, const std::string& text) {
    const auto [ec, size] = co_await socket.ws.async_write(asio::buffer(text), kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    co_return ec;
}

Task<Status> write_message(std::shared_ptr<Socket> socket, std::string text) {
    if (socket->writers >= kWritersMax)
        co_return fail(Errc::limit_exceeded,
                       "too many messages wait to be sent to " + socket->url.authority);
    struct Count {
        std::size_t& writers;
        explicit Count(std::size_t& w) : writers(w) { ++writers; }
        ~Count() { --writers; }
    } const count(socket->writers);
    while (socket->writing) co_await socket->write_ended.wait();
    if (socket->dropped) co_return std::unexpected(socket->explain({}));

    const Turn turn(socket->writing, &socket->write_ended);
    const auto ec = co_await guarded(
        monotonic_now() + socket->limits.idle, [&] { socket->drop(); }, write_frame(*socket, text));
    if (!ec)
        co_return fail(Errc::timeout, socket->url.authority + " took no message for " +
                                          std::to_string(socket->limits.idle.count()) + " ms");
    if (*ec) co_return std::unexpected(socket->explain(*ec));
    co_return Status();
}

Task<error_code> say_goodbye(Socket& socket) {
    const auto [ec] = co_await socket.ws.async_close(websocket::close_code::normal, kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    co_return ec;
}

Task<void> close_socket(std::shared_ptr<Socket> socket) {
    if (socket->closing || socket->dropped) co_return;
    socket->closing = true;
    co_await guarded(
        monotonic_now() + socket->limits.connect, [&] { socket->drop(); }, say_goodbye(*socket));
    socket->drop();
}

// What is not a coroutine here hands the shared socket to one that is.
class OpenConnection final : public WsConnection {
 public:
    explicit OpenConnection(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
    ~OpenConnection() override { socket_->drop(); }

    Task<Result<std::string>> read() override { return read_message(socket_); }
    Task<Status> write(std::string text) override {
        return write_message(socket_, std::move(text));
    }
    Task<void> close() override { return close_socket(socket_); }

 private:
    std::shared_ptr<Socket> socket_;
};

// There is a server, but it speaks no WebSocket there.
bool answers_otherwise(unsigned status) {
    return (status >= 200 && status < 300) || status == 400 || status == 404 || status == 405 ||
           status == 501;
}

Task<Status> upgrade(Socket& socket) {
    websocket::response_type response;
    const auto [ec] = co_await socket.ws.async_handshake(response, socket.url.authority,
                                                         socket.url.target, kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    if (!ec && (response.count(http::field::sec_websocket_extensions) > 0 ||
                response.count(http::field::sec_websocket_protocol) > 0))
        co_return fail(Errc::unavailable, socket.url.authority +
                                              " answered the WebSocket upgrade with an extension "
                                              "or subprotocol that was not offered");
    if (!ec) co_return Status();
    if (ec == websocket::error::upgrade_declined)
        co_return fail(
            answers_otherwise(response.result_int()) ? Errc::not_found : Errc::unavailable,
            socket.url.authority + " refused the WebSocket upgrade with HTTP status " +
                std::to_string(response.result_int()));
    co_return std::unexpected(
        transport_error("WebSocket upgrade failed with", socket.url.authority, ec));
}

}  // namespace

Task<Result<std::unique_ptr<WsConnection>>> WsConnection::connect(asio::any_io_executor executor,
                                                                  EgressPolicy egress,
                                                                  std::string url_text,
                                                                  WsLimits limits, TlsOptions tls) {
    const nanoseconds until = monotonic_now() + limits.connect;
    CO_TRY(const Url url, parse_url(url_text, "ws", "wss"));
    TlsContext context;
    if (url.tls) {
        CO_TRY(context, make_tls_context(tls));
    }
    CO_TRY(Stream stream,
           co_await dial(std::move(executor), url, std::move(context), std::move(egress), until));

    auto socket = std::make_shared<Socket>(std::move(stream), url, limits);
    socket->ws.set_option(websocket::stream_base::timeout{.handshake_timeout = limits.connect,
                                                          .idle_timeout = limits.idle,
                                                          .keep_alive_pings = true});
    socket->ws.set_option(websocket::stream_base::decorator(
        [](websocket::request_type& request) { request.set(http::field::user_agent, "nsl"); }));
    socket->ws.read_message_max(limits.message_max);
    socket->ws.auto_fragment(false);
    socket->ws.text(true);

    const auto upgraded = co_await guarded(until, [&] { socket->drop(); }, upgrade(*socket));
    if (!upgraded)
        co_return fail(Errc::timeout, url.authority + " did not finish the WebSocket upgrade in " +
                                          std::to_string(limits.connect.count()) + " ms");
    CO_TRY_OK(*upgraded);
    co_return std::make_unique<OpenConnection>(std::move(socket));
}

}  // namespace nsl::net
