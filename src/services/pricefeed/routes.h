// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "api/router.h"
#include "base/clock.h"
#include "services/pricefeed/service.h"

namespace nsl::pricefeed {

// GET /v1/price-feeds, /v1/price-feeds/{id}, …/rounds, …/report, …/stream.
void add_routes(api::Router& router, Service& service, Clock& clock);

}  // namespace nsl::pricefeed
