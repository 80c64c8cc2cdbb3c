// SPDX-License-Identifier: Apache-2.0
// What others wrote (nodes, APIs, files) made safe to print: a terminal must show it, not obey it.
#pragma once
#include <string>
#include <string_view>

namespace nsl::cli {

// On one line: control characters (C0, DEL, C1), characters that reorder text or break lines, and
// bytes that are not UTF-8 become visible: \n, \x1b, \u{202e}.
std::string printable(std::string_view text);

// The same for JSON text, which stays the same JSON: \u009b.
std::string printable_json(std::string_view json);

}  // namespace nsl::cli
