// SPDX-License-Identifier: Apache-2.0
// What the files of SqlJobs share.
#pragma once
#include <cstdint>
#include <string>

#include "store/jobs.h"

namespace nsl::store {

constexpr std::size_t kJobNameMax = 200;                 // bytes of a queue, tenant, key or owner
constexpr std::size_t kJobPayloadMax = 256 * 1024;       // bytes
constexpr std::size_t kJobErrorMax = 2'000;              // bytes
constexpr std::size_t kJobsMax = 1'000;                  // in one call
constexpr std::int64_t kJobLeaseMaxMs = 3'600'000;       // an hour
constexpr std::int64_t kJobDelayMaxMs = 31'622'400'000;  // 366 days
constexpr std::int64_t kJobsOpenMaxMax = 10'000'000;     // rows that a count may take
constexpr std::int64_t kDeadAgeMaxMs = 316'224'000'000;  // 3,660 days

// Makes sure that claims find the jobs of this queue, tenant and priority; until the transaction
// ends nobody sweeps that away.
Status ensure_lane(Tx& tx, const std::string& queue, const std::string& tenant,
                   std::int64_t priority);

// Removes what claims need not look at any more: lanes without jobs. Each call a bounded part; true
// when there may be more. In read_committed.
Result<bool> sweep_lanes(Tx& tx);

// Turns a claimed job into a dead letter. Errors: conflict (lost).
Status bury(Tx& tx, std::int64_t id, std::int64_t fence, const std::string& error,
            std::int64_t now_ms);

// For a database made from a backup: what was claimed is ready, as if it had not been tried, and no
// fence of before is good any more.
Status free_claims(Tx& tx);

std::unexpected<Error> lost_job(std::int64_t id, std::int64_t fence);

}  // namespace nsl::store
