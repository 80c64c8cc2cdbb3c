// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "store/jobs.h"

namespace nsl::store {

milliseconds backoff_of(const Backoff& backoff, int attempt, Random& random) {
    const std::int64_t cap = std::max<std::int64_t>(backoff.cap.count(), 0);
    std::int64_t most = std::clamp<std::int64_t>(backoff.first.count(), 0, cap);
    // Nothing doubled stays nothing.
    for (int i = 1; i < attempt && most > 0 && most < cap; ++i)
        most = most > cap / 2 ? cap : most * 2;
    return milliseconds(random.below(static_cast<std::uint64_t>(most) + 1));
}

}  // namespace nsl::store
