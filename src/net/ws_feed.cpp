// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "net/guard.h"
#include "net/url.h"
#include "net/websocket.h"

namespace nsl::net {

milliseconds Backoff::wait(unsigned attempt, Random& random) const {
    milliseconds bound = std::min(base, cap);
    for (unsigned i = 0; i < attempt && bound.count() > 0 && bound < cap; ++i)
        bound = bound > cap / 2 ? cap : bound * 2;
    if (bound.count() <= 0) return milliseconds(0);
    return milliseconds(random.below(static_cast<std::uint64_t>(bound.count()) + 1));
}

namespace {

// An exception of a handler is a bug of the feed's user; it costs this connection, not the feed.
template <class Handler>
auto call(Handler handler) -> Result<decltype(handler())> {
    try {
        return handler();
    } catch (const std::exception& error) {
        return fail(Errc::internal, std::string("a handler failed: ") + error.what());
    }
}

}  // namespace

// Shared with run(), which may still be on its way out when the feed has been destroyed.
struct WsFeed::State {
    asio::any_io_executor executor;
    Clock& clock;
    Random& random;
    Logger log;
    WsFeedOptions options;
    WsFeedHandlers handlers;

    // Only while open. Resetting it ends the read in progress.
    std::unique_ptr<WsConnection> connection = nullptr;
    bool delivered = false;
    bool reconnect_wanted = false;
    bool abandoned = false;

    static Task<void> run(std::shared_ptr<State> self);
    static Task<Error> read_loop(State& self);
    static Task<Error> ping_loop(State& self);
    static Task<Error> conversation(State& self);
    static Task<Error> session(State& self);
    Task<Status> write(std::string text);
    Error lost(Error why) const;
};

Error WsFeed::State::lost(Error why) const {
    if (reconnect_wanted) return {Errc::unavailable, "reconnect was requested"};
    return why;
}

// A handler or another loop may have dropped the connection meanwhile.
Task<Status> WsFeed::State::write(std::string text) {
    if (!connection) co_return fail(Errc::unavailable, "the connection was dropped");
    co_return co_await connection->write(std::move(text));
}

Task<Error> WsFeed::State::read_loop(State& self) {
    while (self.connection) {
        auto message = co_await self.connection->read();
        if (!message) co_return message.error();
        if (!self.connection) break;
        self.delivered = true;
        auto reply = call([&] { return self.handlers.on_message(*message); });
        if (!reply) co_return reply.error();
        if (reply->empty()) continue;
        if (auto sent = co_await self.write(*std::move(reply)); !sent) co_return sent.error();
    }
    co_return Error{Errc::unavailable, "the connection was dropped"};
}

Task<Error> WsFeed::State::ping_loop(State& self) {
    for (;;) {
        co_await self.clock.sleep_for(self.options.ping_every);
        if (auto sent = co_await self.write(self.options.ping_text); !sent) co_return sent.error();
    }
}

Task<Error> WsFeed::State::conversation(State& self) {
    if (self.handlers.on_open) {
        auto first = call([&] { return self.handlers.on_open(); });
        if (!first) co_return first.error();
        for (std::string& text : *first)
            if (auto sent = co_await self.write(std::move(text)); !sent) co_return sent.error();
    }
    co_return co_await read_loop(self);
}

// One connection, from open to its end.
Task<Error> WsFeed::State::session(State& self) {
    using namespace asio::experimental::awaitable_operators;
    if (self.options.ping_every.count() <= 0) co_return co_await conversation(self);
    const auto ended = co_await (conversation(self) || ping_loop(self));
    co_return std::visit([](const Error& why) { return why; }, ended);
}

Task<void> WsFeed::State::run(std::shared_ptr<State> self) {
    const Result<Url> url = parse_url(self->options.url, "ws", "wss");
    const std::string peer = url ? url->authority : "an invalid URL";
    for (unsigned attempt = 0; !self->abandoned; ++attempt) {
        self->delivered = false;
        self->reconnect_wanted = false;
        auto opened =
            co_await WsConnection::connect(self->executor, self->options.egress, self->options.url,
                                           self->options.limits, self->options.tls);
        if (self->abandoned) co_return;
        Error why;
        if (opened) {
            self->connection = *std::move(opened);
            why = self->lost(
                *co_await guarded(kNever, [&] { self->connection.reset(); }, session(*self)));
            self->connection.reset();
            if (self->abandoned) co_return;
        } else {
            why = opened.error();
        }
        if (self->delivered) attempt = 0;
        self->log.warn("feed disconnected",
                       {{"peer", peer}, {"why", why.message}, {"attempt", attempt}});
        if (self->handlers.on_close) {
            const auto told = call([&] { return self->handlers.on_close(why), true; });
            if (!told) self->log.error("on_close handler failed", {{"why", told.error().message}});
        }
        if (self->abandoned) co_return;
        co_await self->clock.sleep_for(self->options.backoff.wait(attempt, self->random));
    }
}

WsFeed::WsFeed(asio::any_io_executor executor, Clock& clock, Random& random, Logger log,
               WsFeedOptions options, WsFeedHandlers handlers)
    : state_(std::make_shared<State>(std::move(executor), clock, random, std::move(log),
                                     std::move(options), std::move(handlers))) {
    NSL_ASSERT(state_->handlers.on_message);
}

WsFeed::~WsFeed() {
    state_->abandoned = true;
    state_->connection.reset();
}

// Not a coroutine: what runs later must not refer to this object.
Task<void> WsFeed::run() {
    return [](std::shared_ptr<State> state) -> Task<void> {
        struct Gone {
            State& state;
            ~Gone() { state.connection.reset(); }
        } const gone{*state};
        const auto own = co_await asio::this_coro::cancellation_state;
        try {
            co_await State::run(state);
        } catch (const std::exception&) {
            // Cancellation surfaces as operation_aborted, or as several exceptions from loops that
            // ran side by side.
            if (own.cancelled() == asio::cancellation_type::none) throw;
        }
    }(state_);
}

void WsFeed::reconnect() {
    if (!state_->connection) return;
    state_->reconnect_wanted = true;
    state_->connection.reset();
}

bool WsFeed::connected() const {
    return state_->connection != nullptr;
}

}  // namespace nsl::net
