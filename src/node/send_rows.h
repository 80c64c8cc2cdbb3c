// SPDX-License-Identifier: Apache-2.0
// Rows of the sender's journal. Private to it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "chain/send_journal.h"
#include "store/db.h"

namespace nsl::node {

// Conditions on `state`; the states' names are those of chain/send_journal.h.
inline constexpr const char* kIntentOpen = "state IN ('pending', 'in_flight')";
inline constexpr const char* kAttemptOpen = "state IN ('prepared', 'submitted')";

// "SELECT … FROM chain_intent", to be followed by a condition; and what its rows are.
const std::string& select_intents();
Result<chain::IntentRecord> intent_of(const store::Row& row);
const std::string& select_attempts();
Result<chain::Attempt> attempt_of(const store::Row& row);

// Errors: not_found.
Result<chain::IntentRecord> read_intent(store::Tx& tx, const std::string& account,
                                        const std::string& id);
// Those under way, by number.
Result<std::vector<chain::Attempt>> read_under_way(store::Tx& tx, const std::string& account,
                                                   const std::string& intent);

}  // namespace nsl::node
