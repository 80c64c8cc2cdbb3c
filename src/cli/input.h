// SPDX-License-Identifier: Apache-2.0
// What commands are given: a file, standard input, or the thing itself.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "neo/signing_context.h"
#include "neo/transaction.h"

namespace nsl::cli {

constexpr std::size_t kInputBytesMax = 1024 * 1024;

// The content of a file, or of standard input for "-". Errors: not_found, limit_exceeded
// (kInputBytesMax), unavailable.
Result<std::string> read_input(const std::string& file);

struct GivenTransaction {
    neo::Transaction tx;  // witnesses empty when it was not signed
    bool is_signed = false;
    std::optional<neo::SigningContext> context{};
};

// From a file, "-", or the argument itself: a ContractParametersContext, a transaction as JSON-RPC
// shows it, or its bytes in hex, base64 or raw; signed or only the part that is signed.
// Errors: invalid_argument, unauthenticated (a signature inside does not verify), those of reading.
Result<GivenTransaction> read_transaction(const std::string& argument);

// A positive amount of GAS, exact: digits, with at most 8 after the point. Errors:
// invalid_argument, limit_exceeded.
Result<neo::Datoshi> parse_gas(const std::string& text);
std::string gas_text(neo::Datoshi amount);  // "1.5 GAS"

}  // namespace nsl::cli
