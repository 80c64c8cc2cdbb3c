// SPDX-License-Identifier: Apache-2.0
// A transaction for a person who is about to sign it, and as JSON. Pure.
#pragma once
#include <string>

#include "base/json.h"
#include "neo/transaction.h"

namespace nsl::cli {

// Lines ended by '\n'; with `disassembly` also every instruction of the script.
std::string transaction_text(const neo::Transaction& tx, bool is_signed, bool disassembly);

// As JSON-RPC shows it, and besides: signed, calls, only_calls, with `disassembly` instructions.
json::Object transaction_object(const neo::Transaction& tx, bool is_signed, bool disassembly);

}  // namespace nsl::cli
