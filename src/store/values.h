// SPDX-License-Identifier: Apache-2.0
// What both engines can keep.
#pragma once
#include "store/db.h"

namespace nsl::store {

// Errors: invalid_argument (text that is not UTF-8, or has a NUL).
Status check_param(const Param& param);

}  // namespace nsl::store
