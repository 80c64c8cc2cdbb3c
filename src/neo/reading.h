// SPDX-License-Identifier: Apache-2.0
// What the parsers share. For use in here only.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"

namespace nsl::neo {

// The error with what was being read in front: "signer 3: …".
std::unexpected<Error> in_part(std::string_view part, Error error);

// Members of objects as JSON-RPC writes them. Errors of all: invalid_argument, naming the member
// and what it should be.
Result<const json::Object*> as_object(const json::Value& value, std::string_view what);
// Nothing when the member is missing or null.
const json::Value* find_member(const json::Object& in, std::string_view name);
// Also limit_exceeded.
Result<const json::Array*> array_member(const json::Object& in, std::string_view name,
                                        std::size_t items_max);
Result<std::string_view> text_member(const json::Object& in, std::string_view name);
Result<std::uint64_t> number_member(const json::Object& in, std::string_view name,
                                    std::uint64_t max);
Result<std::uint32_t> u32_member(const json::Object& in, std::string_view name);
// A 64-bit amount as a decimal string, without leading zeros or a plus sign.
Result<std::int64_t> amount_member(const json::Object& in, std::string_view name);
Result<Bytes> base64_member(const json::Object& in, std::string_view name);

// A Hash160, Hash256 or PublicKey from its text.
template <class T>
Result<T> parsed_member(const json::Object& in, std::string_view name) {
    TRY(const std::string_view text, text_member(in, name));
    auto value = T::parse(text);
    if (!value) return in_part(name, std::move(value).error());
    return value;
}

}  // namespace nsl::neo
