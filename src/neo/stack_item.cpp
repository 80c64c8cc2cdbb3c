// SPDX-License-Identifier: Apache-2.0
#include "neo/stack_item.h"

#include <set>

#include "base/utf8.h"

namespace nsl::neo {
namespace {

std::unexpected<Error> mismatch(std::string_view wanted, StackItemType type) {
    return fail(Errc::invalid_argument, "a stack item of type " +
                                            std::string(stack_item_type_name(type)) +
                                            " cannot be read as " + std::string(wanted));
}

bool is_bytes(StackItemType type) {
    return type == StackItemType::byte_string || type == StackItemType::buffer;
}

template <class Hash>
Result<Hash> hash_of(const StackItem& item, std::string_view wanted) {
    if (!is_bytes(item.type)) return mismatch(wanted, item.type);
    Hash out;
    if (item.bytes.size() != out.raw.size())
        return fail(Errc::invalid_argument, "a stack item of " + std::to_string(item.bytes.size()) +
                                                " bytes is not " + std::string(wanted) + " of " +
                                                std::to_string(out.raw.size()));
    std::ranges::copy(item.bytes, out.raw.begin());
    return out;
}

}  // namespace

std::string_view stack_item_type_name(StackItemType type) {
    switch (type) {
        case StackItemType::any:
            return "Any";
        case StackItemType::pointer:
            return "Pointer";
        case StackItemType::boolean:
            return "Boolean";
        case StackItemType::integer:
            return "Integer";
        case StackItemType::byte_string:
            return "ByteString";
        case StackItemType::buffer:
            return "Buffer";
        case StackItemType::array:
            return "Array";
        case StackItemType::structure:
            return "Struct";
        case StackItemType::map:
            return "Map";
        case StackItemType::interop_interface:
            return "InteropInterface";
    }
    return "unknown";
}

bool StackItem::operator==(const StackItem&) const = default;

StackItem StackItem::null() {
    return {};
}

StackItem StackItem::text(std::string_view value) {
    return byte_string(nsl::as_bytes(value));
}

StackItem StackItem::boolean(bool value) {
    StackItem out{.type = StackItemType::boolean};
    out.truth = value;
    return out;
}

StackItem StackItem::integer(Int256 value) {
    StackItem out{.type = StackItemType::integer};
    out.number = std::move(value);
    return out;
}

StackItem StackItem::byte_string(ByteView value) {
    StackItem out{.type = StackItemType::byte_string};
    out.bytes.assign(value.begin(), value.end());
    return out;
}

StackItem StackItem::buffer(ByteView value) {
    StackItem out{.type = StackItemType::buffer};
    out.bytes.assign(value.begin(), value.end());
    return out;
}

StackItem StackItem::array(std::vector<StackItem> items) {
    StackItem out{.type = StackItemType::array};
    out.items = std::move(items);
    return out;
}

StackItem StackItem::structure(std::vector<StackItem> items) {
    StackItem out{.type = StackItemType::structure};
    out.items = std::move(items);
    return out;
}

StackItem StackItem::map(std::vector<Entry> entries) {
    StackItem out{.type = StackItemType::map};
    out.entries = std::move(entries);
    return out;
}

Result<Int256> StackItem::as_integer() const {
    if (type == StackItemType::integer) return number;
    if (type == StackItemType::boolean) return Int256(truth ? 1 : 0);
    if (!is_bytes(type)) return mismatch("an integer", type);
    auto value = int256_decode(bytes);
    if (!value) return fail(Errc::invalid_argument, "a stack item's integer is over 32 bytes");
    return value;
}

Result<std::int64_t> StackItem::as_i64() const {
    TRY(const Int256 value, as_integer());
    auto narrow = int256_to_i64(value);
    if (!narrow) return fail(Errc::invalid_argument, "a stack item's integer does not fit 64 bits");
    return narrow;
}

Result<bool> StackItem::as_boolean() const {
    if (type == StackItemType::boolean) return truth;
    if (type == StackItemType::buffer) return true;
    auto value = as_integer();
    if (!value) return mismatch("a boolean", type);
    return *value != 0;
}

Result<Bytes> StackItem::as_bytes() const {
    if (is_bytes(type)) return bytes;
    if (type == StackItemType::integer) return int256_encode(number);
    if (type == StackItemType::boolean) return Bytes{static_cast<std::uint8_t>(truth ? 1 : 0)};
    return mismatch("bytes", type);
}

Result<std::string> StackItem::as_text() const {
    if (!is_bytes(type)) return mismatch("text", type);
    std::string text = nsl::as_text(bytes);
    if (!utf8_valid(text)) return fail(Errc::invalid_argument, "a stack item's text is not UTF-8");
    return text;
}

Result<Hash160> StackItem::as_hash160() const {
    return hash_of<Hash160>(*this, "a hash");
}

Result<Hash256> StackItem::as_hash256() const {
    return hash_of<Hash256>(*this, "a hash");
}

Result<PublicKey> StackItem::as_public_key() const {
    if (!is_bytes(type)) return mismatch("a public key", type);
    return PublicKey::from_bytes(bytes);
}

Result<const std::vector<StackItem>*> StackItem::as_array() const {
    if (type != StackItemType::array && type != StackItemType::structure)
        return mismatch("an array", type);
    return &items;
}

Status check_map_keys(const StackItem& map) {
    // The VM tells keys apart by type and bytes: 1 and true may both be keys of one map.
    std::set<std::pair<StackItemType, Bytes>> seen;
    for (const auto& [key, value] : map.entries) {
        if (key.type != StackItemType::boolean && key.type != StackItemType::integer &&
            key.type != StackItemType::byte_string)
            return mismatch("the key of a map", key.type);
        if (key.bytes.size() > kMapKeyBytesMax)
            return fail(Errc::invalid_argument, "the key of a map has at most " +
                                                    std::to_string(kMapKeyBytesMax) + " bytes");
        TRY(Bytes bytes, key.as_bytes());
        if (!seen.emplace(key.type, std::move(bytes)).second)
            return fail(Errc::invalid_argument, "a map has the same key twice");
    }
    return {};
}

}  // namespace nsl::neo
