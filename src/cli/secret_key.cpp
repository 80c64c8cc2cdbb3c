// SPDX-License-Identifier: Apache-2.0
#include "cli/secret_key.h"

#include "base/encoding.h"

namespace nsl::cli {
namespace {

constexpr std::size_t kHexKeySize = 64;

}  // namespace

Result<neo::PrivateKey> read_private_key(int secret_fd, int password_fd) {
    TRY(const SecretText secret,
        read_secret(secret_fd, "Private key (WIF, NEP-2 or 64 hex digits)"));
    const std::string& text = secret.reveal();
    if (neo::check_nep2(text)) {
        TRY(const SecretText password, read_secret(password_fd, "Password of the NEP-2 key"));
        return neo::nep2_decrypt(text, password.reveal(), {});
    }
    if (text.size() == kHexKeySize) {
        if (Result<Bytes> decoded = hex_decode(text)) {
            const Secret<Bytes> scalar(*std::move(decoded));
            return neo::PrivateKey::from_bytes(scalar.reveal());
        }
    }
    Result<neo::PrivateKey> key = neo::PrivateKey::from_wif(text);
    if (!key)
        return fail(Errc::invalid_argument,
                    "this is no private key: it should be a WIF, a NEP-2 key or 64 hex digits");
    return key;
}

bool is_private_key_text(std::string_view text) {
    return neo::check_nep2(text).has_value() || neo::PrivateKey::from_wif(text).has_value();
}

}  // namespace nsl::cli
