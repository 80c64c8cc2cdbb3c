// SPDX-License-Identifier: Apache-2.0
// The HTTP server.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/router.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/spawn.h"

namespace nsl::api {

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: a free one
    std::size_t connections_max = 1'024;
    std::size_t streams_max = 256;  // server-sent event streams
    milliseconds header_timeout{10'000};
    milliseconds request_timeout{30'000};  // handler included
    milliseconds idle_timeout{60'000};
    std::size_t header_max = 16 * 1024;
    std::size_t body_max = 64 * 1024;
    milliseconds write_timeout{15'000};       // for a client that does not read
    milliseconds heartbeat{15'000};           // between comments on a silent stream, by the Clock
    std::string title = "Neo Service Layer";  // of the OpenAPI document
    std::string version = "0.1.0";
};

// Serves `router` plus what every server has: /livez, /readyz, /metrics, /openapi.json.
class Server {
 public:
    // `ready` says why the node is not ready, empty when it is. Errors: conflict (address in use:
    // says which and what to do), invalid_argument (address), forbidden (a port that needs
    // privileges). Everything given must outlive the task group's stop.
    static Result<std::unique_ptr<Server>> listen(TaskGroup& tasks, Clock& clock, Logger log,
                                                  Metrics& metrics, Router router,
                                                  std::function<std::string()> ready,
                                                  ServerOptions options);
    virtual ~Server() = default;
    virtual std::uint16_t port() const = 0;
    // Stops listening; requests under way end within the task group's stop.
    virtual void close() = 0;
};

}  // namespace nsl::api
