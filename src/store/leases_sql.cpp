// SPDX-License-Identifier: Apache-2.0
#include "store/ids.h"
#include "store/leases.h"
#include "store/limits.h"

namespace nsl::store {
namespace {

constexpr std::size_t kNameMax = 200;  // bytes
constexpr std::int64_t kLengthMaxMs = 3'600'000;

Status check_input(const std::string& name, const std::string& owner, milliseconds length) {
    TRY_OK(check_text("the name of a lease", name, 1, kNameMax));
    TRY_OK(check_text("the owner of a lease", owner, 1, kNameMax));
    return check_range("the length of a lease in ms", length.count(), 1, kLengthMaxMs);
}

// One statement decides, on the row's newest version, so read_committed is enough. `now` may be
// older than that decision by a wait for the row: a lease then ends sooner than it could, never
// later.
constexpr std::string_view kTake =
    "INSERT INTO store_lease (name, owner, fence, until_ms) VALUES ($1, $2, 1, $3)"
    " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms,"
    " fence = CASE WHEN store_lease.until_ms > $4 THEN store_lease.fence"
    " ELSE store_lease.fence + 1 END"
    " WHERE store_lease.until_ms <= $4 OR store_lease.owner = excluded.owner"
    " RETURNING fence";

std::unexpected<Error> held(const std::string& name, const Row& holder, std::int64_t now) {
    return fail(Errc::conflict, "the lease " + name + " is held by " + holder.text(0) + " for " +
                                    std::to_string(holder.i64(1) - now) +
                                    " ms more: wait until it ends or is released");
}

Result<Lease> take(Tx& tx, const std::string& name, const std::string& owner, milliseconds length) {
    TRY(const std::int64_t now, tx.now_ms());
    const std::int64_t until = now + length.count();
    TRY(const auto taken, tx.rows(kTake, {name, owner, until, now}, 1));
    if (!taken.empty())
        return Lease{.name = name, .owner = owner, .fence = taken[0].i64(0), .until_ms = until};
    TRY(const Row holder,
        tx.row("SELECT owner, until_ms FROM store_lease WHERE name = $1", {name}));
    return held(name, holder, now);
}

}  // namespace

std::vector<std::string> lease_schema() {
    // Rows stay for ever: a fence must not begin again.
    return {
        "CREATE TABLE store_lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL,"
        " fence BIGINT NOT NULL, until_ms BIGINT NOT NULL)"};
}

Task<Result<Lease>> SqlLeases::acquire(std::string name, std::string owner, milliseconds length) {
    CO_TRY_OK(check_input(name, owner, length));
    Lease lease;
    CO_TRY_OK(co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY(lease, take(tx, name, owner, length));
            return {};
        },
        Isolation::read_committed));
    co_return lease;
}

Task<Status> SqlLeases::release(Lease lease) {
    co_return co_await db_.transact(
        [&](Tx& tx) -> Status {
            TRY_OK(
                tx.execute("UPDATE store_lease SET until_ms = 0"
                           " WHERE name = $1 AND owner = $2 AND fence = $3",
                           {lease.name, lease.owner, lease.fence}));
            return {};
        },
        Isolation::read_committed);
}

Task<Result<std::optional<Lease>>> SqlLeases::holder(std::string name) {
    CO_TRY_OK(check_text("the name of a lease", name, 1, kNameMax));
    std::optional<Lease> out;
    CO_TRY_OK(co_await db_.read([&](Tx& tx) -> Status {
        TRY(const std::int64_t now, tx.now_ms());
        TRY(const auto found, tx.rows("SELECT owner, fence, until_ms FROM store_lease"
                                      " WHERE name = $1 AND until_ms > $2",
                                      {name, now}, 1));
        out = std::nullopt;
        if (!found.empty())
            out = Lease{.name = name,
                        .owner = found[0].text(0),
                        .fence = found[0].i64(1),
                        .until_ms = found[0].i64(2)};
        return {};
    }));
    co_return out;
}

Status check_fence(Tx& tx, const Lease& lease) {
    // The lock keeps others from taking the lease before this transaction has ended. SQLite has one
    // writer, so there the transaction itself does.
    const std::string_view ask =
        tx.engine() == Engine::postgres
            ? "SELECT fence, until_ms, owner FROM store_lease WHERE name = $1 FOR SHARE"
            : "SELECT fence, until_ms, owner FROM store_lease WHERE name = $1";
    TRY(const auto found, tx.rows(ask, {lease.name}, 1));
    // After the lock, which may have taken its time.
    TRY(const std::int64_t now, tx.now_ms());
    // The owner too: a lease that a restored backup knows nothing of begins with the first fence
    // again.
    if (!found.empty() && found[0].i64(0) == lease.fence && found[0].i64(1) > now &&
        found[0].text(2) == lease.owner)
        return {};
    return fail(Errc::conflict, "the lease " + lease.name + " of " + lease.owner + " (fence " +
                                    std::to_string(lease.fence) +
                                    ") is lost or has run out: stop what depends on it");
}

Status free_leases(Tx& tx) {
    TRY_OK(tx.execute("UPDATE store_lease SET fence = fence + $1, until_ms = 0", {kFencesPerLife}));
    return {};
}

}  // namespace nsl::store
