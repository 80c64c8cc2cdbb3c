// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/store_sql.h"

namespace nsl::pricefeed {
namespace {

// History beyond the contract's own ring is for charts; it is pruned per feed at this many rounds.
constexpr std::int64_t kEventsKept = 100'000;

std::int64_t as_i64(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

Bytes copy(ByteView view) {
    return {view.begin(), view.end()};
}

Result<RoundEvent> event_of(std::uint16_t feed, const store::Row& row) {
    RoundEvent event;
    event.feed = feed;
    event.stored.round = static_cast<std::uint64_t>(row.i64(0));
    event.stored.price = row.i64(1);
    event.stored.confidence = row.i64(2);
    event.stored.observed_ms = row.i64(3);
    event.stored.status = static_cast<std::uint8_t>(row.i64(4));
    event.stored.sources = static_cast<std::uint8_t>(row.i64(5));
    TRY(event.tx, neo::Hash256::parse(row.text(6)));
    event.block = static_cast<std::uint32_t>(row.i64(7));
    return event;
}

}  // namespace

std::vector<std::string> feed_store_schema() {
    return {
        "CREATE TABLE price_report ("
        " feed BIGINT PRIMARY KEY,"
        " report BLOB NOT NULL,"
        " signature BLOB NOT NULL,"
        " public_key BLOB NOT NULL)",
        "CREATE TABLE price_round ("
        " feed BIGINT NOT NULL,"
        " round BIGINT NOT NULL,"
        " price BIGINT NOT NULL,"
        " confidence BIGINT NOT NULL,"
        " observed_ms BIGINT NOT NULL,"
        " status BIGINT NOT NULL,"
        " sources BIGINT NOT NULL,"
        " tx TEXT NOT NULL,"
        " block BIGINT NOT NULL,"
        " PRIMARY KEY (feed, round))",
    };
}

Task<Status> SqlFeedStore::save_report(tee::SignedReport report) {
    CO_TRY(tee::PriceReport parsed, tee::parse_report(report.report));
    co_return co_await db_.transact([&](store::Tx& tx) -> Status {
        for (const tee::PriceRecord& record : parsed.records)
            TRY_OK(
                tx.execute("INSERT INTO price_report (feed, report, signature, public_key)"
                           " VALUES ($1, $2, $3, $4) ON CONFLICT (feed) DO UPDATE SET"
                           " report = excluded.report, signature = excluded.signature,"
                           " public_key = excluded.public_key",
                           {std::int64_t{record.feed}, report.report, copy(report.signature),
                            copy(report.signer.compressed)}));
        return {};
    });
}

Task<Result<tee::SignedReport>> SqlFeedStore::latest_report(std::uint16_t feed) {
    tee::SignedReport out;
    CO_TRY_OK(co_await db_.read([&](store::Tx& tx) -> Status {
        auto row = tx.row("SELECT report, signature, public_key FROM price_report WHERE feed = $1",
                          {std::int64_t{feed}});
        if (!row && row.error().code == Errc::not_found)
            return fail(Errc::not_found, "no report was signed for this feed yet");
        if (!row) return std::unexpected(std::move(row).error());
        out.report = row->bytes(0);
        NSL_ASSERT(row->bytes(1).size() == out.signature.size());
        std::ranges::copy(row->bytes(1), out.signature.begin());
        TRY(out.signer, neo::PublicKey::from_bytes(row->bytes(2)));
        return {};
    }));
    co_return out;
}

Task<Result<std::vector<RoundEvent>>> SqlFeedStore::events(std::uint16_t feed, std::uint64_t newest,
                                                           std::size_t count) {
    std::vector<RoundEvent> out;
    CO_TRY_OK(co_await db_.read([&](store::Tx& tx) -> Status {
        out.clear();
        TRY(auto rows,
            tx.rows("SELECT round, price, confidence, observed_ms, status, sources, tx, block"
                    " FROM price_round WHERE feed = $1 AND round <= $2"
                    " ORDER BY round DESC LIMIT $3",
                    {std::int64_t{feed}, as_i64(newest), static_cast<std::int64_t>(count)}, count));
        for (const store::Row& row : rows) {
            TRY(RoundEvent event, event_of(feed, row));
            out.push_back(event);
        }
        return {};
    }));
    co_return out;
}

Status SqlFeedStore::add_event(store::Tx& tx, const RoundEvent& event) {
    const StoredRound& round = event.stored;
    TRY_OK(
        tx.execute("INSERT INTO price_round (feed, round, price, confidence, observed_ms, status,"
                   " sources, tx, block) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                   " ON CONFLICT (feed, round) DO NOTHING",
                   {std::int64_t{event.feed}, as_i64(round.round), round.price, round.confidence,
                    round.observed_ms, std::int64_t{round.status}, std::int64_t{round.sources},
                    event.tx.display(), std::int64_t{event.block}}));
    TRY_OK(tx.execute("DELETE FROM price_round WHERE feed = $1 AND round <= $2",
                      {std::int64_t{event.feed}, as_i64(round.round) - kEventsKept}));
    return {};
}

}  // namespace nsl::pricefeed
