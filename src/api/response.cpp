// SPDX-License-Identifier: Apache-2.0
#include "api/response.h"

#include <array>
#include <ctime>

#include "api/problem.h"

namespace nsl::api {
namespace {

constexpr int kRetryAfterS = 1;

// RFC 9110 section 5.6.7, independent of the locale.
std::string http_date(std::int64_t unix_ms) {
    constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = unix_ms / 1'000;
    std::tm time{};
    gmtime_r(&seconds, &time);
    auto two = [](int n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
    return std::string(kDays[static_cast<std::size_t>(time.tm_wday)]) + ", " + two(time.tm_mday) +
           ' ' + kMonths[static_cast<std::size_t>(time.tm_mon)] + ' ' +
           std::to_string(time.tm_year + 1900) + ' ' + two(time.tm_hour) + ':' + two(time.tm_min) +
           ':' + two(time.tm_sec) + " GMT";
}

}  // namespace

std::string header_text(const Response& response, std::string_view request_id, std::int64_t now_ms,
                        bool close, std::optional<std::size_t> length) {
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
    out += reason_phrase(response.status);
    auto field = [&out](std::string_view name, std::string_view value) {
        out += "\r\n";
        out += name;
        out += ": ";
        out += value;
    };
    field("Date", http_date(now_ms));
    field("Content-Type", response.type);
    if (length) field("Content-Length", std::to_string(*length));
    field("Connection", close ? "close" : "keep-alive");
    field("Cache-Control", response.cache);
    field("X-Content-Type-Options", "nosniff");
    field("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    field("X-Request-Id", request_id);
    if (!response.allow.empty()) field("Allow", response.allow);
    if (response.status == 429 || response.status == 503)
        field("Retry-After", std::to_string(kRetryAfterS));
    return out + "\r\n\r\n";
}

}  // namespace nsl::api
