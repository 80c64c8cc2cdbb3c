// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "api/server_state.h"

namespace nsl::api {

// Serves one connection until it ends.
Task<void> serve(std::shared_ptr<ServerState> state, asio::ip::tcp::socket socket, Slot slot);

// Says that there are too many connections.
Task<void> reject(std::shared_ptr<ServerState> state, asio::ip::tcp::socket socket, Slot slot);

}  // namespace nsl::api
