// SPDX-License-Identifier: Apache-2.0
#include "enclave/price_book.h"

#include "enclave/test_fixture.h"

namespace nsl::enclave {
namespace {

class PriceBookTest : public test::EnclaveTest {
 protected:
    const tee::VenueHealth health() const { return book_->snapshot().venues.at(coinbase()); }
};

TEST_F(PriceBookTest, ShowsPublishedFeedsByTheirNumbers) {
    quote("NEO-USD", "5.98");
    quote("BTC-USD", "60000");
    quote("GAS-USD", "2.5");
    const tee::PriceSnapshot snapshot = book_->snapshot();
    ASSERT_EQ(snapshot.feeds.size(), 2u);
    EXPECT_EQ(snapshot.feeds[0].feed, 0);
    EXPECT_EQ(snapshot.feeds[0].status, tee::EstimateStatus::ok) << snapshot.feeds[0].reason;
    EXPECT_EQ(snapshot.feeds[0].price, 598'000'000);
    EXPECT_EQ(snapshot.feeds[1].feed, 1);
    EXPECT_EQ(snapshot.feeds[1].price, 250'000'000);
    EXPECT_EQ(book_->published(), (std::vector<std::string>{"NEO-USD", "GAS-USD"}));
}

TEST_F(PriceBookTest, CountsWhatNoParserAccepts) {
    for (const char* frame : {"", "{", "[]", R"({"type":"ticker"})", "\xff\xfe"})
        book_->on_frame(coinbase(), frame, clock_.unix_ms());
    quote("NEO-USD", "5.98");
    EXPECT_EQ(health().frames, 6u);
    EXPECT_EQ(health().rejected, 5u);
    EXPECT_EQ(health().last_frame_ms, clock_.unix_ms());
}

TEST_F(PriceBookTest, SaysOnceAMinuteThatAVenueRefuses) {
    const std::string refusal = R"({"type":"error","message":"no","reason":"no"})";
    for (int i = 0; i < 10; ++i) book_->on_frame(coinbase(), refusal, clock_.unix_ms());
    auto refusals = [this] {
        std::size_t count = 0;
        for (const std::string& line : log_->lines())
            count += line.find("venue refuses") != std::string::npos;
        return count;
    };
    EXPECT_EQ(refusals(), 1u);
    clock_.advance(milliseconds(60'000));
    book_->on_frame(coinbase(), refusal, clock_.unix_ms());
    EXPECT_EQ(refusals(), 2u);
}

TEST_F(PriceBookTest, ForgetsTheQuotesOfAConnectionThatEnded) {
    quote("NEO-USD", "5.98");
    EXPECT_TRUE(health().connected);
    book_->on_close(coinbase());
    book_->evaluate(clock_.unix_ms());
    EXPECT_FALSE(health().connected);
    EXPECT_NE(book_->snapshot().feeds[0].status, tee::EstimateStatus::ok);
    EXPECT_EQ(health().reconnects, 0u);
    EXPECT_FALSE(book_->on_open(coinbase()).empty());
    EXPECT_EQ(health().reconnects, 1u);
    quote("NEO-USD", "5.98");
    EXPECT_EQ(book_->snapshot().feeds[0].status, tee::EstimateStatus::ok);
}

TEST_F(PriceBookTest, ReconnectsAFrozenVenueAtMostOnceAMinute) {
    // Coinbase repeats one trade of NEO-USD; the two others move.
    const std::vector<std::string> venues = book_->venues();
    auto at = [&](const std::string& name) {
        return static_cast<std::size_t>(std::find(venues.begin(), venues.end(), name) -
                                        venues.begin());
    };
    const std::size_t kraken = at("kraken");
    const std::size_t bitstamp = at("bitstamp");
    book_->on_open(kraken);
    book_->on_open(bitstamp);
    const std::string stuck = test::coinbase_frame("NEO-USD", "5.98", clock_.unix_ms());
    std::vector<std::int64_t> reconnected;
    for (int i = 0; i < 300; ++i) {
        clock_.advance(milliseconds(500));
        const std::int64_t now_ms = clock_.unix_ms();
        const std::string price = "5." + std::to_string(9'800 + (i % 20) * 15);
        book_->on_frame(coinbase(), stuck, now_ms);
        book_->on_frame(
            kraken,
            R"({"channel":"ticker","type":"update","data":[{"symbol":"NEO/USD","bid":)" + price +
                ",\"ask\":" + price + ",\"last\":" + price + R"(,"volume":1000,"vwap":5.9}]})",
            now_ms);
        const std::string us = std::to_string(now_ms * 1'000);
        book_->on_frame(bitstamp,
                        R"({"event":"data","channel":"order_book_neousd","data":{"timestamp":")" +
                            std::to_string(now_ms / 1'000) + R"(","microtimestamp":")" + us +
                            R"(","bids":[[")" + price + R"(","1"]],"asks":[[")" + price +
                            R"(","1"]]}})",
                        now_ms);
        book_->evaluate(now_ms);
        for (const std::size_t venue : book_->take_frozen(now_ms)) {
            EXPECT_EQ(venue, coinbase());
            reconnected.push_back(now_ms);
        }
    }
    ASSERT_GE(reconnected.size(), 1u) << "the frozen market was not noticed";
    EXPECT_LE(reconnected.size(), 3u);
    for (std::size_t i = 1; i < reconnected.size(); ++i)
        EXPECT_GE(reconnected[i] - reconnected[i - 1], kReconnectEveryMs);
    EXPECT_EQ(health().frozen, std::vector<std::string>{"NEO-USD"});
}

}  // namespace
}  // namespace nsl::enclave
