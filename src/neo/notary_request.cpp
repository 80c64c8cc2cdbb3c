// SPDX-License-Identifier: Apache-2.0
#include "neo/notary_request.h"

#include "base/encoding.h"
#include "neo/opcode.h"
#include "neo/reading.h"
#include "neo/varint.h"

namespace nsl::neo {
namespace {

// What the protocol fixes of the fallback's first witness, whose signature the service replaces.
constexpr std::size_t kDummyInvocationBytes = 66;
constexpr std::uint8_t kSignatureBytes = 64;

template <class T>
const T* find_attribute(const Transaction& tx) {
    for (const Attribute& attribute : tx.attributes)
        if (const T* found = std::get_if<T>(&attribute)) return found;
    return nullptr;
}

std::unexpected<Error> wrong(const char* message) {
    return fail(Errc::invalid_argument, message);
}

Status check_main(const Transaction& main) {
    const auto* assisted = find_attribute<NotaryAssisted>(main);
    if (!assisted) return wrong("the main transaction lacks the attribute NotaryAssisted");
    if (assisted->keys == 0) return wrong("the main transaction asks for no key to be waited for");
    return {};
}

Status check_fallback_witnesses(const Transaction& fallback) {
    if (fallback.signers.size() != 2 || fallback.witnesses.size() != 2)
        return wrong("the fallback has two signers: the Notary and who pays for it");
    if (fallback.signers[0].account != native::notary())
        return wrong("the fallback's first signer must be the Notary contract");
    const Witness& dummy = fallback.witnesses[0];
    if (!dummy.verification.empty() || dummy.invocation.size() != kDummyInvocationBytes ||
        dummy.invocation[0] != kOpPushData1 || dummy.invocation[1] != kSignatureBytes)
        return wrong("the fallback's first witness must be 0c40, 64 bytes, and no script");
    return {};
}

Status check_fallback(const Transaction& fallback, const Transaction& main) {
    TRY_OK(check_fallback_witnesses(fallback));
    if (!find_attribute<NotValidBefore>(fallback))
        return wrong("the fallback lacks the attribute NotValidBefore");
    const auto conflicts =
        std::ranges::count(fallback.attributes, Conflicts::kType, attribute_type);
    if (conflicts != 1) return wrong("the fallback must have one attribute Conflicts");
    if (find_attribute<Conflicts>(fallback)->hash != main.hash())
        return wrong("the fallback must conflict with the main transaction");
    const auto* assisted = find_attribute<NotaryAssisted>(fallback);
    if (!assisted || assisted->keys != 0)
        return wrong("the fallback must have the attribute NotaryAssisted with no keys");
    if (fallback.valid_until_block != main.valid_until_block)
        return wrong("both transactions must be valid until the same block");
    return {};
}

Result<NotaryRequest> read_request(ByteReader& in) {
    NotaryRequest out;
    auto main = read_transaction(in);
    if (!main) return in_part("main transaction", std::move(main).error());
    out.main = std::move(*main);
    auto fallback = read_transaction(in);
    if (!fallback) return in_part("fallback transaction", std::move(fallback).error());
    out.fallback = std::move(*fallback);
    auto witness = read_witness(in);
    if (!witness) return in_part("witness", std::move(witness).error());
    out.witness = std::move(*witness);
    TRY_OK(in.finish());
    return out;
}

}  // namespace

Bytes NotaryRequest::serialize_unsigned() const {
    ByteWriter out;
    out.bytes(main.serialize());
    out.bytes(fallback.serialize());
    return out.take();
}

Bytes NotaryRequest::serialize() const {
    ByteWriter out;
    out.bytes(serialize_unsigned());
    write_witness(out, witness);
    return out.take();
}

Hash256 NotaryRequest::hash() const {
    return {sha256(serialize_unsigned())};
}

Result<NotaryRequest> NotaryRequest::parse(ByteView data) {
    ByteReader in(data);
    auto out = read_request(in);
    if (!out)
        return in_part("not a notary request, at byte " + std::to_string(in.position()),
                       std::move(out).error());
    TRY_OK(out->check_pair());
    return out;
}

Status NotaryRequest::check_pair() const {
    TRY_OK(check_main(main));
    return check_fallback(fallback, main);
}

Status NotaryRequest::check(std::uint32_t network) const {
    TRY_OK(check_pair());
    return check_witness(witness, fallback.signers[1].account, sign_data(network, hash()));
}

}  // namespace nsl::neo
