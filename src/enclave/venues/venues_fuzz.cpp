// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the venue, the rest is one frame, parsed twice by one parser.
#include <cstddef>
#include <cstdint>

#include "enclave/venues/venue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using nsl::enclave::ParsedFrame;
    static const std::vector<std::string> markets{"BTC-USDT", "BTC-USD", "NEO-USDT", "BNB-USDT"};
    static const auto venues = [] {
        std::vector<std::unique_ptr<nsl::enclave::Venue>> out;
        for (const auto name : nsl::enclave::venue_names())
            out.push_back(nsl::enclave::make_venue(name, markets).value());
        return out;
    }();
    if (size == 0) return 0;
    auto& venue = *venues[data[0] % venues.size()];
    const std::string_view frame(reinterpret_cast<const char*>(data) + 1, size - 1);
    const ParsedFrame first = venue.parse(frame);
    const bool with_ticks = first.kind == ParsedFrame::Kind::ticks;
    const bool bad =
        first.kind == ParsedFrame::Kind::malformed || first.kind == ParsedFrame::Kind::refused;
    NSL_ASSERT(with_ticks == !first.ticks.empty());
    NSL_ASSERT(bad == !first.detail.empty());
    for (const auto& tick : first.ticks) {
        NSL_ASSERT(std::find(markets.begin(), markets.end(), tick.market) != markets.end());
        NSL_ASSERT(tick.bid || tick.ask || tick.last);
    }
    const ParsedFrame second = venue.parse(frame);
    NSL_ASSERT(second.kind == first.kind && second.ticks.size() == first.ticks.size());
    return 0;
}
