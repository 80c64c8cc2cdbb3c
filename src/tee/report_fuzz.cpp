// SPDX-License-Identifier: Apache-2.0
// Whatever parse_report accepts is exactly what pack_report writes.
#include <algorithm>

#include "tee/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const nsl::ByteView bytes(data, size);
    const auto report = nsl::tee::parse_report(bytes);
    if (!report) return 0;
    const auto again = nsl::tee::pack_report(*report);
    NSL_ASSERT(again && std::ranges::equal(*again, bytes));
    return 0;
}
