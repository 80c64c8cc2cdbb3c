// SPDX-License-Identifier: Apache-2.0
// Who does a thing that only one node may do, and for how long.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "store/db.h"

namespace nsl::store {

struct Lease {
    std::string name;           // what it is about: "pricefeed.publisher"
    std::string owner;          // a process, by a name that is new at each start
    std::int64_t fence = 0;     // grows with every change of hands, from 1
    std::int64_t until_ms = 0;  // by the database's clock
};

class Leases {
 public:
    virtual ~Leases() = default;
    // Takes a lease that nobody holds, or renews one's own (same fence). Errors: conflict (somebody
    // else holds it; the message says who and until when), invalid_argument (empty name or owner,
    // length not 1 ms to 1 h), unavailable.
    virtual Task<Result<Lease>> acquire(std::string name, std::string owner,
                                        milliseconds length) = 0;
    // Gives it up, so that others need not wait for its end; no error when it is lost already.
    virtual Task<Status> release(Lease lease) = 0;
    // Who holds it now, if anybody.
    virtual Task<Result<std::optional<Lease>>> holder(std::string name) = 0;
};

std::vector<std::string> lease_schema();

class SqlLeases final : public Leases {
 public:
    explicit SqlLeases(Db& db) : db_(db) {}
    Task<Result<Lease>> acquire(std::string name, std::string owner, milliseconds length) override;
    Task<Status> release(Lease lease) override;
    Task<Result<std::optional<Lease>>> holder(std::string name) override;

 private:
    Db& db_;
};

// For the transaction that acts on a lease, which thereby commits before the lease can change hands
// or not at all. Errors: conflict (lost, or run out).
Status check_fence(Tx& tx, const Lease& lease);

struct LeaseKeeping {
    std::string name;
    std::string owner;
    milliseconds length{10'000};  // renewed after a third of it
};

// For a database made from a backup: no lease is held, and no fence of before is good any more.
Status free_leases(Tx& tx);

// Runs `work` while this owner holds the lease, again and again: cancels it when the lease is lost
// or could not be renewed until a tenth of its length before its end, waits for its end, and tries
// to take the lease again. Waits when another holds it. Returns only when cancelled, and then
// releases the lease. `work` that returns is started again after the next renewal.
Task<void> keep_lease(Leases& leases, Clock& clock, Logger log, LeaseKeeping keeping,
                      std::function<Task<void>(Lease)> work);

}  // namespace nsl::store
