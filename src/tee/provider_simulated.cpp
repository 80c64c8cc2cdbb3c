// SPDX-License-Identifier: Apache-2.0
// Sealed form: "NSS1", nonce (12), cipher text, tag (16). The tag also covers the four bytes and
// the label.
#include <openssl/evp.h>

#include <algorithm>
#include <limits>

#include "base/file.h"
#include "tee/provider.h"

namespace nsl::tee {
namespace {

constexpr std::string_view kSealedTag = "NSS1";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kOverheadBytes = 4 + kNonceBytes + kMacBytes;
constexpr std::size_t kSecretBytesMax = 65'536;
constexpr std::size_t kLabelBytesMax = 256;

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// One AES-256-GCM pass in either direction. False only on decryption of what was altered.
class Gcm {
 public:
    Gcm(bool encrypt, ByteView key, ByteView nonce, std::string_view label)
        : context_(EVP_CIPHER_CTX_new()) {
        NSL_ASSERT(context_ != nullptr && nonce.size() == kNonceBytes && key.size() == kKeyBytes);
        NSL_ASSERT(EVP_CipherInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr, key.data(),
                                     nonce.data(), encrypt ? 1 : 0) == 1);
        bind(kSealedTag);
        bind(label);
    }

    void text(ByteView in, std::uint8_t* out) {
        int count = 0;
        if (in.empty()) return;
        NSL_ASSERT(EVP_CipherUpdate(context_.get(), out, &count, in.data(),
                                    static_cast<int>(in.size())) == 1);
        NSL_ASSERT(static_cast<std::size_t>(count) == in.size());
    }

    void write_mac(std::uint8_t* mac) {
        NSL_ASSERT(finish());
        NSL_ASSERT(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_GET_TAG, kMacBytes, mac) == 1);
    }

    bool matches(ByteView mac) {
        ByteArray<kMacBytes> copy{};
        std::copy(mac.begin(), mac.end(), copy.begin());
        NSL_ASSERT(
            EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, kMacBytes, copy.data()) == 1);
        return finish();
    }

 private:
    void bind(std::string_view text) {
        const ByteView view = as_bytes(text);
        int count = 0;
        if (view.empty()) return;
        NSL_ASSERT(EVP_CipherUpdate(context_.get(), nullptr, &count, view.data(),
                                    static_cast<int>(view.size())) == 1);
    }

    bool finish() {
        ByteArray<kMacBytes> none{};
        int count = 0;
        return EVP_CipherFinal_ex(context_.get(), none.data(), &count) == 1;
    }

    std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context_;
};

class SimulatedProvider final : public Provider {
 public:
    SimulatedProvider(SecretBytes key, Random& random) : key_(std::move(key)), random_(random) {}

    std::string name() const override { return "simulated"; }

    Result<Bytes> seal(std::string label, ByteView secret) override {
        TRY_OK(check_label(label));
        if (secret.size() > kSecretBytesMax)
            return fail(Errc::limit_exceeded, "a sealed secret has at most 65,536 bytes");
        Bytes out(kOverheadBytes + secret.size());
        std::copy(kSealedTag.begin(), kSealedTag.end(), out.begin());
        const std::span<std::uint8_t> nonce(out.data() + kSealedTag.size(), kNonceBytes);
        random_.fill(nonce);
        std::uint8_t* text = nonce.data() + kNonceBytes;
        Gcm gcm(true, key_.reveal(), nonce, label);
        gcm.text(secret, text);
        gcm.write_mac(text + secret.size());
        return out;
    }

    Result<SecretBytes> unseal(std::string label, ByteView sealed) override {
        TRY_OK(check_label(label));
        const ByteView tag = as_bytes(kSealedTag);
        if (sealed.size() < kOverheadBytes || sealed.size() > kOverheadBytes + kSecretBytesMax ||
            !std::equal(tag.begin(), tag.end(), sealed.begin()))
            return fail(Errc::invalid_argument, "not a secret sealed by the simulated provider");
        const ByteView nonce = sealed.subspan(tag.size(), kNonceBytes);
        const ByteView text =
            sealed.subspan(tag.size() + kNonceBytes, sealed.size() - kOverheadBytes);
        SecretBytes out(text.size());
        Gcm gcm(false, key_.reveal(), nonce, label);
        gcm.text(text, out.reveal_mutable().data());
        if (!gcm.matches(sealed.last(kMacBytes)))
            return fail(Errc::unauthenticated,
                        "sealed for another purpose, on another platform, or altered");
        return out;
    }

 private:
    static Status check_label(std::string_view label) {
        if (label.empty() || label.size() > kLabelBytesMax)
            return fail(Errc::invalid_argument, "a sealing label has 1 to 256 bytes");
        return {};
    }

    SecretBytes key_;
    Random& random_;
};

Result<SecretBytes> platform_key(const std::string& path, Random& random) {
    auto found = read_private_file(path, kKeyBytes);
    if (!found) return fail(Errc::unavailable, std::move(found).error().message);
    if (!*found) {
        SecretBytes fresh(kKeyBytes);
        random.fill(fresh.reveal_mutable());
        if (Status made = create_private_file(path, fresh.reveal()); !made)
            return fail(Errc::unavailable, std::move(made).error().message);
        return fresh;
    }
    if ((*found)->size() != kKeyBytes)
        return fail(Errc::unavailable, path + ": is damaged: a platform key has 32 bytes");
    return **std::move(found);
}

}  // namespace

Result<std::unique_ptr<Provider>> simulated_provider(std::string platform_key_file,
                                                     Random& random) {
    TRY(SecretBytes key, platform_key(platform_key_file, random));
    return std::make_unique<SimulatedProvider>(std::move(key), random);
}

}  // namespace nsl::tee
