// SPDX-License-Identifier: Apache-2.0
#include "neo/message.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.h"
#include "base/utf8.h"
#include "neo/varint.h"

namespace nsl::neo {
namespace {

using enum MessageFormat;

constexpr std::size_t kSaltChars = 32;
constexpr std::size_t kSignDataBytes = 36;  // of a transaction: magic ‖ hash

constexpr MessageFormat kFormats[] = {salted_legacy,     unsalted_legacy,     raw,
                                      neoline_v2_salted, neoline_v2_unsalted, replay_protected};

// 010001f0 ‖ text ‖ 0000: no transaction of N3, all of which begin with 00.
Bytes legacy(std::string_view text) {
    static constexpr std::uint8_t kPrefix[] = {0x01, 0x00, 0x01, 0xf0};
    ByteWriter out;
    out.bytes(kPrefix);
    write_varbytes(out, as_bytes(text));
    out.u16(0);
    return out.take();
}

// What a hardware wallet signs as a transaction of network 0: no fees, one signer that is nobody,
// no attributes, the text as its script.
Bytes neoline_v2(std::string_view text) {
    static constexpr ByteArray<25> kHeader{};
    static constexpr ByteArray<20> kNobody{};
    ByteWriter tx;
    tx.bytes(kHeader);
    tx.u8(1);
    tx.bytes(kNobody);
    tx.u16(0);  // scope None, no attributes
    write_varbytes(tx, as_bytes(text));
    ByteWriter out;
    out.u32(0);
    out.bytes(sha256(tx.view()));
    return out.take();
}

Bytes against_replay(std::uint32_t network, std::string_view text) {
    ByteWriter out;
    out.u32(network);
    out.bytes(sha256_twice(legacy(text)));
    return out.take();
}

bool is_salt(std::string_view salt) {
    return salt.size() == kSaltChars && std::ranges::all_of(salt, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

Status check(const SignedMessage& message) {
    if (message.message.size() > kMessageBytesMax)
        return fail(Errc::limit_exceeded, "a message has at most 64 KiB");
    if (!utf8_valid(message.message))
        return fail(Errc::invalid_argument, "a message must be valid UTF-8");
    if (message_is_salted(message.format) && !is_salt(message.salt))
        return fail(Errc::invalid_argument, "the salt must be 32 lower-case hex characters");
    if (!message_is_salted(message.format) && !message.salt.empty())
        return fail(Errc::invalid_argument, "messages of the format " +
                                                std::string(message_format_name(message.format)) +
                                                " have no salt");
    return {};
}

}  // namespace

std::span<const MessageFormat> message_formats() {
    return kFormats;
}

std::string_view message_format_name(MessageFormat format) {
    switch (format) {
        case salted_legacy:
            return "salted-legacy";
        case unsalted_legacy:
            return "unsalted-legacy";
        case raw:
            return "raw";
        case neoline_v2_salted:
            return "neoline-v2-salted";
        case neoline_v2_unsalted:
            return "neoline-v2-unsalted";
        case replay_protected:
            return "replay-protected";
    }
    std::unreachable();
}

Result<MessageFormat> parse_message_format(std::string_view name) {
    std::string names;
    for (const MessageFormat format : kFormats) {
        if (message_format_name(format) == name) return format;
        names += (names.empty() ? "" : ", ") + std::string(message_format_name(format));
    }
    return fail(Errc::invalid_argument, "no such message format; there are: " + names);
}

bool message_is_salted(MessageFormat format) {
    return format == salted_legacy || format == neoline_v2_salted || format == replay_protected;
}

std::string new_salt(Random& random) {
    ByteArray<kSaltChars / 2> bytes;
    random.fill(bytes);
    return hex_encode(bytes);
}

Result<Bytes> message_bytes(const SignedMessage& message) {
    TRY_OK(check(message));
    const std::string text = message.salt + message.message;
    switch (message.format) {
        case salted_legacy:
        case unsalted_legacy:
            return legacy(text);
        case raw: {
            const ByteView bytes = as_bytes(text);
            return Bytes(bytes.begin(), bytes.end());
        }
        case neoline_v2_salted:
        case neoline_v2_unsalted:
            return neoline_v2(text);
        case replay_protected:
            return against_replay(message.network, text);
    }
    std::unreachable();
}

Result<Signature> sign_message(const PrivateKey& key, const SignedMessage& message) {
    TRY(const Bytes bytes, message_bytes(message));
    if (message.format == raw && bytes.size() == kSignDataBytes)
        return fail(Errc::invalid_argument,
                    "a raw message of 36 bytes may be a transaction in disguise: make it longer or "
                    "shorter, or use another format");
    return key.sign(bytes);
}

Status verify_message(const PublicKey& key, const SignedMessage& message,
                      const Signature& signature) {
    TRY(const Bytes bytes, message_bytes(message));
    if (!verify(key, bytes, signature))
        return fail(Errc::unauthenticated, "the signature is not this key's over this message");
    return {};
}

}  // namespace nsl::neo
