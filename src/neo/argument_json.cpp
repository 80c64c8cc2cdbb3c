// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"
#include "neo/abi.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kSignatureBytes = 64;

std::unexpected<Error> wanted(ParameterType type, std::string_view form) {
    return fail(Errc::invalid_argument, "the value of a parameter of type " +
                                            std::string(parameter_type_name(type)) + " should be " +
                                            std::string(form));
}

Result<Argument> read(const json::Value& parameter, std::size_t depth);

Result<Argument> integer(const json::Value& value) {
    if (const auto* number = value.if_int64()) return Argument::integer(*number);
    if (const auto* number = value.if_uint64()) return Argument::integer(Int256(*number));
    if (!value.is_string())
        return wanted(ParameterType::integer, "a whole number or a decimal string");
    auto number = int256_parse(value.get_string());
    if (!number)
        return wanted(ParameterType::integer, "an integer (" + number.error().message + ")");
    return Argument::integer(*number);
}

Result<Argument> list(const json::Value& value, std::size_t depth) {
    const auto* items = value.if_array();
    if (!items) return wanted(ParameterType::array, "a list of parameters");
    Argument::Array out;
    for (const json::Value& item : *items) {
        TRY(Argument argument, read(item, depth + 1));
        out.push_back(std::move(argument));
    }
    return Argument::array(std::move(out));
}

// The VM's primitive types, which alone may be keys.
bool may_be_key(const Argument& argument) {
    return std::holds_alternative<bool>(argument.value) ||
           std::holds_alternative<Int256>(argument.value) ||
           std::holds_alternative<Bytes>(argument.value);
}

Result<Argument> map(const json::Value& value, std::size_t depth) {
    const auto* pairs = value.if_array();
    if (!pairs) return wanted(ParameterType::map, "a list of {key, value}");
    Argument::Map out;
    for (const json::Value& item : *pairs) {
        const auto* pair = item.if_object();
        if (!pair || pair->size() != 2 || !pair->contains("key") || !pair->contains("value"))
            return wanted(ParameterType::map, "a list of {key, value}");
        TRY(Argument key, read(pair->at("key"), depth + 1));
        if (!may_be_key(key))
            return wanted(ParameterType::map, "of keys that are no list, no map and not null");
        TRY(Argument inner, read(pair->at("value"), depth + 1));
        out.keys.push_back(std::move(key));
        out.values.push_back(std::move(inner));
    }
    return Argument::map(std::move(out));
}

Result<Argument> from_text(ParameterType type, std::string_view text) {
    switch (type) {
        case ParameterType::string:
            return Argument::text(text);
        case ParameterType::hash160: {
            const auto hash = Hash160::parse(text);
            if (!hash) return wanted(type, hash.error().message);
            return Argument::hash(*hash);
        }
        case ParameterType::hash256: {
            const auto hash = Hash256::parse(text);
            if (!hash) return wanted(type, hash.error().message);
            return Argument::hash(*hash);
        }
        case ParameterType::public_key: {
            const auto key = PublicKey::parse(text);
            if (!key) return wanted(type, "a compressed public key in hexadecimal");
            return Argument::key(*key);
        }
        default: {
            const auto bytes = base64_decode(text);
            if (!bytes) return wanted(type, "base64");
            if (type == ParameterType::signature && bytes->size() != kSignatureBytes)
                return wanted(type, "64 bytes in base64");
            return Argument::bytes(*bytes);
        }
    }
}

Result<Argument> with_value(ParameterType type, const json::Value& value, std::size_t depth) {
    switch (type) {
        case ParameterType::any:
        case ParameterType::interop_interface:
            return wanted(type, "left out: it can only be null");
        case ParameterType::boolean:
            if (!value.is_bool()) return wanted(type, "true or false");
            return Argument::boolean(value.get_bool());
        case ParameterType::integer:
            return integer(value);
        case ParameterType::array:
            return list(value, depth);
        case ParameterType::map:
            return map(value, depth);
        default:
            if (!value.is_string()) return wanted(type, "a string");
            return from_text(type, value.get_string());
    }
}

Result<Argument> read(const json::Value& parameter, std::size_t depth) {
    if (depth > kArgumentDepthMax)
        return fail(Errc::limit_exceeded, "parameters are nested deeper than " +
                                              std::to_string(kArgumentDepthMax) + " levels");
    const auto* object = parameter.if_object();
    const auto* name = object ? object->if_contains("type") : nullptr;
    if (!name || !name->is_string())
        return fail(Errc::invalid_argument, "a parameter is an object with a type and a value");
    const auto* value = object->if_contains("value");
    // A misspelt member would otherwise send null.
    if (object->size() > (value ? 2U : 1U))
        return fail(Errc::invalid_argument, "a parameter has no members but type and value");
    TRY(const ParameterType type, parse_parameter_type(name->get_string()));
    if (type == ParameterType::none)
        return fail(Errc::invalid_argument, "a parameter cannot be of type Void");
    if (!value || value->is_null()) return Argument::null();
    return with_value(type, *value, depth);
}

}  // namespace

Result<Argument> argument_from_json(const json::Value& parameter) {
    return read(parameter, 0);
}

}  // namespace nsl::neo
