// SPDX-License-Identifier: Apache-2.0
// A port in front of another that holds back what clients send, or dies on them.
#pragma once
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <set>
#include <string>

#include "base/async_event.h"
#include "base/spawn.h"

namespace nsl::testing_support {

class TcpGate {
 public:
    TcpGate(TaskGroup& tasks, std::uint16_t to) : tasks_(tasks), to_(to) {
        tasks_.spawn("gate", accept());
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    void close() { open_ = false; }
    void open() {
        open_ = true;
        opened_.notify_all();
    }
    // Clients whose bytes are held back.
    std::size_t held() const { return opened_.waiting(); }
    // Hangs up on all, and takes nobody any more.
    void die() {
        acceptor_.close();
        for (const auto& socket : std::set(sockets_)) socket->close();
    }

 private:
    using Socket = std::shared_ptr<asio::ip::tcp::socket>;
    static constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

    Task<void> accept() {
        for (;;) {
            auto [refused, client] = co_await acceptor_.async_accept(kTuple);
            if (refused) co_return;
            auto server = std::make_shared<asio::ip::tcp::socket>(tasks_.executor());
            const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), to_);
            const auto [failed] = co_await server->async_connect(to, kTuple);
            if (failed) continue;
            auto socket = std::make_shared<asio::ip::tcp::socket>(std::move(client));
            tasks_.spawn("gate in", pump(socket, server, true));
            tasks_.spawn("gate out", pump(server, socket, false));
        }
    }

    Task<void> pump(Socket from, Socket to, bool gated) {
        sockets_.insert(from);
        std::array<char, 16 * 1024> bytes;
        for (;;) {
            const auto [ended, size] = co_await from->async_read_some(asio::buffer(bytes), kTuple);
            if (ended) break;
            while (gated && !open_) co_await opened_.wait();
            const auto [failed, written] =
                co_await asio::async_write(*to, asio::buffer(bytes.data(), size), kTuple);
            if (failed) break;
        }
        boost::system::error_code ignored;
        from->close(ignored);
        to->close(ignored);
        sockets_.erase(from);
    }

    TaskGroup& tasks_;
    std::uint16_t to_;
    asio::ip::tcp::acceptor acceptor_{tasks_.executor(),
                                      asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::uint16_t port_ = acceptor_.local_endpoint().port();
    bool open_ = true;
    AsyncEvent opened_;
    std::set<Socket> sockets_;
};

}  // namespace nsl::testing_support
