// SPDX-License-Identifier: Apache-2.0
// What the server's coroutines share. Used on one single-threaded executor.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <set>
#include <string>

#include "api/probe.h"
#include "api/server.h"
#include "api/target.h"
#include "api/wire.h"
#include "base/random.h"

namespace nsl::api {

struct ServerState {
    ServerState(TaskGroup& t, Clock& c, Logger l, Metrics& metrics, Router r, ServerOptions o)
        : tasks(t),
          clock(c),
          log(std::move(l)),
          options(std::move(o)),
          router(std::move(r)),
          table(router.routes()),
          probe(metrics),
          acceptor(tasks.executor()) {}
    ServerState(const ServerState&) = delete;

    std::string new_request_id();

    TaskGroup& tasks;
    Clock& clock;
    const Logger log;
    const ServerOptions options;
    const Router router;
    const RouteTable table;
    Probe probe;
    OsRandom random;
    asio::ip::tcp::acceptor acceptor;
    bool closing = false;
    std::size_t connections = 0;
    std::size_t rejections = 0;  // connections being told that there are too many
    std::size_t streams = 0;
    std::set<Wire*> idle;  // between two requests
};

// One of what `count` counts, until the last copy is gone.
using Slot = std::shared_ptr<void>;
Slot take_slot(std::shared_ptr<ServerState> state, std::size_t ServerState::* count);

}  // namespace nsl::api
