// SPDX-License-Identifier: Apache-2.0
#include "api/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>

#include "api/builtin.h"
#include "api/server_state.h"
#include "api/session.h"
#include "base/encoding.h"

namespace nsl::api {
namespace {

using boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr std::size_t kRejectionsMax = 32;  // at once; beyond, a connection is closed unanswered
constexpr milliseconds kAcceptPause{100};   // after a failure such as too many open files
constexpr std::size_t kRequestIdBytes = 16;

Error listen_error(const std::string& where, error_code ec) {
    if (ec == asio::error::address_in_use)
        return {Errc::conflict,
                where + " is in use by another program: stop it or set another port"};
    if (ec == asio::error::access_denied)
        return {Errc::forbidden, "no permission to listen on " + where + ": set a port above 1023"};
    return {Errc::invalid_argument, "cannot listen on " + where + ": " + ec.message() +
                                        "; the address must be one of this machine"};
}

Status start_listening(Tcp::acceptor& acceptor, const ServerOptions& options) {
    error_code ec;
    const asio::ip::address address = asio::ip::make_address(options.address, ec);
    if (ec)
        return fail(Errc::invalid_argument,
                    "\"" + options.address + "\" is not an IP address such as 127.0.0.1");
    const Tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(Tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (!ec) return {};
    const std::string host = address.is_v6() ? "[" + options.address + "]" : options.address;
    return std::unexpected(listen_error(host + ":" + std::to_string(options.port), ec));
}

Task<void> accept(std::shared_ptr<ServerState> state) {
    bool failing = false;
    while (!state->closing) {
        auto [ec, socket] =
            co_await state->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (state->closing) co_return;
        if (ec) {
            // Cancelled: the next wait throws.
            if (ec != asio::error::operation_aborted && !std::exchange(failing, true))
                state->log.warn("cannot accept connections", {{"cause", ec.message()}});
            asio::steady_timer timer(state->tasks.executor(), kAcceptPause);
            co_await timer.async_wait(asio::use_awaitable);
            continue;
        }
        failing = false;
        if (state->connections < state->options.connections_max)
            state->tasks.spawn(
                "api.connection",
                serve(state, std::move(socket), take_slot(state, &ServerState::connections)));
        else if (state->rejections < kRejectionsMax)
            state->tasks.spawn("api.rejection", reject(state, std::move(socket),
                                                       take_slot(state, &ServerState::rejections)));
    }
}

class TcpServer final : public Server {
 public:
    explicit TcpServer(std::shared_ptr<ServerState> state)
        : state_(std::move(state)), port_(state_->acceptor.local_endpoint().port()) {}
    ~TcpServer() override { stop(); }

    std::uint16_t port() const override { return port_; }
    void close() override { stop(); }

 private:
    void stop() {
        state_->closing = true;
        error_code ignored;
        state_->acceptor.close(ignored);
        for (Wire* wire : state_->idle) wire->drop();
    }

    std::shared_ptr<ServerState> state_;
    const std::uint16_t port_;
};

}  // namespace

std::string ServerState::new_request_id() {
    std::array<std::uint8_t, kRequestIdBytes> bytes{};
    random.fill(bytes);
    return hex_encode(bytes);
}

Slot take_slot(std::shared_ptr<ServerState> state, std::size_t ServerState::* count) {
    ++(*state.*count);
    state->probe.streams_open(state->streams);
    return Slot(nullptr, [state, count](void*) {
        --(*state.*count);
        state->probe.streams_open(state->streams);
    });
}

Result<std::unique_ptr<Server>> Server::listen(TaskGroup& tasks, Clock& clock, Logger log,
                                               Metrics& metrics, Router router,
                                               std::function<std::string()> ready,
                                               ServerOptions options) {
    add_builtin_routes(router, metrics, std::move(ready), options.title, options.version);
    auto state = std::make_shared<ServerState>(tasks, clock, std::move(log), metrics,
                                               std::move(router), std::move(options));
    TRY_OK(start_listening(state->acceptor, state->options));
    tasks.spawn("api.accept", accept(state));
    return std::make_unique<TcpServer>(std::move(state));
}

}  // namespace nsl::api
