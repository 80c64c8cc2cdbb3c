// SPDX-License-Identifier: Apache-2.0
// Routes, declared once: the same declaration gives parsing, validation, the OpenAPI document, the
// metrics of a route and its documentation.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl::api {

// Who may call. The skeleton only has anyone: nothing that changes state is exposed before
// signatures are checked.
enum class Access { anyone };

struct Context {
    std::string request_id;  // follows the request into logs and onto the chain call
    Logger log;              // carries request_id
};

// For a streaming route: server-sent events (text/event-stream).
class EventStream {
 public:
    virtual ~EventStream() = default;
    // Sends one event. `id` goes into Last-Event-ID on reconnect. Errors: unavailable when the
    // client has gone or does not read (write deadline).
    virtual Task<Status> send(std::string id, std::string event, json::Value data) = 0;
    // The client's Last-Event-ID, or empty.
    virtual std::string last_event_id() const = 0;
};

struct RouteInfo {
    std::string summary;
    std::string tag;
    Access access = Access::anyone;
    std::vector<Errc> errors{};  // what it may answer besides invalid_argument and internal
};

// Raw form behind the typed one below.
struct RawRoute {
    std::string method;
    std::string path;  // "/v1/price-feeds/{id}/rounds"
    RouteInfo info;
    json::Value params_schema;  // object schema: members named in the path are path parameters, the
                                // others query parameters
    json::Value reply_schema;
    std::string reply_type = "application/json";
    // `params`: {name: text…} of path and query, undecoded to types.
    std::function<Task<Result<std::string>>(Context, json::Value params)> handle;
    std::function<Task<Status>(Context, json::Value params, EventStream&)> stream;
    std::string cache = "no-store";  // Cache-Control of a good reply
};

class Router {
 public:
    // Params and Reply are described structs (base/json.h). Text of path and query is converted to
    // the members' types; unknown query parameters are errors.
    template <class Params, class Reply>
    void get(std::string path, RouteInfo info,
             std::function<Task<Result<Reply>>(Context, Params)> handler);

    // Server-sent events; Event is the struct of `data`.
    template <class Params, class Event>
    void stream(std::string path, RouteInfo info,
                std::function<Task<Status>(Context, Params, EventStream&)> handler);

    // Plain text (the metrics).
    void text(std::string path, RouteInfo info, std::string content_type,
              std::function<Task<Result<std::string>>(Context)> handler);

    void add(RawRoute route);
    const std::vector<RawRoute>& routes() const { return routes_; }

 private:
    std::vector<RawRoute> routes_;
};

// Text parameters → typed struct: integers, booleans and strings by the schema of T.
Result<json::Value> convert_params(const json::Value& text_params, const json::Value& schema);

// HTTP status of an error code, and its RFC 9457 problem document (application/problem+json) with
// "errors": [{pointer, detail}] for the faults.
int http_status(Errc code);
std::string problem(const Error& error, std::string_view request_id, std::string_view instance);

// OpenAPI 3.1 document of all routes.
json::Value openapi(const Router& router, std::string_view title, std::string_view version);

template <class Params, class Reply>
void Router::get(std::string path, RouteInfo info,
                 std::function<Task<Result<Reply>>(Context, Params)> handler) {
    RawRoute route{"GET", std::move(path), std::move(info), json::schema<Params>(),
                   json::schema<Reply>()};
    route.handle = [handler = std::move(handler), schema = route.params_schema](
                       Context context, json::Value raw) -> Task<Result<std::string>> {
        CO_TRY(json::Value typed, convert_params(raw, schema));
        CO_TRY(Params params, json::decode<Params>(typed));
        CO_TRY(Reply reply, co_await handler(std::move(context), std::move(params)));
        co_return json::write(reply);
    };
    add(std::move(route));
}

template <class Params, class Event>
void Router::stream(std::string path, RouteInfo info,
                    std::function<Task<Status>(Context, Params, EventStream&)> handler) {
    RawRoute route{"GET",
                   std::move(path),
                   std::move(info),
                   json::schema<Params>(),
                   json::schema<Event>(),
                   "text/event-stream"};
    route.stream = [handler = std::move(handler), schema = route.params_schema](
                       Context context, json::Value raw, EventStream& out) -> Task<Status> {
        CO_TRY(json::Value typed, convert_params(raw, schema));
        CO_TRY(Params params, json::decode<Params>(typed));
        co_return co_await handler(std::move(context), std::move(params), out);
    };
    add(std::move(route));
}

}  // namespace nsl::api
