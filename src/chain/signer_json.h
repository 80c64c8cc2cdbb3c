// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "neo/signer.h"

namespace nsl::chain {

// A signer as JSON-RPC takes it: {account, scopes, allowedcontracts, allowedgroups, rules}. Hashes
// in display order, keys in hex. Source: neo-go pkg/core/transaction signer.go,
// witness_condition.go.
json::Value signer_json(const neo::Signer& signer);

}  // namespace nsl::chain
