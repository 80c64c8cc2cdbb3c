// SPDX-License-Identifier: Apache-2.0
// Configuration: a described struct (see json.h) read from YAML with a strict schema, then
// overridden from the environment.
//
// An unknown key is an error with its line and the nearest known key; so is a missing one, a wrong
// type, a broken rule. All faults are reported at once. Where a list of texts is wanted, one text
// is a list of one.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace nsl::config {

using Environment = std::map<std::string, std::string>;
Environment process_environment();

// `<prefix>A__B__0` overrides key /a/b/0: upper case, `__` between levels. A list of texts is
// separated by commas, or is YAML in brackets. A variable that starts with the prefix and names no
// key is an error, as a misspelt key would be.
// Errors: not_found (no file), invalid_argument with the faults; where = "file:line:
// /json/pointer".
template <class T>
Result<T> load_file(const std::string& path, std::string_view env_prefix, const Environment& env);

// The same from text; `name` stands for the file in messages.
template <class T>
Result<T> load_text(std::string_view yaml, std::string_view name, std::string_view env_prefix = {},
                    const Environment& env = {});

}  // namespace nsl::config

#include "base/config_detail.h"
