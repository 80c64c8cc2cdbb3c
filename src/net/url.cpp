// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

namespace nsl::net {
namespace {

namespace urls = boost::urls;

constexpr std::size_t kUrlMax = 8 * 1024;
constexpr std::size_t kHostMax = 253;  // RFC 1035 section 2.3.4, as text

bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

Result<std::uint16_t> port_of(const urls::url_view& url, std::uint16_t fallback) {
    const std::string text(url.port());
    if (text.empty()) return fallback;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0)
        return fail(Errc::invalid_argument, "the URL's port must be 1 to 65535");
    return port;
}

}  // namespace

Result<Url> parse_url(std::string_view text, std::string_view plain, std::string_view secure) {
    if (text.size() > kUrlMax)
        return fail(Errc::invalid_argument, "a URL may have at most 8192 characters");
    const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
    if (!parsed) return fail(Errc::invalid_argument, "not a URL: " + parsed.error().message());

    const urls::url_view& view = *parsed;
    const std::string scheme = lower(std::string(view.scheme()));
    if (scheme != plain && scheme != secure)
        return fail(Errc::invalid_argument, "the URL must start with " + std::string(plain) +
                                                ":// or " + std::string(secure) + "://");
    if (view.has_userinfo())
        return fail(Errc::invalid_argument, "the URL must not contain user information");

    Url url;
    url.tls = scheme == secure;
    url.host = lower(view.host_address());
    url.host_is_address =
        view.host_type() == urls::host_type::ipv4 || view.host_type() == urls::host_type::ipv6;
    const bool is_ipv6 = view.host_type() == urls::host_type::ipv6;
    if (view.host_type() == urls::host_type::ipvfuture)
        return fail(Errc::invalid_argument, "the URL's host must be a name, IPv4 or IPv6");
    if (url.host.empty() || url.host.size() > kHostMax)
        return fail(Errc::invalid_argument, "the URL must name a host of at most 253 characters");
    if (!is_ipv6 && !std::ranges::all_of(url.host, is_name_char))
        return fail(Errc::invalid_argument,
                    "the URL's host may contain letters, digits, '-', '.' and '_' only");

    const std::uint16_t usual = url.tls ? 443 : 80;
    TRY(url.port, port_of(view, usual));
    url.authority = is_ipv6 ? "[" + url.host + "]" : url.host;
    if (url.port != usual) url.authority += ":" + std::to_string(url.port);

    url.target = std::string(view.encoded_path());
    if (url.target.empty()) url.target = "/";
    // Boost.URL 1.81 takes "http://host:8x/" for port 8 and path "x/".
    if (url.target.front() != '/')
        return fail(Errc::invalid_argument, "the URL's port must be 1 to 65535");
    if (view.has_query()) url.target += "?" + std::string(view.encoded_query());
    return url;
}

}  // namespace nsl::net
