// SPDX-License-Identifier: Apache-2.0
#include "neo/reading.h"

#include <charconv>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

std::unexpected<Error> should_be(std::string_view name, std::string_view expected) {
    return fail(Errc::invalid_argument, std::string(name) + " should be " + std::string(expected));
}

}  // namespace

std::unexpected<Error> in_part(std::string_view part, Error error) {
    error.message = std::string(part) + ": " + error.message;
    return std::unexpected(std::move(error));
}

Result<const json::Object*> as_object(const json::Value& value, std::string_view what) {
    const json::Object* found = value.if_object();
    if (!found) return should_be(what, "an object");
    return found;
}

const json::Value* find_member(const json::Object& in, std::string_view name) {
    const json::Value* found = in.if_contains(name);
    return found && !found->is_null() ? found : nullptr;
}

Result<const json::Array*> array_member(const json::Object& in, std::string_view name,
                                        std::size_t items_max) {
    const json::Value* value = in.if_contains(name);
    const json::Array* found = value ? value->if_array() : nullptr;
    if (!found) return should_be(name, "an array");
    if (found->size() > items_max)
        return fail(Errc::limit_exceeded, std::string(name) + " has " +
                                              std::to_string(found->size()) + " items, at most " +
                                              std::to_string(items_max) + " are allowed");
    return found;
}

Result<std::string_view> text_member(const json::Object& in, std::string_view name) {
    const json::Value* value = in.if_contains(name);
    const auto* found = value ? value->if_string() : nullptr;
    if (!found) return should_be(name, "a string");
    return std::string_view(*found);
}

Result<std::uint64_t> number_member(const json::Object& in, std::string_view name,
                                    std::uint64_t max) {
    const json::Value* value = in.if_contains(name);
    if (value) {
        if (const auto* whole = value->if_uint64(); whole && *whole <= max) return *whole;
        if (const auto* whole = value->if_int64();
            whole && *whole >= 0 && static_cast<std::uint64_t>(*whole) <= max)
            return static_cast<std::uint64_t>(*whole);
    }
    return should_be(name, "an integer from 0 to " + std::to_string(max));
}

Result<std::uint32_t> u32_member(const json::Object& in, std::string_view name) {
    TRY(const std::uint64_t value, number_member(in, name, 0xffffffff));
    return static_cast<std::uint32_t>(value);
}

Result<std::int64_t> amount_member(const json::Object& in, std::string_view name) {
    TRY(const std::string_view text, text_member(in, name));
    std::int64_t out = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (read.ec != std::errc() || std::to_string(out) != text)
        return should_be(name, "a string of a 64-bit decimal integer");
    return out;
}

Result<Bytes> base64_member(const json::Object& in, std::string_view name) {
    TRY(const std::string_view text, text_member(in, name));
    auto bytes = base64_decode(text);
    if (!bytes) return in_part(name, std::move(bytes).error());
    return bytes;
}

}  // namespace nsl::neo
