// SPDX-License-Identifier: Apache-2.0
#include "neo/curve.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>

#include <initializer_list>
#include <memory>

#include "base/secret.h"

namespace nsl::neo {
namespace {

struct Free {
    void operator()(BIGNUM* p) const { BN_clear_free(p); }
    void operator()(BN_CTX* p) const { BN_CTX_free(p); }
    void operator()(BN_MONT_CTX* p) const { BN_MONT_CTX_free(p); }
    void operator()(EC_GROUP* p) const { EC_GROUP_free(p); }
    void operator()(EC_POINT* p) const { EC_POINT_clear_free(p); }
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

// The curve and what derives from it, made once. Read-only afterwards, so threads share it.
struct Curve {
    Owned<EC_GROUP> group = owned(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const BIGNUM* order = EC_GROUP_get0_order(group.get());
    Owned<BN_MONT_CTX> mont = owned(BN_MONT_CTX_new());
    Owned<BIGNUM> order_minus_2 = owned(BN_dup(order));
    ByteArray<32> order_bytes{};

    Curve() {
        auto context = owned(BN_CTX_new());
        must(BN_MONT_CTX_set(mont.get(), order, context.get()));
        must(BN_sub_word(order_minus_2.get(), 2));
        NSL_ASSERT(BN_bn2binpad(order, order_bytes.data(), 32) == 32);
    }
};

const Curve& curve() {
    static const Curve made;
    return made;
}

Owned<EC_POINT> decompress(ByteView compressed, BN_CTX* context) {
    if (compressed.size() != 33 || (compressed[0] != 2 && compressed[0] != 3)) return nullptr;
    auto point = owned(EC_POINT_new(curve().group.get()));
    if (EC_POINT_oct2point(curve().group.get(), point.get(), compressed.data(), compressed.size(),
                           context) != 1)
        return nullptr;
    return point;
}

// HMAC-SHA256 over the parts, in memory that is wiped.
SecretBytes hmac(const SecretBytes& key, std::initializer_list<ByteView> parts) {
    std::size_t size = 0;
    for (ByteView part : parts) size += part.size();
    SecretBytes message(size);
    auto at = message.reveal_mutable().begin();
    for (ByteView part : parts) at = std::copy(part.begin(), part.end(), at);
    SecretBytes out(32);
    unsigned int written = 0;
    NSL_ASSERT(HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.size()),
                    message.reveal().data(), size, out.reveal_mutable().data(),
                    &written) != nullptr);
    NSL_ASSERT(written == 32);
    return out;
}

// The nonces of RFC 6979 section 3.2, one after the other.
class Nonces {
 public:
    Nonces(ByteView scalar, const ByteArray<32>& reduced_digest) {
        std::ranges::fill(v_.reveal_mutable(), 0x01);
        std::ranges::fill(k_.reveal_mutable(), 0x00);
        const std::uint8_t zero = 0, one = 1;
        k_ = hmac(k_, {v_.reveal(), {&zero, 1}, scalar, reduced_digest});
        v_ = hmac(k_, {v_.reveal()});
        k_ = hmac(k_, {v_.reveal(), {&one, 1}, scalar, reduced_digest});
        v_ = hmac(k_, {v_.reveal()});
    }

    SecretBytes next() {
        for (;;) {
            v_ = hmac(k_, {v_.reveal()});
            SecretBytes candidate = v_.clone();
            const std::uint8_t zero = 0;
            k_ = hmac(k_, {v_.reveal(), {&zero, 1}});
            v_ = hmac(k_, {v_.reveal()});
            if (curve_has_scalar(candidate.reveal())) return candidate;
        }
    }

 private:
    SecretBytes v_{32};
    SecretBytes k_{32};
};

// r ‖ s for this nonce, or nothing when r or s is zero (probability about 2^-255).
bool sign_with(const BIGNUM* key, const BIGNUM* digest, ByteView nonce, ByteArray<64>& out) {
    const Curve& c = curve();
    auto context = owned(BN_CTX_secure_new());
    auto k = secret_number(nonce);
    auto point = owned(EC_POINT_new(c.group.get()));
    must(EC_POINT_mul(c.group.get(), point.get(), k.get(), nullptr, nullptr, context.get()));
    auto x = number();
    must(EC_POINT_get_affine_coordinates(c.group.get(), point.get(), x.get(), nullptr,
                                         context.get()));
    auto r = number();
    must(BN_nnmod(r.get(), x.get(), c.order, context.get()));
    if (BN_is_zero(r.get())) return false;

    // Fermat: k^(n-2) = k^-1 mod n. BN_mod_inverse's running time would depend on k.
    auto inverse = secret_number({});
    must(BN_mod_exp_mont_consttime(inverse.get(), k.get(), c.order_minus_2.get(), c.order,
                                   context.get(), c.mont.get()));

    // s = k^-1 (digest + r × key). A Montgomery product of a number in Montgomery form and one
    // that is not is the plain product.
    auto s = secret_number({});
    must(BN_to_montgomery(s.get(), key, c.mont.get(), context.get()));
    must(BN_mod_mul_montgomery(s.get(), s.get(), r.get(), c.mont.get(), context.get()));
    must(BN_mod_add_quick(s.get(), s.get(), digest, c.order));
    must(BN_to_montgomery(s.get(), s.get(), c.mont.get(), context.get()));
    must(BN_mod_mul_montgomery(s.get(), s.get(), inverse.get(), c.mont.get(), context.get()));
    if (BN_is_zero(s.get())) return false;

    NSL_ASSERT(BN_bn2binpad(r.get(), out.data(), 32) == 32);
    NSL_ASSERT(BN_bn2binpad(s.get(), out.data() + 32, 32) == 32);
    return true;
}

Owned<EVP_PKEY> public_key(ByteView compressed) {
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                            const_cast<char*>("prime256v1"), 0),
                           OSSL_PARAM_construct_octet_string(
                               OSSL_PKEY_PARAM_PUB_KEY,
                               const_cast<std::uint8_t*>(compressed.data()), compressed.size()),
                           OSSL_PARAM_construct_end()};
    auto context = owned(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    must(EVP_PKEY_fromdata_init(context.get()));
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) return nullptr;
    return Owned<EVP_PKEY>(key);
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
    while (!sign_with(key.get(), reduced.get(), nonces.next().reveal(), out)) {
    }
    return out;
}

bool curve_verify(ByteView compressed, const ByteArray<32>& digest,
                  const ByteArray<64>& signature) {
    auto key = public_key(compressed);
    if (!key) return false;
    auto parts = owned(ECDSA_SIG_new());
    must(ECDSA_SIG_set0(parts.get(), number(ByteView(signature).first(32)).release(),
                        number(ByteView(signature).last(32)).release()));
    std::uint8_t der[80];
    std::uint8_t* end = der;
    const int size = i2d_ECDSA_SIG(parts.get(), &end);
    NSL_ASSERT(size > 0 && size <= static_cast<int>(sizeof der));
    auto context = owned(EVP_PKEY_CTX_new(key.get(), nullptr));
    must(EVP_PKEY_verify_init(context.get()));
    return EVP_PKEY_verify(context.get(), der, static_cast<std::size_t>(size), digest.data(),
                           digest.size()) == 1;
}

}  // namespace nsl::neo
