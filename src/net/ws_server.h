// SPDX-License-Identifier: Apache-2.0
// A WebSocket server for tools and tests: the exchange simulator listens with it.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "base/spawn.h"
#include "base/task.h"

namespace nsl::net {

// One client of a WsServer. Any method may be called from a handler, and after the peer has gone.
// Queued messages are bounded: a client that does not read is dropped.
class WsPeer {
 public:
    virtual ~WsPeer() = default;
    virtual const std::string& target() const = 0;  // path and query of the upgrade request
    // False when the queue (1,024 messages) is full or the peer has gone; it is then dropped.
    virtual bool send(std::string text) = 0;
    // Sends raw bytes on the underlying stream, past the framing, for fault injection.
    virtual bool send_raw(std::string bytes) = 0;
    virtual void drop() = 0;  // closes the TCP connection without a close frame
};

// Called on the server's executor, one at a time. What they throw is logged; the peer stays. After
// the server has been destroyed none is called.
struct WsServerHandlers {
    std::function<void(std::shared_ptr<WsPeer>)> on_open;
    std::function<void(std::shared_ptr<WsPeer>, std::string_view message)> on_message;
    std::function<void(std::shared_ptr<WsPeer>)> on_close;
    // Plain HTTP requests that are no upgrade: (method, target, body) → (status, JSON body).
    std::function<std::pair<int, std::string>(std::string_view method, std::string_view target,
                                              std::string_view body)>
        on_http;
};

// At most 1,024 peers, 1 MiB a message or request body; a silent peer is dropped after 5 minutes.
// Use from the one thread of the group's executor; the group must outlive the server's coroutines:
// close() the server, then stop() the group.
class WsServer {
 public:
    // Listens on 127.0.0.1. Port 0: a free one. Errors: conflict (port in use; says which).
    static Result<std::unique_ptr<WsServer>> listen(TaskGroup& tasks, Logger log,
                                                    std::uint16_t port, WsServerHandlers handlers);
    virtual ~WsServer() = default;
    virtual std::uint16_t port() const = 0;
    virtual void close() = 0;  // stops listening and drops every peer
};

}  // namespace nsl::net
