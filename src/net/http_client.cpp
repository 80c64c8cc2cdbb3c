// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <algorithm>
#include <deque>

#include "net/dial.h"
#include "net/guard.h"
#include "net/http_exchange.h"
#include "net/redirect.h"
#include "net/url.h"

namespace nsl::net {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kIdleMax = 64;  // kept-alive connections of all hosts together
constexpr nanoseconds kIdleAgeMax = std::chrono::seconds(30);

}  // namespace

struct HttpClient::State {
    // A URL taken apart. The key names the connections that serve it.
    struct Target {
        std::string text;
        Url url;
        std::string key;
    };
    struct Pooled {
        std::string key;
        std::unique_ptr<HttpConnection> connection;
        nanoseconds since{};
    };

    asio::any_io_executor executor;
    EgressPolicy egress;
    HttpLimits limits;
    TlsOptions tls_options;
    TlsContext tls;
    std::deque<Pooled> idle{};  // oldest first
    // Whoever talks to a node sends every request to one URL.
    std::shared_ptr<const Target> last_target{};

    Result<std::shared_ptr<const Target>> target_of(const std::string& text);
    Result<TlsContext> tls_for(const Url& url);
    std::unique_ptr<HttpConnection> take(const std::string& key);
    void give_back(const std::string& key, std::unique_ptr<HttpConnection> connection);

    static Task<Result<HttpResponse>> send(std::shared_ptr<State> self, HttpRequest request);
    static Task<Result<HttpResponse>> fetch(State& self, HttpRequest request, const Target& target,
                                            nanoseconds until);
};

Result<std::shared_ptr<const HttpClient::State::Target>> HttpClient::State::target_of(
    const std::string& text) {
    if (!last_target || last_target->text != text) {
        TRY(Url url, parse_url(text, "http", "https"));
        std::string key = (url.tls ? "s " : "p ") + url.host + " " + std::to_string(url.port);
        last_target = std::make_shared<const Target>(text, std::move(url), std::move(key));
    }
    return last_target;
}

// Loading the roots waits until something needs them.
Result<TlsContext> HttpClient::State::tls_for(const Url& url) {
    if (url.tls && !tls) {
        TRY(tls, make_tls_context(tls_options));
    }
    return tls;
}

std::unique_ptr<HttpConnection> HttpClient::State::take(const std::string& key) {
    const nanoseconds now = monotonic_now();
    while (!idle.empty() && now - idle.front().since > kIdleAgeMax) idle.pop_front();
    for (auto at = idle.end(); at != idle.begin();) {
        --at;
        if (at->key != key) continue;
        auto connection = std::move(at->connection);
        at = idle.erase(at);
        if (connection->is_quiet()) return connection;
    }
    return nullptr;
}

void HttpClient::State::give_back(const std::string& key,
                                  std::unique_ptr<HttpConnection> connection) {
    const auto same = std::ranges::count(idle, key, &Pooled::key);
    if (static_cast<std::size_t>(same) >= limits.idle_per_host) return;
    if (idle.size() >= kIdleMax) idle.pop_front();
    idle.push_back({key, std::move(connection), monotonic_now()});
}

// One request, no redirect. The caller's frame keeps the state and the target.
Task<Result<HttpResponse>> HttpClient::State::fetch(State& self, HttpRequest request,
                                                    const Target& target, nanoseconds until) {
    const Url& url = target.url;
    const bool idempotent = request.idempotent;
    CO_TRY(const HttpMessage message, to_message(std::move(request), url));

    if (auto connection = self.take(target.key)) {
        auto outcome = co_await connection->exchange(message, url, until);
        if (outcome.reusable) self.give_back(target.key, std::move(connection));
        const bool stale = !outcome.response && !outcome.answered;
        if (!stale || !idempotent) co_return std::move(outcome.response);
    }

    CO_TRY(TlsContext tls, self.tls_for(url));
    const nanoseconds connect_until = std::min(until, monotonic_now() + self.limits.connect);
    CO_TRY(Stream stream,
           co_await dial(self.executor, url, std::move(tls), self.egress, connect_until));
    auto connection = std::make_unique<HttpConnection>(std::move(stream), self.limits);
    auto outcome = co_await connection->exchange(message, url, until);
    if (outcome.reusable) self.give_back(target.key, std::move(connection));
    co_return std::move(outcome.response);
}

Task<Result<HttpResponse>> HttpClient::State::send(std::shared_ptr<State> self,
                                                   HttpRequest request) {
    const nanoseconds until = monotonic_now() + self->limits.total;
    const unsigned redirects_max = request.redirects_max;
    for (unsigned followed = 0;; ++followed) {
        CO_TRY(const auto target, self->target_of(request.url));
        if (redirects_max == 0) co_return co_await fetch(*self, std::move(request), *target, until);
        CO_TRY(HttpResponse response, co_await fetch(*self, request, *target, until));
        CO_TRY(auto next, next_hop(request, target->url, response));
        if (!next) co_return response;
        if (followed == redirects_max)
            co_return fail(Errc::limit_exceeded, target->url.authority +
                                                     " redirects once more after " +
                                                     std::to_string(followed) + " redirects");
        request = *std::move(next);
    }
}

HttpClient::HttpClient(asio::any_io_executor executor, EgressPolicy egress, HttpLimits limits,
                       TlsOptions tls)
    : state_(std::make_shared<State>(std::move(executor), std::move(egress), limits, std::move(tls),
                                     nullptr)) {}

HttpClient::~HttpClient() = default;

// Not a coroutine: what runs later must not refer to this object.
Task<Result<HttpResponse>> HttpClient::send(HttpRequest request) {
    return State::send(state_, std::move(request));
}

}  // namespace nsl::net
