// SPDX-License-Identifier: Apache-2.0
// What the virtual machine computes with: values as JSON-RPC shows them and as StdLib.serialize
// writes them. Sources: neo-go pkg/vm/stackitem json.go, serialization.go.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/int256.h"
#include "base/json.h"
#include "base/result.h"
#include "neo/hash.h"
#include "neo/keys.h"

namespace nsl::neo {

enum class StackItemType : std::uint8_t {  // the VM's numbers
    any = 0x00,                            // null
    pointer = 0x10,
    boolean = 0x20,
    integer = 0x21,
    byte_string = 0x28,
    buffer = 0x30,
    array = 0x40,
    structure = 0x41,  // "Struct"
    map = 0x48,
    interop_interface = 0x60
};
// "Any", "ByteString", "InteropInterface", … as in JSON.
std::string_view stack_item_type_name(StackItemType type);

// In one value, counted through all levels, itself and the keys of maps included. It bounds the
// depth too: arrays in arrays may be this deep, on chain as here, and readers do not recurse.
constexpr std::size_t kStackItemsMax = 2048;
// How deep the JSON of a legal value is nested (an item in an array is an object in a list), with
// room for what a node's answer wraps around it: what a reader of such answers must allow.
constexpr std::size_t kStackItemJsonDepth = 2 * kStackItemsMax + 64;
constexpr std::size_t kSerializedBytesMax =
    131'070;  // of one value; of a byte string (MaxItemSize)
constexpr std::size_t kMapKeyBytesMax = 64;

// One value. Which members count depends on the type.
struct StackItem {
    struct Entry;  // key and value

    StackItemType type = StackItemType::any;
    bool truth = false;            // boolean
    Int256 number{};               // integer; pointer: position in the script
    Bytes bytes;                   // byte_string, buffer
    std::vector<StackItem> items;  // array, structure; interop_interface: an iterator's values
    std::vector<Entry> entries;    // map, in its order
    std::string interop_id;        // interop_interface: the iterator's id in its session
    bool expanded = false;         // interop_interface: the node gave the iterator's values
    bool truncated = false;        // interop_interface: the iterator held more values

    static StackItem null();
    static StackItem boolean(bool value);
    static StackItem integer(Int256 value);
    static StackItem byte_string(ByteView value);
    static StackItem text(std::string_view value);  // a ByteString
    static StackItem buffer(ByteView value);
    static StackItem array(std::vector<StackItem> items);
    static StackItem structure(std::vector<StackItem> items);
    static StackItem map(std::vector<Entry> entries);

    bool is_null() const { return type == StackItemType::any; }

    // Read as a caller expects it, converting as the VM does. Errors of all: invalid_argument when
    // the value cannot be read so.
    Result<Int256> as_integer() const;  // Integer, ByteString and Buffer up to 32 bytes, Boolean
    Result<std::int64_t> as_i64() const;
    // Boolean; of a ByteString or Integer any bit set, in at most 32 bytes; a Buffer is always true
    // (neo-go pkg/vm/stackitem item.go).
    Result<bool> as_boolean() const;
    Result<Bytes> as_bytes() const;  // ByteString, Buffer, Integer (two's complement), Boolean
    // Of a ByteString or Buffer only.
    Result<std::string> as_text() const;  // valid UTF-8
    Result<Hash160> as_hash160() const;   // 20 raw bytes
    Result<Hash256> as_hash256() const;   // 32 raw bytes
    Result<PublicKey> as_public_key() const;
    // A pointer into this item: it must outlive the use.
    Result<const std::vector<StackItem>*> as_array() const;  // Array or Struct

    // {type, value}: Integer a decimal string, bytes base64, Map a list of {key, value}; of an
    // iterator {type, interface, id} or {type, iterator, truncated}, as neo-go and the C# node
    // write it; an iterator's values come only when it is the whole item, and each has a count of
    // its own. Errors: invalid_argument (shape, base64, an integer outside 256 bits, a map key that
    // is no primitive, is too long or comes twice), limit_exceeded (kStackItemsMax,
    // kSerializedBytesMax).
    static Result<StackItem> from_json(const json::Value& value);
    json::Value to_json() const;

    // StdLib.serialize. Errors: invalid_argument (an interop_interface or pointer inside, a map key
    // as above), limit_exceeded.
    Result<Bytes> serialize() const;
    // Refuses left-over bytes, lengths in a longer form, booleans other than 0 and 1, integers with
    // redundant sign bytes, map keys as above: what is accepted serializes to the same bytes.
    // Errors: invalid_argument, limit_exceeded.
    static Result<StackItem> deserialize(ByteView data);

    bool operator==(const StackItem&) const;
};

struct StackItem::Entry {
    StackItem key;
    StackItem value;
    bool operator==(const Entry&) const = default;
};

// The keys of a map are Boolean, Integer or ByteString of at most kMapKeyBytesMax bytes, each once.
// Errors: invalid_argument.
Status check_map_keys(const StackItem& map);

}  // namespace nsl::neo
