// SPDX-License-Identifier: Apache-2.0
// What parse() accepts must serialize to the same bytes.
#include "neo/transaction.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const nsl::ByteView input(data, size);
    if (const auto tx = nsl::neo::Transaction::parse(input))
        NSL_ASSERT(std::ranges::equal(tx->serialize(), input));
    if (const auto tx = nsl::neo::Transaction::parse_unsigned(input))
        NSL_ASSERT(std::ranges::equal(tx->serialize_unsigned(), input));
    return 0;
}
