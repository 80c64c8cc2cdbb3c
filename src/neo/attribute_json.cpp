// SPDX-License-Identifier: Apache-2.0
// Attributes in transaction_json.h. Source: neo-go pkg/core/transaction attribute.go, oracle.go.
#include "base/encoding.h"
#include "neo/reading.h"
#include "neo/transaction_json.h"

namespace nsl::neo {
namespace {

constexpr std::pair<std::uint8_t, std::string_view> kOracleCodeNames[] = {
    {0x00, "Success"},
    {0x10, "ProtocolNotSupported"},
    {0x12, "ConsensusUnreachable"},
    {0x14, "NotFound"},
    {0x16, "Timeout"},
    {0x18, "Forbidden"},
    {0x1a, "ResponseTooLarge"},
    {0x1c, "InsufficientFunds"},
    {0x1f, "ContentTypeNotSupported"},
    {0xff, "Error"},
};
constexpr std::size_t kOracleResultMax = 65'535;

void put_payload(json::Object& out, const HighPriority&) {
    out["type"] = "HighPriority";
}
void put_payload(json::Object& out, const OracleResponse& response) {
    out["type"] = "OracleResponse";
    out["id"] = response.id;
    const auto* known = std::ranges::find(kOracleCodeNames, response.code,
                                          &std::pair<std::uint8_t, std::string_view>::first);
    NSL_ASSERT(known != std::end(kOracleCodeNames));
    out["code"] = known->second;
    out["result"] = base64_encode(response.result);
}
void put_payload(json::Object& out, const NotValidBefore& bound) {
    out["type"] = "NotValidBefore";
    out["height"] = bound.height;
}
void put_payload(json::Object& out, const Conflicts& conflict) {
    out["type"] = "Conflicts";
    out["hash"] = conflict.hash.display();
}
void put_payload(json::Object& out, const NotaryAssisted& notary) {
    out["type"] = "NotaryAssisted";
    out["nkeys"] = notary.keys;
}

bool same_letters(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

Result<Attribute> read_oracle_response(const json::Object& in) {
    OracleResponse out;
    TRY(out.id, number_member(in, "id", ~std::uint64_t{0}));
    TRY(const std::string_view code, text_member(in, "code"));
    // Nodes differ in the case of the letters.
    const auto* known = std::ranges::find_if(
        kOracleCodeNames, [code](const auto& one) { return same_letters(one.second, code); });
    if (known == std::end(kOracleCodeNames))
        return fail(Errc::invalid_argument, "the code of an oracle response is not known");
    out.code = known->first;
    if (find_member(in, "result")) {
        TRY(out.result, base64_member(in, "result"));
    }
    if (out.result.size() > kOracleResultMax)
        return fail(Errc::limit_exceeded, "an oracle response has at most 65,535 bytes");
    if (out.code != 0 && !out.result.empty())
        return fail(Errc::invalid_argument, "a failed oracle response has a result");
    return out;
}

}  // namespace

json::Value attribute_to_json(const Attribute& attribute) {
    json::Object out;
    std::visit([&out](const auto& a) { put_payload(out, a); }, attribute);
    return out;
}

Result<Attribute> attribute_from_json(const json::Value& value) {
    TRY(const json::Object* object, as_object(value, "an attribute"));
    TRY(const std::string_view type, text_member(*object, "type"));
    if (type == "HighPriority") return HighPriority{};
    if (type == "OracleResponse") return read_oracle_response(*object);
    if (type == "NotValidBefore") {
        TRY(const std::uint32_t height, u32_member(*object, "height"));
        return NotValidBefore{height};
    }
    if (type == "Conflicts") {
        TRY(const Hash256 hash, parsed_member<Hash256>(*object, "hash"));
        return Conflicts{hash};
    }
    if (type == "NotaryAssisted") {
        TRY(const std::uint64_t keys, number_member(*object, "nkeys", 0xff));
        return NotaryAssisted{static_cast<std::uint8_t>(keys)};
    }
    return fail(Errc::invalid_argument,
                "an attribute's type is HighPriority, OracleResponse, NotValidBefore, Conflicts or "
                "NotaryAssisted");
}

}  // namespace nsl::neo
