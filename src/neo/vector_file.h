// SPDX-License-Identifier: Apache-2.0
// Reading vector files, for tests only.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "base/json.h"
#include "neo/keys.h"

namespace nsl::neo {

inline json::Value parse_vectors(const std::string& text) {
    auto value = json::parse_value(text);
    if (!value) throw std::runtime_error("vectors: " + value.error().message);
    return *value;
}

// These throw when the file is not as the test believes.
inline const json::Array& list_in(const json::Value& value, std::string_view name) {
    return value.at(name).as_array();
}
inline std::string text_in(const json::Value& value, std::string_view name) {
    return std::string(value.at(name).as_string());
}
inline Bytes hex_in(const json::Value& value, std::string_view name) {
    return hex_decode(text_in(value, name)).value();
}
inline Bytes base64_in(const json::Value& value, std::string_view name) {
    return base64_decode(text_in(value, name)).value();
}
inline Hash160 hash_in(const json::Value& value, std::string_view name) {
    return Hash160::parse(text_in(value, name)).value();
}
inline PrivateKey key_in(const json::Value& value, std::string_view name) {
    return PrivateKey::from_bytes(hex_in(value, name)).value();
}
inline std::vector<PublicKey> keys_in(const json::Value& value, std::string_view name) {
    std::vector<PublicKey> out;
    for (const json::Value& key : list_in(value, name))
        out.push_back(PublicKey::parse(key.as_string()).value());
    return out;
}

}  // namespace nsl::neo
