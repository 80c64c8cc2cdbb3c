// SPDX-License-Identifier: Apache-2.0
// How much a transaction may cost. Pure. reference: neo-go pkg/core/fee.
#pragma once
#include "base/result.h"
#include "neo/transaction.h"

namespace nsl::chain {

// Simulated consumption plus a margin, rounded up. The fee is burned whole even when the script
// faults, so it is capped. Errors: limit_exceeded (above max, or overflow).
Result<neo::Datoshi> system_fee_of(neo::Datoshi simulated, int margin_percent, neo::Datoshi max);

struct NetworkFee {
    neo::Datoshi amount = 0;
    bool differed = false;  // our formula and the node's answer are not the same
};

// The larger of our own formula and the node's answer, but at most twice our own: too little is
// refused, and too much is burned, so one node's word must not raise it without end. One of them
// may be missing (a witness our formula does not know, a node that cannot tell). Errors:
// limit_exceeded (above max); the node's when both are missing.
Result<NetworkFee> network_fee_of(const Result<neo::Datoshi>& ours,
                                  const Result<neo::Datoshi>& node, neo::Datoshi max);

}  // namespace nsl::chain
