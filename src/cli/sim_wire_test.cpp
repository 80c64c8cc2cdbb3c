// SPDX-License-Identifier: Apache-2.0
#include "cli/sim_wire.h"

#include <gtest/gtest.h>

namespace nsl::cli {
namespace {

constexpr std::int64_t kNow = 1'677'901'040'799;  // 2023-03-04T03:37:20.799Z
using Frames = SimWire::Frames;

SimFrame frame_of(const std::string& market) {
    return {.market = market,
            .bid = "5.979",
            .ask = "5.981",
            .last = "5.98",
            .base_volume = "150",
            .quote_volume = "897",
            .time_ms = kNow,
            .sequence = 42};
}

std::unique_ptr<SimWire> wire(std::string_view venue, const std::vector<std::string>& markets) {
    return make_sim_wire(venue, markets).value();
}

TEST(SimWire, KnowsSixVenues) {
    EXPECT_EQ(make_sim_wire("mtgox", {}).error().code, Errc::not_found);
    for (const auto* venue : {"binance", "okx", "gate", "coinbase", "kraken", "bitstamp"}) {
        auto one = wire(venue, {"BTC-USD"});
        EXPECT_TRUE(one->quote(frame_of("BTC-USD")).empty()) << "nobody asked " << venue;
        EXPECT_FALSE(one->answer("no json", kNow).empty()) << venue;
        EXPECT_FALSE(one->answer("[]", kNow).empty()) << venue;
        EXPECT_FALSE(one->answer("{}", kNow).empty()) << venue;
        EXPECT_TRUE(one->quote(frame_of("BTC-USD")).empty()) << venue;
    }
}

TEST(SimWire, Binance) {
    auto venue = wire("binance", {"NEO-USDT"});
    EXPECT_EQ(venue->answer(R"({"method":"SUBSCRIBE","params":["neousdt@ticker",)"
                            R"("neousdt@bookTicker","dogeusdt@ticker"],"id":1})",
                            kNow),
              Frames{R"({"result":null,"id":1})"});
    const std::string book =
        R"({"u":42,"s":"NEOUSDT","b":"5.979","B":"31.21000000","a":"5.981","A":"40.66000000"})";
    const std::string ticker =
        R"({"e":"24hrTicker","E":1677901040799,"s":"NEOUSDT","c":"5.98","Q":"0.01000000",)"
        R"("b":"5.979","B":"31.21000000","a":"5.981","A":"40.66000000","v":"150","q":"897",)"
        R"("C":1677901040799})";
    EXPECT_EQ(venue->quote(frame_of("NEO-USDT")), (Frames{book, ticker}));
    SimFrame soon = frame_of("NEO-USDT");
    soon.time_ms += 999;
    EXPECT_EQ(venue->quote(soon), Frames{book});  // one ticker a second
    soon.time_ms += 1;
    EXPECT_EQ(venue->quote(soon).size(), 2U);
    EXPECT_EQ(venue->answer(R"({"method":"LEAP","id":7})", kNow),
              Frames{R"({"error":{"code":2,"msg":"Invalid request"},"id":7})"});
}

TEST(SimWire, Okx) {
    auto venue = wire("okx", {"NEO-USDT"});
    EXPECT_EQ(venue->answer("ping", kNow), Frames{"pong"});
    const auto answers =
        venue->answer(R"({"op":"subscribe","args":[{"channel":"tickers","instId":"NEO-USDT"},)"
                      R"({"channel":"tickers","instId":"DOGE-USDT"}]})",
                      kNow);
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_TRUE(answers[0].starts_with(R"({"event":"subscribe")"));
    EXPECT_TRUE(answers[1].starts_with(R"({"event":"error","code":"60018")"));
    EXPECT_EQ(venue->quote(frame_of("NEO-USDT")),
              Frames{R"({"arg":{"channel":"tickers","instId":"NEO-USDT"},"data":[{)"
                     R"("instType":"SPOT","instId":"NEO-USDT","last":"5.98","lastSz":"0.1",)"
                     R"("askPx":"5.981","askSz":"11.2","bidPx":"5.979","bidSz":"9.1",)"
                     R"("volCcy24h":"897","vol24h":"150","ts":"1677901040799"}]})"});
}

TEST(SimWire, Gate) {
    auto venue = wire("gate", {"NEO-USDT"});
    EXPECT_EQ(venue->answer(R"({"time":1,"channel":"spot.ping"})", kNow),
              Frames{R"({"time":1677901040,"time_ms":1677901040799,"channel":"spot.pong",)"
                     R"("event":"","result":null})"});
    const auto refused = venue->answer(
        R"({"channel":"spot.tickers","event":"subscribe","payload":["DOGE_USDT"]})", kNow);
    EXPECT_NE(refused.at(0).find(R"("error":{"code":2)"), std::string::npos);
    EXPECT_EQ(venue->answer(
                  R"({"channel":"spot.tickers","event":"subscribe","payload":["NEO_USDT"]})", kNow),
              Frames{R"({"time":1677901040,"time_ms":1677901040799,"channel":"spot.tickers",)"
                     R"("event":"subscribe","result":{"status":"success"}})"});
    EXPECT_EQ(venue->quote(frame_of("NEO-USDT")),
              Frames{R"({"time":1677901040,"time_ms":1677901040799,"channel":"spot.tickers",)"
                     R"("event":"update","result":{"currency_pair":"NEO_USDT","last":"5.98",)"
                     R"("lowest_ask":"5.981","highest_bid":"5.979","change_percentage":"0.61",)"
                     R"("base_volume":"150","quote_volume":"897"}})"});
}

TEST(SimWire, Coinbase) {
    auto venue = wire("coinbase", {"BTC-USD", "ETH-USD"});
    EXPECT_EQ(venue->answer(R"({"type":"subscribe","product_ids":["BTC-USD"],)"
                            R"("channels":["ticker","heartbeat"]})",
                            kNow),
              Frames{R"({"type":"subscriptions","channels":[{"name":"ticker","product_ids":)"
                     R"(["BTC-USD"]},{"name":"heartbeat","product_ids":["BTC-USD"]}]})"});
    EXPECT_EQ(
        venue->quote(frame_of("BTC-USD")),
        Frames{R"({"type":"ticker","sequence":42,"product_id":"BTC-USD","price":"5.98",)"
               R"("volume_24h":"150","best_bid":"5.979","best_bid_size":"0.1060",)"
               R"("best_ask":"5.981","best_ask_size":"0.0310","side":"sell",)"
               R"("time":"2023-03-04T03:37:20.799000Z","trade_id":21,"last_size":"0.0035"})"});
    EXPECT_TRUE(venue->quote(frame_of("ETH-USD")).empty());
    EXPECT_EQ(venue->heartbeat(kNow + 1'000),
              Frames{R"({"type":"heartbeat","last_trade_id":21,"product_id":"BTC-USD",)"
                     R"("sequence":42,"time":"2023-03-04T03:37:21.799000Z"})"});
    const auto refused = venue->answer(
        R"({"type":"subscribe","product_ids":["DOGE-USD"],"channels":["ticker"]})", kNow);
    EXPECT_TRUE(refused.at(0).starts_with(R"({"type":"error")"));
}

TEST(SimWire, Kraken) {
    auto venue = wire("kraken", {"BTC-USD"});
    EXPECT_TRUE(venue->greeting(kNow).at(0).starts_with(R"({"channel":"status")"));
    EXPECT_EQ(venue->heartbeat(kNow), Frames{R"({"channel":"heartbeat"})"});
    EXPECT_TRUE(
        venue->answer(R"({"method":"ping"})", kNow).at(0).starts_with(R"({"method":"pong",)"));
    const auto answers = venue->answer(
        R"({"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD","X/USD"]}})",
        kNow);
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_NE(answers[0].find(R"("symbol":"BTC/USD"},"success":true)"), std::string::npos);
    EXPECT_NE(answers[1].find(R"("success":false)"), std::string::npos);
    const std::string data =
        R"("data":[{"symbol":"BTC/USD","bid":5.979,"bid_qty":0.0136,"ask":5.981,"ask_qty":17.18,)"
        R"("last":5.98,"volume":150,"vwap":5.98,"timestamp":"2023-03-04T03:37:20.799000Z"}]})";
    EXPECT_EQ(venue->quote(frame_of("BTC-USD")),
              Frames{R"({"channel":"ticker","type":"snapshot",)" + data});
    EXPECT_EQ(venue->quote(frame_of("BTC-USD")),
              Frames{R"({"channel":"ticker","type":"update",)" + data});
}

TEST(SimWire, Bitstamp) {
    auto venue = wire("bitstamp", {"BTC-USD"});
    const auto ask = [&](const std::string& channel) {
        return venue->answer(R"({"event":"bts:subscribe","data":{"channel":")" + channel + R"("}})",
                             kNow);
    };
    EXPECT_EQ(ask("order_book_btcusd"),
              Frames{R"({"event":"bts:subscription_succeeded","channel":"order_book_btcusd",)"
                     R"("data":{}})"});
    for (const auto* channel : {"order_book_dogeusd", "diff_order_book_btcusd", "btcusd", ""})
        EXPECT_TRUE(ask(channel).at(0).starts_with(R"({"event":"bts:error")")) << channel;
    EXPECT_EQ(venue->answer(R"({"event":"bts:heartbeat"})", kNow),
              Frames{R"({"event":"bts:heartbeat","channel":"","data":{"status":"success"}})"});
    const auto book = venue->quote(frame_of("BTC-USD"));
    ASSERT_EQ(book.size(), 1U);
    EXPECT_TRUE(book[0].starts_with(R"({"data":{"timestamp":"1677901040",)"
                                    R"("microtimestamp":"1677901040799000",)"
                                    R"("bids":[["5.979","0.50000000"],)"));
    ask("live_trades_btcusd");
    const auto both = venue->quote(frame_of("BTC-USD"));
    ASSERT_EQ(both.size(), 2U);
    EXPECT_NE(both[1].find(R"("price":5.98,"price_str":"5.98")"), std::string::npos);
    EXPECT_NE(both[1].find(R"("id":42,)"), std::string::npos);
}

TEST(SimUtc, WritesTimes) {
    EXPECT_EQ(sim_utc(0), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(sim_utc(kNow), "2023-03-04T03:37:20.799000Z");
}

}  // namespace
}  // namespace nsl::cli
