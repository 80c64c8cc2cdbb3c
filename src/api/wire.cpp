// SPDX-License-Identifier: Apache-2.0
#include "api/wire.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/system_error.hpp>

namespace nsl::api {
namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr milliseconds kLinger{1'000};
constexpr std::size_t kLingerBytesMax = 1 << 20;
constexpr int kSendBuffer = 64 * 1024;

}  // namespace

Wire::Wire(asio::ip::tcp::socket socket)
    : socket_(std::move(socket)), timer_(socket_.get_executor()) {
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Wire::deadline(milliseconds limit) {
    until_ = std::chrono::steady_clock::now() + limit;
    late_ = false;
    // A timer that is due earlier looks again by itself, so most requests do not touch it.
    if (watched_ > until_) watch();
}

void Wire::no_deadline() {
    until_ = Instant::max();
    late_ = false;
}

void Wire::watch() {
    watched_ = until_;
    timer_.expires_at(until_);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        const std::shared_ptr<Wire> self = weak.lock();
        if (ec || !self) return;
        self->watched_ = Instant::max();
        if (self->until_ <= std::chrono::steady_clock::now()) {
            self->late_ = true;
            boost::system::error_code ignored;
            self->socket_.cancel(ignored);
        } else if (self->until_ != Instant::max()) {
            self->watch();
        }
    });
}

void Wire::drop() {
    dropped_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

Wire::End Wire::ended(boost::system::error_code ec) const {
    if (dropped_) return End::gone;
    if (late_) return End::late;
    if (ec == asio::error::operation_aborted) throw boost::system::system_error(ec);
    return ec ? End::gone : End::ok;
}

Task<Wire::End> Wire::read(std::string& into, std::size_t max) {
    if (const End before = ended({}); before != End::ok) co_return before;
    const std::size_t size = into.size();
    into.resize(size + max);
    const auto [ec, got] =
        co_await socket_.async_read_some(asio::buffer(into.data() + size, max), kTuple);
    into.resize(size + got);
    co_return ended(ec);
}

Task<Wire::End> Wire::write(std::string_view text) {
    while (!text.empty()) {
        if (const End before = ended({}); before != End::ok) co_return before;
        const auto [ec, sent] = co_await socket_.async_write_some(asio::buffer(text), kTuple);
        text.remove_prefix(sent);
        if (const End after = ended(ec); after != End::ok) co_return after;
    }
    co_return End::ok;
}

Task<void> Wire::linger() {
    boost::system::error_code ec;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
    if (ec) co_return;
    deadline(kLinger);
    std::string ignored;
    for (std::size_t left = kLingerBytesMax; left > 0; left -= std::min(left, ignored.size())) {
        ignored.clear();
        if (co_await read(ignored, 16 * 1024) != End::ok) co_return;
    }
}

void Wire::small_send_buffer() {
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::send_buffer_size(kSendBuffer), ignored);
}

}  // namespace nsl::api
