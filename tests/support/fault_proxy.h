// SPDX-License-Identifier: Apache-2.0
// Stands between a program and one real node, HTTP and WebSocket on one port of loopback, and does
// to what passes what its plan says. Without a plan it changes nothing: a node that cannot be
// reached is a connection that ends.
//
//   FaultProxy proxy(tasks, network.rpc_url(0), seed);
//   proxy.plan().next(NodeFault::dropped_after, "sendrawtransaction");
//   chain::RpcClient rpc(http, proxy.url(), log);
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/spawn.h"
#include "fault_connection.h"
#include "fault_feed.h"
#include "fault_plan.h"
#include "net/http_client.h"

namespace nsl::testing_support {

// Used from the thread of the group's executor. Destroying it drops everybody; the group is to be
// stopped after that, and the executor to outlive both.
class FaultProxy {
 public:
    FaultProxy(TaskGroup& tasks, std::string node_url, std::uint64_t seed = 1)
        : state_(std::make_shared<State>(tasks, std::move(node_url), seed)) {
        state_->open(0);
        port_ = state_->acceptor.local_endpoint().port();
    }
    ~FaultProxy() { state_->close(); }
    FaultProxy(const FaultProxy&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::string websocket_url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/ws"; }

    FaultPlan& plan() { return *state_->plan; }
    void set_delay(milliseconds delay) { state_->delay = delay; }
    void set_stale_by(std::uint32_t blocks) { state_->stale_by = blocks; }
    // Requests, and upgrades to a WebSocket.
    std::uint64_t exchanges() const { return state_->exchanges; }
    std::size_t connections() const { return state_->connections.size(); }

    // Drops all connections; new ones are taken.
    void hang_up() { state_->hang_up(); }
    // Drops all, and refuses new ones. The port stays this proxy's.
    void close_port() {
        if (!state_->acceptor.is_open()) return;
        state_->close();
        state_->hold_port(port_);
        state_->plan->did(NodeFault::port_closed);
    }
    void open_port() {
        if (!state_->acceptor.is_open()) state_->open(port_);
    }

 private:
    using Connection = std::shared_ptr<FaultConnection>;
    using Request = FaultConnection::Request;
    using tcp = asio::ip::tcp;

    struct State : std::enable_shared_from_this<State> {
        State(TaskGroup& group, std::string url, std::uint64_t seed)
            : tasks(group), node(std::move(url)), plan(std::make_shared<FaultPlan>(seed)) {}

        void open(std::uint16_t port) {
            held_port.close();
            acceptor.open(tcp::v4());
            acceptor.set_option(tcp::acceptor::reuse_address(true));
            acceptor.bind({asio::ip::address_v4::loopback(), port});
            acceptor.listen();
            tasks.spawn("fault proxy", accept(shared_from_this()));
        }
        void close() {
            acceptor.close();
            hang_up();
        }
        void hang_up() {
            for (const Connection& one : std::set(connections)) one->drop();
        }
        // Bound and not listening: whoever connects is refused, and nobody else gets the port.
        void hold_port(std::uint16_t port) {
            held_port.open(tcp::v4());
            held_port.set_option(tcp::acceptor::reuse_address(true));
            held_port.bind({asio::ip::address_v4::loopback(), port});
        }

        // The coroutines keep the state that they use.
        static Task<void> accept(std::shared_ptr<State> self) {
            for (;;) {
                auto [refused, socket] = co_await self->acceptor.async_accept(net::kTuple);
                if (refused == asio::error::connection_aborted) continue;
                if (refused) co_return;
                boost::system::error_code ignored;
                socket.set_option(tcp::no_delay(true), ignored);
                self->tasks.spawn("fault proxy client",
                                  host(self, std::make_shared<FaultConnection>(std::move(socket))));
            }
        }
        static Task<void> host(std::shared_ptr<State> self, Connection client) {
            self->connections.insert(client);
            const auto drop = [client] { client->drop(); };
            co_await net::drop_at(net::kNever, drop, self->serve(client));
            client->drop();
            self->connections.erase(client);
        }

        Task<void> serve(Connection client) {
            if (const auto fault = plan->pick(kConnectionFaults)) {
                plan->did(*fault);
                co_await client->hold();
                co_return;
            }
            for (;;) {
                auto request = co_await client->read();
                if (!request) co_return;
                ++exchanges;
                if (boost::beast::websocket::is_upgrade(*request)) {
                    co_await feed(client, *std::move(request));
                    co_return;
                }
                if (!co_await exchange(client, *std::move(request))) co_return;
            }
        }

        Task<void> feed(Connection client, Request upgrade) {
            const std::string target(upgrade.target());
            auto up = co_await net::WsConnection::connect(
                tasks.executor(), net::EgressPolicy::any(), "ws" + node.substr(4) + target,
                {.idle = milliseconds(90'000), .message_max = kExchangeBytesMax}, {});
            if (!up) co_return;
            const auto both = std::make_shared<FaultFeed>(client, *std::move(up), plan);
            co_await both->run(tasks, std::move(upgrade));
        }

        // False when the connection is to end.
        Task<bool> exchange(Connection client, Request request) {
            const auto calls = calls_of(request.body());
            const auto methods = methods_of(calls);
            const auto fault = plan->pick(kExchangeFaults, methods);
            if (fault) plan->did(*fault);
            if (fault == NodeFault::dropped_before) co_return false;
            if (fault == NodeFault::http_503) co_return co_await client->answer(request, 503, "{}");
            if (fault == NodeFault::node_error)
                co_return co_await client->answer(
                    request, 200, refusal_of_all(calls, -32603, request.body().starts_with('[')));
            if (fault == NodeFault::swallowed) {
                co_await client->ignore();
                co_return false;
            }
            if (fault == NodeFault::delayed) co_await client->dropping.wait_for(delay);
            if (fault == NodeFault::duplicated) co_await ask(request);
            auto answer = co_await ask(request);
            if (!answer || fault == NodeFault::dropped_after) co_return false;
            if (fault == NodeFault::unanswered) co_await client->ignore();
            if (fault == NodeFault::truncated) co_await client->answer_half(answer->body);
            if (fault == NodeFault::unanswered || fault == NodeFault::truncated) co_return false;
            if (fault == NodeFault::garbage) answer->body = "<html>\x01\xff not JSON";
            if (const auto lie = plan->pick(kContentFaults, methods);
                lie && bend(*lie, calls, answer->body, stale_by))
                plan->did(*lie);
            co_return co_await client->answer(request, answer->status, std::move(answer->body));
        }

        Task<Result<net::HttpResponse>> ask(Request request) {
            return http.send({.method = std::string(request.method_string()),
                              .url = node + std::string(request.target()),
                              .headers = {{"Content-Type", "application/json"}},
                              .body = request.body()});
        }

        TaskGroup& tasks;
        std::string node;
        std::shared_ptr<FaultPlan> plan;
        net::HttpClient http{tasks.executor(),
                             net::EgressPolicy::any(),
                             {.idle = milliseconds(30'000),
                              .total = milliseconds(60'000),
                              .body_max = kExchangeBytesMax}};
        tcp::acceptor acceptor{tasks.executor()};
        tcp::acceptor held_port{tasks.executor()};
        std::set<Connection> connections{};
        milliseconds delay{300};
        std::uint32_t stale_by = 3;
        std::uint64_t exchanges = 0;
    };

    std::shared_ptr<State> state_;
    std::uint16_t port_ = 0;
};

}  // namespace nsl::testing_support
