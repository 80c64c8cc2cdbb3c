// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace nsl::testing_support {

// Where the shared test vectors lie: $NSL_VECTORS, or ../shared/vectors beside the checkout.
inline std::string vectors_dir() {
    if (const char* set = std::getenv("NSL_VECTORS")) return set;
    const char* source = std::getenv("NSL_SOURCE_DIR");
    return std::string(source ? source : ".") + "/../shared/vectors";
}

inline std::string read_text_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace nsl::testing_support
