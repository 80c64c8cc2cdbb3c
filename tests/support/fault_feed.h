// SPDX-License-Identifier: Apache-2.0
// One WebSocket of a client to its node, with faults between the node's events and the client.
#pragma once
#include <memory>
#include <string>
#include <utility>

#include "base/spawn.h"
#include "fault_connection.h"
#include "net/websocket.h"

namespace nsl::testing_support {

class FaultFeed : public std::enable_shared_from_this<FaultFeed> {
 public:
    FaultFeed(std::shared_ptr<FaultConnection> client, std::unique_ptr<net::WsConnection> node,
              std::shared_ptr<FaultPlan> plan)
        : client_(std::move(client)), node_(std::move(node)), plan_(std::move(plan)) {}

    // Until either side ends it. `tasks` runs the other direction.
    Task<void> run(TaskGroup& tasks, FaultConnection::Request upgrade) {
        const auto self = shared_from_this();
        client_->ws.text(true);
        client_->ws.auto_fragment(false);
        const auto [ec] = co_await client_->ws.async_accept(upgrade, net::kTuple);
        if (ec) co_return;
        tasks.spawn("feed of the node", pass_events(self));
        co_await pass_calls();
        if (silent_) co_await client_->hold();
        end();
    }

 private:
    void end() {
        node_.reset();
        client_->drop();
    }

    Task<void> pass_calls() {
        boost::beast::flat_buffer buffer;
        while (!silent_) {
            const auto [ec, size] = co_await client_->ws.async_read(buffer, net::kTuple);
            if (ec || !node_) co_return;
            std::string text(static_cast<const char*>(buffer.data().data()), size);
            buffer.consume(size);
            const Status sent = co_await node_->write(std::move(text));
            if (!sent) co_return;
        }
    }

    // Keeps itself.
    Task<void> pass_events(std::shared_ptr<FaultFeed> self) {
        while (node_) {
            Result<std::string> text = co_await node_->read();
            if (!text) break;
            const json::Value message = parse_exchange(*text);
            const bool event = message.is_object() && message.get_object().contains("method");
            const auto fault =
                event ? plan_->pick(kFeedFaults, {method_of(message.get_object())}) : std::nullopt;
            if (fault) plan_->did(*fault);
            if (fault == NodeFault::event_dropped) continue;
            if (fault == NodeFault::feed_cut) break;
            if (fault == NodeFault::feed_silent) {
                silent_ = true;
                boost::system::error_code ignored;
                client_->ws.next_layer().cancel(ignored);
                co_return;
            }
            if (fault == NodeFault::event_missed &&
                !co_await tell(R"({"jsonrpc":"2.0","method":"event_missed","params":[]})"))
                break;
            if (!co_await tell(*std::move(text))) break;
        }
        end();
    }

    Task<bool> tell(std::string text) {
        const auto [ec, size] = co_await client_->ws.async_write(asio::buffer(text), net::kTuple);
        co_return !ec;
    }

    std::shared_ptr<FaultConnection> client_;
    std::unique_ptr<net::WsConnection> node_;
    std::shared_ptr<FaultPlan> plan_;
    bool silent_ = false;
};

}  // namespace nsl::testing_support
