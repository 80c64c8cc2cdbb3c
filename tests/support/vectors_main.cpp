// SPDX-License-Identifier: Apache-2.0
// Main of test programs that read the shared vectors: skipped as a whole, and loudly, without them.
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "vectors.h"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (!std::filesystem::is_directory(nsl::testing_support::vectors_dir())) {
        std::cerr << "SKIPPED: no vectors at " << nsl::testing_support::vectors_dir()
                  << " (set NSL_VECTORS to the folder that holds neo/ and market/)\n";
        return 77;
    }
    return RUN_ALL_TESTS();
}
