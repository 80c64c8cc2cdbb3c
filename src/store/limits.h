// SPDX-License-Identifier: Apache-2.0
// What the tables of this module take. Errors: invalid_argument, saying what would be right.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace nsl::store {

// UTF-8 without NUL, of `least` to `most` bytes.
Status check_text(std::string_view what, std::string_view text, std::size_t least,
                  std::size_t most);
// `what` names the unit: "the lease in ms".
Status check_range(std::string_view what, std::int64_t value, std::int64_t least,
                   std::int64_t most);

}  // namespace nsl::store
