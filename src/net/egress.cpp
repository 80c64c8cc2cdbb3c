// SPDX-License-Identifier: Apache-2.0
#include "net/egress.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <charconv>

namespace nsl::net {
namespace {

namespace ip = boost::asio::ip;

using Key = std::array<std::uint8_t, 16>;

constexpr unsigned kKeyBits = 128;
constexpr unsigned kV4At = 96;  // an IPv4 address in its mapped form, ::ffff:0:0/96

struct Range {
    Key prefix;
    unsigned bits;
    std::string_view use;
};

constexpr Range v4(std::uint32_t address, unsigned bits, std::string_view use) {
    Key key{};
    key[10] = key[11] = 0xff;
    for (unsigned i = 0; i < 4; ++i)
        key[12 + i] = static_cast<std::uint8_t>(address >> (24 - 8 * i));
    return {key, kV4At + bits, use};
}

// The first 32 bits; none of the ranges below needs more, but for the two host addresses.
constexpr Range v6(std::uint32_t start, unsigned bits, std::string_view use,
                   std::uint8_t last = 0) {
    Key key{};
    for (unsigned i = 0; i < 4; ++i) key[i] = static_cast<std::uint8_t>(start >> (24 - 8 * i));
    key[15] = last;
    return {key, bits, use};
}

// The first that contains an address names its use.
constexpr Range kSpecial[] = {
    v4(0xa9fea9fe, 32, "a cloud's metadata address"),  // 169.254.169.254
    v4(0xa83f8110, 32, "a cloud's platform address"),  // 168.63.129.16, inside Azure
    v4(0x00000000, 32, "the unspecified address"),
    v4(0x00000000, 8, "an address of this network"),
    v4(0x0a000000, 8, "a private address"),
    v4(0x64400000, 10, "a carrier's shared address"),
    v4(0x7f000000, 8, "a loopback address"),
    v4(0xa9fe0000, 16, "a link-local address"),
    v4(0xac100000, 12, "a private address"),
    v4(0xc0000000, 24, "an address of protocol assignments"),
    v4(0xc0000200, 24, "a documentation address"),
    v4(0xc0586300, 24, "a retired 6to4 relay"),
    v4(0xc0a80000, 16, "a private address"),
    v4(0xc6120000, 15, "a benchmarking address"),
    v4(0xc6336400, 24, "a documentation address"),
    v4(0xcb007100, 24, "a documentation address"),
    v4(0xe0000000, 4, "a multicast address"),
    v4(0xffffffff, 32, "the broadcast address"),
    v4(0xf0000000, 4, "a reserved address"),
    v6(0x00000000, 128, "the unspecified address"),
    v6(0x00000000, 128, "a loopback address", 1),
    v6(0x20010000, 32, "a Teredo address"),
    v6(0x20010000, 23, "an address of protocol assignments"),
    v6(0x20010db8, 32, "a documentation address"),
    v6(0x20020000, 16, "a 6to4 address"),
    v6(0x3fff0000, 20, "a documentation address"),
    v6(0xfc000000, 7, "a unique-local address"),
    v6(0xfe800000, 10, "a link-local address"),
    v6(0xfec00000, 10, "a site-local address"),
    v6(0xff000000, 8, "a multicast address"),
};
constexpr Range kGlobalUnicast = v6(0x20000000, 3, "");
constexpr Range kNat64 = v6(0x0064ff9b, 96, "");  // RFC 6052; the last 32 bits are IPv4

bool contains(const Key& prefix, unsigned bits, const Key& key) {
    const unsigned whole = bits / 8, rest = bits % 8;
    if (!std::equal(prefix.begin(), prefix.begin() + whole, key.begin())) return false;
    return rest == 0 || (prefix[whole] ^ key[whole]) >> (8 - rest) == 0;
}

// IPv4 in its mapped form, so that both spellings of one host are one key.
Key key_of(const ip::address& address) {
    const auto six =
        address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
    return six.to_bytes();
}

}  // namespace

std::string_view special_use(const ip::address& address) {
    Key key = key_of(address);
    if (contains(kNat64.prefix, kNat64.bits, key)) {
        std::ranges::fill(key.begin(), key.begin() + 10, std::uint8_t{0});
        key[10] = key[11] = 0xff;
    }
    for (const Range& range : kSpecial)
        if (contains(range.prefix, range.bits, key)) return range.use;
    const bool is_v4 = contains(v4(0, 0, "").prefix, kV4At, key);
    if (!is_v4 && !contains(kGlobalUnicast.prefix, kGlobalUnicast.bits, key))
        return "outside the global unicast addresses";
    return {};
}

EgressPolicy EgressPolicy::any() {
    EgressPolicy policy;
    policy.any_ = true;
    return policy;
}

Result<EgressPolicy> EgressPolicy::allowing(std::string_view network) const {
    const auto bad =
        fail(Errc::invalid_argument,
             "not a network such as 10.1.0.0/16 or fd12::/32: " + std::string(network));
    const std::size_t slash = network.find('/');
    if (slash == std::string_view::npos) return bad;
    boost::system::error_code ec;
    const auto address = ip::make_address(std::string(network.substr(0, slash)), ec);
    if (ec) return bad;

    const std::string_view digits = network.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const unsigned offset = address.is_v4() ? kV4At : 0;
    if (error != std::errc{} || end != digits.data() + digits.size() || bits > kKeyBits - offset)
        return bad;

    Network added{key_of(address), bits + offset};
    for (unsigned bit = added.bits; bit < kKeyBits; ++bit)
        if ((added.prefix[bit / 8] >> (7 - bit % 8) & 1) != 0) return bad;
    EgressPolicy policy = *this;
    policy.allowed_.push_back(added);
    return policy;
}

Status EgressPolicy::check(const std::string& host, const ip::address& address) const {
    if (any_) return {};
    const std::string_view use = special_use(address);
    if (use.empty()) return {};
    const Key key = key_of(address);
    for (const Network& network : allowed_)
        if (contains(network.prefix, network.bits, key)) return {};
    return fail(Errc::forbidden, "may not connect to " + host + ": it is " + std::string(use) +
                                     "; only hosts of the public internet are allowed here");
}

}  // namespace nsl::net
