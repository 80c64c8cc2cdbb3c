// SPDX-License-Identifier: Apache-2.0
#include "neo/attribute.h"

#include "base/encoding.h"
#include "neo/varint.h"

namespace nsl::neo {
namespace {

constexpr std::uint64_t kOracleResultMax = 65'535;
constexpr std::uint8_t kOracleCodes[] = {0x00, 0x10, 0x12, 0x14, 0x16,
                                         0x18, 0x1a, 0x1c, 0x1f, 0xff};

void write_payload(ByteWriter&, const HighPriority&) {}
void write_payload(ByteWriter& out, const OracleResponse& response) {
    out.u64(response.id);
    out.u8(response.code);
    write_varbytes(out, response.result);
}
void write_payload(ByteWriter& out, const NotValidBefore& bound) {
    out.u32(bound.height);
}
void write_payload(ByteWriter& out, const Conflicts& conflict) {
    out.bytes(conflict.hash.raw);
}
void write_payload(ByteWriter& out, const NotaryAssisted& notary) {
    out.u8(notary.keys);
}

Result<Attribute> read_oracle_response(ByteReader& in) {
    OracleResponse out;
    TRY(out.id, in.u64());
    TRY(out.code, in.u8());
    if (std::ranges::find(kOracleCodes, out.code) == std::end(kOracleCodes))
        return fail(Errc::invalid_argument,
                    "oracle response code 0x" + hex_encode({&out.code, 1}) + " is not known");
    TRY(out.result, read_varbytes(in, kOracleResultMax));
    if (out.code != 0 && !out.result.empty())
        return fail(Errc::invalid_argument, "a failed oracle response has a result");
    return out;
}

}  // namespace

std::uint8_t attribute_type(const Attribute& attribute) {
    return std::visit([](const auto& a) { return a.kType; }, attribute);
}

void write_attribute(ByteWriter& out, const Attribute& attribute) {
    out.u8(attribute_type(attribute));
    std::visit([&out](const auto& a) { write_payload(out, a); }, attribute);
}

Result<Attribute> read_attribute(ByteReader& in) {
    TRY(const std::uint8_t type, in.u8());
    switch (type) {
        case HighPriority::kType:
            return HighPriority{};
        case OracleResponse::kType:
            return read_oracle_response(in);
        case NotValidBefore::kType: {
            TRY(const std::uint32_t height, in.u32());
            return NotValidBefore{height};
        }
        case Conflicts::kType: {
            TRY(const ByteArray<32> raw, in.array<32>());
            return Conflicts{Hash256{raw}};
        }
        case NotaryAssisted::kType: {
            TRY(const std::uint8_t keys, in.u8());
            return NotaryAssisted{keys};
        }
        default:
            return fail(Errc::invalid_argument,
                        "attribute type 0x" + hex_encode({&type, 1}) + " is not known");
    }
}

}  // namespace nsl::neo
