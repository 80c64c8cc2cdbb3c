// SPDX-License-Identifier: Apache-2.0
#include "net/ws_server.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <set>

#include "base/bounded_queue.h"
#include "net/guard.h"

namespace nsl::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kPeersMax = 1024;
constexpr std::size_t kQueueMax = 1024;           // messages for one peer
constexpr std::size_t kMessageMax = 1024 * 1024;  // bytes, of a message and of a request's body
constexpr std::uint32_t kHeaderMax = 16 * 1024;   // bytes
constexpr auto kRequestTime = std::chrono::seconds(30);
constexpr auto kAcceptPause = milliseconds(100);  // after a failed accept: no file descriptors left

using Request = http::request<http::string_body>;

struct Outgoing {
    bool raw = false;
    std::string bytes;
};

class Peer final : public WsPeer {
 public:
    explicit Peer(tcp::socket socket) : ws(std::move(socket)), queue(kQueueMax) {}

    const std::string& target() const override { return path; }
    bool send(std::string text) override { return enqueue({false, std::move(text)}); }
    bool send_raw(std::string bytes) override { return enqueue({true, std::move(bytes)}); }
    void drop() override {
        error_code ignored;
        ws.next_layer().close(ignored);
        queue.close();
    }

    websocket::stream<tcp::socket> ws;
    BoundedQueue<Outgoing> queue;
    std::string path;

 private:
    bool enqueue(Outgoing item) {
        if (queue.try_push(std::move(item))) return true;
        drop();
        return false;
    }
};

// Shared by the server's owner and its coroutines.
struct Server {
    Server(TaskGroup& t, Logger l, WsServerHandlers h)
        : tasks(t), log(std::move(l)), handlers(std::move(h)), acceptor(t.executor()) {}

    TaskGroup& tasks;
    Logger log;
    WsServerHandlers handlers;
    tcp::acceptor acceptor;
    std::set<std::shared_ptr<Peer>> peers{};
    bool abandoned = false;

    void close() {
        error_code ignored;
        acceptor.close(ignored);
        for (const auto& peer : std::set(peers)) peer->drop();
    }

    // A handler's exception is its own: logged, and the peer lives on.
    template <class Handler, class... Args>
    void call(const char* name, const Handler& handler, const Args&... args) {
        if (!handler || abandoned) return;
        try {
            handler(args...);
        } catch (const std::exception& error) {
            log.error("handler failed", {{"handler", name}, {"error", error.what()}});
        }
    }
};

using ServerPtr = std::shared_ptr<Server>;
using PeerPtr = std::shared_ptr<Peer>;

Task<void> write_loop(PeerPtr peer) {
    while (auto item = co_await peer->queue.pop()) {
        error_code failed;
        if (item->raw) {
            const auto [ec, size] = co_await asio::async_write(peer->ws.next_layer(),
                                                               asio::buffer(item->bytes), kTuple);
            failed = ec;
        } else {
            const auto [ec, size] =
                co_await peer->ws.async_write(asio::buffer(item->bytes), kTuple);
            failed = ec;
        }
        if (failed) break;
    }
    peer->drop();
}

Task<void> read_loop(ServerPtr server, PeerPtr peer) {
    beast::flat_buffer buffer;
    for (;;) {
        const auto [ec, size] = co_await peer->ws.async_read(buffer, kTuple);
        if (ec) co_return;
        server->call("on_message", server->handlers.on_message, std::shared_ptr<WsPeer>(peer),
                     std::string_view(static_cast<const char*>(buffer.data().data()), size));
        buffer.consume(size);
    }
}

Task<void> converse(ServerPtr server, PeerPtr peer, Request request) {
    const auto target = request.target();
    peer->path.assign(target.data(), target.size());
    auto timeout = websocket::stream_base::timeout::suggested(beast::role_type::server);
    timeout.keep_alive_pings = false;
    peer->ws.set_option(timeout);
    peer->ws.read_message_max(kMessageMax);
    peer->ws.auto_fragment(false);
    peer->ws.text(true);
    const auto [ec] = co_await peer->ws.async_accept(request, kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    if (ec) co_return;

    struct Open {
        Server& server;
        std::shared_ptr<Peer> peer;
        ~Open() {
            peer->drop();
            server.call("on_close", server.handlers.on_close, std::shared_ptr<WsPeer>(peer));
        }
    } const open{*server, peer};
    server->call("on_open", server->handlers.on_open, std::shared_ptr<WsPeer>(peer));
    server->tasks.spawn("websocket peer writer", write_loop(peer));
    co_await read_loop(server, peer);
}

http::response<http::string_body> answer(Server& server, const Request& request) {
    http::response<http::string_body> response(http::status::not_found, request.version());
    response.body() = "{}";
    const auto method = request.method_string();
    const auto target = request.target();
    try {
        if (server.handlers.on_http && !server.abandoned) {
            auto [status, body] = server.handlers.on_http(
                {method.data(), method.size()}, {target.data(), target.size()}, request.body());
            response.result(static_cast<unsigned>(status));
            response.body() = std::move(body);
        }
    } catch (const std::exception& error) {
        server.log.error("handler failed", {{"handler", "on_http"}, {"error", error.what()}});
        response.result(http::status::internal_server_error);
    }
    response.set(http::field::content_type, "application/json");
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    return response;
}

// The next request; nothing at the end of the connection or when it is no HTTP.
Task<std::optional<Request>> next_request(Peer& peer, beast::flat_buffer& buffer) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kHeaderMax);
    parser.body_limit(kMessageMax);
    const auto [ec, size] = co_await http::async_read(peer.ws.next_layer(), buffer, parser, kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    if (ec) co_return std::nullopt;
    co_return parser.release();
}

Task<bool> respond(Peer& peer, http::response<http::string_body> response) {
    const auto [ec, size] = co_await http::async_write(peer.ws.next_layer(), response, kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    co_return !ec && response.keep_alive();
}

// Plain requests one after the other, until one asks for an upgrade.
Task<void> serve(ServerPtr server, PeerPtr peer) {
    beast::flat_buffer buffer(kHeaderMax + kMessageMax);
    const auto drop = [&peer] { peer->drop(); };
    for (;;) {
        auto request =
            co_await guarded(monotonic_now() + kRequestTime, drop, next_request(*peer, buffer));
        if (!request || !*request) co_return;
        if (websocket::is_upgrade(**request)) {
            co_await converse(server, peer, **std::move(request));
            co_return;
        }
        const auto go_on = co_await guarded(monotonic_now() + kRequestTime, drop,
                                            respond(*peer, answer(*server, **request)));
        if (!go_on || !*go_on) co_return;
    }
}

Task<void> host(ServerPtr server, tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto peer = std::make_shared<Peer>(std::move(socket));
    struct Entry {
        Server& server;
        std::shared_ptr<Peer> peer;
        Entry(Server& s, std::shared_ptr<Peer> p) : server(s), peer(std::move(p)) {
            server.peers.insert(peer);
        }
        ~Entry() {
            peer->drop();
            server.peers.erase(peer);
        }
    } const entry(*server, peer);
    co_await drop_at(kNever, [peer] { peer->drop(); }, serve(server, peer));
}

Task<void> accept_loop(ServerPtr server) {
    for (;;) {
        auto [ec, socket] = co_await server->acceptor.async_accept(kTuple);
        throw_if_cancelled(co_await asio::this_coro::cancellation_state);
        if (!server->acceptor.is_open()) co_return;
        if (ec) {
            server->log.warn("cannot accept a connection", {{"error", ec.message()}});
            co_await RealClock().sleep_for(kAcceptPause);
        } else if (server->peers.size() < kPeersMax) {
            server->tasks.spawn("websocket peer", host(server, std::move(socket)));
        }
    }
}

class ListeningServer final : public WsServer {
 public:
    ListeningServer(ServerPtr server, std::uint16_t port)
        : server_(std::move(server)), port_(port) {}
    ~ListeningServer() override {
        server_->abandoned = true;
        server_->close();
    }
    std::uint16_t port() const override { return port_; }
    void close() override { server_->close(); }

 private:
    ServerPtr server_;
    std::uint16_t port_;
};

}  // namespace

Result<std::unique_ptr<WsServer>> WsServer::listen(TaskGroup& tasks, Logger log, std::uint16_t port,
                                                   WsServerHandlers handlers) {
    auto server = std::make_shared<Server>(tasks, std::move(log), std::move(handlers));
    tcp::acceptor& acceptor = server->acceptor;
    error_code ec;
    acceptor.open(tcp::v4(), ec);
    if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor.bind({asio::ip::address_v4::loopback(), port}, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    const std::string where = "127.0.0.1:" + std::to_string(port);
    if (ec == asio::error::address_in_use) return fail(Errc::conflict, where + " is in use");
    if (ec) return fail(Errc::unavailable, "cannot listen on " + where + ": " + ec.message());
    const std::uint16_t bound = acceptor.local_endpoint().port();
    tasks.spawn("websocket server", accept_loop(server));
    return std::make_unique<ListeningServer>(std::move(server), bound);
}

}  // namespace nsl::net
