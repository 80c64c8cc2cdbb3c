// SPDX-License-Identifier: Apache-2.0
#include "client/client.h"

#include "client/event_reader.h"
#include "net/http_stream.h"

namespace nsl::client {
namespace {

Errc code_of(int status) {
    switch (status) {
        case 400:
        case 422:
            return Errc::invalid_argument;
        case 401:
            return Errc::unauthenticated;
        case 403:
            return Errc::forbidden;
        case 404:
            return Errc::not_found;
        case 409:
            return Errc::conflict;
        case 402:
            return Errc::insufficient_funds;
        case 413:
        case 429:
        case 431:
            return Errc::limit_exceeded;
        case 503:
            return Errc::unavailable;
        case 408:
        case 504:
            return Errc::timeout;
        default:
            return Errc::internal;
    }
}

// The problem document's own words, or the bare status when there is none.
Error error_of(int status, const std::string& body) {
    Error error{code_of(status), "the API answered " + std::to_string(status)};
    auto document = json::parse_value(body);
    if (!document || !document->is_object()) return error;
    const json::Object& problem = document->get_object();
    if (auto* detail = problem.if_contains("detail"); detail && detail->is_string())
        error.message = std::string(detail->get_string());
    auto* faults = problem.if_contains("errors");
    if (!faults || !faults->is_array()) return error;
    for (const json::Value& fault : faults->get_array()) {
        if (!fault.is_object()) continue;
        auto text = [&](const char* name) -> std::string {
            auto* part = fault.get_object().if_contains(name);
            return part && part->is_string() ? std::string(part->get_string()) : std::string();
        };
        error.faults.push_back({text("pointer"), text("detail")});
    }
    return error;
}

// Ids go into the path: everything but unreserved characters is percent-encoded.
std::string path_part(std::string_view text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (char c : text) {
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
            continue;
        }
        auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
    return out;
}

template <class T>
Result<T> read(const Result<std::string>& body) {
    if (!body) return std::unexpected(body.error());
    auto parsed = json::parse<T>(*body);
    if (!parsed)
        return fail(
            Errc::internal,
            "the API's answer has another shape: " + parsed.error().message +
                (parsed.error().faults.empty() ? ""
                                               : " at " + parsed.error().faults.front().where));
    return parsed;
}

}  // namespace

Task<Result<std::string>> Client::get(std::string target) {
    CO_TRY(net::HttpResponse response,
           co_await http_.send({.url = base_url_ + target, .idempotent = true}));
    if (response.status != 200) co_return std::unexpected(error_of(response.status, response.body));
    co_return std::move(response.body);
}

Task<Result<std::vector<Feed>>> Client::feeds() {
    CO_TRY(Feeds body, read<Feeds>(co_await get("/v1/price-feeds")));
    co_return std::move(body.feeds);
}

Task<Result<Feed>> Client::feed(std::string id) {
    co_return read<Feed>(co_await get("/v1/price-feeds/" + path_part(id)));
}

Task<Result<Rounds>> Client::rounds(std::string id, std::uint64_t before, std::uint32_t limit) {
    co_return read<Rounds>(co_await get("/v1/price-feeds/" + path_part(id) +
                                        "/rounds?before=" + std::to_string(before) +
                                        "&limit=" + std::to_string(limit)));
}

Task<Result<Report>> Client::report(std::string id) {
    co_return read<Report>(co_await get("/v1/price-feeds/" + path_part(id) + "/report"));
}

Task<Result<Chain>> Client::chain() {
    co_return read<Chain>(co_await get("/v1/chain"));
}

Task<Status> Client::watch(std::string id, std::function<bool(Feed)> on_feed) {
    EventReader events;
    Status parsed;
    auto on_chunk = [&](std::string_view chunk) {
        for (const ServerEvent& event : events.feed(chunk)) {
            if (event.event != "feed") continue;
            auto feed = read<Feed>(event.data);
            if (!feed) {
                parsed = std::unexpected(std::move(feed).error());
                return false;
            }
            if (!on_feed(*std::move(feed))) return false;
        }
        return true;
    };
    CO_TRY(net::HttpResponse end,
           co_await net::http_stream(co_await asio::this_coro::executor, net::EgressPolicy::any(),
                                     base_url_ + "/v1/price-feeds/" + path_part(id) + "/stream",
                                     {{"accept", "text/event-stream"}}, {}, {}, on_chunk));
    if (end.status != 200) co_return std::unexpected(error_of(end.status, end.body));
    co_return parsed;
}

}  // namespace nsl::client
