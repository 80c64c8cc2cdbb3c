// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace nsl::cli {

struct OpcodeFacts {
    std::string_view name;  // empty: no opcode
    int operand = 0;        // bytes; below 0: that many bytes of length come first
};
// Source: neo-go pkg/vm/opcode, pkg/vm context.go.
OpcodeFacts opcode_facts(std::uint8_t opcode);

}  // namespace nsl::cli
