// SPDX-License-Identifier: Apache-2.0
#include "neo/curve.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <initializer_list>
#include <memory>

#include "neo/order_inverse.h"

namespace nsl::neo {
namespace {

struct Free {
    void operator()(BIGNUM* p) const { BN_clear_free(p); }
    void operator()(BN_CTX* p) const { BN_CTX_free(p); }
    void operator()(BN_MONT_CTX* p) const { BN_MONT_CTX_free(p); }
    void operator()(EC_GROUP* p) const { EC_GROUP_free(p); }
    void operator()(EC_POINT* p) const { EC_POINT_clear_free(p); }
    void operator()(EVP_MD* p) const { EVP_MD_free(p); }
    void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
    void operator()(ECDSA_SIG* p) const { ECDSA_SIG_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// What OpenSSL refuses here is memory it could not get or a call we got wrong: nothing a caller
// could handle, and a signature made after it would be worthless.
template <class T>
Owned<T> owned(T* p) {
    NSL_ASSERT(p != nullptr);
    return Owned<T>(p);
}
void must(int outcome) {
    NSL_ASSERT(outcome == 1);
}

Owned<BIGNUM> number() {
    return owned(BN_new());
}

Owned<BIGNUM> number(ByteView big_endian) {
    return owned(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
}

Owned<BIGNUM> secret_number(ByteView big_endian) {
    Owned<BIGNUM> out = number(big_endian);
    BN_set_flags(out.get(), BN_FLG_CONSTTIME);
    return out;
}

// The curve as a key without a point. Copying it costs a tenth of naming the curve again.
Owned<EVP_PKEY> named_curve() {
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                            const_cast<char*>("prime256v1"), 0),
                           OSSL_PARAM_construct_end()};
    auto context = owned(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    must(EVP_PKEY_fromdata_init(context.get()));
    EVP_PKEY* key = nullptr;
    must(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEY_PARAMETERS, params));
    return Owned<EVP_PKEY>(key);
}

// The curve and what derives from it, made once. Read-only afterwards, so threads share it.
struct Curve {
    Owned<EC_GROUP> group = owned(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const BIGNUM* order = EC_GROUP_get0_order(group.get());
    Owned<BN_MONT_CTX> mont = owned(BN_MONT_CTX_new());
    Owned<EVP_PKEY> named = named_curve();
    Owned<EVP_MD> sha256 = owned(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    ByteArray<32> order_bytes{};

    Curve() {
        auto context = owned(BN_CTX_new());
        must(BN_MONT_CTX_set(mont.get(), order, context.get()));
        NSL_ASSERT(BN_bn2binpad(order, order_bytes.data(), 32) == 32);
    }
};

const Curve& curve() {
    static const Curve made;
    return made;
}

bool may_be_point(ByteView compressed) {
    return compressed.size() == 33 && (compressed[0] == 2 || compressed[0] == 3);
}

Owned<EC_POINT> decompress(ByteView compressed, BN_CTX* context) {
    if (!may_be_point(compressed)) return nullptr;
    auto point = owned(EC_POINT_new(curve().group.get()));
    if (EC_POINT_oct2point(curve().group.get(), point.get(), compressed.data(), compressed.size(),
                           context) != 1)
        return nullptr;
    return point;
}

// The generator of RFC 6979 section 3.2. A signature takes a dozen hashes, so its state is one
// object that is wiped, not a locked page for each value.
class Nonces {
 public:
    Nonces(ByteView scalar, const ByteArray<32>& reduced_digest) : hash_(owned(EVP_MD_CTX_new())) {
        state_.v.fill(0x01);
        hmac({state_.v, kZero, scalar, reduced_digest}, state_.k);
        hmac({state_.v}, state_.v);
        hmac({state_.v, kOne, scalar, reduced_digest}, state_.k);
        hmac({state_.v}, state_.v);
    }
    ~Nonces() { wipe(&state_, sizeof state_); }
    Nonces(const Nonces&) = delete;
    Nonces& operator=(const Nonces&) = delete;

    // The next nonce, which the following call overwrites.
    ByteView next() {
        do {
            if (drawn_) {
                hmac({state_.v, kZero}, state_.k);
                hmac({state_.v}, state_.v);
            }
            hmac({state_.v}, state_.v);
            drawn_ = true;
        } while (!curve_has_scalar(state_.v));
        return state_.v;
    }

    // A scalar to hide that nonce behind, as hard to guess: the generator never asks for the hash
    // of V ‖ 01 under this K. The following call overwrites it.
    ByteView blinding() {
        hmac({state_.v, kOne}, state_.blinding);
        while (!curve_has_scalar(state_.blinding)) hmac({state_.blinding}, state_.blinding);
        return state_.blinding;
    }

 private:
    static constexpr ByteArray<1> kZero{0};
    static constexpr ByteArray<1> kOne{1};

    // HMAC-SHA256 of the parts under K. `out` may be one of the parts, or K.
    void hmac(std::initializer_list<ByteView> parts, ByteArray<32>& out) {
        hash(0x36, parts, state_.inner);
        hash(0x5c, {state_.inner}, out);
    }

    void hash(std::uint8_t pad, std::initializer_list<ByteView> parts, ByteArray<32>& out) {
        state_.block.fill(pad);
        for (std::size_t i = 0; i < state_.k.size(); ++i) state_.block[i] ^= state_.k[i];
        must(EVP_DigestInit_ex2(hash_.get(), curve().sha256.get(), nullptr));
        must(EVP_DigestUpdate(hash_.get(), state_.block.data(), state_.block.size()));
        for (ByteView part : parts) must(EVP_DigestUpdate(hash_.get(), part.data(), part.size()));
        must(EVP_DigestFinal_ex(hash_.get(), out.data(), nullptr));
    }

    struct State {
        ByteArray<32> v{};
        ByteArray<32> k{};
        ByteArray<32> blinding{};
        ByteArray<32> inner{};
        ByteArray<64> block{};
    };
    State state_;
    bool drawn_ = false;
    Owned<EVP_MD_CTX> hash_;  // OpenSSL wipes its state
};

// A product of two numbers of which one is in Montgomery form is the plain product.
void multiply(BIGNUM* out, const BIGNUM* a, const BIGNUM* montgomery, BN_CTX* context) {
    must(BN_mod_mul_montgomery(out, a, montgomery, curve().mont.get(), context));
}
Owned<BIGNUM> montgomery(const BIGNUM* number, BN_CTX* context) {
    auto out = secret_number({});
    must(BN_to_montgomery(out.get(), number, curve().mont.get(), context));
    return out;
}

// (k × b)^-1 for a random b. OpenSSL's constant-time inversion takes as long as all the rest of a
// signature; the product says nothing about k, so that any inversion will do.
Owned<BIGNUM> blinded_inverse(const BIGNUM* k, const BIGNUM* b_montgomery, BN_CTX* context) {
    auto product = secret_number({});
    multiply(product.get(), k, b_montgomery, context);
    ByteArray<32> bytes;
    NSL_ASSERT(BN_bn2binpad(product.get(), bytes.data(), 32) == 32);
    bytes = order_inverse(bytes);
    auto out = secret_number(bytes);
    wipe(bytes.data(), bytes.size());
    return out;
}

// r ‖ s for this nonce, or nothing when r or s is zero (probability about 2^-255).
bool sign_with(const BIGNUM* key, const BIGNUM* digest, Nonces& nonces, ByteArray<64>& out) {
    const Curve& c = curve();
    auto context = owned(BN_CTX_secure_new());
    auto k = secret_number(nonces.next());
    auto point = owned(EC_POINT_new(c.group.get()));
    must(EC_POINT_mul(c.group.get(), point.get(), k.get(), nullptr, nullptr, context.get()));
    auto r = number();
    must(EC_POINT_get_affine_coordinates(c.group.get(), point.get(), r.get(), nullptr,
                                         context.get()));
    must(BN_nnmod(r.get(), r.get(), c.order, context.get()));
    if (BN_is_zero(r.get())) return false;

    // s = (k × b)^-1 × b × (digest + r × key)
    auto b = montgomery(secret_number(nonces.blinding()).get(), context.get());
    auto inverse = blinded_inverse(k.get(), b.get(), context.get());
    auto s = montgomery(key, context.get());
    multiply(s.get(), r.get(), s.get(), context.get());
    must(BN_mod_add_quick(s.get(), s.get(), digest, c.order));
    multiply(s.get(), s.get(), b.get(), context.get());
    multiply(s.get(), s.get(), montgomery(inverse.get(), context.get()).get(), context.get());
    if (BN_is_zero(s.get())) return false;

    NSL_ASSERT(BN_bn2binpad(r.get(), out.data(), 32) == 32);
    NSL_ASSERT(BN_bn2binpad(s.get(), out.data() + 32, 32) == 32);
    return true;
}

}  // namespace

bool curve_has_point(ByteView compressed) {
    auto context = owned(BN_CTX_new());
    return decompress(compressed, context.get()) != nullptr;
}

Result<ByteArray<32>> curve_y(ByteView compressed) {
    auto context = owned(BN_CTX_new());
    auto point = decompress(compressed, context.get());
    if (!point) return fail(Errc::invalid_argument, "not a point on secp256r1");
    auto y = number();
    must(EC_POINT_get_affine_coordinates(curve().group.get(), point.get(), nullptr, y.get(),
                                         context.get()));
    ByteArray<32> out;
    NSL_ASSERT(BN_bn2binpad(y.get(), out.data(), 32) == 32);
    return out;
}

bool curve_has_scalar(ByteView scalar) {
    if (scalar.size() != 32) return false;
    // scalar - order borrows exactly when scalar is below the order. No branch on secret bytes.
    const ByteArray<32>& order = curve().order_bytes;
    unsigned borrow = 0, any = 0;
    for (std::size_t i = 32; i-- > 0;) {
        borrow = ((unsigned{scalar[i]} - order[i] - borrow) >> 8) & 1;
        any |= scalar[i];
    }
    return borrow == 1 && any != 0;
}

ByteArray<33> curve_public_point(ByteView scalar) {
    NSL_ASSERT(curve_has_scalar(scalar));
    auto context = owned(BN_CTX_secure_new());
    auto k = secret_number(scalar);
    auto point = owned(EC_POINT_new(curve().group.get()));
    must(EC_POINT_mul(curve().group.get(), point.get(), k.get(), nullptr, nullptr, context.get()));
    ByteArray<33> out;
    NSL_ASSERT(EC_POINT_point2oct(curve().group.get(), point.get(), POINT_CONVERSION_COMPRESSED,
                                  out.data(), out.size(), context.get()) == out.size());
    return out;
}

ByteArray<64> curve_sign(ByteView scalar, const ByteArray<32>& digest) {
    NSL_ASSERT(curve_has_scalar(scalar));
    auto context = owned(BN_CTX_new());
    auto key = secret_number(scalar);
    // bits2octets: the digest has as many bits as the order, so one reduction is all there is.
    auto reduced = number(digest);
    must(BN_nnmod(reduced.get(), reduced.get(), curve().order, context.get()));
    ByteArray<32> reduced_bytes;
    NSL_ASSERT(BN_bn2binpad(reduced.get(), reduced_bytes.data(), 32) == 32);

    Nonces nonces(scalar, reduced_bytes);
    ByteArray<64> out;
    while (!sign_with(key.get(), reduced.get(), nonces, out)) {
    }
    return out;
}

void FreeCurveVerifier::operator()(evp_pkey_ctx_st* p) const {
    EVP_PKEY_CTX_free(p);
}

CurveVerifier curve_verifier(ByteView compressed) {
    if (!may_be_point(compressed)) return nullptr;
    auto key = owned(EVP_PKEY_dup(curve().named.get()));
    if (EVP_PKEY_set1_encoded_public_key(key.get(), compressed.data(), compressed.size()) != 1)
        return nullptr;
    CurveVerifier out(owned(EVP_PKEY_CTX_new(key.get(), nullptr)).release());
    must(EVP_PKEY_verify_init(out.get()));
    return out;
}

bool curve_verify(const CurveVerifier& key, const ByteArray<32>& digest,
                  const ByteArray<64>& signature) {
    if (!key) return false;
    auto parts = owned(ECDSA_SIG_new());
    must(ECDSA_SIG_set0(parts.get(), number(ByteView(signature).first(32)).release(),
                        number(ByteView(signature).last(32)).release()));
    std::uint8_t der[80];
    std::uint8_t* end = der;
    const int size = i2d_ECDSA_SIG(parts.get(), &end);
    NSL_ASSERT(size > 0 && size <= static_cast<int>(sizeof der));
    // OpenSSL does not promise that threads may verify in one context; copying one is cheap.
    auto context = owned(EVP_PKEY_CTX_dup(key.get()));
    return EVP_PKEY_verify(context.get(), der, static_cast<std::size_t>(size), digest.data(),
                           digest.size()) == 1;
}

}  // namespace nsl::neo
