// SPDX-License-Identifier: Apache-2.0
// What every TxJournal keeps to: run against the fake and against the SQL one.
//   run_blocking(loop, tx_journal_contract(journal));
#pragma once
#include <gtest/gtest.h>

#include "chain/ports.h"

namespace nsl::testing_support {

inline chain::TxRecord journal_record(std::uint8_t seed, std::string purpose) {
    neo::Transaction tx;
    tx.nonce = seed;
    tx.valid_until_block = 4'294'967'295;
    tx.signers = {{.account = {}}};
    tx.script = {0x00, 0xff, 0x80};
    tx.witnesses.resize(1);
    chain::TxRecord record;
    record.hash = tx.hash();
    record.bytes = tx.serialize();
    record.valid_until_block = tx.valid_until_block;
    record.purpose = std::move(purpose);
    record.payload = R"({"note":"ä"})";
    record.created_ms = 1'700'000'000'000 + seed;
    record.network = 860'833'102;
    record.first_block = 4'000'000'000;
    return record;
}

inline void expect_same(const chain::TxRecord& a, const chain::TxRecord& b) {
    EXPECT_EQ(a.hash, b.hash);
    EXPECT_EQ(a.bytes, b.bytes);
    EXPECT_EQ(a.valid_until_block, b.valid_until_block);
    EXPECT_EQ(a.purpose, b.purpose);
    EXPECT_EQ(a.payload, b.payload);
    EXPECT_EQ(a.state, b.state);
    EXPECT_EQ(a.block, b.block);
    EXPECT_EQ(a.exception, b.exception);
    EXPECT_EQ(a.created_ms, b.created_ms);
    EXPECT_EQ(a.network, b.network);
    EXPECT_EQ(a.first_block, b.first_block);
}

inline Errc journal_error(const Status& status) {
    EXPECT_FALSE(status.has_value());
    return status ? Errc::internal : status.error().code;
}

// What is read back by hash, which must be there.
inline Task<chain::TxRecord> journal_read(chain::TxJournal& journal, neo::Hash256 hash) {
    auto found = co_await journal.find(hash);
    EXPECT_TRUE(found.has_value() && found->has_value());
    co_return found && found->has_value() ? **found : chain::TxRecord{};
}

inline Task<bool> journal_has_unresolved(chain::TxJournal& journal, std::string purpose) {
    auto found = co_await journal.unresolved(std::move(purpose));
    EXPECT_TRUE(found.has_value());
    co_return found && found->has_value();
}

// `journal` must be empty.
inline Task<void> tx_journal_contract(chain::TxJournal& journal) {
    using chain::TxState;
    const chain::TxRecord first = journal_record(1, "pricefeed");

    // An empty journal knows nothing.
    EXPECT_FALSE(co_await journal_has_unresolved(journal, "pricefeed"));
    auto missing = co_await journal.find(first.hash);
    EXPECT_TRUE(missing.has_value() && !missing->has_value());
    EXPECT_EQ(journal_error(co_await journal.update(first.hash, TxState::submitted, 0, "")),
              Errc::not_found);

    // What was added comes back whole.
    EXPECT_TRUE((co_await journal.add(first)).has_value());
    expect_same(co_await journal_read(journal, first.hash), first);
    auto unresolved = co_await journal.unresolved("pricefeed");
    EXPECT_TRUE(unresolved.has_value() && unresolved->has_value());
    if (unresolved && *unresolved) expect_same(**unresolved, first);

    // One in flight per purpose; other purposes do not mind.
    EXPECT_EQ(journal_error(co_await journal.add(journal_record(2, "pricefeed"))), Errc::conflict);
    EXPECT_FALSE(co_await journal_has_unresolved(journal, "gasbank"));
    EXPECT_TRUE((co_await journal.add(journal_record(3, "gasbank"))).has_value());
    EXPECT_TRUE(co_await journal_has_unresolved(journal, "gasbank"));

    // A submitted attempt is still unresolved.
    EXPECT_TRUE((co_await journal.update(first.hash, TxState::submitted, 0, "")).has_value());
    EXPECT_TRUE(co_await journal_has_unresolved(journal, "pricefeed"));
    EXPECT_EQ(journal_error(co_await journal.add(journal_record(4, "pricefeed"))), Errc::conflict);

    // An end frees the purpose, keeps everything else, and is absorbing.
    EXPECT_TRUE(
        (co_await journal.update(first.hash, TxState::faulted, 77, "ASSERT is false")).has_value());
    EXPECT_FALSE(co_await journal_has_unresolved(journal, "pricefeed"));
    chain::TxRecord ended = first;
    ended.state = TxState::faulted;
    ended.block = 77;
    ended.exception = "ASSERT is false";
    expect_same(co_await journal_read(journal, first.hash), ended);
    for (TxState state : {TxState::prepared, TxState::submitted, TxState::halted, TxState::expired})
        EXPECT_EQ(journal_error(co_await journal.update(first.hash, state, 78, "")),
                  Errc::conflict);
    expect_same(co_await journal_read(journal, first.hash), ended);

    // A hash is added once, whatever became of it; refused additions left nothing.
    EXPECT_EQ(journal_error(co_await journal.add(first)), Errc::conflict);
    auto refused = co_await journal.find(journal_record(2, "pricefeed").hash);
    EXPECT_TRUE(refused.has_value() && !refused->has_value());

    // Halted and expired free the purpose too.
    std::uint8_t seed = 10;
    for (TxState state : {TxState::halted, TxState::expired}) {
        const chain::TxRecord next = journal_record(seed++, "pricefeed");
        EXPECT_TRUE((co_await journal.add(next)).has_value());
        EXPECT_TRUE((co_await journal.update(next.hash, state, 5, "")).has_value());
        EXPECT_FALSE(co_await journal_has_unresolved(journal, "pricefeed"));
    }
    EXPECT_TRUE(co_await journal_has_unresolved(journal, "gasbank"));
}

}  // namespace nsl::testing_support
