// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nsl::api {

struct Response {
    int status = 200;
    std::string type = "application/json";
    std::string body = {};
    std::string cache = "no-store";  // Cache-Control
    std::string allow = {};          // of a 405
};

// The header of a response, up to and with its empty line. No length: the body ends with the
// connection (event streams). `now_ms` is the time of the Date header, Unix milliseconds.
std::string header_text(const Response& response, std::string_view request_id, std::int64_t now_ms,
                        bool close, std::optional<std::size_t> length);

}  // namespace nsl::api
