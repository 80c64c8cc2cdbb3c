// SPDX-License-Identifier: Apache-2.0
// Scripts that tools and tests send. Pure.
#pragma once
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/script.h"
#include "neo/transaction.h"

namespace nsl::chain {

struct Deployment {
    Bytes script;           // ContractManagement.deploy
    neo::Hash160 contract;  // where it will be
};

// `sender` is the account that pays (the transaction's first signer): it takes part in the hash.
// `data` goes to _deploy. Errors: invalid_argument, limit_exceeded (what a node would refuse of the
// NEF and of the manifest, with the manifest's faults).
Result<Deployment> deployment(const neo::Hash160& sender, ByteView nef, std::string_view manifest,
                              const neo::Argument& data = neo::Argument::null());

// NEP-17 transfer of GAS that faults instead of returning false. Errors: invalid_argument (amount
// not positive).
Result<Bytes> gas_transfer(const neo::Hash160& from, const neo::Hash160& to, neo::Datoshi amount);

}  // namespace nsl::chain
