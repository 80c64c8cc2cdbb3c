// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <gtest/gtest.h>

#include <exception>

#include "neo/vector_file.h"

namespace nsl::neo::differential {
namespace {

constexpr std::size_t kShownMax = 1500;  // bytes of a line that failed

}  // namespace

void check_line(const std::string& line, std::map<std::string, int>& counts) {
    const json::Value record = parse_vectors(line);
    const std::string kind = text_in(record, "kind");
    Check check = find_key_check(kind);
    if (check == nullptr) check = find_script_check(kind);
    if (check == nullptr) check = find_transaction_check(kind);
    ASSERT_NE(check, nullptr) << "nobody checks " << kind;
    SCOPED_TRACE(line.substr(0, kShownMax));
    try {
        check(record);
    } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
    }
    ++counts[kind];
}

}  // namespace nsl::neo::differential
