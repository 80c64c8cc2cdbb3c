// SPDX-License-Identifier: Apache-2.0
// Text is refused, or has one normal form, which is its own.
#include "base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto normal = nsl::utf8_nfc(input);
    NSL_ASSERT(normal.has_value() == (nsl::utf8_valid(input) && size <= 64 * 1024));
    if (normal) {
        NSL_ASSERT(nsl::utf8_valid(normal->reveal()));
        NSL_ASSERT(nsl::utf8_nfc(normal->reveal())->reveal() == normal->reveal());
    }
    return 0;
}
