// SPDX-License-Identifier: Apache-2.0
// The first byte picks what the rest is: a URL, a redirect's Location, a network of the guard. What
// is accepted must be fit to be sent, and mean the same when it is read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/egress.h"
#include "net/redirect.h"
#include "net/url.h"

namespace {

using namespace nsl;
using namespace nsl::net;

bool is_fit(std::string_view text) {
    for (const char c : text)
        if (c <= ' ' || c == 0x7f) return false;
    return !text.empty();
}

void check(const Url& url) {
    NSL_ASSERT(is_fit(url.host) && is_fit(url.authority) && is_fit(url.target));
    NSL_ASSERT(url.port != 0 && url.target.front() == '/');
    const auto again =
        parse_url((url.tls ? "https://" : "http://") + url.authority + url.target, "http", "https");
    NSL_ASSERT(again && again->host == url.host && again->port == url.port);
    NSL_ASSERT(again->tls == url.tls && again->target == url.target);
    NSL_ASSERT(again->host_is_address == url.host_is_address);
    if (url.host_is_address) {
        boost::system::error_code ec;
        const auto address = boost::asio::ip::make_address(url.host, ec);
        NSL_ASSERT(!ec);
        NSL_ASSERT(EgressPolicy::public_only().check(url.host, address).has_value() ==
                   special_use(address).empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 3) {
        case 0:
            if (const auto url = parse_url(text, "http", "https")) check(*url);
            break;
        case 1: {
            const HttpRequest request{.url = "https://api.example:8443/v1/items?page=2",
                                      .headers = {{"Authorization", "Bearer t"}}};
            const auto from = *parse_url(request.url, "http", "https");
            const auto next = next_hop(
                request, from, {.status = 302, .headers = {{"location", text}}, .body = {}});
            if (!next || !*next) break;
            const auto to = parse_url((*next)->url, "http", "https");
            NSL_ASSERT(to && to->tls);
            check(*to);
            NSL_ASSERT((*next)->headers.empty() == (to->authority != from.authority));
            break;
        }
        default:
            if (const auto policy = EgressPolicy::public_only().allowing(text)) {
                const auto address = boost::asio::ip::make_address(text.substr(0, text.find('/')));
                NSL_ASSERT(policy->check("host", address).has_value());
            }
    }
    return 0;
}
