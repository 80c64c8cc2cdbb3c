// SPDX-License-Identifier: Apache-2.0
// What the HTTP server itself refuses: the statuses that no Errc stands for.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl::api {

struct Refusal {
    int status = 400;  // 400, 405, 408, 413, 431 or 505
    std::string detail;
};

// RFC 9457 document, as problem() of router.h makes it from an Error.
std::string problem(const Refusal& refusal, std::string_view request_id, std::string_view instance);

// The `type` of a problem: a stable name that clients compare. `name` is errc_name() of an Errc.
std::string problem_type(std::string_view name);
// What is wrong in general, the same for every occurrence.
std::string_view problem_title(Errc code);

// The phrase of a status line (RFC 9110).
std::string_view reason_phrase(int status);

}  // namespace nsl::api
