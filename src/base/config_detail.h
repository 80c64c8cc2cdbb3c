// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/config.h"
#include "base/json_detail.h"

namespace nsl::config::detail {

// Fills `out`, an object of the type.
Status load_text(std::string_view yaml, std::string_view name, std::string_view env_prefix,
                 const Environment& env, const json::detail::Type& type, void* out);
Status load_file(const std::string& path, std::string_view env_prefix, const Environment& env,
                 const json::detail::Type& type, void* out);

}  // namespace nsl::config::detail

namespace nsl::config {

template <class T>
Result<T> load_file(const std::string& path, std::string_view env_prefix, const Environment& env) {
    T out{};
    TRY_OK(detail::load_file(path, env_prefix, env, json::detail::kType<T>, &out));
    return out;
}

template <class T>
Result<T> load_text(std::string_view yaml, std::string_view name, std::string_view env_prefix,
                    const Environment& env) {
    T out{};
    TRY_OK(detail::load_text(yaml, name, env_prefix, env, json::detail::kType<T>, &out));
    return out;
}

}  // namespace nsl::config
