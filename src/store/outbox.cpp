// SPDX-License-Identifier: Apache-2.0
#include "store/outbox.h"

#include "store/ids.h"
#include "store/limits.h"
#include "store/room.h"

namespace nsl::store {
namespace {

constexpr std::int64_t kRelayMax = 1'000;            // messages
constexpr std::int64_t kWaitingMaxMax = 10'000'000;  // messages that a count may take
constexpr int kIdTries = 16;

// Above every number that this thread has given, so that the messages of one transaction, which one
// thread runs, stay in order within a millisecond too.
std::int64_t next_id(std::int64_t now_ms, Random& random) {
    thread_local std::int64_t last = 0;
    last = std::max(last + 1, time_ordered_id(now_ms, random));
    return last;
}

struct Waiting {
    std::int64_t id = 0;
    OutboxMessage message;
};

Result<std::vector<Waiting>> read_waiting(Tx& tx, std::size_t max) {
    TRY(const auto rows,
        tx.rows("SELECT id, subject, payload FROM store_outbox ORDER BY id LIMIT $1",
                {static_cast<std::int64_t>(max)}, max));
    std::vector<Waiting> out;
    out.reserve(rows.size());
    for (const Row& row : rows) out.push_back({row.i64(0), {row.text(1), row.bytes(2)}});
    return out;
}

}  // namespace

std::vector<std::string> outbox_schema() {
    return {
        "CREATE TABLE store_outbox (id BIGINT PRIMARY KEY, subject TEXT NOT NULL,"
        " payload BLOB NOT NULL)"};
}

Status add_to_outbox(Tx& tx, const OutboxMessage& message, std::int64_t waiting_max) {
    TRY_OK(check_subject(message.subject));
    TRY_OK(check_range("the bytes of a message", static_cast<std::int64_t>(message.payload.size()),
                       0, kFabricPayloadMax));
    TRY_OK(check_range("waiting_max of the outbox", waiting_max, 1, kWaitingMaxMax));
    TRY(const std::int64_t now, tx.now_ms());
    TRY_OK(check_room(tx,
                      {.name = "outbox",
                       .rows = "SELECT id FROM store_outbox ORDER BY id LIMIT $1",
                       .params = {},
                       .max = waiting_max,
                       .what = "the messages that wait to be told"},
                      now));
    OsRandom random;
    for (int i = 0; i < kIdTries; ++i) {
        TRY(const std::int64_t added,
            tx.execute("INSERT INTO store_outbox (id, subject, payload) VALUES ($1, $2, $3)"
                       " ON CONFLICT (id) DO NOTHING",
                       {next_id(now, random), message.subject, message.payload}));
        if (added == 1) return {};
    }
    return fail(Errc::unavailable, "no free id for a message was found: try again");
}

Task<Result<std::size_t>> relay_outbox(Db& db, Fabric& fabric, std::size_t max) {
    CO_TRY_OK(check_range("the number of messages to relay", static_cast<std::int64_t>(max), 1,
                          kRelayMax));
    std::vector<Waiting> waiting;
    CO_TRY_OK(co_await db.read([&](Tx& tx) -> Status {
        TRY(waiting, read_waiting(tx, max));
        return {};
    }));
    std::vector<Params> told;
    for (Waiting& next : waiting) {
        // What the fabric refuses it would refuse for ever, and with it what is behind.
        (void)fabric.publish(std::move(next.message.subject), std::move(next.message.payload));
        told.push_back({next.id});
    }
    if (told.empty()) co_return 0;
    CO_TRY_OK(co_await db.transact(
        [&](Tx& tx) -> Status {
            TRY_OK(tx.execute_each("DELETE FROM store_outbox WHERE id = $1", told));
            return {};
        },
        Isolation::read_committed));
    co_return told.size();
}

}  // namespace nsl::store
