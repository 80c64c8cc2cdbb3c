// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 document, made from the routes that are served.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <set>

#include "api/problem.h"
#include "api/router.h"
#include "api/target.h"

namespace nsl::api {
namespace {

constexpr const char* kProblemType = "application/problem+json";
constexpr const char* kEventStream = "text/event-stream";

json::Value reference(std::string_view to) {
    return {{"$ref", "#/components/" + std::string(to)}};
}

// GET /v1/price-feeds/{id}/rounds → get_v1_price_feeds_by_id_rounds
std::string operation_id(const RawRoute& route) {
    std::string out;
    for (char c : route.method) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const std::string& segment : template_segments(route.path)) {
        const std::string_view name = parameter_name(segment);
        out += name.empty() ? "_" : "_by_";
        for (char c : name.empty() ? std::string_view(segment) : name) {
            const bool word =
                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            out += word ? c : '_';
        }
    }
    return out;
}

json::Object parameter(std::string_view name, std::string_view in, bool required,
                       const json::Value& schema) {
    json::Object out{{"name", name}, {"in", in}, {"required", required}};
    json::Object bare = schema.as_object();
    if (const json::Value* description = bare.if_contains("description")) {
        out["description"] = *description;
        bare.erase("description");
    }
    out["schema"] = std::move(bare);
    return out;
}

json::Array parameters(const RawRoute& route) {
    std::set<std::string> in_path;
    for (const std::string& segment : template_segments(route.path))
        in_path.emplace(parameter_name(segment));
    const json::Object& schema = route.params_schema.as_object();
    std::set<std::string> required;
    if (const json::Value* names = schema.if_contains("required")) {
        for (const json::Value& name : names->as_array())
            required.emplace(name.as_string().begin(), name.as_string().end());
    }
    json::Array out;
    for (const auto& [key, property] : schema.at("properties").as_object()) {
        const std::string name(key.data(), key.size());
        const bool path = in_path.contains(name);
        out.push_back(
            parameter(name, path ? "path" : "query", path || required.contains(name), property));
    }
    out.push_back(reference("parameters/request_id"));
    if (route.stream) out.push_back(reference("parameters/last_event_id"));
    return out;
}

json::Object good_response(const RawRoute& route) {
    json::Object content{{"schema", route.reply_schema}};
    std::string description = "The answer";
    if (route.stream) {
        description = "Events, each with the JSON of x-event-schema as its data";
        content = {{"schema", {{"type", "string"}}}, {"x-event-schema", route.reply_schema}};
    }
    return {{"description", description},
            {"headers", {{"X-Request-Id", reference("headers/request_id")}}},
            {"content", {{route.stream ? kEventStream : route.reply_type, std::move(content)}}}};
}

json::Object responses(const RawRoute& route) {
    std::vector<Errc> errors = route.info.errors;
    errors.insert(errors.end(), {Errc::invalid_argument, Errc::internal});
    std::ranges::sort(errors, {}, http_status);
    json::Object out{{"200", good_response(route)}};
    for (Errc code : errors)
        out.emplace(std::to_string(http_status(code)),
                    reference(std::string("responses/") + errc_name(code)));
    out["default"] = reference("responses/other");
    return out;
}

json::Object operation(const RawRoute& route) {
    json::Object out{{"operationId", operation_id(route)}, {"summary", route.info.summary}};
    if (!route.info.tag.empty()) out["tags"] = json::Array{json::Value(route.info.tag)};
    out["parameters"] = parameters(route);
    out["responses"] = responses(route);
    return out;
}

json::Object problem_schema() {
    auto text = [](std::string_view description) {
        return json::Object{{"type", "string"}, {"description", description}};
    };
    const json::Object item{{"type", "object"},
                            {"properties",
                             {{"pointer", text("JSON pointer (RFC 6901) of the offending part")},
                              {"detail", text("what is wrong and what would be right")}}},
                            {"required", json::Array{"pointer", "detail"}}};
    return {{"type", "object"},
            {"description", "RFC 9457"},
            {"properties",
             {{"type", text("a stable name, urn:nsl:problem:…")},
              {"title", text("the same for every problem of the type")},
              {"status", {{"type", "integer"}}},
              {"detail", text("what is wrong and what would be right")},
              {"instance", text("the path that was asked for")},
              {"request_id", text("finds the request in the node's log")},
              {"errors", {{"type", "array"}, {"items", item}}}}},
            {"required", json::Array{"type", "title", "status", "detail"}}};
}

json::Object problem_response(std::string_view description) {
    return {{"description", description},
            {"headers", {{"X-Request-Id", reference("headers/request_id")}}},
            {"content", {{kProblemType, {{"schema", reference("schemas/problem")}}}}}};
}

json::Object components() {
    json::Object problems;
    for (Errc code : {Errc::invalid_argument, Errc::unauthenticated, Errc::forbidden,
                      Errc::not_found, Errc::conflict, Errc::insufficient_funds,
                      Errc::limit_exceeded, Errc::unavailable, Errc::timeout, Errc::internal})
        problems.emplace(errc_name(code), problem_response(problem_title(code)));
    problems.emplace("other", problem_response("Any other problem"));
    const json::Object id{{"type", "string"}, {"pattern", "^[A-Za-z0-9._-]{1,64}$"}};
    const json::Object id_header{{"description", "The request's id: the client's, or a new one"},
                                 {"schema", id}};
    const json::Value id_parameter = {{"name", "X-Request-Id"},
                                      {"in", "header"},
                                      {"required", false},
                                      {"description", "An id that follows the request everywhere"},
                                      {"schema", id}};
    const json::Value last_event = {
        {"name", "Last-Event-ID"},
        {"in", "header"},
        {"required", false},
        {"description", "The id of the last event received before a reconnect"},
        {"schema", {{"type", "string"}}}};
    return {{"schemas", {{"problem", problem_schema()}}},
            {"responses", std::move(problems)},
            {"parameters", {{"request_id", id_parameter}, {"last_event_id", last_event}}},
            {"headers", {{"request_id", id_header}}}};
}

}  // namespace

json::Value openapi(const Router& router, std::string_view title, std::string_view version) {
    json::Object paths;
    json::Array tags;
    for (const RawRoute& route : router.routes()) {
        std::string method = operation_id(route);
        method.resize(route.method.size());
        json::Value& path = paths[route.path];
        if (path.is_null()) path = json::Object();
        path.as_object().emplace(method, operation(route));
        const json::Value tag = {{"name", route.info.tag}};
        if (!route.info.tag.empty() && std::ranges::find(tags, tag) == tags.end())
            tags.push_back(tag);
    }
    return {{"openapi", "3.1.0"},
            {"info",
             {{"title", title},
              {"version", version},
              {"license", {{"name", "Apache 2.0"}, {"identifier", "Apache-2.0"}}}}},
            {"tags", std::move(tags)},
            {"paths", std::move(paths)},
            {"components", components()}};
}

}  // namespace nsl::api
