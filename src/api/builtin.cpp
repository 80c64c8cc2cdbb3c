// SPDX-License-Identifier: Apache-2.0
#include "api/builtin.h"

#include <boost/json/object.hpp>

namespace nsl::api {

struct NoParams {};
BOOST_DESCRIBE_STRUCT(NoParams, (), ())

struct HealthBody {
    std::string status;
};
BOOST_DESCRIBE_STRUCT(HealthBody, (), (status))

namespace {

constexpr const char* kTag = "node";

Task<Result<HealthBody>> live() {
    co_return HealthBody{"live"};
}

Task<Result<HealthBody>> readiness(const std::function<std::string()>& ready) {
    const std::string why = ready ? ready() : std::string();
    if (!why.empty()) co_return fail(Errc::unavailable, "not ready: " + why);
    co_return HealthBody{"ready"};
}

Task<Result<std::string>> text_of(const Metrics& metrics) {
    co_return metrics.text();
}

}  // namespace

void add_builtin_routes(Router& router, const Metrics& metrics, std::function<std::string()> ready,
                        const std::string& title, const std::string& version) {
    router.get<NoParams, HealthBody>("/livez", {.summary = "Whether the process runs", .tag = kTag},
                                     [](Context, NoParams) { return live(); });
    router.get<NoParams, HealthBody>(
        "/readyz",
        {.summary = "Whether the node can serve; the problem says why not",
         .tag = kTag,
         .errors = {Errc::unavailable}},
        [ready = std::move(ready)](Context, NoParams) { return readiness(ready); });
    router.text("/metrics", {.summary = "Metrics, Prometheus text format", .tag = kTag},
                "text/plain; version=0.0.4; charset=utf-8",
                [&metrics](Context) { return text_of(metrics); });

    auto text = std::make_shared<std::string>();
    RawRoute route{"GET",
                   "/openapi.json",
                   {.summary = "This document", .tag = kTag},
                   json::schema<NoParams>(),
                   json::Object{{"type", "object"}}};
    route.cache = "public, max-age=60";
    route.handle = [text](Context, json::Value raw) -> Task<Result<std::string>> {
        CO_TRY([[maybe_unused]] const NoParams none, json::decode<NoParams>(raw));
        co_return *text;
    };
    router.add(std::move(route));
    *text = json::write_value(openapi(router, title, version));
}

}  // namespace nsl::api
