// SPDX-License-Identifier: Apache-2.0
#include "api/router.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "api/target.h"

namespace nsl::api {
namespace {

constexpr std::size_t kNumberMax = 32;

struct NoParams {};
BOOST_DESCRIBE_STRUCT(NoParams, (), ())

// A number as JSON spells it, or nullopt.
std::optional<json::Value> number_of(std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.empty() || (!is_digit(text.front()) && text.front() != '-') || !is_digit(text.back()))
        return std::nullopt;
    Result<json::Value> value = json::parse_value(text, {.bytes_max = kNumberMax});
    if (!value || !value->is_number()) return std::nullopt;
    return *std::move(value);
}

// What does not convert stays text, so that decoding it says what would be right.
json::Value convert(const json::Value& text, const json::Value& schema) {
    const json::Value* type = schema.as_object().if_contains("type");
    const boost::json::string* raw = text.if_string();
    if (type == nullptr || raw == nullptr) return text;
    const std::string_view view(raw->data(), raw->size());
    if (*type == "boolean" && (view == "true" || view == "false")) return view == "true";
    if (*type == "integer" || *type == "number") {
        if (auto number = number_of(view)) return *std::move(number);
    }
    return text;
}

// Two routes that would answer the same requests.
bool same_shape(const RawRoute& a, const RawRoute& b) {
    return a.method == b.method &&
           std::ranges::equal(template_segments(a.path), template_segments(b.path),
                              [](const std::string& x, const std::string& y) {
                                  return parameter_name(x).empty() ? x == y
                                                                   : !parameter_name(y).empty();
                              });
}

}  // namespace

Result<json::Value> convert_params(const json::Value& text_params, const json::Value& schema) {
    const json::Object* given = text_params.if_object();
    const json::Value* properties = schema.as_object().if_contains("properties");
    NSL_ASSERT(given != nullptr && properties != nullptr);
    json::Object out;
    for (const auto& [name, text] : *given) {
        const json::Value* property = properties->as_object().if_contains(name);
        out.emplace(name, property == nullptr ? text : convert(text, *property));
    }
    return json::Value(std::move(out));
}

void Router::add(RawRoute route) {
    NSL_ASSERT(route.path.starts_with('/') && !route.method.empty());
    NSL_ASSERT((route.handle != nullptr) != (route.stream != nullptr));
    const json::Value* properties = route.params_schema.as_object().if_contains("properties");
    NSL_ASSERT(properties != nullptr);
    for (const std::string& segment : template_segments(route.path)) {
        const std::string_view name = parameter_name(segment);
        NSL_ASSERT(name.empty() || properties->as_object().contains(name));
    }
    for (const RawRoute& other : routes_) NSL_ASSERT(!same_shape(other, route));
    routes_.push_back(std::move(route));
}

void Router::text(std::string path, RouteInfo info, std::string content_type,
                  std::function<Task<Result<std::string>>(Context)> handler) {
    RawRoute route{"GET", std::move(path), std::move(info), json::schema<NoParams>(),
                   json::Object{{"type", "string"}}};
    route.reply_type = std::move(content_type);
    route.handle = [handler = std::move(handler)](Context context,
                                                  json::Value raw) -> Task<Result<std::string>> {
        CO_TRY([[maybe_unused]] const NoParams none, json::decode<NoParams>(raw));
        co_return co_await handler(std::move(context));
    };
    add(std::move(route));
}

}  // namespace nsl::api
