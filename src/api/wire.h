// SPDX-License-Identifier: Apache-2.0
// A client's socket with deadlines.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/task.h"

namespace nsl::api {

// Reads and writes one system call at a time and looks at the clock in between, so neither a
// deadline nor drop() can be lost between the steps of a longer operation. Sockets live in real
// time, whatever clock the server was given. Cancelling an operation throws
// boost::system::system_error(operation_aborted).
class Wire final : public std::enable_shared_from_this<Wire> {
 public:
    enum class End { ok, late, gone };

    explicit Wire(asio::ip::tcp::socket socket);

    // From now on; for reads and writes alike until the next call.
    void deadline(milliseconds limit);
    void no_deadline();
    // Ends all operations, present and later, as `gone`.
    void drop();

    // Appends what has arrived, at least one byte and at most `max`. gone: the client closed.
    Task<End> read(std::string& into, std::size_t max);
    // All of `text`, which the caller keeps.
    Task<End> write(std::string_view text);
    // Says that nothing more will be sent and waits until the client has closed too, for a moment:
    // closing with unread input would destroy the response on its way (RFC 9112 section 9.6).
    Task<void> linger();
    // Bounds what the kernel keeps for a client that reads slowly.
    void small_send_buffer();

 private:
    using Instant = std::chrono::steady_clock::time_point;
    void watch();
    End ended(boost::system::error_code ec) const;

    asio::ip::tcp::socket socket_;
    asio::steady_timer timer_;
    Instant until_ = Instant::max();
    Instant watched_ = Instant::max();  // when the timer looks next
    bool late_ = false;
    bool dropped_ = false;
};

}  // namespace nsl::api
