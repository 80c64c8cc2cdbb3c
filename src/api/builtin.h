// SPDX-License-Identifier: Apache-2.0
// The routes that every server has.
#pragma once
#include <functional>
#include <string>

#include "api/router.h"
#include "base/metrics.h"

namespace nsl::api {

// Adds /livez, /readyz, /metrics and /openapi.json; the document describes all routes, these too.
void add_builtin_routes(Router& router, const Metrics& metrics, std::function<std::string()> ready,
                        const std::string& title, const std::string& version);

}  // namespace nsl::api
