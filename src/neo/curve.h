// SPDX-License-Identifier: Apache-2.0
// secp256r1 arithmetic, the part of keys.cpp that touches OpenSSL. For use inside neo/ only.
#pragma once
#include <array>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

struct evp_pkey_ctx_st;  // OpenSSL's EVP_PKEY_CTX

namespace nsl::neo {

// True when `compressed` is 33 bytes, starts with 02 or 03, and names a point on the curve.
bool curve_has_point(ByteView compressed);
// Y of a point that curve_has_point() accepts, big-endian. Errors: invalid_argument.
Result<ByteArray<32>> curve_y(ByteView compressed);

// True when `scalar` is 32 bytes, big-endian, in [1, order).
bool curve_has_scalar(ByteView scalar);
// scalar × G, compressed. The scalar must be one that curve_has_scalar() accepts; time does not
// depend on its value.
ByteArray<33> curve_public_point(ByteView scalar);

// ECDSA with the nonce of RFC 6979 section 3.2 (HMAC-SHA256), r ‖ s big-endian, s not normalised.
// OpenSSL before 3.2 has no deterministic nonce, hence our own; the arithmetic on secrets is
// OpenSSL's constant-time one, and every secret intermediate is wiped.
ByteArray<64> curve_sign(ByteView scalar, const ByteArray<32>& digest);

struct FreeCurveVerifier {
    void operator()(evp_pkey_ctx_st* p) const;
};
// A point with what checking signatures by it needs. Null: no signature is by that key.
using CurveVerifier = std::unique_ptr<evp_pkey_ctx_st, FreeCurveVerifier>;
CurveVerifier curve_verifier(ByteView compressed);
// Only reads `key`: threads may share it.
bool curve_verify(const CurveVerifier& key, const ByteArray<32>& digest,
                  const ByteArray<64>& signature);

}  // namespace nsl::neo
