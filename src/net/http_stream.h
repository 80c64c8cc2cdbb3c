// SPDX-License-Identifier: Apache-2.0
// A GET whose body is handed over as it comes: server-sent events.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "net/http_client.h"

namespace nsl::net {

struct HttpStreamLimits {
    milliseconds connect{3'000};
    milliseconds idle{45'000};  // no byte for this long: broken. Servers send heartbeats
    std::size_t header_max = 32 * 1024;
    std::size_t error_body_max = 64 * 1024;  // of a response other than 200
};

// Calls on_chunk with each piece of a 200 response's body until it returns false or the body ends;
// the returned response then has no body. Any other response is returned whole. One connection, not
// pooled, no redirect followed. Errors as HttpClient::send; timeout when idle.
Task<Result<HttpResponse>> http_stream(asio::any_io_executor executor, EgressPolicy egress,
                                       std::string url, std::map<std::string, std::string> headers,
                                       HttpStreamLimits limits, TlsOptions tls,
                                       std::function<bool(std::string_view)> on_chunk);

}  // namespace nsl::net
