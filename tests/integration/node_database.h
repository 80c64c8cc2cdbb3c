// SPDX-License-Identifier: Apache-2.0
// A node's database with rows in every table, and what is in it.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"
#include "node/schema.h"
#include "node/tx_journal_sql.h"
#include "services/pricefeed/store_sql.h"
#include "store/jobs.h"
#include "store/leases.h"
#include "store/open.h"
#include "store/outbox.h"
#include "tx_journal_contract.h"

namespace nsl::testing_support {

constexpr const char* kTables[] = {
    "chain_subscriber", "chain_tx",      "price_report",   "price_round", "store_job",
    "store_job_dead",   "store_job_key", "store_job_lane", "store_lease", "store_outbox"};

inline tee::SignedReport signed_report() {
    const neo::PrivateKey key = neo::PrivateKey::from_bytes(Bytes(32, 0x11)).value();
    const tee::PriceReport plain{
        .network = 1,
        .sequence = 7,
        .records = {{.sources = 3, .round = 7, .price = 100, .observed_ms = 1'700'000'000'000}}};
    tee::SignedReport out{tee::pack_report(plain).value(), key.public_key(), {}};
    out.signature = key.sign(out.report);
    return out;
}

inline Status fill(store::Tx& tx) {
    TRY_OK(
        tx.execute("INSERT INTO chain_subscriber (name, height, hash, previous, time_ms)"
                   " VALUES ('pricefeed', 9, $1, $1, 1700000000000)",
                   {std::string(64, 'a')}));
    for (std::uint64_t round = 1; round <= 1'200; ++round)
        TRY_OK(pricefeed::SqlFeedStore::add_event(
            tx, {0, {round, std::int64_t{1} << 60, 2, 1'700'000'000'000, 1, 3}, {}, 77}));
    for (const char* key : {"first", "second", ""})
        TRY_OK(store::SqlJobs::add(
            tx, {.queue = "q", .key = key, .tenant = "t", .payload = "\"\\\n\t\xe2\x82\xac"}));
    Bytes every(256);
    for (int i = 0; i < 256; ++i) every[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i);
    return store::add_to_outbox(tx, {.subject = "a.b", .payload = every});
}

// Rows of every table, written by who writes them in the node.
inline Status fill(const std::string& url) {
    asio::io_context loop;
    TRY(const auto db, store::open({.url = url}, node::schema()));
    node::SqlTxJournal journal(*db);
    TRY_OK(run_blocking(loop, journal.add(journal_record(1, "pricefeed"))));
    pricefeed::SqlFeedStore prices(*db);
    TRY_OK(run_blocking(loop, prices.save_report(signed_report())));
    store::SqlLeases leases(*db);
    TRY_OK(run_blocking(loop, leases.acquire("publisher", "anna", milliseconds(60'000))));
    TRY_OK(run_blocking(loop, db->transact([](store::Tx& tx) { return fill(tx); })));
    store::SqlJobs jobs(*db);
    TRY(auto claimed, run_blocking(loop, jobs.claim("q", "anna", 2, milliseconds(60'000))));
    TRY_OK(run_blocking(loop, jobs.fail_job(claimed.at(0), store::Failure::permanent, "no", {})));
    return {};
}

inline std::string shown(const store::Param& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
    if (const auto* bytes = std::get_if<Bytes>(&value)) return "0x" + hex_encode(*bytes);
    return "null";
}

// All rows of all tables, in an order of their own; read without what makes and restores copies.
inline std::vector<std::string> content_of(const std::string& url) {
    std::vector<std::string> out;
    asio::io_context loop;
    const auto db = store::open({.url = url}, node::schema());
    if (!db) return {db.error().message};
    for (const char* table : kTables) {
        const Status read = run_blocking(loop, (*db)->read([&](store::Tx& tx) -> Status {
            TRY(const auto rows, tx.rows("SELECT * FROM " + std::string(table), {}, 10'000));
            EXPECT_FALSE(rows.empty()) << table;
            for (const store::Row& row : rows) {
                std::string line = table;
                for (const store::Param& value : row.columns()) line += " " + shown(value);
                out.push_back(line);
            }
            return {};
        }));
        EXPECT_TRUE(read) << table << ": " << read.error().message;
    }
    std::ranges::sort(out);
    return out;
}

}  // namespace nsl::testing_support
