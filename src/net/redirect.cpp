// SPDX-License-Identifier: Apache-2.0
#include "net/redirect.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

namespace nsl::net {
namespace {

namespace urls = boost::urls;

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool becomes_get(const std::string& method, int status) {
    if (method == "GET" || method == "HEAD") return false;
    return status == 303 || ((status == 301 || status == 302) && method == "POST");
}

bool describes_body(const std::string& name) {
    constexpr std::string_view kPrefix = "content-";
    return name.size() >= kPrefix.size() &&
           std::ranges::equal(kPrefix, std::string_view(name).substr(0, kPrefix.size()),
                              [](char want, char c) {
                                  return want == (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
                              });
}

// RFC 3986 section 5.2. Empty when the reference is none.
std::string resolve(const std::string& base_text, const std::string& reference_text) {
    const auto base = urls::parse_uri(base_text);
    const auto reference = urls::parse_uri_reference(reference_text);
    urls::url out;
    if (!base || !reference || !urls::resolve(*base, *reference, out)) return {};
    return std::string(out.buffer());
}

}  // namespace

Result<std::optional<HttpRequest>> next_hop(const HttpRequest& request, const Url& from,
                                            const HttpResponse& response) {
    const auto location = response.headers.find("location");
    if (!is_redirect(response.status) || location == response.headers.end()) return std::nullopt;

    const auto to = parse_url(resolve(request.url, location->second), "http", "https");
    if (!to)
        return fail(Errc::unavailable,
                    from.authority + " redirects to what is no http or https URL");
    if (from.tls && !to->tls)
        return fail(Errc::forbidden, from.authority + " redirects from https to http");

    HttpRequest next = request;
    next.url = resolve(request.url, location->second);
    if (becomes_get(request.method, response.status)) {
        next.method = "GET";
        next.body.clear();
        std::erase_if(next.headers,
                      [](const auto& header) { return describes_body(header.first); });
    } else if (request.method != "GET" && request.method != "HEAD" && !request.idempotent) {
        return std::nullopt;
    }
    const bool same_origin = to->tls == from.tls && to->host == from.host && to->port == from.port;
    if (!same_origin) {
        if (!next.body.empty())
            return fail(Errc::forbidden,
                        from.authority + " redirects a request with a body to " + to->authority);
        next.headers.clear();
    }
    return next;
}

}  // namespace nsl::net
