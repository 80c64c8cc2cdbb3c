// SPDX-License-Identifier: Apache-2.0
// What a script does, as far as it can be told without running it. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/hash.h"
#include "neo/stack_item.h"

namespace nsl::cli {

struct Instruction {
    std::size_t offset = 0;
    std::string name;  // "PUSHDATA1"; of a number that is no opcode "0xff"
    Bytes operand{};   // without its length
};

// A call that the script makes for certain, with arguments that stand in it.
struct ScriptCall {
    neo::Hash160 contract;
    std::string method;
    std::uint8_t flags = 0;
    std::vector<neo::StackItem> arguments;
    bool asserted = false;  // the script faults when it returns false
};

struct ScriptView {
    std::vector<Instruction> instructions;
    std::vector<ScriptCall> calls;
    bool only_calls = false;  // the script is these calls in this order, and nothing else
};

// Errors: invalid_argument (no opcode, or an operand cut short: at which byte).
Result<ScriptView> view_script(ByteView script);

// "GasToken", "NeoToken", …; empty for what is no native contract.
std::string native_name(const neo::Hash160& contract);

// An argument for a person: a number, quoted text, hex; 20 bytes as address and script hash.
std::string argument_text(const neo::StackItem& item);
// "GasToken.transfer(N…, N…, 150000000, null), must succeed"
std::string call_text(const ScriptCall& call);

}  // namespace nsl::cli
