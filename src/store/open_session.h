// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "store/open.h"
#include "store/session.h"

namespace nsl::store {

// One connection, without migrating. Errors as open; not_found (no such file, and it may not be
// made).
Result<std::unique_ptr<Session>> open_session(const OpenOptions& options, bool may_create);

}  // namespace nsl::store
