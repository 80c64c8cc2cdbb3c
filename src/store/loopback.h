// SPDX-License-Identifier: Apache-2.0
// Which servers are reached without leaving this machine.
#pragma once
#include <string_view>

namespace nsl::store {

// Whether no packet for this host leaves the machine: an address of loopback (of IPv6 with or
// without brackets), or localhost. Any other name may resolve to anything.
bool stays_here(std::string_view host);

}  // namespace nsl::store
