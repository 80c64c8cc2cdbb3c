// SPDX-License-Identifier: Apache-2.0
// Described types to values and to JSON Schema, by table.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <cmath>

#include "base/json.h"

namespace nsl::json::detail {
namespace {

struct Writing {
    const Type& element;
    Value out;
};

Value write_items(const Type& type, const void* in, Value start, Type::Visitor visitor) {
    Writing writing{*type.element, std::move(start)};
    type.visit(in, &writing, visitor);
    return std::move(writing.out);
}

Value write_object(const Type& type, const void* in) {
    Object object;
    for (const Member& member : type.fields().members) {
        // The accessor only adds an offset; nothing is changed through it here.
        Value item = write(*member.type, member.at(const_cast<void*>(in)));
        if (member.type->kind == Kind::optional && item.is_null()) continue;
        object.emplace(member.name, std::move(item));
    }
    return object;
}

Value write_integer(const Type& type, const void* in) {
    const std::uint64_t bits = type.get(in);
    if (type.minimum < 0) return static_cast<std::int64_t>(bits);
    return bits;
}

Value write_choice(const Type& type, const void* in) {
    const std::uint64_t index = type.get(in);
    NSL_ASSERT(index < type.names.size());
    return type.names[index];
}

}  // namespace

Value write(const Type& type, const void* in) {
    switch (type.kind) {
        case Kind::boolean:
            return *static_cast<const bool*>(in);
        case Kind::integer:
            return write_integer(type, in);
        case Kind::real: {
            const double value = *static_cast<const double*>(in);
            return std::isfinite(value) ? Value(value) : Value();
        }
        case Kind::text:
            return Value(boost::json::string(*static_cast<const std::string*>(in)));
        case Kind::choice:
            return write_choice(type, in);
        case Kind::any:
            return *static_cast<const Value*>(in);
        case Kind::optional:
            return write_items(type, in, nullptr,
                               [](void* context, std::string_view, const void* item) {
                                   auto& writing = *static_cast<Writing*>(context);
                                   writing.out = write(writing.element, item);
                               });
        case Kind::array:
            return write_items(type, in, Array(),
                               [](void* context, std::string_view, const void* item) {
                                   auto& writing = *static_cast<Writing*>(context);
                                   writing.out.get_array().push_back(write(writing.element, item));
                               });
        case Kind::map:
            return write_items(
                type, in, Object(), [](void* context, std::string_view key, const void* item) {
                    auto& writing = *static_cast<Writing*>(context);
                    writing.out.get_object().insert_or_assign(key, write(writing.element, item));
                });
        case Kind::object:
            return write_object(type, in);
    }
    return nullptr;
}

namespace {

constexpr int kSchemaDepthMax = 32;

Object integer_schema(const Type& type) {
    Object out{{"type", "integer"}};
    if (type.minimum != std::numeric_limits<std::int64_t>::min()) out["minimum"] = type.minimum;
    if (type.maximum < std::numeric_limits<std::int64_t>::max()) out["maximum"] = type.maximum;
    return out;
}

void add_rule(const Rule& rule, Object& out) {
    const Value* type = out.if_contains("type");
    std::string_view unit;
    if (type != nullptr && *type == "string") unit = "Length";
    if (type != nullptr && *type == "array") unit = "Items";
    if (type != nullptr && *type == "object") unit = "Properties";
    if (rule.minimum) out["minimum"] = *rule.minimum;
    if (rule.maximum) out["maximum"] = *rule.maximum;
    if (rule.min_length) out["min" + std::string(unit)] = *rule.min_length;
    if (rule.max_length) out["max" + std::string(unit)] = *rule.max_length;
    if (!rule.description.empty()) out["description"] = rule.description;
}

Value schema_at(const Type& type, int depth);

Object object_schema(const Type& type, int depth) {
    const Fields& fields = type.fields();
    Object properties;
    Array required;
    for (const Member& member : fields.members) {
        Value item = schema_at(*member.type, depth + 1);
        if (member.rule != nullptr) add_rule(*member.rule, item.as_object());
        if (!member.may_miss()) {
            required.emplace_back(member.name);
        } else if (member.type->kind != Kind::optional) {
            item.as_object()["default"] =
                write(*member.type, member.at(const_cast<void*>(fields.initial)));
        }
        properties.emplace(member.name, std::move(item));
    }
    Object out{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = std::move(required);
    out["additionalProperties"] = false;
    return out;
}

Value schema_at(const Type& type, int depth) {
    NSL_ASSERT(depth < kSchemaDepthMax);  // a struct that contains itself has no inline schema
    switch (type.kind) {
        case Kind::boolean:
            return {{"type", "boolean"}};
        case Kind::integer:
            return integer_schema(type);
        case Kind::real:
            return {{"type", "number"}};
        case Kind::text:
            return {{"type", "string"}};
        case Kind::choice: {
            Array names;
            for (const char* name : type.names) names.emplace_back(name);
            return {{"type", "string"}, {"enum", std::move(names)}};
        }
        case Kind::any:
            return Object();
        case Kind::optional:
            return schema_at(*type.element, depth + 1);
        case Kind::array:
            return {{"type", "array"}, {"items", schema_at(*type.element, depth + 1)}};
        case Kind::map:
            return {{"type", "object"},
                    {"additionalProperties", schema_at(*type.element, depth + 1)}};
        case Kind::object:
            return object_schema(type, depth);
    }
    return nullptr;
}

}  // namespace

Value schema(const Type& type) {
    return schema_at(type, 0);
}

}  // namespace nsl::json::detail
