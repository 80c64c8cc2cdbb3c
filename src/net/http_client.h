// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 client with deadlines, size limits and pooled keep-alive connections.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "net/egress.h"

namespace nsl::net {

struct HttpRequest {
    std::string method = "GET";
    std::string url;  // http://host:port/target or https://…
    // Not Host, Connection, Content-Length, Transfer-Encoding or Upgrade: those are the client's.
    std::map<std::string, std::string> headers{};
    std::string body{};
    bool idempotent = false;  // may be sent again on a fresh connection when a pooled one was stale
    unsigned redirects_max = 0;  // followed; 0: a redirect is the answer. See redirect.h
};

struct HttpResponse {
    int status = 0;
    std::map<std::string, std::string>
        headers;  // names in lower case; repeated ones joined by ", "
    std::string body;
};

struct HttpLimits {
    milliseconds connect{3'000};             // name, TCP and TLS together
    milliseconds idle{10'000};               // no byte sent or received for this long
    milliseconds total{10'000};              // all of send(): connecting, redirects, a second try
    std::size_t body_max = 8 * 1024 * 1024;  // bytes of the response's body
    std::size_t header_max = 32 * 1024;
    std::size_t idle_per_host = 8;  // kept-alive connections
};

struct TlsOptions {
    std::string ca_file{};  // PEM; empty: the system's roots
};

// Use from one thread: the executor's. A send() in progress holds what it needs, so destroying the
// client meanwhile is safe. How many run at once is the caller's to bound.
class HttpClient {
 public:
    // `egress` judges every address before it is connected to, of redirects too. Whoever talks to
    // what the operator has configured says EgressPolicy::any().
    explicit HttpClient(asio::any_io_executor executor,
                        EgressPolicy egress = EgressPolicy::public_only(), HttpLimits limits = {},
                        TlsOptions tls = {});
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;

    // Redirects are followed where the request says so only; content codings are never asked for
    // and never undone. Errors: invalid_argument (URL, method, header, ca_file), forbidden (address
    // or redirect), unavailable (refused, reset, TLS, name not found, not HTTP: the message says
    // which), timeout, limit_exceeded (body or header too large, too many redirects). Cancellation
    // drops the connection and throws boost::system::system_error(operation_aborted).
    Task<Result<HttpResponse>> send(HttpRequest request);

 private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace nsl::net
