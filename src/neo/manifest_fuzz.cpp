// SPDX-License-Identifier: Apache-2.0
// A manifest that is accepted means the same after it was written; a refused one says why.
#include "neo/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto manifest = nsl::neo::Manifest::parse(text);
    if (!manifest) {
        NSL_ASSERT(!manifest.error().message.empty() && manifest.error().faults.size() <= 64);
        return 0;
    }
    const auto copy = nsl::neo::Manifest::from_json(manifest->to_json());
    NSL_ASSERT(copy && *copy == *manifest);
    (void)manifest->groups_signed(nsl::neo::Hash160{});
    return 0;
}
