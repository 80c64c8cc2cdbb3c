// SPDX-License-Identifier: Apache-2.0
// Places between two durable steps, for tests that kill the process at each of them.
#pragma once
#include <string_view>

namespace nsl {

#ifdef NSL_CRASH_POINTS
// Given by the test program: may end the process.
void crash_point(std::string_view name);
#else
inline void crash_point(std::string_view) {}
#endif

}  // namespace nsl
