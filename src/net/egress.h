// SPDX-License-Identifier: Apache-2.0
// Which addresses a client may connect to: the guard against URLs, names and redirects that lead
// inside.
#pragma once
#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nsl::net {

// What makes the address no host of the public internet ("a loopback address", "a private
// address"…); empty when it is one. The ranges are those of IANA's special-purpose registries
// (RFC 6890 and its updates), multicast, the metadata services of clouds, and all of IPv6 outside
// 2000::/3. An IPv4 address inside an IPv6 one (mapped, NAT64) is judged as itself; 6to4 and Teredo
// are retired and refused whole.
std::string_view special_use(const boost::asio::ip::address& address);

// A value; copies are cheap.
class EgressPolicy {
 public:
    // For what others may steer: user's URLs, names of the public DNS, redirects.
    static EgressPolicy public_only() { return {}; }
    // For endpoints that the operator has configured: a node, an exchange simulator, our own API.
    static EgressPolicy any();

    // This policy and every address of `network`: "10.1.0.0/16", "fd12:3456::/32". Errors:
    // invalid_argument (no such notation, bits set beyond the prefix).
    Result<EgressPolicy> allowing(std::string_view network) const;

    // Whether a client may connect to `address`, an address of `host`. Errors: forbidden; the
    // message names the host and the reason, not the address, which is the asker's to find out.
    Status check(const std::string& host, const boost::asio::ip::address& address) const;

 private:
    struct Network {
        std::array<std::uint8_t, 16> prefix{};
        unsigned bits = 0;
    };
    bool any_ = false;
    std::vector<Network> allowed_;
};

}  // namespace nsl::net
