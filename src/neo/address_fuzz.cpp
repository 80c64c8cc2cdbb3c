// SPDX-License-Identifier: Apache-2.0
// Every account has one address: what from_address() accepts, to_address() gives back.
#include "neo/hash.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto account = nsl::neo::from_address(input))
        NSL_ASSERT(nsl::neo::to_address(*account) == input);
    if (const auto account = nsl::neo::parse_account(input))
        NSL_ASSERT(nsl::neo::Hash160::parse(account->display()).value() == *account);
    return 0;
}
