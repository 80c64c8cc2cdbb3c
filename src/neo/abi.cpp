// SPDX-License-Identifier: Apache-2.0
#include "neo/abi.h"

#include <algorithm>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

constexpr ParameterType kTypes[] = {
    ParameterType::any,        ParameterType::boolean,    ParameterType::integer,
    ParameterType::byte_array, ParameterType::string,     ParameterType::hash160,
    ParameterType::hash256,    ParameterType::public_key, ParameterType::signature,
    ParameterType::array,      ParameterType::map,        ParameterType::interop_interface,
    ParameterType::none,
};
constexpr std::size_t kSignatureBytes = 64;

std::unexpected<Error> mismatch(const StackItem& item, ParameterType type) {
    return fail(Errc::invalid_argument,
                "a stack item of type " + std::string(stack_item_type_name(item.type)) +
                    " is not a value of type " + std::string(parameter_type_name(type)));
}

Result<json::Value> decode(const StackItem& item, ParameterType type, std::size_t depth);

Result<json::Value> decode_list(const StackItem& list, std::size_t depth) {
    json::Array out;
    out.reserve(list.items.size());
    for (const StackItem& item : list.items) {
        TRY(json::Value value, decode(item, ParameterType::any, depth + 1));
        out.push_back(std::move(value));
    }
    return out;
}

Result<json::Value> decode_map(const StackItem& map, std::size_t depth) {
    json::Array out;
    out.reserve(map.entries.size());
    for (const auto& [key, item] : map.entries) {
        TRY(json::Value name, decode(key, ParameterType::any, depth + 1));
        TRY(json::Value value, decode(item, ParameterType::any, depth + 1));
        out.push_back(json::Object{{"key", std::move(name)}, {"value", std::move(value)}});
    }
    return out;
}

// The type that says of a value what the item says of itself.
ParameterType own_type(const StackItem& item) {
    switch (item.type) {
        case StackItemType::boolean:
            return ParameterType::boolean;
        case StackItemType::integer:
            return ParameterType::integer;
        case StackItemType::byte_string:
        case StackItemType::buffer:
            return ParameterType::byte_array;
        case StackItemType::array:
        case StackItemType::structure:
            return ParameterType::array;
        case StackItemType::map:
            return ParameterType::map;
        default:
            return ParameterType::interop_interface;
    }
}

Result<json::Value> decode_bytes(const StackItem& item, ParameterType type) {
    if (item.type != StackItemType::byte_string && item.type != StackItemType::buffer)
        return mismatch(item, type);
    if (type == ParameterType::signature && item.bytes.size() != kSignatureBytes)
        return fail(Errc::invalid_argument,
                    "a signature has 64 bytes, not " + std::to_string(item.bytes.size()));
    return json::Value(base64_encode(item.bytes));
}

Result<json::Value> decode_scalar(const StackItem& item, ParameterType type) {
    switch (type) {
        case ParameterType::boolean: {
            TRY(const bool value, item.as_boolean());
            return value;
        }
        case ParameterType::integer: {
            TRY(const Int256 value, item.as_integer());
            return json::Value(int256_text(value));
        }
        case ParameterType::string: {
            TRY(const std::string value, item.as_text());
            return json::Value(value);
        }
        case ParameterType::hash160: {
            TRY(const Hash160 value, item.as_hash160());
            return json::Value(value.display());
        }
        case ParameterType::hash256: {
            TRY(const Hash256 value, item.as_hash256());
            return json::Value(value.display());
        }
        case ParameterType::public_key: {
            TRY(const PublicKey value, item.as_public_key());
            return json::Value(value.hex());
        }
        default:
            return decode_bytes(item, type);
    }
}

Result<json::Value> decode(const StackItem& item, ParameterType type, std::size_t depth) {
    if (depth > kDecodedDepthMax)
        return fail(Errc::limit_exceeded, "a value is nested deeper than " +
                                              std::to_string(kDecodedDepthMax) + " levels");
    if (item.is_null()) return nullptr;
    if (type == ParameterType::any) type = own_type(item);
    switch (type) {
        case ParameterType::none:
            return mismatch(item, type);
        case ParameterType::array:
            if (!item.as_array()) return mismatch(item, type);
            return decode_list(item, depth);
        case ParameterType::map:
            if (item.type != StackItemType::map) return mismatch(item, type);
            return decode_map(item, depth);
        case ParameterType::interop_interface:
            // Pointers have no type of their own; as Any they are shown the same way.
            if (item.type != StackItemType::interop_interface &&
                item.type != StackItemType::pointer)
                return mismatch(item, type);
            return item.to_json();
        default:
            return decode_scalar(item, type);
    }
}

}  // namespace

std::string_view parameter_type_name(ParameterType type) {
    switch (type) {
        case ParameterType::any:
            return "Any";
        case ParameterType::boolean:
            return "Boolean";
        case ParameterType::integer:
            return "Integer";
        case ParameterType::byte_array:
            return "ByteArray";
        case ParameterType::string:
            return "String";
        case ParameterType::hash160:
            return "Hash160";
        case ParameterType::hash256:
            return "Hash256";
        case ParameterType::public_key:
            return "PublicKey";
        case ParameterType::signature:
            return "Signature";
        case ParameterType::array:
            return "Array";
        case ParameterType::map:
            return "Map";
        case ParameterType::interop_interface:
            return "InteropInterface";
        case ParameterType::none:
            return "Void";
    }
    return "unknown";
}

Result<ParameterType> parse_parameter_type(std::string_view name) {
    std::string known;
    for (const ParameterType type : kTypes) {
        if (parameter_type_name(type) == name) return type;
        known += known.empty() ? "" : ", ";
        known += parameter_type_name(type);
    }
    return fail(Errc::invalid_argument, "unknown type: one of " + known + " is wanted");
}

const AbiMethod* Abi::method(std::string_view name, std::size_t parameters) const {
    const auto found = std::ranges::find_if(methods, [&](const AbiMethod& method) {
        return method.name == name && method.parameters.size() == parameters;
    });
    return found == methods.end() ? nullptr : &*found;
}

const AbiEvent* Abi::event(std::string_view name) const {
    const auto found = std::ranges::find(events, name, &AbiEvent::name);
    return found == events.end() ? nullptr : &*found;
}

Result<json::Value> decode_by_type(const StackItem& item, ParameterType type) {
    return decode(item, type, 0);
}

Result<json::Object> decode_event(const AbiEvent& event, const StackItem& state) {
    const auto values = state.as_array();
    if (!values) return fail(Errc::invalid_argument, "the state of an event should be an array");
    if ((*values)->size() != event.parameters.size())
        return fail(Errc::invalid_argument,
                    "event " + event.name + " has " + std::to_string(event.parameters.size()) +
                        " parameters, its state " + std::to_string((*values)->size()));
    json::Object out;
    for (std::size_t i = 0; i < event.parameters.size(); ++i) {
        const AbiParameter& parameter = event.parameters[i];
        auto value = decode_by_type((**values)[i], parameter.type);
        if (!value)
            return fail(value.error().code, "parameter " + parameter.name + " of event " +
                                                event.name + ": " + value.error().message);
        out.insert_or_assign(parameter.name, *std::move(value));
    }
    return out;
}

}  // namespace nsl::neo
