// SPDX-License-Identifier: Apache-2.0
#include "net/http_exchange.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>

#include "net/dial.h"

namespace nsl::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using std::chrono::nanoseconds;

using Parser = http::response_parser<http::string_body>;
using Outcome = HttpConnection::Outcome;

constexpr std::size_t kReadAhead = std::size_t{64} * 1024;  // bytes buffered beyond a header
constexpr int kInterimMax = 8;                              // 1xx responses before the real one
constexpr std::array<const char*, 5> kOwnHeaders = {"host", "connection", "content-length",
                                                    "transfer-encoding", "upgrade"};
constexpr std::array<std::string_view, 3> kContentMethods = {"POST", "PUT", "PATCH"};

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

HttpResponse to_response(Parser::value_type message) {
    HttpResponse out;
    out.status = static_cast<int>(message.result_int());
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

// A coding below the chunks would reach the caller undecoded, as if it were the body.
bool has_strange_framing(const Parser::value_type& message) {
    const auto fields = message.equal_range(http::field::transfer_encoding);
    if (fields.first == fields.second) return false;
    return std::next(fields.first) != fields.second ||
           !beast::iequals(fields.first->value(), "chunked");
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

Error late_error(bool idle, const Url& url, const HttpLimits& limits) {
    if (idle)
        return {Errc::timeout, "nothing moved to or from " + url.authority + " for " +
                                   std::to_string(limits.idle.count()) + " ms"};
    return {Errc::timeout, "no complete response from " + url.authority + " within " +
                               std::to_string(limits.total.count()) + " ms"};
}

}  // namespace

Result<HttpMessage> to_message(HttpRequest request, const Url& url) {
    if (!is_token(request.method))
        return fail(Errc::invalid_argument, "the HTTP method must be a token such as GET");
    std::string head =
        request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority + "\r\n";
    bool names_agent = false;
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name) || !is_field_value(value))
            return fail(Errc::invalid_argument,
                        "a header's name must be a token and its value free of control characters");
        if (std::ranges::any_of(kOwnHeaders,
                                [&](const char* own) { return beast::iequals(name, own); }))
            return fail(Errc::invalid_argument, "the header " + name + " is set by the client");
        names_agent = names_agent || beast::iequals(name, "user-agent");
        head.append(name).append(": ").append(value).append("\r\n");
    }
    if (!names_agent) head += "User-Agent: nsl\r\n";
    // RFC 9110 section 8.6: a method that usually has content says so when there is none.
    if (!request.body.empty() ||
        std::ranges::find(kContentMethods, request.method) != kContentMethods.end())
        head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    head += "\r\n";
    return HttpMessage{std::move(head), std::move(request.body), request.method == "HEAD"};
}

HttpConnection::HttpConnection(Stream stream, const HttpLimits& limits)
    : stream_(std::move(stream)),
      limits_(limits),
      buffer_(limits.header_max + kReadAhead),
      watchdog_(
          stream_.get_executor(),
          [this] {
              return until_ == kNever ? kNever : std::min(until_, stream_.active() + limits_.idle);
          },
          [this] { stream_.close(); }) {}

bool HttpConnection::is_quiet() {
    char byte = 0;
    const auto got =
        ::recv(stream_.next_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got != -1 || (errno != EAGAIN && errno != EWOULDBLOCK)) return false;
    if (!stream_.tls()) return true;
    // What came together with the last response has left the socket and waits inside TLS.
    SSL* const ssl = stream_.tls()->native_handle();
    const int read = SSL_peek(ssl, &byte, 1);
    const bool nothing = read <= 0 && SSL_get_error(ssl, read) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return nothing;
}

Task<Outcome> HttpConnection::exchange(const HttpMessage& message, const Url& url,
                                       nanoseconds until) {
    // In the pool nothing is awaited.
    struct Turn {
        nanoseconds& until;
        ~Turn() { until = kNever; }
    } const turn{until_ = until};
    stream_.touch();

    const std::array wire{asio::buffer(message.head), asio::buffer(message.body)};
    const auto sent = co_await watchdog_.run(
        [&](auto handler) { asio::async_write(stream_, wire, std::move(handler)); });
    if (!sent)
        co_return Outcome{std::unexpected(late_error(monotonic_now() < until, url, limits_)), true};
    if (*sent)
        co_return Outcome{std::unexpected(transport_error("cannot send to", url.authority, *sent))};

    for (int interim = 0; interim <= kInterimMax; ++interim) {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(limits_.header_max));
        parser.body_limit(limits_.body_max);
        parser.skip(message.is_head);
        const auto ec = co_await watchdog_.run(
            [&](auto handler) { http::async_read(stream_, buffer_, parser, std::move(handler)); });
        if (!ec)
            co_return Outcome{std::unexpected(late_error(monotonic_now() < until, url, limits_)),
                              true};
        if (*ec)
            co_return Outcome{std::unexpected(read_error(*ec, url, limits_)),
                              interim > 0 || parser.got_some()};
        const int status = static_cast<int>(parser.get().result_int());
        if (status >= 100 && status < 200 && status != 101) continue;
        if (has_strange_framing(parser.get()))
            co_return Outcome{fail(Errc::unavailable, "the response from " + url.authority +
                                                          " has a transfer coding besides chunked"),
                              true};

        const bool reusable = parser.keep_alive() && status != 101 && buffer_.size() == 0;
        co_return Outcome{to_response(parser.release()), true, reusable};
    }
    co_return Outcome{fail(Errc::limit_exceeded, "too many 1xx responses from " + url.authority),
                      true};
}

}  // namespace nsl::net
