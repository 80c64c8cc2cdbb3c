// SPDX-License-Identifier: Apache-2.0
// Inversion modulo the order of secp256r1. For use inside neo/ only.
#pragma once
#include "base/bytes.h"

namespace nsl::neo {

// value⁻¹ mod order, both big-endian; value in [1, order). Its running time depends on the value:
// never give it a secret. curve_sign() multiplies the nonce by a random number first.
ByteArray<32> order_inverse(const ByteArray<32>& value);

}  // namespace nsl::neo
