// SPDX-License-Identifier: Apache-2.0
// The two standard verification scripts, read back.
#pragma once
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/keys.h"

namespace nsl::neo {

constexpr int kMultiSignatureKeysMax = 1024;

// What a standard verification script asks for: m signatures by these keys, in this order.
struct SignatureCheck {
    int m = 1;
    std::vector<PublicKey> keys;
    bool multi_signature = false;
};

// Single- and multi-signature scripts as built in keys.h; counts up to 16 also in the longer form
// that neo-go's emitter writes. Errors: invalid_argument (anything else, including keys out of
// order).
Result<SignatureCheck> parse_verification_script(ByteView script);

}  // namespace nsl::neo
