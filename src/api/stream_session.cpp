// SPDX-License-Identifier: Apache-2.0
#include "api/stream_session.h"

#include <boost/system/system_error.hpp>

#include "api/handler.h"

namespace nsl::api {
namespace {

// A stream with nothing to say yet is opened after this long, so that its client knows.
constexpr milliseconds kOpenAfter{1'000};
constexpr milliseconds kJoinSlice{1'000};
constexpr std::size_t kReadSize = 1'024;
constexpr std::size_t kUnaskedMax = 64 * 1024;  // bytes a client may send on an open stream

struct Streaming {
    ServerState& state;
    Wire& wire;
    EventWriter& writer;
    const RawRoute& route;
    AsyncEvent changed{};
    bool over = false;
    Status outcome{};

    void finish() {
        over = true;
        changed.notify_all();
    }
};

Task<void> run_handler(Streaming& streaming, Context context, json::Value params) {
    streaming.outcome = co_await caught<void>([&] {
        return streaming.route.stream(std::move(context), std::move(params), streaming.writer);
    });
    streaming.finish();
}

Task<void> keep_alive(Streaming& streaming) {
    co_await streaming.state.clock.sleep_for(kOpenAfter);
    while (co_await streaming.writer.heartbeat())
        co_await streaming.state.clock.sleep_for(streaming.state.options.heartbeat);
    streaming.finish();
}

Task<void> watch_client(Streaming& streaming) {
    std::string ignored;
    while (ignored.size() < kUnaskedMax &&
           co_await streaming.wire.read(ignored, kReadSize) == Wire::End::ok) {
    }
    streaming.finish();
}

Task<bool> wait_until_over(Streaming& streaming) {
    try {
        while (!streaming.over) co_await streaming.changed.wait();
    } catch (const boost::system::system_error&) {
        co_return false;
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() == asio::cancellation_type::none;
}

}  // namespace

Task<Status> run_stream(ServerState& state, Wire& wire, EventWriter& writer, const RawRoute& route,
                        Context context, json::Value params) {
    Streaming streaming{state, wire, writer, route};
    TaskGroup parts(state.tasks.executor(), state.log);
    parts.spawn("api.stream.handler",
                run_handler(streaming, std::move(context), std::move(params)));
    parts.spawn("api.stream.heartbeat", keep_alive(streaming));
    parts.spawn("api.stream.client", watch_client(streaming));
    const bool ended = co_await wait_until_over(streaming);
    // Joining must not be cancelled: the parts refer to this frame.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (!co_await parts.stop(kJoinSlice)) {
    }
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    if (!ended || state.tasks.stopping())
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return std::move(streaming.outcome);
}

}  // namespace nsl::api
