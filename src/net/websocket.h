// SPDX-License-Identifier: Apache-2.0
// One WebSocket connection (RFC 6455), and a feed that keeps one open for ever.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "net/http_client.h"

namespace nsl::net {

struct WsLimits {
    milliseconds connect{5'000};            // TCP, TLS and upgrade together
    milliseconds idle{30'000};              // nothing received, pings and pongs included: broken
    std::size_t message_max = 1024 * 1024;  // bytes; a larger message closes with 1009
};

// Use from one thread: the executor's. Destroying it drops the TCP connection; a read or write
// still in progress then ends with unavailable. Cancelling one drops the connection too and throws
// boost::system::system_error(operation_aborted).
class WsConnection {
 public:
    // url: ws://host:port/target or wss://…. Host name verified for wss.
    // Errors as HttpClient::send; not_found when the server speaks no WebSocket there (it answers
    // with HTTP 2xx, 400, 404, 405 or 501); unavailable when it refuses the upgrade otherwise, or
    // answers it with an extension or subprotocol: none is offered, compression neither.
    static Task<Result<std::unique_ptr<WsConnection>>> connect(asio::any_io_executor executor,
                                                               EgressPolicy egress, std::string url,
                                                               WsLimits limits, TlsOptions tls);
    virtual ~WsConnection() = default;

    // The next whole text or binary message. Errors: unavailable (closed: code and reason in the
    // message), timeout (idle), limit_exceeded (message too large).
    // One read at a time. Pings are answered while a read waits.
    virtual Task<Result<std::string>> read() = 0;
    // Sends a text message. Writers take turns. Errors: unavailable, timeout (the peer took nothing
    // for `idle`; the connection is then dropped), limit_exceeded (64 writers wait already).
    virtual Task<Status> write(std::string text) = 0;
    // The closing handshake, at most `connect` long, then the end of the TCP connection.
    virtual Task<void> close() = 0;
};

// Full jitter: the n-th wait (n from 0) is uniform in [0, min(cap, base·2^n)].
struct Backoff {
    milliseconds base{500};
    milliseconds cap{30'000};
    milliseconds wait(unsigned attempt, Random& random) const;
};

// What a feed tells its user. All calls come on the feed's executor, one at a time.
struct WsFeedHandlers {
    // After every (re)connect: the messages to send first.
    std::function<std::vector<std::string>()> on_open;
    // Each message, as soon as it has been read; the time of receipt is the caller's to take.
    // Returns a reply to send, or empty. An exception drops the connection.
    std::function<std::string(std::string_view message)> on_message;
    // After a connection has ended or could not be made; not when run() is cancelled.
    std::function<void(const Error& why)> on_close;
};

struct WsFeedOptions {
    std::string url;
    EgressPolicy egress = EgressPolicy::public_only();
    WsLimits limits{};
    TlsOptions tls{};
    Backoff backoff{};  // starts again after a connection that delivered a message
    // How often `ping_text` is sent; 0: never (protocol pings are answered in any case).
    milliseconds ping_every{0};
    std::string ping_text{};
};

// Connects, reads, reconnects with backoff; returns only when cancelled, with the socket closed.
// The clock serves backoff and pings; deadlines of the connection are real time. Clock and Random
// must outlive run(); once the feed is destroyed no handler is called.
class WsFeed {
 public:
    WsFeed(asio::any_io_executor executor, Clock& clock, Random& random, Logger log,
           WsFeedOptions options, WsFeedHandlers handlers);
    ~WsFeed();
    WsFeed(const WsFeed&) = delete;

    // Once per feed.
    Task<void> run();
    // Drops the present connection, if any, and connects again after a backoff (a frozen venue).
    // May be called from a handler.
    void reconnect();
    bool connected() const;

 private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace nsl::net
