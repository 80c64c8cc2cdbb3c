// SPDX-License-Identifier: Apache-2.0
// What a transaction tells others, kept with it, told after it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "store/db.h"
#include "store/fabric.h"

namespace nsl::store {

struct OutboxMessage {
    std::string subject;  // of the fabric
    Bytes payload;
};

// Messages that wait to be told, when no relay runs.
constexpr std::int64_t kOutboxMax = 100'000;

std::vector<std::string> outbox_schema();

// In the business transaction. Errors: invalid_argument (subject, or payload above the fabric's
// limit), limit_exceeded (`waiting_max` messages wait; while several connections add at once, each
// may add a 128th of that too many).
Status add_to_outbox(Tx& tx, const OutboxMessage& message, std::int64_t waiting_max = kOutboxMax);

// Publishes up to `max` (1..1,000) waiting messages and removes them; how many. Those of one
// transaction go out in the order in which they were added, others in that of their transactions'
// clocks. One relay at a time (a lease), or messages may be told twice and out of order. A crash in
// between tells them again. The fabric may lose them, and what it refuses is removed too: a
// wake-up, never a truth. Errors: invalid_argument, unavailable.
Task<Result<std::size_t>> relay_outbox(Db& db, Fabric& fabric, std::size_t max);

}  // namespace nsl::store
