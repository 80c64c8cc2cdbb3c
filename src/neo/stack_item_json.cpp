// SPDX-License-Identifier: Apache-2.0
// Stack items as JSON-RPC shows them. A hostile contract chooses how deep they nest, so neither way
// recurses: a list of what is still to be done takes the place of the call stack.
#include <optional>

#include "base/encoding.h"
#include "neo/stack_item.h"

namespace nsl::neo {
namespace {

constexpr StackItemType kTypes[] = {
    StackItemType::any,         StackItemType::pointer,
    StackItemType::boolean,     StackItemType::integer,
    StackItemType::byte_string, StackItemType::buffer,
    StackItemType::array,       StackItemType::structure,
    StackItemType::map,         StackItemType::interop_interface,
};
constexpr std::size_t kInteropIdMax = 64;  // a UUID has 36 characters
constexpr std::string_view kIterator = "IIterator";

std::unexpected<Error> odd(StackItemType type, std::string_view expected) {
    return fail(Errc::invalid_argument, "the value of a stack item of type " +
                                            std::string(stack_item_type_name(type)) +
                                            " should be " + std::string(expected));
}

std::unexpected<Error> too_many() {
    return fail(Errc::limit_exceeded,
                "a stack item holds at most " + std::to_string(kStackItemsMax) + " items");
}

struct Parts {
    StackItemType type;
    const json::Object* object;
    const json::Value* value;  // nullptr when missing
};

Result<Parts> parts_of(const json::Value& item) {
    const auto* object = item.if_object();
    const auto* name = object ? object->if_contains("type") : nullptr;
    if (!name || !name->is_string())
        return fail(Errc::invalid_argument, "a stack item is an object with a type");
    for (const StackItemType type : kTypes)
        if (name->get_string() == stack_item_type_name(type))
            return Parts{type, object, object->if_contains("value")};
    return fail(Errc::invalid_argument,
                "unknown type of a stack item: " + std::string(name->get_string().subview(0, 32)));
}

Status read_number(const Parts& parts, StackItem& out) {
    if (parts.type == StackItemType::pointer) {
        const auto* position = parts.value ? parts.value->if_int64() : nullptr;
        if (!position || *position < 0) return odd(parts.type, "a position, a number from 0");
        out.number = *position;
        return {};
    }
    if (!parts.value || !parts.value->is_string()) return odd(parts.type, "a decimal string");
    auto number = int256_parse(parts.value->get_string());
    if (!number)
        return fail(Errc::invalid_argument, "a stack item's integer: " + number.error().message);
    out.number = *number;
    return {};
}

Status read_bytes(const Parts& parts, StackItem& out) {
    if (!parts.value || !parts.value->is_string()) return odd(parts.type, "base64");
    auto bytes = base64_decode(parts.value->get_string());
    if (!bytes) return fail(Errc::invalid_argument, "a stack item's bytes are not base64");
    if (bytes->size() > kSerializedBytesMax)
        return fail(Errc::limit_exceeded,
                    "a stack item has at most " + std::to_string(kSerializedBytesMax) + " bytes");
    out.bytes = *std::move(bytes);
    return {};
}

// What has no items inside. An iterator's values are read by read_iterator.
Status read_plain(const Parts& parts, StackItem& out) {
    switch (parts.type) {
        case StackItemType::pointer:
        case StackItemType::integer:
            return read_number(parts, out);
        case StackItemType::byte_string:
        case StackItemType::buffer:
            return read_bytes(parts, out);
        case StackItemType::boolean:
            if (!parts.value || !parts.value->is_bool()) return odd(parts.type, "true or false");
            out.truth = parts.value->get_bool();
            return {};
        default:
            if (parts.value && !parts.value->is_null()) return odd(parts.type, "left out");
            return {};
    }
}

class TreeReader {
 public:
    Result<StackItem> read(const json::Value& value) {
        StackItem root;
        open_.emplace_back(&value, &root);
        while (!open_.empty()) {
            const auto [from, to] = open_.back();
            open_.pop_back();
            TRY_OK(read_one(*from, *to));
        }
        for (const StackItem* map : maps_) TRY_OK(check_map_keys(*map));
        return root;
    }

 private:
    // Space for `count` items more.
    Status take(std::size_t count) {
        if (count > kStackItemsMax - taken_) return too_many();
        taken_ += count;
        return {};
    }

    Status read_one(const json::Value& from, StackItem& to) {
        TRY(const Parts parts, parts_of(from));
        to.type = parts.type;
        const bool is_map = parts.type == StackItemType::map;
        if (!is_map && parts.type != StackItemType::array &&
            parts.type != StackItemType::structure) {
            if (parts.type == StackItemType::interop_interface &&
                parts.object->contains("iterator"))
                return fail(Errc::invalid_argument,
                            "an iterator with its values should not be inside another item");
            return read_plain(parts, to);
        }
        const auto* list = parts.value ? parts.value->if_array() : nullptr;
        if (!list) return odd(parts.type, "a list");
        return is_map ? read_entries(*list, to) : read_items(*list, to);
    }

    Status read_items(const json::Array& list, StackItem& to) {
        TRY_OK(take(list.size()));
        to.items.resize(list.size());
        for (std::size_t i = 0; i < list.size(); ++i) open_.emplace_back(&list[i], &to.items[i]);
        return {};
    }

    Status read_entries(const json::Array& list, StackItem& to) {
        TRY_OK(take(2 * list.size()));
        to.entries.resize(list.size());
        maps_.push_back(&to);
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto* pair = list[i].if_object();
            const auto* key = pair ? pair->if_contains("key") : nullptr;
            const auto* value = pair ? pair->if_contains("value") : nullptr;
            if (!key || !value) return odd(StackItemType::map, "a list of {key, value}");
            open_.emplace_back(key, &to.entries[i].key);
            open_.emplace_back(value, &to.entries[i].value);
        }
        return {};
    }

    // Places to fill. They stay where they are: each list gets its size before its items are read.
    std::vector<std::pair<const json::Value*, StackItem*>> open_;
    std::vector<const StackItem*> maps_;
    std::size_t taken_ = 1;
};

Status read_session(const json::Object& object, StackItem& out) {
    const auto* interface = object.if_contains("interface");
    const auto* id = object.if_contains("id");
    if (!interface && !id) return {};
    if (!interface || !interface->is_string() || interface->get_string() != kIterator)
        return fail(Errc::invalid_argument, "an InteropInterface should be an IIterator");
    if (!id || !id->is_string() || id->get_string().empty() ||
        id->get_string().size() > kInteropIdMax)
        return fail(Errc::invalid_argument, "an iterator should have an id of at most " +
                                                std::to_string(kInteropIdMax) + " bytes");
    out.interop_id = std::string(id->get_string());
    return {};
}

Result<StackItem> read_iterator(const json::Object& object) {
    StackItem out{.type = StackItemType::interop_interface};
    TRY_OK(read_session(object, out));
    if (const auto* values = object.if_contains("iterator")) {
        const auto* list = values->if_array();
        if (!list) return fail(Errc::invalid_argument, "an iterator's values should be a list");
        if (list->size() > kStackItemsMax) return too_many();
        for (const json::Value& value : *list) {
            TRY(StackItem item, TreeReader().read(value));
            out.items.push_back(std::move(item));
        }
        out.expanded = true;
    }
    if (const auto* truncated = object.if_contains("truncated")) {
        if (!truncated->is_bool())
            return fail(Errc::invalid_argument, "truncated should be true or false");
        out.truncated = truncated->get_bool();
    }
    return out;
}

// What is still to be written, and where.
using Unwritten = std::vector<std::pair<const StackItem*, json::Value*>>;

// `count` empty places under `name`.
json::Array& list_in(json::Object& object, std::string_view name, std::size_t count) {
    return object.emplace(name, json::Array(count)).first->value().get_array();
}

void write_items(const StackItem& item, json::Array& list, Unwritten& open) {
    for (std::size_t i = 0; i < item.items.size(); ++i) open.emplace_back(&item.items[i], &list[i]);
}

void write_entries(const StackItem& item, json::Array& list, Unwritten& open) {
    for (std::size_t i = 0; i < item.entries.size(); ++i) {
        json::Object& pair = list[i].emplace_object();
        pair.reserve(2);
        open.emplace_back(&item.entries[i].key, &pair["key"]);
        open.emplace_back(&item.entries[i].value, &pair["value"]);
    }
}

void write_iterator(const StackItem& item, json::Object& out, Unwritten& open) {
    if (!item.interop_id.empty()) {
        out.emplace("interface", kIterator);
        out.emplace("id", item.interop_id);
    }
    if (item.expanded) write_items(item, list_in(out, "iterator", item.items.size()), open);
    if (item.truncated) out.emplace("truncated", true);
}

void write_one(const StackItem& item, json::Value& to, Unwritten& open) {
    json::Object& out = to.emplace_object();
    // Places in it are handed out, so it must not move.
    out.reserve(5);
    out.emplace("type", stack_item_type_name(item.type));
    switch (item.type) {
        case StackItemType::any:
            break;
        case StackItemType::pointer: {
            const auto position = int256_to_i64(item.number);
            NSL_ASSERT(position.has_value());
            out.emplace("value", *position);
            break;
        }
        case StackItemType::boolean:
            out.emplace("value", item.truth);
            break;
        case StackItemType::integer:
            out.emplace("value", int256_text(item.number));
            break;
        case StackItemType::byte_string:
        case StackItemType::buffer:
            out.emplace("value", base64_encode(item.bytes));
            break;
        case StackItemType::array:
        case StackItemType::structure:
            write_items(item, list_in(out, "value", item.items.size()), open);
            break;
        case StackItemType::map:
            write_entries(item, list_in(out, "value", item.entries.size()), open);
            break;
        case StackItemType::interop_interface:
            write_iterator(item, out, open);
            break;
    }
}

}  // namespace

Result<StackItem> StackItem::from_json(const json::Value& value) {
    TRY(const Parts parts, parts_of(value));
    if (parts.type == StackItemType::interop_interface) return read_iterator(*parts.object);
    return TreeReader().read(value);
}

json::Value StackItem::to_json() const {
    json::Value root;
    Unwritten open{{this, &root}};
    while (!open.empty()) {
        const auto [from, to] = open.back();
        open.pop_back();
        write_one(*from, *to, open);
    }
    return root;
}

}  // namespace nsl::neo
