// SPDX-License-Identifier: Apache-2.0
// Any text is a NEP-2 key or refused; opening it with a wrong password never gives a key.
#include "neo/keys.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto key = nsl::neo::nep2_decrypt(input, "fuzz", {.n = 2, .r = 1, .p = 1});
    if (key)
        NSL_ASSERT(nsl::neo::nep2_encrypt(*key, "fuzz", {.n = 2, .r = 1, .p = 1}).value() == input);
    else if (nsl::neo::check_nep2(input))
        NSL_ASSERT(key.error().code == nsl::Errc::unauthenticated);
    else
        NSL_ASSERT(key.error().code == nsl::Errc::invalid_argument);
    return 0;
}
