// SPDX-License-Identifier: Apache-2.0
// secp256r1 keys and ECDSA over SHA-256, as Neo uses them.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "neo/hash.h"

namespace nsl::neo {

using Signature = ByteArray<64>;  // r ‖ s, big-endian

// A point on secp256r1, compressed (33 bytes, 02 or 03 first).
struct PublicKey {
    ByteArray<33> compressed{};

    // Errors: invalid_argument when it is no point on the curve.
    static Result<PublicKey> from_bytes(ByteView compressed);
    static Result<PublicKey> parse(std::string_view hex);
    std::string hex() const;
    bool operator==(const PublicKey&) const = default;
    // Neo's order: by X, then by Y.
    std::strong_ordering operator<=>(const PublicKey& other) const;
};

// A public key made ready to verify with: for keys that are used more than once. Read-only once
// made, so threads may share it.
class Verifier {
 public:
    explicit Verifier(const PublicKey& key);
    ~Verifier();
    Verifier(Verifier&&) noexcept;
    Verifier& operator=(Verifier&&) noexcept;

    // True when `signature` over SHA-256(message) is this key's. High and low s are both accepted,
    // as by the chain.
    bool verify(ByteView message, const Signature& signature) const;

 private:
    struct Prepared;
    std::unique_ptr<const Prepared> prepared_;
};

// The same, once.
bool verify(const PublicKey& key, ByteView message, const Signature& signature);

class PrivateKey {
 public:
    static PrivateKey generate(Random& random);
    // Errors: invalid_argument (not 32 bytes, zero, or not below the order).
    static Result<PrivateKey> from_bytes(ByteView big_endian);
    static Result<PrivateKey> from_wif(std::string_view wif);
    PrivateKey(PrivateKey&&) noexcept = default;
    PrivateKey& operator=(PrivateKey&&) noexcept = default;

    const PublicKey& public_key() const { return public_; }
    // Deterministic (RFC 6979 with SHA-256, no low-s rule) over SHA-256(message).
    Signature sign(ByteView message) const;
    SecretBytes to_wif() const;  // ASCII
    const SecretBytes& secret() const { return scalar_; }

 private:
    PrivateKey(SecretBytes scalar, PublicKey public_key);

    SecretBytes scalar_;  // 32 bytes, big-endian
    PublicKey public_;
};

// 0c21 <key> 41 56e7b327
Bytes single_signature_script(const PublicKey& key);
// m of n; keys are sorted here. Errors: invalid_argument (m outside 1..n, n above 1,024,
// duplicates).
Result<Bytes> multi_signature_script(int m, std::vector<PublicKey> keys);
Hash160 account_of(const PublicKey& key);

// 0c40 <sig> for each, in the order of the keys.
Bytes invocation_script(std::span<const Signature> signatures);

// Cost of deriving a key from a password (RFC 7914). n is a power of two; 128·n·r bytes, at most
// 256 MiB, are used.
struct ScryptParams {
    std::uint64_t n = 16384;
    std::uint32_t r = 8;
    std::uint32_t p = 8;
    bool operator==(const ScryptParams&) const = default;
};

// Errors: invalid_argument when a wallet may not ask for so much work, or for none.
Status check_scrypt_params(const ScryptParams& params);

// NEP-2: Base58Check(0142e0 ‖ address hash ‖ AES-256-ECB), of the password in Unicode normal form C
// as UTF-8. Errors of all: invalid_argument (format, password that is not UTF-8, parameters); of
// decryption also unauthenticated (wrong password; the same, after the same time, for a damaged
// key).
Status check_nep2(std::string_view nep2);  // the form only
Result<std::string> nep2_encrypt(const PrivateKey& key, std::string_view password,
                                 ScryptParams params);
Result<PrivateKey> nep2_decrypt(std::string_view nep2, std::string_view password,
                                ScryptParams params);

}  // namespace nsl::neo
