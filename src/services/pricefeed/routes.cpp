// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/routes.h"

#include "base/decimal.h"
#include "base/encoding.h"

// HTTP in, HTTP out, no decisions. Prices are decimal strings: a JSON number would lose digits.
namespace nsl::pricefeed {

struct IdParams {
    std::string id;
};
BOOST_DESCRIBE_STRUCT(IdParams, (), (id))

struct NoParams {};
BOOST_DESCRIBE_STRUCT(NoParams, (), ())

struct RoundsParams {
    std::string id;
    std::int64_t before = 0;
    std::int64_t limit = 20;
};
BOOST_DESCRIBE_STRUCT(RoundsParams, (), (id, before, limit))

struct RoundBody {
    std::uint64_t round = 0;
    std::string price;
    std::string confidence;
    std::int64_t observed_ms = 0;
    std::uint32_t sources = 0;
    std::string status;
    std::optional<std::string> tx;
    std::optional<std::uint32_t> block;
};
BOOST_DESCRIBE_STRUCT(RoundBody, (),
                      (round, price, confidence, observed_ms, sources, status, tx, block))

struct EstimateBody {
    std::string quality;
    std::string price;
    std::string confidence;
    std::int64_t observed_ms = 0;
    std::uint32_t sources = 0;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(EstimateBody, (), (quality, price, confidence, observed_ms, sources, reason))

struct FeedBody {
    std::string id;
    std::uint32_t number = 0;
    std::int32_t decimals = kPriceDecimals;
    std::int32_t deviation_bp = 0;
    std::int32_t heartbeat_s = 0;
    std::int32_t quorum = 0;
    std::optional<RoundBody> latest_round;
    EstimateBody estimate;
};
BOOST_DESCRIBE_STRUCT(FeedBody, (),
                      (id, number, decimals, deviation_bp, heartbeat_s, quorum, latest_round,
                       estimate))

struct FeedsBody {
    std::vector<FeedBody> feeds;
};
BOOST_DESCRIBE_STRUCT(FeedsBody, (), (feeds))

struct RoundsBody {
    std::string feed;
    std::vector<RoundBody> rounds;
};
BOOST_DESCRIBE_STRUCT(RoundsBody, (), (feed, rounds))

struct ReportBody {
    std::string report;
    std::string signature;
    std::string public_key;
};
BOOST_DESCRIBE_STRUCT(ReportBody, (), (report, signature, public_key))

namespace {

const char* quality_name(Quality quality) {
    constexpr const char* kNames[] = {"unknown", "ok", "hold", "suspect"};
    return kNames[static_cast<int>(quality)];
}

RoundBody body_of(const StoredRound& round, const std::optional<neo::Hash256>& tx,
                  std::uint32_t block) {
    RoundBody body{
        round.round,
        fixed_to_string(round.price, kPriceDecimals),
        fixed_to_string(round.confidence, kPriceDecimals),
        round.observed_ms,
        round.sources,
        round.status == static_cast<std::uint8_t>(tee::FeedStatus::closed) ? "closed" : "trading",
        {},
        {}};
    if (tx) body.tx = tx->display();
    if (block > 0) body.block = block;
    return body;
}

FeedBody body_of(const FeedView& view) {
    FeedBody body{view.spec.id,
                  view.number,
                  kPriceDecimals,
                  view.spec.deviation_bp,
                  view.spec.heartbeat_s,
                  view.spec.quorum,
                  {},
                  {}};
    if (view.stored.round > 0) body.latest_round = body_of(view.stored, view.tx, 0);
    const Estimate& now = view.estimate;
    body.estimate = {quality_name(now.quality),
                     fixed_to_string(now.price, kPriceDecimals),
                     fixed_to_string(now.confidence, kPriceDecimals),
                     now.observed_ms,
                     now.sources,
                     now.reason};
    return body;
}

Task<Result<FeedsBody>> get_feeds(Service& service) {
    FeedsBody body;
    for (const FeedView& view : service.list()) body.feeds.push_back(body_of(view));
    co_return body;
}

Task<Result<FeedBody>> get_feed(Service& service, IdParams params) {
    CO_TRY(FeedView view, service.find(params.id));
    co_return body_of(view);
}

Task<Result<RoundsBody>> get_rounds(Service& service, RoundsParams params) {
    RoundsBody body{params.id, {}};
    CO_TRY(auto rounds,
           co_await service.rounds(params.id, static_cast<std::uint64_t>(params.before),
                                   static_cast<std::size_t>(params.limit)));
    for (const RoundEvent& event : rounds) {
        std::optional<neo::Hash256> tx;
        if (event.block > 0) tx = event.tx;
        body.rounds.push_back(body_of(event.stored, tx, event.block));
    }
    co_return body;
}

Task<Result<ReportBody>> get_report(Service& service, IdParams params) {
    CO_TRY(tee::SignedReport report, co_await service.report(params.id));
    co_return ReportBody{hex_encode(report.report), hex_encode(report.signature),
                         report.signer.hex()};
}

// Sends the feed whenever its round, or its quality, or its estimate changed: at most ten a second.
Task<Status> stream_feed(Service& service, Clock& clock, IdParams params, api::EventStream& out) {
    std::string last;
    for (;;) {
        CO_TRY(FeedView view, service.find(params.id));
        FeedBody body = body_of(view);
        json::Value data = json::encode(body);
        std::string text = json::write_value(data);
        if (text != last) {
            std::string id = std::to_string(view.stored.round);
            CO_TRY_OK(co_await out.send(id, "feed", std::move(data)));
            last = std::move(text);
            // Then looked at again: a change during the pause wakes nobody.
            co_await clock.sleep_for(milliseconds(100));
            continue;
        }
        co_await service.changed(milliseconds(1'000));
    }
}

}  // namespace

std::vector<json::Rule> json_rules(std::type_identity<IdParams>) {
    return {{.field = "id", .min_length = 3, .max_length = 32, .description = "BASE-QUOTE"}};
}

std::vector<json::Rule> json_rules(std::type_identity<RoundsParams>) {
    return {{.field = "id", .min_length = 3, .max_length = 32, .description = "BASE-QUOTE"},
            {.field = "before",
             .minimum = 0,
             .may_miss = true,
             .description = "only rounds below this one; 0: from the newest"},
            {.field = "limit", .minimum = 1, .maximum = 64, .may_miss = true}};
}

void add_routes(api::Router& router, Service& service, Clock& clock) {
    using api::Context;
    router.get<NoParams, FeedsBody>(
        "/v1/price-feeds",
        {.summary = "All feeds: the last round on chain and the live estimate",
         .tag = "price feeds"},
        [&service](Context, NoParams) { return get_feeds(service); });
    router.get<IdParams, FeedBody>(
        "/v1/price-feeds/{id}",
        {.summary = "One feed", .tag = "price feeds", .errors = {Errc::not_found}},
        [&service](Context, IdParams params) { return get_feed(service, std::move(params)); });
    router.get<RoundsParams, RoundsBody>(
        "/v1/price-feeds/{id}/rounds",
        {.summary = "Rounds as the contract holds them, newest first",
         .tag = "price feeds",
         .errors = {Errc::not_found, Errc::unavailable}},
        [&service](Context, RoundsParams params) {
            return get_rounds(service, std::move(params));
        });
    router.get<IdParams, ReportBody>(
        "/v1/price-feeds/{id}/report",
        {.summary =
             "The newest signed report that holds the feed; check it with `nsl verify report`",
         .tag = "price feeds",
         .errors = {Errc::not_found}},
        [&service](Context, IdParams params) { return get_report(service, std::move(params)); });
    router.stream<IdParams, FeedBody>(
        "/v1/price-feeds/{id}/stream",
        {.summary = "The feed whenever it changes, as server-sent events",
         .tag = "price feeds",
         .errors = {Errc::not_found, Errc::limit_exceeded}},
        [&service, &clock](Context, IdParams params, api::EventStream& out) {
            return stream_feed(service, clock, std::move(params), out);
        });
}

}  // namespace nsl::pricefeed
