// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <deque>

#include "net/dial.h"
#include "net/guard.h"
#include "net/url.h"

namespace nsl::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using std::chrono::nanoseconds;

using Message = http::request<http::string_body>;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kIdleMax = 64;  // kept-alive connections of all hosts together
constexpr nanoseconds kIdleAgeMax = std::chrono::seconds(30);
constexpr std::size_t kReadAhead = 64 * 1024;  // bytes buffered beyond a header
constexpr int kInterimMax = 8;                 // 1xx responses before the real one
constexpr std::array<std::string_view, 5> kOwnHeaders = {"host", "connection", "content-length",
                                                         "transfer-encoding", "upgrade"};

struct Connection {
    Connection(Stream s, std::size_t buffer_max) : stream(std::move(s)), buffer(buffer_max) {}
    Stream stream;
    beast::flat_buffer buffer;
};

// A server that closed, or spoke out of turn (a TLS close_notify too), left something to read.
bool is_quiet(Connection& connection) {
    char byte = 0;
    const auto got =
        ::recv(connection.stream.next_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110 section 5.6.2
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.contains(c);
    });
}

bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

Result<Message> to_message(HttpRequest request, const Url& url) {
    if (!is_token(request.method))
        return fail(Errc::invalid_argument, "the HTTP method must be a token such as GET");
    Message message;
    message.version(11);
    message.method_string(request.method);
    message.target(url.target);
    message.set(http::field::host, url.authority);
    message.set(http::field::user_agent, "nsl");
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name) || !is_field_value(value))
            return fail(Errc::invalid_argument,
                        "a header's name must be a token and its value free of control characters");
        if (std::ranges::find(kOwnHeaders, lower(name)) != kOwnHeaders.end())
            return fail(Errc::invalid_argument, "the header " + name + " is set by the client");
        message.set(name, value);
    }
    message.body() = std::move(request.body);
    message.prepare_payload();
    return message;
}

HttpResponse to_response(Parser::value_type message) {
    HttpResponse out;
    out.status = message.result_int();
    for (const auto& field : message) {
        const auto name = field.name_string();
        const auto value = field.value();
        auto [at, added] = out.headers.try_emplace(lower({name.data(), name.size()}));
        if (!added) at->second += ", ";
        at->second.append(value.data(), value.size());
    }
    out.body = std::move(message.body());
    return out;
}

Error read_error(error_code ec, const Url& url, const HttpLimits& limits) {
    if (ec == http::error::body_limit)
        return {Errc::limit_exceeded, "the body from " + url.authority + " is larger than " +
                                          std::to_string(limits.body_max) + " bytes"};
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
        return {Errc::limit_exceeded, "the header from " + url.authority + " is larger than " +
                                          std::to_string(limits.header_max) + " bytes"};
    if (ec == http::error::end_of_stream || ec == http::error::partial_message)
        return {Errc::unavailable, url.authority + " closed before the response was complete"};
    return transport_error("no valid response from", url.authority, ec);
}

struct Outcome {
    Result<HttpResponse> response;
    bool answered = false;  // a byte of the response had come, or the time had run out
    bool reusable = false;
};

// One request and its response. The caller's frame holds what the references mean.
Task<Outcome> exchange(Connection& connection, const Message& message, const Url& url,
                       const HttpLimits& limits) {
    Stream& stream = connection.stream;
    const auto [written_ec, written] = co_await http::async_write(stream, message, kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    if (written_ec)
        co_return Outcome{
            std::unexpected(transport_error("cannot send to", url.authority, written_ec))};

    for (int interim = 0; interim <= kInterimMax; ++interim) {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(limits.header_max));
        parser.body_limit(limits.body_max);
        parser.skip(message.method() == http::verb::head);
        const auto [ec, size] =
            co_await http::async_read(stream, connection.buffer, parser, kTuple);
        throw_if_cancelled(co_await asio::this_coro::cancellation_state);
        if (ec)
            co_return Outcome{std::unexpected(read_error(ec, url, limits)),
                              interim > 0 || parser.got_some()};
        const int status = parser.get().result_int();
        if (status >= 100 && status < 200 && status != 101) continue;

        const bool reusable = parser.keep_alive() && status != 101 && connection.buffer.size() == 0;
        co_return Outcome{to_response(parser.release()), true, reusable};
    }
    co_return Outcome{fail(Errc::limit_exceeded, "too many 1xx responses from " + url.authority),
                      true};
}

Task<Outcome> exchange_until(nanoseconds until, Connection& connection, const Message& message,
                             const Url& url, const HttpLimits& limits) {
    auto outcome = co_await guarded(
        until, [&connection] { connection.stream.close(); },
        exchange(connection, message, url, limits));
    if (outcome) co_return *std::move(outcome);
    co_return Outcome{
        fail(Errc::timeout, "no complete response from " + url.authority + " within " +
                                std::to_string(limits.total.count()) + " ms"),
        true};
}

}  // namespace

struct HttpClient::State {
    struct Idle {
        std::string key;
        std::unique_ptr<Connection> connection;
        nanoseconds since;
    };

    asio::any_io_executor executor;
    HttpLimits limits;
    TlsOptions tls_options;
    TlsContext tls;
    std::deque<Idle> idle{};  // oldest first

    // Loading the roots waits until something needs them.
    Result<TlsContext> tls_for(const Url& url) {
        if (url.tls && !tls) {
            TRY(tls, make_tls_context(tls_options));
        }
        return tls;
    }

    std::unique_ptr<Connection> take(const std::string& key) {
        while (!idle.empty() && monotonic_now() - idle.front().since > kIdleAgeMax)
            idle.pop_front();
        for (auto at = idle.end(); at != idle.begin();) {
            --at;
            if (at->key != key) continue;
            auto connection = std::move(at->connection);
            at = idle.erase(at);
            if (is_quiet(*connection)) return connection;
        }
        return nullptr;
    }

    void give_back(const std::string& key, std::unique_ptr<Connection> connection) {
        const auto same = std::ranges::count(idle, key, &Idle::key);
        if (static_cast<std::size_t>(same) >= limits.idle_per_host) return;
        if (idle.size() >= kIdleMax) idle.pop_front();
        idle.push_back({key, std::move(connection), monotonic_now()});
    }

    static Task<Result<HttpResponse>> send(std::shared_ptr<State> self, HttpRequest request);
};

Task<Result<HttpResponse>> HttpClient::State::send(std::shared_ptr<State> self,
                                                   HttpRequest request) {
    const nanoseconds until = monotonic_now() + self->limits.total;
    CO_TRY(const Url url, parse_url(request.url, "http", "https"));
    const bool idempotent = request.idempotent;
    CO_TRY(const Message message, to_message(std::move(request), url));
    CO_TRY(TlsContext tls, self->tls_for(url));
    const std::string key = (url.tls ? "s " : "p ") + url.host + " " + std::to_string(url.port);

    if (auto connection = self->take(key)) {
        Outcome outcome = co_await exchange_until(until, *connection, message, url, self->limits);
        if (outcome.reusable) self->give_back(key, std::move(connection));
        const bool stale = !outcome.response && !outcome.answered;
        if (!stale || !idempotent) co_return std::move(outcome.response);
    }

    const nanoseconds connect_until = std::min(until, monotonic_now() + self->limits.connect);
    CO_TRY(Stream stream, co_await dial(self->executor, url, std::move(tls), connect_until));
    auto connection =
        std::make_unique<Connection>(std::move(stream), self->limits.header_max + kReadAhead);
    Outcome outcome = co_await exchange_until(until, *connection, message, url, self->limits);
    if (outcome.reusable) self->give_back(key, std::move(connection));
    co_return std::move(outcome.response);
}

HttpClient::HttpClient(asio::any_io_executor executor, HttpLimits limits, TlsOptions tls)
    : state_(std::make_shared<State>(std::move(executor), limits, std::move(tls), nullptr)) {}

HttpClient::~HttpClient() = default;

// Not a coroutine: what runs later must not refer to this object.
Task<Result<HttpResponse>> HttpClient::send(HttpRequest request) {
    return State::send(state_, std::move(request));
}

}  // namespace nsl::net
