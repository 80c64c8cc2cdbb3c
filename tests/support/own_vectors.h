// SPDX-License-Identifier: Apache-2.0
// Reading tests/vectors/neo, and damaging what lies in it; for tests only.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {

inline json::Value own_vectors(std::string_view name) {
    const char* source = std::getenv("NSL_SOURCE_DIR");
    const std::string text = testing_support::read_text_file(
        std::string(source ? source : ".") + "/tests/vectors/neo/" + std::string(name));
    auto value = json::parse_value(text, {.bytes_max = 8 << 20, .depth_max = 64});
    if (!value) throw std::runtime_error("vectors: " + value.error().message);
    return *value;
}

inline std::uint32_t u32_in(const json::Value& value, std::string_view name) {
    return value.at(name).to_number<std::uint32_t>();
}
inline Signature signature_in(const json::Value& value, std::string_view name) {
    const Bytes bytes = hex_in(value, name);
    if (bytes.size() != 64) throw std::runtime_error("vectors: a signature has 64 bytes");
    Signature out;
    std::ranges::copy(bytes, out.begin());
    return out;
}

// `again` reads bytes and writes what it read; nothing when it refuses them. Every single flipped
// bit must be refused, or lead to bytes that are written as they were read: otherwise two texts
// would stand for one thing, and a hash would not say which.
template <class Again>
void expect_one_form_only(const Bytes& bytes, Again again) {
    Bytes damaged = bytes;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        const auto mask = static_cast<std::uint8_t>(1 << bit % 8);
        damaged[bit / 8] ^= mask;
        const std::optional<Bytes> read = again(damaged);
        ASSERT_TRUE(!read || *read == damaged) << "bit " << bit << " of " << hex_encode(bytes);
        damaged[bit / 8] ^= mask;
    }
}

template <class Again>
void expect_whole_only(const Bytes& bytes, Again again) {
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_FALSE(again(Bytes(bytes.begin(), bytes.begin() + static_cast<long>(size))))
            << "the first " << size << " bytes of " << hex_encode(bytes);
    Bytes longer = bytes;
    longer.push_back(0);
    ASSERT_FALSE(again(longer)) << "a byte more than " << hex_encode(bytes);
}

}  // namespace nsl::neo
