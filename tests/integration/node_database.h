// SPDX-License-Identifier: Apache-2.0
// A node's database with rows in every table, and what is in it.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/encoding.h"
#include "node/schema.h"
#include "node/send_journal_sql.h"
#include "send_journal_examples.h"
#include "services/pricefeed/store_sql.h"
#include "store/jobs.h"
#include "store/leases.h"
#include "store/open.h"
#include "store/open_session.h"
#include "store/outbox.h"
#include "store/tables.h"

namespace nsl::testing_support {

constexpr const char* kTables[] = {
    "chain_account",  "chain_attempt", "chain_foreign_spend", "chain_intent",   "chain_subscriber",
    "price_report",   "price_round",   "store_job",           "store_job_dead", "store_job_key",
    "store_job_lane", "store_lease",   "store_outbox"};

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
    node::SqlSendJournal journal(*db, neo::Hash160{});
    TRY_OK(run_blocking(loop, journal.add(intent_named("payment/1"))));
    TRY_OK(run_blocking(loop, journal.apply(block_at(10), {{.hash = hash_of(77)}})));
    TRY_OK(run_blocking(loop, journal.keep(attempt_for("payment/1", 1, 30), {}, 1'000'000)));
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

// A row of a table, columns by their names.
struct ContentRow {
    std::string table;
    std::map<std::string, store::Param> columns;

    std::string text() const {
        std::string out = table;
        for (const auto& [name, value] : columns) out += " " + name + "=" + shown(value);
        return out;
    }
    std::int64_t number(const char* column) const {
        return std::get<std::int64_t>(columns.at(column));
    }
    friend auto operator<=>(const ContentRow&, const ContentRow&) = default;
};

// All rows of all tables, in an order that what a restored database has of its own does not change.
// Read without what makes and restores copies, but for the names of the columns.
inline std::vector<ContentRow> content_of(const std::string& url) {
    std::vector<ContentRow> out;
    const auto session = store::open_session({.url = url}, false);
    EXPECT_TRUE(session) << url;
    if (!session) return out;
    const auto tables = store::list_tables(**session);
    EXPECT_EQ(tables->size(), std::size(kTables));
    for (const store::Table& table : *tables) {
        const auto rows = (*session)->rows("SELECT * FROM " + table.name, {}, 10'000);
        EXPECT_TRUE(rows && !rows->empty()) << table.name;
        for (const store::Row& row : *rows) {
            ContentRow next{table.name, {}};
            for (std::size_t i = 0; i < table.columns.size(); ++i)
                next.columns[table.columns[i]] = row.columns()[i];
            out.push_back(std::move(next));
        }
    }
    std::ranges::sort(out, {}, [](const ContentRow& row) {
        const auto id = row.columns.find(row.table == "store_lease" ? "name" : "id");
        return std::pair(row.table, id == row.columns.end() ? row.text() : shown(id->second));
    });
    return out;
}

// What a database made from a backup has to have: all that was there, free of who held it.
inline void expect_restored(const std::vector<ContentRow>& before,
                            const std::vector<ContentRow>& after) {
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        ContentRow expected = before[i];
        auto& columns = expected.columns;
        if (columns.contains("fence")) {
            EXPECT_GT(after[i].number("fence"), before[i].number("fence") + 1'000'000'000);
            columns["fence"] = after[i].columns.at("fence");
        }
        if (expected.table == "store_lease") columns["until_ms"] = std::int64_t{0};
        if (expected.table == "store_job" && shown(columns["owner"]) != "''") {
            EXPECT_LE(after[i].number("ready_ms"), RealClock().unix_ms());
            columns["ready_ms"] = after[i].columns.at("ready_ms");
            columns["attempt"] = before[i].number("attempt") - 1;
            columns["owner"] = std::string();
        }
        EXPECT_EQ(after[i].text(), expected.text());
    }
}

}  // namespace nsl::testing_support
