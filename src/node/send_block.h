// SPDX-License-Identifier: Apache-2.0
// What a block does to the journal of an account. Private to the journal.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "chain/send_journal.h"
#include "store/db.h"

namespace nsl::node {

struct AccountRow {
    std::optional<chain::BlockHeader> last;  // the checkpoint
    neo::Datoshi held = 0;
};

Result<std::optional<chain::BlockHeader>> read_checkpoint(store::Tx& tx,
                                                          const std::string& account);
// Nobody else changes anything of the account until the transaction ends.
Result<AccountRow> lock_account(store::Tx& tx, const std::string& account);

// SendJournal::apply within a transaction.
Result<chain::BlockEffect> apply_block(store::Tx& tx, const std::string& account,
                                       const chain::BlockHeader& block,
                                       const std::vector<chain::PaidTransaction>& paid);

}  // namespace nsl::node
