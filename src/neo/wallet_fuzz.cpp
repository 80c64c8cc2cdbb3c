// SPDX-License-Identifier: Apache-2.0
// What parse() accepts must survive a round trip.
#include "neo/wallet.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto wallet = nsl::neo::Wallet::parse(input)) {
        const auto again = nsl::neo::Wallet::parse(wallet->to_json());
        NSL_ASSERT(again.has_value());
        NSL_ASSERT(again->to_json() == wallet->to_json());
    }
    return 0;
}
