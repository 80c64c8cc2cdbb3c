// SPDX-License-Identifier: Apache-2.0
// The live table of `nsl up` on a terminal.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "cli/stack.h"
#include "client/types.h"

namespace nsl::cli {

struct StackView {
    StackInfo info;
    std::vector<std::pair<std::string, std::string>> parts;
    client::Chain chain;
    std::vector<client::Feed> feeds;
    std::string fault;  // why the API could not be asked; empty when it could
};

// How long ago: "1.5 s", "70 s", "12 min"; "-" for never (0).
std::string age_text(std::int64_t then_ms, std::int64_t now_ms);

// The whole screen as text, lines ended by '\n'. Pure.
std::string render(const StackView& view, std::int64_t now_ms);

}  // namespace nsl::cli
