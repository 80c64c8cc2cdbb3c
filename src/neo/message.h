// SPDX-License-Identifier: Apache-2.0
// Messages that wallets sign off chain. Formats: reference of docs/neo-protocol.md.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "neo/hash.h"
#include "neo/keys.h"

namespace nsl::neo {

constexpr std::size_t kMessageBytesMax = 64 * 1024;

enum class MessageFormat {
    salted_legacy,      // NeoLine signMessage, WalletConnect version 1, neo-cli
    unsalted_legacy,    // NeoLine signMessageWithoutSalt, WalletConnect version 3
    raw,                // WalletConnect version 2, NEP-21
    neoline_v2_salted,  // NeoLine signMessageV2 (hardware wallets)
    neoline_v2_unsalted,
    replay_protected  // neo-node 3.10 signmsg with its flag
};
std::span<const MessageFormat> message_formats();
std::string_view message_format_name(MessageFormat format);  // "salted-legacy", "neoline-v2-salted"
Result<MessageFormat> parse_message_format(std::string_view name);
bool message_is_salted(MessageFormat format);

struct SignedMessage {
    MessageFormat format = MessageFormat::raw;
    std::string message;        // UTF-8
    std::string salt{};         // 32 lower-case hex characters, where the format is salted
    std::uint32_t network = 0;  // magic, where the format is replay_protected
};

// 16 random bytes as the 32 characters that are signed.
std::string new_salt(Random& random);

// The bytes whose SHA-256 is signed. Errors: invalid_argument (message not UTF-8; salt missing,
// not 32 lower-case hex characters, or given where the format has none), limit_exceeded.
Result<Bytes> message_bytes(const SignedMessage& message);

// Errors: as message_bytes; also invalid_argument for a raw message of 36 bytes, which another may
// have chosen such that it is what signers of a transaction sign.
Result<Signature> sign_message(const PrivateKey& key, const SignedMessage& message);
// Errors: unauthenticated (it does not verify), else as message_bytes.
Status verify_message(const PublicKey& key, const SignedMessage& message,
                      const Signature& signature);

// A login (NEP-20): what a service asks a wallet to sign.
struct LoginChallenge {
    std::uint64_t nonce = 0;      // single use; below 2^53 when we issue it: wallets are JavaScript
    std::uint32_t timestamp = 0;  // seconds since 1970
    std::uint32_t network = 0;
    Hash160 account{};
    std::string action = "Authentication";  // at most 255 bytes; empty in the older forms
    std::string domain{};                   // at most 255 bytes
    bool operator==(const LoginChallenge&) const = default;
};
enum class LoginForm {
    nep20,         // nonce ‖ timestamp ‖ network ‖ raw account ‖ action ‖ domain
    nep20_2021,    // network ‖ nonce ‖ timestamp ‖ raw account; binds neither action nor domain
    neoline_2026,  // the same with the account in display order
};
// Errors: limit_exceeded, invalid_argument (not UTF-8; action or domain in a form without them).
Result<Bytes> login_bytes(const LoginChallenge& challenge, LoginForm form);
// Errors: invalid_argument (cut short, trailing bytes, not UTF-8), limit_exceeded.
Result<LoginChallenge> parse_login(ByteView bytes, LoginForm form);
// A fresh challenge for `domain`, nonce below 2^53.
LoginChallenge new_login(Random& random, std::uint32_t now_s, std::uint32_t network,
                         const Hash160& account, std::string domain);
// What the wallet answered fits what was asked: signed by the account's key. The caller still has
// to see that the nonce is one it issued and that it is used once, and that the time has not
// passed. Errors: unauthenticated (signature; a key of another account), else as login_bytes.
Status verify_login(const LoginChallenge& challenge, LoginForm form, const PublicKey& key,
                    const Signature& signature);

}  // namespace nsl::neo
