// SPDX-License-Identifier: Apache-2.0
#include "api/session.h"

#include <expected>

#include "api/event_writer.h"
#include "api/handler.h"
#include "api/request_parser.h"
#include "api/response.h"
#include "api/stream_session.h"
#include "base/deadline.h"

namespace nsl::api {
namespace {

constexpr std::size_t kReadSize = 8 * 1024;
constexpr milliseconds kRejectTimeout{1'000};
constexpr std::string_view kUnmatched = "unmatched";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

using Incoming = std::expected<Request, Refusal>;

// A request that has found its route, or the response that says why not.
struct Call {
    const RawRoute* route = nullptr;
    json::Value params = {};
    std::string instance = {};
    std::optional<Response> refused = {};

    std::string_view label() const { return route ? std::string_view(route->path) : kUnmatched; }
};

template <class Cause>
Response problem_response(int status, const Cause& cause, const std::string& request_id,
                          const std::string& instance) {
    return {.status = status,
            .type = "application/problem+json",
            .body = problem(cause, request_id, instance)};
}

json::Value problem_event(const Response& response) {
    Result<json::Value> document = json::parse_value(response.body);
    NSL_ASSERT(document.has_value());
    return *std::move(document);
}

class Session {
 public:
    Session(std::shared_ptr<ServerState> state, asio::ip::tcp::socket socket)
        : state_(std::move(state)), wire_(std::make_shared<Wire>(std::move(socket))) {}

    Task<void> run();

 private:
    Task<std::optional<Incoming>> next();
    Task<bool> respond(Request request);
    Task<Response> handle(const Call& call, const Context& context);
    Task<void> stream(const Call& call, const Request& request, const Context& context);
    Task<bool> write(Response response, std::string request_id, bool head, bool close);
    Call find(const Request& request, const std::string& request_id) const;
    Response failed(const Error& error, const Call& call, const Context& context) const;
    void note(const Call& call, std::string_view method, int status, const Context& context);

    std::shared_ptr<ServerState> state_;
    std::shared_ptr<Wire> wire_;
    std::string buffer_;
    bool first_ = true;
    std::chrono::steady_clock::time_point header_at_{};  // when the header was complete
};

Task<void> Session::run() {
    for (;;) {
        std::optional<Incoming> incoming = co_await next();
        if (!incoming) co_return;
        if (!*incoming) {
            const Refusal& refusal = incoming->error();
            const std::string id = state_->new_request_id();
            note({}, "other", refusal.status, {id, state_->log.with({{"request_id", id}})});
            co_await write(problem_response(refusal.status, refusal, id, {}), id, false, true);
            co_return;
        }
        if (!co_await respond(**std::move(incoming))) co_return;
        first_ = false;
    }
}

// Reads one request; nullopt when none comes.
Task<std::optional<Incoming>> Session::next() {
    struct Idle {
        std::set<Wire*>& all;
        Wire* wire;
        ~Idle() { all.erase(wire); }
    };
    const ServerOptions& options = state_->options;
    RequestParser parser(options.header_max, options.body_max);
    const Idle idle{state_->idle, wire_.get()};
    bool begun = !buffer_.empty();
    bool in_body = false;
    bool continued = false;
    if (!begun) state_->idle.insert(wire_.get());
    wire_->deadline(begun || first_ ? options.header_timeout : options.idle_timeout);
    for (;;) {
        if (!buffer_.empty()) {
            const auto used = parser.put(buffer_);
            if (parser.header_done() && !std::exchange(in_body, true)) {
                header_at_ = std::chrono::steady_clock::now();
                wire_->deadline(options.request_timeout);
            }
            if (!used) co_return std::unexpected(used.error());
            buffer_.erase(0, *used);
            if (parser.done()) break;
            // A client that asks first is told to send its body.
            if (in_body && parser.expects_continue() && !std::exchange(continued, true) &&
                co_await wire_->write(kContinue) != Wire::End::ok)
                co_return std::nullopt;
        }
        if (state_->closing && !begun) co_return std::nullopt;
        const Wire::End end = co_await wire_->read(buffer_, kReadSize);
        if (end == Wire::End::gone || (end == Wire::End::late && !begun)) co_return std::nullopt;
        if (end == Wire::End::late)
            co_return std::unexpected(Refusal{408, in_body ? "the body did not arrive in time"
                                                           : "the header did not arrive in time"});
        if (!std::exchange(begun, true)) {
            state_->idle.erase(wire_.get());
            wire_->deadline(options.header_timeout);
        }
    }
    wire_->no_deadline();
    co_return parser.request();
}

Call Session::find(const Request& request, const std::string& request_id) const {
    Call out;
    auto refuse = [&](const Error& error) {
        out.refused = problem_response(http_status(error.code), error, request_id, out.instance);
        return std::move(out);
    };
    Result<Target> target = parse_target(request.target);
    if (!target) return refuse(target.error());
    out.instance = target->path;
    RouteTable::Match match = state_->table.find(request.method, target->segments);
    if (match.route == nullptr && match.allow.empty())
        return refuse({Errc::not_found, "no route has this path; /openapi.json lists them all"});
    if (match.route == nullptr) {
        const Refusal refusal{405, "this path takes " + match.allow};
        out.refused = problem_response(refusal.status, refusal, request_id, out.instance);
        out.refused->allow = match.allow;
        return out;
    }
    out.route = match.route;
    Result<json::Value> params = merge_params(std::move(match.params), target->query);
    if (!params) return refuse(params.error());
    out.params = *std::move(params);
    return out;
}

// Answers one request. False when the connection has to end.
Task<bool> Session::respond(Request request) {
    std::string id = request.request_id.empty() ? state_->new_request_id() : request.request_id;
    const Context context{id, state_->log.with({{"request_id", id}})};
    const Call call = find(request, id);
    if (call.route != nullptr && call.route->stream && !call.refused) {
        co_await stream(call, request, context);
        co_return false;
    }
    const std::chrono::nanoseconds began = state_->clock.monotonic();
    const Response response = call.refused ? *call.refused : co_await handle(call, context);
    state_->probe.took(call.label(), state_->clock.monotonic() - began);
    note(call, request.method, response.status, context);
    const bool close = !request.keep_alive || state_->closing || state_->tasks.stopping();
    co_return co_await write(response, id, request.method == "HEAD", close);
}

Task<Response> Session::handle(const Call& call, const Context& context) {
    const auto spent =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - header_at_);
    const milliseconds left = std::max(state_->options.request_timeout - spent, milliseconds(1));
    auto work =
        caught<std::string>([&call, context] { return call.route->handle(context, call.params); });
    const Result<std::string> reply = co_await with_deadline(std::move(work), left, "the request");
    if (!reply) co_return failed(reply.error(), call, context);
    co_return Response{.type = call.route->reply_type, .body = *reply, .cache = call.route->cache};
}

Response Session::failed(const Error& error, const Call& call, const Context& context) const {
    if (error.code == Errc::internal)
        context.log.error("request failed", {{"route", call.label()}, {"cause", error.message}});
    return problem_response(http_status(error.code), error, context.request_id, call.instance);
}

Task<void> Session::stream(const Call& call, const Request& request, const Context& context) {
    const bool head = request.method == "HEAD";
    auto refuse = [&](const Error& error) {
        const Response response = failed(error, call, context);
        note(call, request.method, response.status, context);
        return write(response, context.request_id, head, true);
    };
    if (state_->streams >= state_->options.streams_max) {
        co_await refuse({Errc::unavailable, "too many event streams are open: try again later"});
        co_return;
    }
    const Slot slot = take_slot(state_, &ServerState::streams);
    wire_->small_send_buffer();
    const Response good{.type = call.route->reply_type};
    EventWriter writer(wire_,
                       header_text(good, context.request_id, state_->clock.unix_ms(), true, {}),
                       head, request.last_event_id, state_->options.write_timeout);
    const Status outcome =
        co_await run_stream(*state_, *wire_, writer, *call.route, context, call.params);
    if (!outcome && !writer.begun()) {
        co_await refuse(outcome.error());
        co_return;
    }
    note(call, request.method, good.status, context);
    if (writer.gone()) co_return;
    // The last event says why there are no more.
    if (!outcome)
        co_await writer.send({}, "problem", problem_event(failed(outcome.error(), call, context)));
    else if (!writer.begun())
        co_await writer.heartbeat();
    co_await wire_->linger();
}

// Says in logs and metrics what was answered.
void Session::note(const Call& call, std::string_view method, int status, const Context& context) {
    state_->probe.answered(call.label(), method, status);
    context.log.debug("request", {{"method", method}, {"route", call.label()}, {"status", status}});
}

// False when the connection has to end.
Task<bool> Session::write(Response response, std::string request_id, bool head, bool close) {
    const std::string text =
        header_text(response, request_id, state_->clock.unix_ms(), close, response.body.size()) +
        (head ? std::string() : response.body);
    wire_->deadline(state_->options.write_timeout);
    const Wire::End end = co_await wire_->write(text);
    wire_->no_deadline();
    if (end == Wire::End::ok && close) co_await wire_->linger();
    co_return end == Wire::End::ok && !close;
}

}  // namespace

Task<void> serve(std::shared_ptr<ServerState> state, asio::ip::tcp::socket socket,
                 [[maybe_unused]] Slot slot) {
    Session session(std::move(state), std::move(socket));
    co_await session.run();
}

Task<void> reject(std::shared_ptr<ServerState> state, asio::ip::tcp::socket socket,
                  [[maybe_unused]] Slot slot) {
    auto wire = std::make_shared<Wire>(std::move(socket));
    const std::string id = state->new_request_id();
    const Error full{Errc::unavailable, "too many connections are open: try again later"};
    const Response response = problem_response(http_status(full.code), full, id, {});
    state->probe.answered(kUnmatched, "other", response.status);
    wire->deadline(kRejectTimeout);
    const std::string text =
        header_text(response, id, state->clock.unix_ms(), true, response.body.size()) +
        response.body;
    if (co_await wire->write(text) == Wire::End::ok) co_await wire->linger();
}

}  // namespace nsl::api
