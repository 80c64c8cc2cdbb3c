// SPDX-License-Identifier: Apache-2.0
// One check for each kind of case that tests/oracle/neon_cases.mjs writes.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "neo/keys.h"

namespace nsl::neo::differential {

constexpr std::size_t kKinds = 13;

// Checks one line and counts its kind; fails where nobody knows the kind.
void check_line(const std::string& line, std::map<std::string, int>& counts);

using Check = void (*)(const json::Value& record);

// Nothing for a kind of another file.
Check find_key_check(std::string_view kind);
Check find_script_check(std::string_view kind);
Check find_transaction_check(std::string_view kind);

// neon-core signs with the lower of s and n - s, we with the one RFC 6979 gives; r is the same.
Signature with_low_s(const Signature& signature);

}  // namespace nsl::neo::differential
