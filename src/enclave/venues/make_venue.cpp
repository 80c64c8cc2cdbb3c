// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "enclave/venues/frame_venue.h"

namespace nsl::enclave {
namespace {

struct Entry {
    std::string_view name;
    std::unique_ptr<Venue> (*make)(const std::vector<std::string>& markets);
};

constexpr std::array kVenues{Entry{"binance", make_binance}, Entry{"okx", make_okx},
                             Entry{"gate", make_gate},       Entry{"coinbase", make_coinbase},
                             Entry{"kraken", make_kraken},   Entry{"bitstamp", make_bitstamp}};

}  // namespace

Result<std::unique_ptr<Venue>> make_venue(std::string_view name,
                                          const std::vector<std::string>& markets) {
    std::string known;
    for (const auto& entry : kVenues) {
        if (entry.name == name) return entry.make(markets);
        known.append(known.empty() ? "" : ", ").append(entry.name);
    }
    return fail(Errc::not_found, "no venue '" + std::string(name) + "'; known are " + known);
}

std::vector<std::string_view> venue_names() {
    std::vector<std::string_view> out;
    for (const auto& entry : kVenues) out.push_back(entry.name);
    return out;
}

}  // namespace nsl::enclave
