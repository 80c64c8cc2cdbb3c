// SPDX-License-Identifier: Apache-2.0
#include "chain/block_wakeup.h"

#include <utility>

#include "base/json.h"
#include "net/url.h"

namespace nsl::chain {
namespace {

// neo-go pings every 30 s by default, and a header has less than 2 KiB.
constexpr net::WsLimits kLimits{.idle = milliseconds(90'000), .message_max = 65'536};
constexpr const char* kSubscribe =
    R"({"jsonrpc":"2.0","id":1,"method":"subscribe","params":["header_of_added_block"]})";

// Errors: invalid_argument.
Result<std::string> websocket_of(const std::string& rpc) {
    TRY(const net::Url url, net::parse_url(rpc, "http", "https"));
    return (url.tls ? "wss://" : "ws://") + url.authority + "/ws";
}

}  // namespace

Result<BlockNews> read_block_news(std::string_view message) {
    const auto parsed = json::parse_value(message, {.bytes_max = kLimits.message_max});
    const auto* object = parsed ? parsed->if_object() : nullptr;
    if (!object) return fail(Errc::internal, "the node's event should be a JSON object");
    if (const auto* error = object->if_contains("error"); error && !error->is_null())
        return BlockNews::refused;
    const auto* method = object->if_contains("method");
    const auto* name = method ? method->if_string() : nullptr;
    if (name && (*name == "header_of_added_block" || *name == "event_missed"))
        return BlockNews::look;
    return BlockNews::none;
}

BlockWakeup::BlockWakeup(asio::any_io_executor executor, Clock& clock, Random& random, Logger log,
                         std::string rpc, std::function<void()> wake, net::TlsOptions tls)
    : executor_(std::move(executor)),
      clock_(clock),
      random_(random),
      log_(std::move(log)),
      rpc_(std::move(rpc)),
      wake_(std::move(wake)),
      tls_(std::move(tls)) {}

Task<Error> BlockWakeup::listen() {
    const auto url = websocket_of(rpc_);
    if (!url) co_return url.error();
    // Whom the operator has configured.
    auto connection = co_await net::WsConnection::connect(executor_, net::EgressPolicy::any(), *url,
                                                          kLimits, tls_);
    if (!connection) co_return connection.error();
    const Status asked = co_await (*connection)->write(kSubscribe);
    if (!asked) co_return asked.error();
    wake_();
    for (;;) {
        const auto message = co_await (*connection)->read();
        if (!message) co_return message.error();
        const auto news = read_block_news(*message);
        if (!news) co_return news.error();
        if (*news == BlockNews::refused)
            co_return Error{Errc::not_found, "the node takes no subscription to blocks"};
        heard_ = true;
        if (*news == BlockNews::look) wake_();
    }
}

Task<void> BlockWakeup::run() {
    const net::Backoff backoff;
    for (unsigned attempt = 0;; ++attempt) {
        heard_ = false;
        const Error why = co_await listen();
        if (heard_) attempt = 0;
        const bool none = why.code == Errc::not_found;
        log_.debug(none ? "the node tells of no blocks by itself" : "the node's events ended",
                   {{"why", why.message}});
        co_await clock_.sleep_for(none ? kAskAgain : backoff.wait(attempt, random_));
    }
}

}  // namespace nsl::chain
