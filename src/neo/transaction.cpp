// SPDX-License-Identifier: Apache-2.0
#include "neo/transaction.h"

#include <set>

#include "base/checked.h"
#include "base/encoding.h"
#include "neo/reading.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kTypicalBytes = 128;  // of an unsigned transaction beside its script

constexpr std::uint64_t kSignersMax = 16;  // attributes included
constexpr std::uint64_t kScriptBytesMax = 65'535;

Status check_fees(const Transaction& tx) {
    if (tx.system_fee < 0) return fail(Errc::invalid_argument, "the system fee is negative");
    if (tx.network_fee < 0) return fail(Errc::invalid_argument, "the network fee is negative");
    if (!checked_add(tx.system_fee, tx.network_fee))
        return fail(Errc::invalid_argument, "the fees together overflow");
    return {};
}

Status check_signers(const std::vector<Signer>& signers) {
    if (signers.empty()) return fail(Errc::invalid_argument, "there are no signers");
    std::set<Hash160> seen;
    for (const Signer& signer : signers)
        if (!seen.insert(signer.account).second)
            return fail(Errc::invalid_argument, "an account signs twice");
    return {};
}

Status check_attributes(const std::vector<Attribute>& attributes) {
    std::set<std::uint8_t> seen;
    for (const Attribute& attribute : attributes) {
        const std::uint8_t type = attribute_type(attribute);
        if (!seen.insert(type).second && type != Conflicts::kType)
            return fail(Errc::invalid_argument,
                        "attribute type 0x" + hex_encode({&type, 1}) + " is repeated");
    }
    return {};
}

Status read_signers(ByteReader& in, std::vector<Signer>& out) {
    auto count = read_varint(in, kSignersMax);
    if (!count) return in_part("number of signers", std::move(count).error());
    for (std::uint64_t i = 0; i < *count; ++i) {
        auto signer = read_signer(in);
        if (!signer) return in_part("signer " + std::to_string(i), std::move(signer).error());
        out.push_back(std::move(*signer));
    }
    return check_signers(out);
}

Status read_attributes(ByteReader& in, std::uint64_t max, std::vector<Attribute>& out) {
    auto count = read_varint(in, max);
    if (!count) return in_part("number of attributes", std::move(count).error());
    for (std::uint64_t i = 0; i < *count; ++i) {
        auto attribute = read_attribute(in);
        if (!attribute)
            return in_part("attribute " + std::to_string(i), std::move(attribute).error());
        out.push_back(std::move(*attribute));
    }
    return check_attributes(out);
}

Status read_unsigned(ByteReader& in, Transaction& out) {
    TRY(const std::uint8_t version, in.u8());
    if (version != 0) return fail(Errc::invalid_argument, "the version is not 0");
    TRY(out.nonce, in.u32());
    TRY(out.system_fee, in.i64());
    TRY(out.network_fee, in.i64());
    TRY_OK(check_fees(out));
    TRY(out.valid_until_block, in.u32());
    TRY_OK(read_signers(in, out.signers));
    TRY_OK(read_attributes(in, kSignersMax - out.signers.size(), out.attributes));
    auto script = read_varbytes(in, kScriptBytesMax);
    if (!script) return in_part("script", std::move(script).error());
    if (script->empty()) return fail(Errc::invalid_argument, "the script is empty");
    out.script = std::move(*script);
    return {};
}

Status read_witnesses(ByteReader& in, Transaction& out) {
    auto count = read_varint(in, kSignersMax);
    if (!count) return in_part("number of witnesses", std::move(count).error());
    if (*count != out.signers.size())
        return fail(Errc::invalid_argument, "there must be as many witnesses as signers");
    for (std::uint64_t i = 0; i < *count; ++i) {
        auto witness = read_witness(in);
        if (!witness) return in_part("witness " + std::to_string(i), std::move(witness).error());
        out.witnesses.push_back(std::move(*witness));
    }
    return {};
}

std::unexpected<Error> too_big() {
    return fail(Errc::invalid_argument, "a transaction has at most 102,400 bytes");
}

Result<Transaction> read_all(ByteView data, bool with_witnesses) {
    if (data.size() > kTransactionBytesMax) return too_big();
    ByteReader in(data);
    Transaction out;
    Status status = read_unsigned(in, out);
    if (status && with_witnesses) status = read_witnesses(in, out);
    if (status) status = in.finish();
    if (!status)
        return fail(Errc::invalid_argument, "not a transaction, at byte " +
                                                std::to_string(in.position()) + ": " +
                                                status.error().message);
    return out;
}

void write_unsigned(ByteWriter& out, const Transaction& tx) {
    out.u8(0);
    out.u32(tx.nonce);
    out.i64(tx.system_fee);
    out.i64(tx.network_fee);
    out.u32(tx.valid_until_block);
    write_varint(out, tx.signers.size());
    for (const Signer& signer : tx.signers) write_signer(out, signer);
    write_varint(out, tx.attributes.size());
    for (const Attribute& attribute : tx.attributes) write_attribute(out, attribute);
    write_varbytes(out, tx.script);
}

}  // namespace

Bytes Transaction::serialize_unsigned() const {
    ByteWriter out;
    out.reserve(kTypicalBytes + script.size());
    write_unsigned(out, *this);
    return out.take();
}

Bytes Transaction::serialize() const {
    ByteWriter out;
    write_unsigned(out, *this);
    write_varint(out, witnesses.size());
    for (const Witness& witness : witnesses) write_witness(out, witness);
    return out.take();
}

Result<Transaction> Transaction::parse(ByteView data) {
    return read_all(data, true);
}

Result<Transaction> Transaction::parse_unsigned(ByteView data) {
    return read_all(data, false);
}

Hash256 Transaction::hash() const {
    return {sha256(serialize_unsigned())};
}

Bytes Transaction::sign_data(std::uint32_t network) const {
    return neo::sign_data(network, hash());
}

Status Transaction::check() const {
    TRY_OK(check_fees(*this));
    TRY_OK(check_signers(signers));
    if (signers.size() + attributes.size() > kSignersMax)
        return fail(Errc::invalid_argument, "signers and attributes together are more than 16");
    TRY_OK(check_attributes(attributes));
    if (script.empty() || script.size() > kScriptBytesMax)
        return fail(Errc::invalid_argument, "the script must have 1 to 65,535 bytes");
    if (witnesses.size() != signers.size())
        return fail(Errc::invalid_argument, "there must be as many witnesses as signers");
    for (const Witness& witness : witnesses)
        if (std::max(witness.invocation.size(), witness.verification.size()) > kWitnessBytesMax)
            return fail(Errc::invalid_argument, "a witness script has at most 1,024 bytes");
    if (serialize().size() > kTransactionBytesMax) return too_big();
    return {};
}

Result<Transaction> read_transaction(ByteReader& in) {
    Transaction out;
    const std::size_t start = in.position();
    TRY_OK(read_unsigned(in, out));
    TRY_OK(read_witnesses(in, out));
    if (in.position() - start > kTransactionBytesMax) return too_big();
    return out;
}

}  // namespace nsl::neo
