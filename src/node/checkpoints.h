// SPDX-License-Identifier: Apache-2.0
// How far each subscriber of the chain has come, committed together with what it made of the
// blocks.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "chain/rpc_client.h"
#include "store/db.h"

namespace nsl::node {

// The table of one checkpoint, as it was first released.
std::vector<std::string> checkpoint_schema();
// The table of one for each subscriber, which takes that one over as "pricefeed".
std::vector<std::string> subscriber_schema();

// The last block whose effects `subscriber` has committed; none before the first. Errors:
// unavailable.
Result<std::optional<chain::BlockHeader>> load_checkpoint(store::Tx& tx,
                                                          const std::string& subscriber);
Task<Result<std::optional<chain::BlockHeader>>> load_checkpoint(store::Db& db,
                                                                std::string subscriber);

// Moves it by one block, in the transaction that commits the block's effects. Errors: conflict (the
// block is not the one after the stored; the first may be any), and the transaction's.
Status save_checkpoint(store::Tx& tx, const std::string& subscriber,
                       const chain::BlockHeader& block);

}  // namespace nsl::node
