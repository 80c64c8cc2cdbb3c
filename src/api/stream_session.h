// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "api/event_writer.h"
#include "api/server_state.h"

namespace nsl::api {

// Runs a streaming handler until it ends or the client has gone; heartbeats meanwhile. Everything
// it started has ended when it returns. The handler's error, if it has one.
Task<Status> run_stream(ServerState& state, Wire& wire, EventWriter& writer, const RawRoute& route,
                        Context context, json::Value params);

}  // namespace nsl::api
