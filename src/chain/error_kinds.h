// SPDX-License-Identifier: Apache-2.0
// What an error of RpcClient says about the node that was asked.
#pragma once
#include "base/result.h"

namespace nsl::chain {

// It was not reached, or cannot answer now; nothing is known of what was asked for.
inline bool is_away(Errc code) {
    return code == Errc::unavailable || code == Errc::timeout;
}

// It answered, but neither what was asked for nor that it does not have it.
inline bool is_nonsense(Errc code) {
    return code == Errc::internal || code == Errc::invalid_argument;
}

}  // namespace nsl::chain
