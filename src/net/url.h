// SPDX-License-Identifier: Apache-2.0
// The URLs this client speaks, taken apart.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl::net {

struct Url {
    bool tls = false;
    std::string host;  // lower-case name or IP address, IPv6 without brackets
    bool host_is_address = false;
    std::uint16_t port = 0;
    std::string authority;  // as in the Host header: the port only where it is not the scheme's
    std::string target;     // path and query, percent-encoded, starts with '/'
};

// RFC 3986, with the scheme being `plain` (default port 80) or `secure` (443). A fragment is
// dropped. Errors: invalid_argument (syntax, another scheme, no host, a name outside letters,
// digits,
// '-', '.', '_', user information, port 0 or above 65535). Messages never repeat the URL: queries
// carry API keys.
Result<Url> parse_url(std::string_view text, std::string_view plain, std::string_view secure);

}  // namespace nsl::net
