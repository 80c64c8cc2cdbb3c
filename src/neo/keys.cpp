// SPDX-License-Identifier: Apache-2.0
#include "neo/keys.h"

#include "base/encoding.h"
#include "neo/curve.h"
#include "neo/verification.h"

namespace nsl::neo {
namespace {

constexpr std::uint8_t kWifVersion = 0x80;
constexpr std::uint8_t kWifCompressed = 0x01;

}  // namespace

Result<PublicKey> PublicKey::from_bytes(ByteView compressed) {
    if (!curve_has_point(compressed))
        return fail(Errc::invalid_argument,
                    "a public key is 33 bytes, 02 or 03 first, that name a point on secp256r1");
    PublicKey out;
    std::ranges::copy(compressed, out.compressed.begin());
    return out;
}

Result<PublicKey> PublicKey::parse(std::string_view hex) {
    TRY(const Bytes bytes, hex_decode(hex));
    return from_bytes(bytes);
}

std::string PublicKey::hex() const {
    return hex_encode(compressed);
}

std::strong_ordering PublicKey::operator<=>(const PublicKey& other) const {
    const auto by_x = std::lexicographical_compare_three_way(
        compressed.begin() + 1, compressed.end(), other.compressed.begin() + 1,
        other.compressed.end());
    if (by_x != 0 || compressed[0] == other.compressed[0]) return by_x;
    // Same X, other Y: a key and its negation. The order is that of Y itself, not of its parity.
    const auto mine = curve_y(compressed), theirs = curve_y(other.compressed);
    if (!mine || !theirs) return compressed[0] <=> other.compressed[0];
    return *mine <=> *theirs;
}

struct Verifier::Prepared {
    CurveVerifier point;
};

Verifier::Verifier(const PublicKey& key)
    : prepared_(std::make_unique<const Prepared>(curve_verifier(key.compressed))) {}
Verifier::~Verifier() = default;
Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;

bool Verifier::verify(ByteView message, const Signature& signature) const {
    return curve_verify(prepared_->point, sha256(message), signature);
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
    return Verifier(key).verify(message, signature);
}

PrivateKey::PrivateKey(SecretBytes scalar, PublicKey public_key)
    : scalar_(std::move(scalar)), public_(public_key) {}

PrivateKey PrivateKey::generate(Random& random) {
    // All but one in 2^32 draws succeed; the loop ends with any generator worth the name.
    SecretBytes scalar(32);
    do {
        random.fill(scalar.reveal_mutable());
    } while (!curve_has_scalar(scalar.reveal()));
    const PublicKey key{curve_public_point(scalar.reveal())};
    return {std::move(scalar), key};
}

Result<PrivateKey> PrivateKey::from_bytes(ByteView big_endian) {
    if (!curve_has_scalar(big_endian))
        return fail(Errc::invalid_argument,
                    "a private key is 32 bytes, not zero and below the order of secp256r1");
    return PrivateKey(SecretBytes::copy_of(big_endian), PublicKey{curve_public_point(big_endian)});
}

Result<PrivateKey> PrivateKey::from_wif(std::string_view wif) {
    const auto refused = [] {
        return fail(Errc::invalid_argument,
                    "not a WIF: it is Base58Check text of 52 characters that starts with K or L");
    };
    auto decoded = base58check_decode(wif);
    if (!decoded) return refused();
    const Secret<Bytes> payload(std::move(*decoded));
    const ByteView view = payload.reveal();
    if (view.size() != 34 || view[0] != kWifVersion || view[33] != kWifCompressed) return refused();
    return from_bytes(view.subspan(1, 32));
}

Signature PrivateKey::sign(ByteView message) const {
    return curve_sign(scalar_.reveal(), sha256(message));
}

SecretBytes PrivateKey::to_wif() const {
    SecretBytes payload(34);
    auto out = payload.reveal_mutable();
    out[0] = kWifVersion;
    std::ranges::copy(scalar_.reveal(), out.begin() + 1);
    out[33] = kWifCompressed;
    const Secret<std::string> text(base58check_encode(payload.reveal()));
    return SecretBytes::copy_of(as_bytes(text.reveal()));
}

Hash160 account_of(const PublicKey& key) {
    return hash160(single_signature_script(key));
}

}  // namespace nsl::neo
