// SPDX-License-Identifier: Apache-2.0
#include "neo/verification.h"

#include "base/encoding.h"
#include "neo/opcode.h"
#include "neo/script.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kCheckSig = "System.Crypto.CheckSig";
constexpr std::string_view kCheckMultisig = "System.Crypto.CheckMultisig";

Status expect_syscall(ByteReader& in, std::string_view name) {
    TRY(const std::uint8_t op, in.u8());
    TRY(const ByteView id, in.bytes(4));
    const ByteArray<32> digest = sha256(as_bytes(name));
    if (op != kOpSyscall || !std::ranges::equal(id, ByteView(digest).first(4)))
        return fail(Errc::invalid_argument, "not a call of " + std::string(name));
    return in.finish();
}

Result<int> read_count(ByteReader& in) {
    TRY(const std::uint8_t op, in.u8());
    if (op > kOpPush0 && op <= kOpPush16) return op - kOpPush0;
    if (op == kOpPushInt8) {
        TRY(const std::uint8_t count, in.u8());
        if (count > 0 && count < 0x80) return count;
    } else if (op == kOpPushInt16) {
        TRY(const std::uint16_t count, in.u16());
        if (count >= 0x80 && count <= kMultiSignatureKeysMax) return count;
    }
    return fail(Errc::invalid_argument, "not a number of keys or signatures");
}

Result<SignatureCheck> read_multi(ByteReader& in) {
    SignatureCheck out{.multi_signature = true};
    TRY(out.m, read_count(in));
    int n = 0;
    for (;;) {
        // A key push starts with 0c, a count never does.
        ByteReader ahead = in;
        TRY(const std::uint8_t op, ahead.u8());
        if (op != kOpPushData1) break;
        if (++n > kMultiSignatureKeysMax)
            return fail(Errc::invalid_argument, "more than 1,024 keys");
        TRY(const std::uint8_t size, ahead.u8());
        TRY(const ByteView bytes, ahead.bytes(size));
        TRY(const PublicKey key, PublicKey::from_bytes(bytes));
        if (!out.keys.empty() && !(out.keys.back() < key))
            return fail(Errc::invalid_argument, "keys are not in ascending order");
        out.keys.push_back(key);
        in = ahead;
    }
    TRY(const int count, read_count(in));
    if (count != n || out.m > n)
        return fail(Errc::invalid_argument, "the counts do not match the keys");
    TRY_OK(expect_syscall(in, kCheckMultisig));
    return out;
}

Result<SignatureCheck> read_single(ByteReader& in) {
    TRY(const ByteView push, in.bytes(2));
    if (push[0] != kOpPushData1 || push[1] != 33)
        return fail(Errc::invalid_argument, "no key is pushed");
    TRY(const ByteView bytes, in.bytes(33));
    TRY(const PublicKey key, PublicKey::from_bytes(bytes));
    TRY_OK(expect_syscall(in, kCheckSig));
    return SignatureCheck{.m = 1, .keys = {key}, .multi_signature = false};
}

}  // namespace

Bytes single_signature_script(const PublicKey& key) {
    return ScriptBuilder().push_bytes(key.compressed).syscall(kCheckSig).take();
}

Result<Bytes> multi_signature_script(int m, std::vector<PublicKey> keys) {
    if (keys.empty() || keys.size() > kMultiSignatureKeysMax)
        return fail(Errc::invalid_argument, "a multi-signature account has 1 to 1,024 keys");
    const int n = static_cast<int>(keys.size());
    if (m < 1 || m > n)
        return fail(Errc::invalid_argument,
                    "signatures needed must be between 1 and the number of keys");
    std::ranges::sort(keys);
    if (std::ranges::adjacent_find(keys) != keys.end())
        return fail(Errc::invalid_argument, "the same key is given twice");
    ScriptBuilder out;
    out.push_integer(m);
    for (const PublicKey& key : keys) out.push_bytes(key.compressed);
    return out.push_integer(n).syscall(kCheckMultisig).take();
}

Bytes invocation_script(std::span<const Signature> signatures) {
    ScriptBuilder out;
    for (const Signature& signature : signatures) out.push_bytes(signature);
    return out.take();
}

Result<SignatureCheck> parse_verification_script(ByteView script) {
    if (script.empty()) return fail(Errc::invalid_argument, "the verification script is empty");
    ByteReader in(script);
    auto out = script[0] == kOpPushData1 ? read_single(in) : read_multi(in);
    if (out) return out;
    return fail(Errc::invalid_argument,
                "not a standard signature script: " + std::move(out).error().message);
}

}  // namespace nsl::neo
