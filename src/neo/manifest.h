// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl::neo {

// The contract's name in its manifest (NEP-15), which takes part in its hash.
// Errors: invalid_argument (no JSON, no name, above 65,535 bytes).
Result<std::string> manifest_name(std::string_view json);

}  // namespace nsl::neo
