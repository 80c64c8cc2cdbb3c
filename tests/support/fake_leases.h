// SPDX-License-Identifier: Apache-2.0
// Leases in memory. They pass lease_contract.h, as the SQL ones do. Used from any thread.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <mutex>

#include "store/leases.h"
#include "store/limits.h"

namespace nsl::store {

class FakeLeases final : public Leases {
 public:
    // `clock` is what the database's would be.
    explicit FakeLeases(Clock& clock) : clock_(clock) {}

    std::atomic<bool> broken = false;  // every call fails

    Task<Result<Lease>> acquire(std::string name, std::string owner, milliseconds length) override {
        CO_TRY_OK(check_text("the name of a lease", name, 1, 200));
        CO_TRY_OK(check_text("the owner of a lease", owner, 1, 200));
        CO_TRY_OK(check_range("the length of a lease in ms", length.count(), 1, 3'600'000));
        if (broken) co_return fail(Errc::unavailable, "the leases are broken");
        const std::lock_guard lock(mutex_);
        const std::int64_t now = clock_.unix_ms();
        Lease& lease = leases_[name];
        const bool free = lease.until_ms <= now;
        if (!free && lease.owner != owner)
            co_return fail(Errc::conflict, "the lease " + name + " is held by " + lease.owner +
                                               " until " + std::to_string(lease.until_ms));
        lease = {.name = name,
                 .owner = owner,
                 .fence = lease.fence + (free ? 1 : 0),
                 .until_ms = now + length.count()};
        co_return lease;
    }

    Task<Status> release(Lease lease) override {
        if (broken) co_return fail(Errc::unavailable, "the leases are broken");
        const std::lock_guard lock(mutex_);
        Lease& kept = leases_[lease.name];
        if (kept.owner == lease.owner && kept.fence == lease.fence) kept.until_ms = 0;
        co_return Status{};
    }

    Task<Result<std::optional<Lease>>> holder(std::string name) override {
        if (broken) co_return fail(Errc::unavailable, "the leases are broken");
        const std::lock_guard lock(mutex_);
        const auto found = leases_.find(name);
        if (found == leases_.end() || found->second.until_ms <= clock_.unix_ms())
            co_return std::nullopt;
        co_return found->second;
    }

    // What a transaction is that begins with check_fence: all or nothing, and no change of hands
    // meanwhile.
    Status under(const Lease& lease, const std::function<void()>& effect) {
        const std::lock_guard lock(mutex_);
        const Lease& kept = leases_[lease.name];
        if (kept.fence != lease.fence || kept.owner != lease.owner ||
            kept.until_ms <= clock_.unix_ms())
            return fail(Errc::conflict, "the lease " + lease.name + " is lost");
        effect();
        return {};
    }

 private:
    Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Lease> leases_;
};

}  // namespace nsl::store
