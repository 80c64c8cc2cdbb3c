// SPDX-License-Identifier: Apache-2.0
// NEP-2: a private key under a password.
#include <openssl/evp.h>

#include <bit>
#include <memory>

#include "base/encoding.h"
#include "base/utf8.h"
#include "neo/keys.h"

namespace nsl::neo {
namespace {

constexpr std::uint8_t kPrefix[] = {0x01, 0x42, 0xe0};
constexpr std::size_t kPayloadBytes = 39;  // prefix, address hash, encrypted key
constexpr std::size_t kPasswordBytesMax = 1024;
// 16 times the standard's work and memory: a wallet file may not make us do more.
constexpr std::uint64_t kScryptMemoryMax = 256 << 20;
constexpr std::uint64_t kScryptWorkMax = 1 << 24;  // n·r·p

constexpr ByteArray<32> kStandIn{1};

using AddressHash = ByteArray<4>;

AddressHash address_hash(const PublicKey& key) {
    const ByteArray<32> digest = sha256_twice(as_bytes(to_address(account_of(key))));
    return {digest[0], digest[1], digest[2], digest[3]};
}

// Errors: invalid_argument, and no secret in them.
Result<SecretBytes> derive(std::string_view password, const AddressHash& salt,
                           const ScryptParams& params) {
    if (password.size() > kPasswordBytesMax)
        return fail(Errc::invalid_argument, "the password is longer than 1,024 bytes");
    const auto normal = utf8_nfc(password);
    if (!normal)
        return fail(Errc::invalid_argument,
                    "the password is not valid UTF-8, so that no other wallet could open the key");
    TRY_OK(check_scrypt_params(params));
    SecretBytes out(64);
    // OpenSSL counts some working memory beside the table.
    const std::uint64_t memory_max = 2 * kScryptMemoryMax;
    if (EVP_PBE_scrypt(normal->reveal().data(), normal->reveal().size(), salt.data(), salt.size(),
                       params.n, params.r, params.p, memory_max, out.reveal_mutable().data(),
                       out.size()) != 1)
        return fail(Errc::invalid_argument, "scrypt refused its parameters");
    return out;
}

// AES-256-ECB of two blocks, no padding.
SecretBytes aes(ByteView key, ByteView input, bool encrypt) {
    NSL_ASSERT(key.size() == 32 && input.size() == 32);
    struct Free {
        void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
    };
    std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
    NSL_ASSERT(context != nullptr);
    NSL_ASSERT(EVP_CipherInit_ex(context.get(), EVP_aes_256_ecb(), nullptr, key.data(), nullptr,
                                 encrypt ? 1 : 0) == 1);
    NSL_ASSERT(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
    SecretBytes out(input.size());
    int written = 0, rest = 0;
    std::uint8_t* to = out.reveal_mutable().data();
    NSL_ASSERT(EVP_CipherUpdate(context.get(), to, &written, input.data(),
                                static_cast<int>(input.size())) == 1);
    NSL_ASSERT(EVP_CipherFinal_ex(context.get(), to + written, &rest) == 1);
    NSL_ASSERT(written + rest == static_cast<int>(out.size()));
    return out;
}

void xor_into(std::span<std::uint8_t> to, ByteView with) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] ^= with[i];
}

Result<Bytes> payload_of(std::string_view nep2) {
    auto payload = base58check_decode(nep2);
    if (!payload || payload->size() != kPayloadBytes ||
        !std::equal(std::begin(kPrefix), std::end(kPrefix), payload->begin()))
        return fail(Errc::invalid_argument,
                    "not a NEP-2 key: it is Base58Check text of 58 characters that starts with 6P");
    return payload;
}

}  // namespace

Status check_scrypt_params(const ScryptParams& params) {
    if (params.n < 2 || !std::has_single_bit(params.n) || params.r == 0 || params.p == 0)
        return fail(Errc::invalid_argument,
                    "scrypt wants n a power of two above 1, and r and p above 0");
    const unsigned __int128 memory = static_cast<unsigned __int128>(params.n) * params.r * 128;
    const unsigned __int128 work = static_cast<unsigned __int128>(params.n) * params.r * params.p;
    if (memory > kScryptMemoryMax || work > kScryptWorkMax)
        return fail(Errc::invalid_argument,
                    "scrypt parameters above 256 MiB or 16 times the standard's work");
    return {};
}

Status check_nep2(std::string_view nep2) {
    TRY_OK(payload_of(nep2));
    return {};
}

Result<std::string> nep2_encrypt(const PrivateKey& key, std::string_view password,
                                 ScryptParams params) {
    const AddressHash salt = address_hash(key.public_key());
    TRY(const SecretBytes derived, derive(password, salt, params));
    SecretBytes mixed = key.secret().clone();
    xor_into(mixed.reveal_mutable(), derived.reveal().first(32));
    const SecretBytes encrypted = aes(derived.reveal().last(32), mixed.reveal(), true);
    ByteWriter out;
    out.bytes(kPrefix);
    out.bytes(salt);
    out.bytes(encrypted.reveal());
    return base58check_encode(out.view());
}

Result<PrivateKey> nep2_decrypt(std::string_view nep2, std::string_view password,
                                ScryptParams params) {
    TRY(const Bytes payload, payload_of(nep2));
    AddressHash salt;
    std::copy_n(payload.begin() + sizeof kPrefix, salt.size(), salt.begin());
    TRY(const SecretBytes derived, derive(password, salt, params));
    SecretBytes scalar = aes(derived.reveal().last(32), ByteView(payload).last(32), false);
    xor_into(scalar.reveal_mutable(), derived.reveal().first(32));
    auto key = PrivateKey::from_bytes(scalar.reveal());
    // Bytes that are no key cost the same work as another key's, so that time tells nothing.
    const bool is_key = key.has_value();
    if (!is_key) key = PrivateKey::from_bytes(kStandIn);
    const bool same_address = constant_time_equal(address_hash(key->public_key()), salt);
    if (!is_key || !same_address)
        return fail(Errc::unauthenticated, "wrong password, or the encrypted key is damaged");
    return key;
}

}  // namespace nsl::neo
