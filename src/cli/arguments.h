// SPDX-License-Identifier: Apache-2.0
// Arguments that should not be there. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace nsl::cli {

// A private key among the arguments, where every process of the machine can read it: says how it
// should be given. Never repeats it.
std::optional<Error> secret_argument(int argc, const char* const* argv);

// Names what the parser did not know. What may be a secret is not shown: what follows an unknown
// option, and anything as long as a key.
Error unknown_arguments(const std::vector<std::string>& unknown);

}  // namespace nsl::cli
