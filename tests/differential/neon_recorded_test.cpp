// SPDX-License-Identifier: Apache-2.0
// Answers of neon-core that scripts/make_neo_vectors wrote down: checked where there is no Node,
// too.
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "checks.h"
#include "vectors.h"

namespace nsl::neo::differential {
namespace {

TEST(NeonCore, SaidTheSameInRecordedCases) {
    const char* source = std::getenv("NSL_SOURCE_DIR");
    std::istringstream lines(testing_support::read_text_file(std::string(source ? source : ".") +
                                                             "/tests/vectors/neo/neon_core.jsonl"));
    std::map<std::string, int> counts;
    int all = 0;
    for (std::string line; std::getline(lines, line); ++all) check_line(line, counts);
    EXPECT_GE(all, 300);
    EXPECT_EQ(counts.size(), kKinds);
}

}  // namespace
}  // namespace nsl::neo::differential
