// SPDX-License-Identifier: Apache-2.0
#include "api/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

namespace nsl::api {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kRequestIdMax = 64;
constexpr std::size_t kLastEventIdMax = 256;
constexpr std::size_t kChunkedLeast = 5;  // "0\r\n\r\n", what is at least left of a chunked body

std::string text_of(boost::beast::string_view view) {
    return {view.data(), view.size()};
}

Refusal refusal_of(boost::system::error_code ec, std::size_t header_max, std::size_t body_max) {
    if (ec == http::error::header_limit)
        return {431, "the header must have at most " + std::to_string(header_max) + " bytes"};
    if (ec == http::error::body_limit)
        return {413, "the body must have at most " + std::to_string(body_max) + " bytes"};
    return {400, "the request does not parse as HTTP: " + ec.message()};
}

}  // namespace

bool request_id_valid(std::string_view text) {
    return !text.empty() && text.size() <= kRequestIdMax && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

struct RequestParser::State {
    std::size_t header_max;
    std::size_t body_max;
    http::request_parser<http::string_body> parser{};
    bool header_checked = false;
};

RequestParser::RequestParser(std::size_t header_max, std::size_t body_max)
    : state_(new State{header_max, body_max}) {
    state_->parser.header_limit(static_cast<std::uint32_t>(header_max));
    state_->parser.body_limit(body_max);
    state_->parser.eager(true);
}

RequestParser::~RequestParser() = default;

std::expected<std::size_t, Refusal> RequestParser::put(std::string_view bytes) {
    auto& parser = state_->parser;
    // Beast 1.81 asserts that it has seen this much once it has read a first chunk of size zero.
    if (parser.is_header_done() && parser.chunked() && bytes.size() < kChunkedLeast) return 0;
    boost::system::error_code ec;
    const std::size_t used = parser.put(boost::asio::buffer(bytes), ec);
    if (ec && ec != http::error::need_more)
        return std::unexpected(refusal_of(ec, state_->header_max, state_->body_max));
    if (parser.is_header_done() && !std::exchange(state_->header_checked, true)) {
        const auto& message = parser.get();
        if (message.version() != 10 && message.version() != 11)
            return std::unexpected(Refusal{505, "send HTTP/1.1"});
        // RFC 9112 section 3.2: one Host, so that nobody in between can read another.
        if (message.version() == 11 && message.count(http::field::host) != 1)
            return std::unexpected(Refusal{400, "an HTTP/1.1 request must have one Host header"});
    }
    return used;
}

bool RequestParser::header_done() const {
    return state_->parser.is_header_done();
}

bool RequestParser::done() const {
    return state_->parser.is_done();
}

bool RequestParser::expects_continue() const {
    const auto& message = state_->parser.get();
    return message.version() == 11 &&
           boost::beast::iequals(message[http::field::expect], "100-continue");
}

Request RequestParser::request() const {
    const auto& message = state_->parser.get();
    Request out{.method = text_of(message.method_string()), .target = text_of(message.target())};
    out.keep_alive = message.keep_alive();
    std::string id = text_of(message["X-Request-Id"]);
    if (request_id_valid(id)) out.request_id = std::move(id);
    out.last_event_id = text_of(message["Last-Event-ID"]).substr(0, kLastEventIdMax);
    return out;
}

}  // namespace nsl::api
