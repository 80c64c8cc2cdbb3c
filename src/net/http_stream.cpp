// SPDX-License-Identifier: Apache-2.0
#include "net/http_stream.h"

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "net/dial.h"
#include "net/guard.h"
#include "net/url.h"

namespace nsl::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr std::size_t kChunkBytes = 16 * 1024;

// One response being read. Lives in the frame of http_stream.
struct Reading {
    Stream& stream;
    const Url& url;
    HttpStreamLimits limits;
    beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser{};
    std::array<char, kChunkBytes> chunk{};

    Error error(error_code ec) const {
        if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
            return {Errc::limit_exceeded, "the header from " + url.authority + " is too large"};
        if (ec == http::error::end_of_stream || ec == http::error::partial_message)
            return {Errc::unavailable, url.authority + " closed the stream"};
        return transport_error("no valid response from", url.authority, ec);
    }

    Task<Status> send(const http::request<http::empty_body>& request) {
        auto [ec, size] = co_await http::async_write(stream, request, kTuple);
        if (ec) co_return std::unexpected(transport_error("cannot send to", url.authority, ec));
        parser.header_limit(static_cast<std::uint32_t>(limits.header_max));
        parser.body_limit(boost::none);  // a stream has no end; its pieces are bounded
        auto [read_ec, read] = co_await http::async_read_header(stream, buffer, parser, kTuple);
        if (read_ec) co_return std::unexpected(error(read_ec));
        co_return Status{};
    }

    // The next piece of the body; empty at its end.
    Task<Result<std::string_view>> next() {
        if (parser.is_done()) co_return std::string_view();
        auto& body = parser.get().body();
        body.data = chunk.data();
        body.size = chunk.size();
        auto [ec, size] = co_await http::async_read_some(stream, buffer, parser, kTuple);
        if (ec && ec != http::error::need_buffer) co_return std::unexpected(error(ec));
        co_return std::string_view(chunk.data(), chunk.size() - body.size);
    }
};

http::request<http::empty_body> request_of(const Url& url,
                                           const std::map<std::string, std::string>& headers) {
    http::request<http::empty_body> request(http::verb::get, url.target, 11);
    request.set(http::field::host, url.authority);
    request.set(http::field::user_agent, "nsl");
    for (const auto& [name, value] : headers) request.set(name, value);
    return request;
}

// Runs one step; past `span` the connection is dropped and the answer is a timeout.
template <class T>
Task<Result<T>> within(milliseconds span, Reading& reading, Task<Result<T>> step) {
    Stream& stream = reading.stream;
    auto done =
        co_await guarded(monotonic_now() + span, [&stream] { stream.close(); }, std::move(step));
    if (done) co_return *std::move(done);
    co_return fail(Errc::timeout, reading.url.authority + " sent nothing for " +
                                      std::to_string(span.count()) + " ms");
}

}  // namespace

Task<Result<HttpResponse>> http_stream(asio::any_io_executor executor, EgressPolicy egress,
                                       std::string url_text,
                                       std::map<std::string, std::string> headers,
                                       HttpStreamLimits limits, TlsOptions tls_options,
                                       std::function<bool(std::string_view)> on_chunk) {
    CO_TRY(const Url url, parse_url(url_text, "http", "https"));
    TlsContext tls;
    if (url.tls) {
        CO_TRY(tls, make_tls_context(tls_options));
    }
    CO_TRY(Stream stream, co_await dial(executor, url, std::move(tls), std::move(egress),
                                        monotonic_now() + limits.connect));
    Reading reading{stream, url, limits, beast::flat_buffer(limits.header_max + kChunkBytes)};
    const auto request = request_of(url, headers);
    CO_TRY_OK(co_await within<void>(limits.idle, reading, reading.send(request)));

    HttpResponse out;
    out.status = reading.parser.get().result_int();
    for (;;) {
        CO_TRY(std::string_view piece,
               co_await within<std::string_view>(limits.idle, reading, reading.next()));
        if (piece.empty() && reading.parser.is_done()) co_return out;
        if (out.status == 200) {
            if (!piece.empty() && !on_chunk(piece)) co_return out;
            continue;
        }
        out.body += piece;
        if (out.body.size() > limits.error_body_max)
            co_return fail(Errc::limit_exceeded,
                           "the body from " + url.authority + " is too large");
    }
}

}  // namespace nsl::net
