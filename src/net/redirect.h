// SPDX-License-Identifier: Apache-2.0
// What a redirect asks for, pure.
#pragma once
#include <optional>

#include "base/result.h"
#include "net/http_client.h"
#include "net/url.h"

namespace nsl::net {

// The request that follows `request` (to `from`) when `response` is a redirect; nullopt when the
// response is the answer. RFC 9110 section 15.4, and stricter:
// - 301, 302 turn POST into GET, 303 everything but HEAD; the body and its Content-* headers go.
// - 307, 308 (and 301, 302 of another method) repeat the request, but only GET, HEAD or one that is
//   marked idempotent; otherwise the response is the answer.
// - Another scheme, host or port gets none of the caller's headers, and never a body.
// Errors: forbidden (https to http; a body that would go to another origin), unavailable (Location
// is no http or https URL). Messages name the hosts only.
Result<std::optional<HttpRequest>> next_hop(const HttpRequest& request, const Url& from,
                                            const HttpResponse& response);

}  // namespace nsl::net
