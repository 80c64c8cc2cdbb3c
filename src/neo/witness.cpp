// SPDX-License-Identifier: Apache-2.0
#include "neo/witness.h"

#include "base/encoding.h"
#include "neo/opcode.h"
#include "neo/reading.h"
#include "neo/varint.h"
#include "neo/verification.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kSignaturePushBytes = 2 + std::tuple_size_v<Signature>;  // 0c 40 first

Status check_length(const Bytes& script, std::string_view name) {
    if (script.size() > kWitnessBytesMax)
        return fail(Errc::limit_exceeded, std::string(name) + " has " +
                                              std::to_string(script.size()) + " bytes, at most " +
                                              std::to_string(kWitnessBytesMax) + " are allowed");
    return {};
}

// Exactly `count` pushes of a signature.
Result<std::vector<Signature>> pushed_signatures(const Bytes& invocation, std::size_t count) {
    if (invocation.size() != count * kSignaturePushBytes)
        return fail(Errc::unauthenticated, "the invocation script must push exactly " +
                                               std::to_string(count) + " signatures");
    std::vector<Signature> out(count);
    auto at = invocation.begin();
    for (Signature& signature : out) {
        if (at[0] != kOpPushData1 || at[1] != signature.size())
            return fail(Errc::unauthenticated,
                        "the invocation script pushes something other than a signature");
        std::copy_n(at + 2, signature.size(), signature.begin());
        at += kSignaturePushBytes;
    }
    return out;
}

}  // namespace

void write_witness(ByteWriter& out, const Witness& witness) {
    write_varbytes(out, witness.invocation);
    write_varbytes(out, witness.verification);
}

Result<Witness> read_witness(ByteReader& in) {
    auto invocation = read_varbytes(in, kWitnessBytesMax);
    if (!invocation) return in_part("invocation script", std::move(invocation).error());
    auto verification = read_varbytes(in, kWitnessBytesMax);
    if (!verification) return in_part("verification script", std::move(verification).error());
    return Witness{std::move(*invocation), std::move(*verification)};
}

json::Value witness_to_json(const Witness& witness) {
    json::Object out;
    out["invocation"] = base64_encode(witness.invocation);
    out["verification"] = base64_encode(witness.verification);
    return out;
}

Result<Witness> witness_from_json(const json::Value& value) {
    TRY(const json::Object* object, as_object(value, "a witness"));
    Witness out;
    TRY(out.invocation, base64_member(*object, "invocation"));
    TRY_OK(check_length(out.invocation, "invocation"));
    TRY(out.verification, base64_member(*object, "verification"));
    TRY_OK(check_length(out.verification, "verification"));
    return out;
}

Status check_witness(const Witness& witness, const Hash160& account, ByteView sign_data) {
    return WitnessChecker().check(witness, account, sign_data);
}

Status WitnessChecker::prepare(const Bytes& verification) {
    if (!script_.empty() && verification == script_) return {};
    script_.clear();
    TRY(SignatureCheck read, parse_verification_script(verification));
    signatures_ = static_cast<std::size_t>(read.m);
    keys_ = std::move(read.keys);
    verifiers_.clear();
    verifiers_.resize(keys_.size());
    script_ = verification;
    return {};
}

bool WitnessChecker::verify(std::size_t key, ByteView sign_data, const Signature& signature) {
    std::optional<Verifier>& verifier = verifiers_[key];
    if (!verifier) verifier.emplace(keys_[key]);
    return verifier->verify(sign_data, signature);
}

Status WitnessChecker::check(const Witness& witness, const Hash160& account, ByteView sign_data) {
    if (witness.verification.empty())
        return fail(Errc::invalid_argument,
                    "the witness is a contract's: only a node can tell whether it holds");
    if (hash160(witness.verification) != account)
        return fail(Errc::unauthenticated,
                    "the verification script is not that of " + to_address(account));
    TRY_OK(prepare(witness.verification));
    TRY(const auto signatures, pushed_signatures(witness.invocation, signatures_));
    // Both lists are in the same order: a signature that no later key has made settles it.
    std::size_t key = 0;
    for (std::size_t i = 0; i < signatures.size(); ++i, ++key) {
        const std::size_t last = keys_.size() - (signatures.size() - i);
        while (key <= last && !verify(key, sign_data, signatures[i])) ++key;
        if (key > last)
            return fail(Errc::unauthenticated, "signature " + std::to_string(i) +
                                                   " is by no key of " + to_address(account) +
                                                   ", or not in the order of its keys");
    }
    return {};
}

Bytes sign_data(std::uint32_t network, const Hash256& hash) {
    ByteWriter out;
    out.u32(network);
    out.bytes(hash.raw);
    return out.take();
}

}  // namespace nsl::neo
