// SPDX-License-Identifier: Apache-2.0
// A TCP stream with or without TLS behind one type, so that the protocols above are instantiated
// once.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <utility>

#include "base/task.h"
#include "net/guard.h"

namespace nsl::net {

// Movable until the first operation. An operation refers to the stream: whoever starts one keeps
// the stream alive until it has completed.
class Stream {
 public:
    using executor_type = asio::any_io_executor;
    using next_layer_type = asio::ip::tcp::socket;
    using Tls = asio::ssl::stream<asio::ip::tcp::socket>;

    explicit Stream(asio::ip::tcp::socket socket)
        : tcp_(std::make_unique<asio::ip::tcp::socket>(std::move(socket))) {}
    Stream(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
        : context_(std::move(context)), tls_(std::make_unique<Tls>(std::move(socket), *context_)) {}

    executor_type get_executor() { return next_layer().get_executor(); }
    // The TCP socket; Beast finds it under this name.
    asio::ip::tcp::socket& next_layer() { return tls_ ? tls_->next_layer() : *tcp_; }
    const asio::ip::tcp::socket& next_layer() const { return tls_ ? tls_->next_layer() : *tcp_; }
    Tls* tls() { return tls_.get(); }

    // When the connection was last seen alive, in monotonic_now(): an operation takes its next step
    // when the one before has moved bytes (of TLS: a record).
    std::chrono::nanoseconds active() const { return active_; }
    void touch() { active_ = monotonic_now(); }

    // Drops the connection; pending operations end with operation_aborted.
    void close() noexcept {
        boost::system::error_code ignored;
        next_layer().close(ignored);
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        touch();
        return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& into) {
                if (tls_)
                    tls_->async_read_some(into, std::move(handler));
                else
                    tcp_->async_read_some(into, std::move(handler));
            },
            token, buffers);
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        touch();
        return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& from) {
                if (tls_)
                    tls_->async_write_some(from, std::move(handler));
                else
                    tcp_->async_write_some(from, std::move(handler));
            },
            token, buffers);
    }

 private:
    std::shared_ptr<asio::ssl::context> context_;
    std::unique_ptr<asio::ip::tcp::socket> tcp_;
    std::unique_ptr<Tls> tls_;
    std::chrono::nanoseconds active_ = monotonic_now();
};

}  // namespace nsl::net
