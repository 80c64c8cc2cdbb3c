// SPDX-License-Identifier: Apache-2.0
#include "neo/stack_item.h"

#include "base/encoding.h"
#include "base/utf8.h"

namespace nsl::neo {
namespace {

// Type and value of an item. Items without a value (null) have value == nullptr.
struct Parts {
    std::string_view type;
    const json::Value* value = nullptr;
};

Result<Parts> parts_of(const json::Value& item) {
    const auto* object = item.if_object();
    const auto* type = object ? object->if_contains("type") : nullptr;
    if (!type || !type->is_string())
        return fail(Errc::invalid_argument, "a stack item is an object with a type");
    return Parts{type->get_string(), object->if_contains("value")};
}

std::unexpected<Error> mismatch(std::string_view wanted, const Parts& parts) {
    return fail(Errc::invalid_argument, "a stack item of type " +
                                            std::string(parts.type.substr(0, 32)) +
                                            " cannot be read as " + std::string(wanted));
}

bool is_bytes(const Parts& parts) {
    return parts.type == "ByteString" || parts.type == "Buffer";
}

Result<Bytes> bytes_of(const Parts& parts, std::string_view wanted) {
    if (!is_bytes(parts) || !parts.value || !parts.value->is_string())
        return mismatch(wanted, parts);
    auto bytes = base64_decode(parts.value->get_string());
    if (!bytes) return fail(Errc::invalid_argument, "a stack item's bytes are not base64");
    return bytes;
}

}  // namespace

Result<Int256> item_integer(const json::Value& item) {
    TRY(const Parts parts, parts_of(item));
    if (parts.value && parts.type == "Integer" && parts.value->is_string()) {
        auto number = int256_parse(parts.value->get_string());
        if (number) return number;
        return fail(Errc::invalid_argument, "a stack item's integer: " + number.error().message);
    }
    if (parts.value && parts.type == "Boolean" && parts.value->is_bool())
        return Int256(parts.value->get_bool() ? 1 : 0);
    TRY(const Bytes bytes, bytes_of(parts, "an integer"));
    auto number = int256_decode(bytes);
    if (!number) return fail(Errc::invalid_argument, "a stack item's integer is over 32 bytes");
    return number;
}

Result<std::int64_t> item_i64(const json::Value& item) {
    TRY(const Int256 number, item_integer(item));
    auto narrow = int256_to_i64(number);
    if (!narrow) return fail(Errc::invalid_argument, "a stack item's integer does not fit 64 bits");
    return narrow;
}

Result<bool> item_boolean(const json::Value& item) {
    TRY(const Parts parts, parts_of(item));
    if (parts.value && parts.type == "Boolean" && parts.value->is_bool())
        return parts.value->get_bool();
    // As the VM converts: true when any bit is set, in at most 32 bytes.
    auto number = item_integer(item);
    if (!number) return mismatch("a boolean", parts);
    return *number != 0;
}

Result<Bytes> item_bytes(const json::Value& item) {
    TRY(const Parts parts, parts_of(item));
    return bytes_of(parts, "bytes");
}

Result<std::string> item_text(const json::Value& item) {
    TRY(const Parts parts, parts_of(item));
    TRY(const Bytes bytes, bytes_of(parts, "text"));
    std::string text = as_text(bytes);
    if (!utf8_valid(text)) return fail(Errc::invalid_argument, "a stack item's text is not UTF-8");
    return text;
}

Result<const json::Array*> item_array(const json::Value& item) {
    TRY(const Parts parts, parts_of(item));
    const auto* array = parts.value ? parts.value->if_array() : nullptr;
    if (!array || (parts.type != "Array" && parts.type != "Struct"))
        return mismatch("an array", parts);
    return array;
}

}  // namespace nsl::neo
