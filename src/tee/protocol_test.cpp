// SPDX-License-Identifier: Apache-2.0
#include "tee/protocol.h"

#include <gtest/gtest.h>
#include <nsl_protocol/enclave.pb.h>
#include <rapidcheck/gtest.h>

namespace nsl::tee {
namespace {

neo::PublicKey some_key() {
    SeededRandom random(1);
    return neo::PrivateKey::generate(random).public_key();
}

template <class Message>
Bytes bytes_of(const Message& message) {
    Bytes out(message.ByteSizeLong());
    EXPECT_TRUE(message.SerializeToArray(out.data(), static_cast<int>(out.size())));
    return out;
}

std::string error_of(const protocol::Request& request) {
    const auto parsed = parse_request(bytes_of(request));
    return parsed ? "accepted" : parsed.error().message;
}

std::string error_of(const protocol::Reply& reply) {
    const auto parsed = parse_reply(bytes_of(reply));
    return parsed ? "accepted" : parsed.error().message;
}

TEST(Protocol, RequestsReadBackAsTheyWereWritten) {
    ReportRequest report{.network = 860'833'102, .sequence = 7, .entries = {{3, 9}, {0, 1}}};
    report.contract.raw[0] = 0xee;
    const auto got = parse_request(encode_request({.id = 5, .body = report})).value();
    EXPECT_EQ(got.id, 5u);
    const auto& body = std::get<ReportRequest>(got.body);
    EXPECT_EQ(body.network, report.network);
    EXPECT_EQ(body.contract, report.contract);
    EXPECT_EQ(body.sequence, 7u);
    ASSERT_EQ(body.entries.size(), 2u);
    EXPECT_EQ(body.entries[0].feed, 3);
    EXPECT_EQ(body.entries[0].round, 9u);

    const AskPrices ask{.after_version = 12, .wait = milliseconds(30'000)};
    const auto prices = parse_request(encode_request({.id = 1, .body = ask})).value();
    EXPECT_EQ(std::get<AskPrices>(prices.body).after_version, 12u);
    EXPECT_EQ(std::get<AskPrices>(prices.body).wait, milliseconds(30'000));
    const auto identity = parse_request(encode_request({.id = 1, .body = AskIdentity{}})).value();
    EXPECT_TRUE(std::holds_alternative<AskIdentity>(identity.body));
}

TEST(Protocol, RepliesReadBackAsTheyWereWritten) {
    const PriceSnapshot snapshot{
        .version = 4,
        .feeds = {{.feed = 0,
                   .status = EstimateStatus::ok,
                   .price = 598'000'000,
                   .confidence = 1'000,
                   .observed_ms = 1'700'000'000'000,
                   .sources = 3},
                  {.feed = 2, .status = EstimateStatus::hold, .reason = "quorum 2 of 3"}},
        .venues = {{.venue = "binance",
                    .connected = true,
                    .frames = 10,
                    .rejected = 1,
                    .last_frame_ms = 1'700'000'000'000,
                    .frozen = {"NEO-USDT"},
                    .reconnects = 2}}};
    const auto got = parse_reply(encode_reply({.id = 9, .body = snapshot})).value();
    const auto& prices = std::get<PriceSnapshot>(got.body);
    EXPECT_EQ(got.id, 9u);
    EXPECT_EQ(prices.version, 4u);
    ASSERT_EQ(prices.feeds.size(), 2u);
    EXPECT_EQ(prices.feeds[0].price, 598'000'000);
    EXPECT_EQ(prices.feeds[1].status, EstimateStatus::hold);
    EXPECT_EQ(prices.feeds[1].reason, "quorum 2 of 3");
    ASSERT_EQ(prices.venues.size(), 1u);
    EXPECT_EQ(prices.venues[0].frozen, std::vector<std::string>{"NEO-USDT"});
    EXPECT_EQ(prices.venues[0].reconnects, 2u);

    const EnclaveIdentity identity{.provider = "simulated",
                                   .public_key = some_key(),
                                   .config_id = {1},
                                   .version = "0.1.0",
                                   .feeds = {"NEO-USD"}};
    const auto who = parse_reply(encode_reply({.id = 1, .body = identity})).value();
    EXPECT_EQ(std::get<EnclaveIdentity>(who.body).public_key, identity.public_key);
    EXPECT_EQ(std::get<EnclaveIdentity>(who.body).feeds, identity.feeds);

    const Error refused{.code = Errc::conflict, .message = "feed 1 is hold"};
    const auto failure = parse_reply(encode_reply({.id = 1, .body = refused})).value();
    EXPECT_EQ(std::get<Error>(failure.body).code, Errc::conflict);
    EXPECT_EQ(std::get<Error>(failure.body).message, refused.message);
}

TEST(Protocol, RefusesRequestsOutOfForm) {
    protocol::Request request;
    EXPECT_EQ(error_of(request), "id must not be 0");
    request.set_id(1);
    EXPECT_EQ(error_of(request), "the request asks for nothing known");
    request.mutable_get_prices()->set_wait_ms(30'001);
    EXPECT_EQ(error_of(request), "wait_ms must be at most 30,000");
    request.mutable_sign_report()->set_contract("short");
    EXPECT_EQ(error_of(request), "contract must have 20 bytes");
    request.mutable_sign_report()->set_contract(std::string(20, 'c'));
    EXPECT_EQ(error_of(request), "accepted");
    request.mutable_sign_report()->add_entries()->set_feed(65'536);
    EXPECT_EQ(error_of(request), "feed must be below 65,536");
    request.mutable_sign_report()->clear_entries();
    for (int i = 0; i < 1'025; ++i) request.mutable_sign_report()->add_entries();
    EXPECT_EQ(error_of(request), "a report request has at most 1,024 entries");
}

TEST(Protocol, RefusesPricesOutOfRange) {
    protocol::Reply reply;
    reply.set_id(1);
    EXPECT_EQ(error_of(reply), "the reply says nothing known");
    protocol::FeedPrice& feed = *reply.mutable_prices()->add_feeds();
    EXPECT_EQ(error_of(reply), "accepted");
    feed.set_status(static_cast<protocol::FeedPrice::Status>(4));
    EXPECT_EQ(error_of(reply), "feed status is unknown");
    feed.set_status(protocol::FeedPrice::OK);
    EXPECT_EQ(error_of(reply), "a feed that is ok must have a price and a time");
    feed.set_price(-1);
    EXPECT_EQ(error_of(reply), "a feed's price, confidence and time must not be negative");
    feed.set_price(1);
    feed.set_observed_ms(1);
    EXPECT_EQ(error_of(reply), "accepted");
    feed.set_reason(std::string(97, 'r'));
    EXPECT_EQ(error_of(reply), "a feed's reason is above 96 bytes");
    feed.clear_reason();
    *reply.mutable_prices()->add_feeds() = feed;
    EXPECT_EQ(error_of(reply), "feeds must come in the order of their numbers");
}

TEST(Protocol, RefusesIdentitiesFailuresAndReportsOutOfForm) {
    protocol::Reply reply;
    reply.set_id(1);
    reply.mutable_failure()->set_code(10);
    EXPECT_EQ(error_of(reply), "failure code is unknown");
    reply.mutable_failure()->set_code(9);
    reply.mutable_failure()->set_message(std::string(513, 'm'));
    EXPECT_EQ(error_of(reply), "failure message is above 512 bytes");
    reply.mutable_identity()->set_provider("two words");
    EXPECT_EQ(error_of(reply), "provider must have 1 to 64 printable ASCII characters");
    reply.mutable_signed_report()->set_report(std::string(1'069, 'r'));
    EXPECT_EQ(error_of(reply), "a report has at most 1,068 bytes");
    reply.mutable_signed_report()->set_report("r");
    reply.mutable_signed_report()->set_signature("short");
    EXPECT_EQ(error_of(reply), "signature must have 64 bytes");
    reply.mutable_signed_report()->set_signature(std::string(64, 's'));
    reply.mutable_signed_report()->set_public_key(std::string(33, 'k'));
    EXPECT_FALSE(parse_reply(bytes_of(reply)).has_value());
}

TEST(Protocol, CutsLongTextsWithoutSplittingACharacter) {
    const Error error{.code = Errc::internal, .message = std::string(511, 'a') + "é"};
    const auto got = parse_reply(encode_reply({.id = 1, .body = error})).value();
    EXPECT_EQ(std::get<Error>(got.body).message, std::string(511, 'a'));
}

TEST(Protocol, TheLargestSnapshotFitsAFrame) {
    PriceSnapshot snapshot{.version = ~0ull};
    for (std::size_t i = 0; i < kProtocolFeedsMax; ++i)
        snapshot.feeds.push_back({.feed = static_cast<std::uint16_t>(i),
                                  .status = EstimateStatus::suspect,
                                  .price = std::numeric_limits<std::int64_t>::max(),
                                  .confidence = std::numeric_limits<std::int64_t>::max(),
                                  .observed_ms = std::numeric_limits<std::int64_t>::max(),
                                  .sources = ~0u,
                                  .reason = std::string(200, 'r')});
    for (std::size_t i = 0; i < kProtocolVenuesMax; ++i)
        snapshot.venues.push_back(
            {.venue = "venue", .frozen = std::vector<std::string>(100, "SIXTEEN-LETTERS0")});
    EXPECT_LE(encode_reply({.id = ~0ull, .body = snapshot}).size(), 262'144u);
}

RC_GTEST_PROP(ProtocolProperty, AnyBytesAreRefusedOrReadBack, (const Bytes& bytes)) {
    if (const auto request = parse_request(bytes))
        RC_ASSERT(parse_request(encode_request(*request)).has_value());
    if (const auto reply = parse_reply(bytes))
        RC_ASSERT(parse_reply(encode_reply(*reply)).has_value());
}

}  // namespace
}  // namespace nsl::tee
