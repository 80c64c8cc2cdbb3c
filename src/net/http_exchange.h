// SPDX-License-Identifier: Apache-2.0
// One HTTP request and its response on one connection.
#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <string>

#include "net/http_client.h"
#include "net/stream.h"
#include "net/url.h"
#include "net/watchdog.h"

namespace nsl::net {

struct HttpMessage {
    std::string head;  // through the empty line
    std::string body;
    bool is_head = false;  // its response has no body, whatever it says
};

// `request` for the wire. Errors: invalid_argument (method, a header's name or value, a header that
// is the client's own).
Result<HttpMessage> to_message(HttpRequest request, const Url& url);

// A connection that serves one request after the other.
class HttpConnection {
 public:
    struct Outcome {
        Result<HttpResponse> response;
        bool answered = false;  // a byte of the response had come, or the time had run out
        bool reusable = false;
    };

    HttpConnection(Stream stream, const HttpLimits& limits);

    // `until` in monotonic_now(). The caller keeps the connection, `message` and `url`. Errors as
    // HttpClient::send; cancellation closes the connection and throws operation_aborted.
    Task<Outcome> exchange(const HttpMessage& message, const Url& url,
                           std::chrono::nanoseconds until);

    // False when the server has closed, or spoken out of turn (a TLS close_notify too).
    bool is_quiet();

 private:
    Stream stream_;
    HttpLimits limits_;
    boost::beast::flat_buffer buffer_;
    std::chrono::nanoseconds until_ = kNever;
    Watchdog watchdog_;
};

}  // namespace nsl::net
