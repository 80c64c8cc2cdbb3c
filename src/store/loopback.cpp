// SPDX-License-Identifier: Apache-2.0
#include "store/loopback.h"

#include <boost/asio/ip/address.hpp>
#include <string>

namespace nsl::store {

bool stays_here(std::string_view host) {
    if (host == "localhost") return true;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    boost::system::error_code none;
    const auto address = boost::asio::ip::make_address(std::string(host), none);
    return !none && address.is_loopback();
}

}  // namespace nsl::store
