// SPDX-License-Identifier: Apache-2.0
// Each venue's frames in their documented shapes.
#include <gtest/gtest.h>

#include "enclave/venues/venue.h"

namespace nsl::enclave {
namespace {

using Kind = ParsedFrame::Kind;
using pricefeed::Tick;

Decimal decimal(std::string_view text) {
    return Decimal::parse(text).value();
}

std::unique_ptr<Venue> venue_for(std::string_view name, const std::vector<std::string>& markets) {
    return make_venue(name, markets).value();
}

// The only tick of a frame that has one.
Tick tick_of(Venue& venue, std::string_view frame) {
    const auto out = venue.parse(frame);
    EXPECT_EQ(out.kind, Kind::ticks) << out.detail;
    EXPECT_EQ(out.ticks.size(), 1U);
    return out.ticks.empty() ? Tick() : out.ticks.front();
}

TEST(MakeVenue, KnowsSixAndListsThem) {
    for (const auto name : venue_names()) EXPECT_EQ(venue_for(name, {})->name(), name);
    EXPECT_EQ(venue_names().size(), 6U);
    const auto unknown = make_venue("mtgox", {});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::not_found);
    for (const auto name : venue_names())
        EXPECT_NE(unknown.error().message.find(name), std::string::npos);
}

TEST(MakeVenue, EndpointsAreEncrypted) {
    for (const auto name : venue_names())
        EXPECT_TRUE(venue_for(name, {})->default_url().starts_with("wss://"));
}

TEST(MakeVenue, WithoutMarketsThereIsNothingToAskFor) {
    for (const auto name : venue_names()) {
        EXPECT_TRUE(venue_for(name, {})->subscribe({}).empty());
        EXPECT_TRUE(venue_for(name, {})->subscribe({"no market", "\"-\""}).empty());
    }
}

TEST(BinanceFormat, AsksForTickerAndBook) {
    EXPECT_EQ(venue_for("binance", {})->subscribe({"NEO-USDT", "BTC-USDT"}),
              (std::vector<std::string>{
                  R"({"method":"SUBSCRIBE","params":["neousdt@ticker","btcusdt@ticker",)"
                  R"("neousdt@bookTicker","btcusdt@bookTicker"],"id":1})"}));
}

TEST(BinanceFormat, ReadsTheTickerBareAndCombined) {
    const std::string event =
        R"({"e":"24hrTicker","E":1672515782136,"s":"NEOUSDT","c":"5.980","b":"5.979","a":"5.981",)"
        R"("v":"10000","q":"59800.50","L":18150,"C":1672515782000})";
    auto venue = venue_for("binance", {"NEO-USDT"});
    const std::string combined = R"({"stream":"neousdt@ticker","data":)" + event + "}";
    for (const auto& frame : {event, combined}) {
        const Tick tick = tick_of(*venue, frame);
        EXPECT_EQ(tick.market, "NEO-USDT");
        EXPECT_EQ(tick.bid, decimal("5.979"));
        EXPECT_EQ(tick.ask, decimal("5.981"));
        EXPECT_EQ(tick.last, decimal("5.98"));
        EXPECT_EQ(tick.quote_volume, decimal("59800.5"));
        EXPECT_EQ(tick.source_ms, 1672515782136);
        EXPECT_EQ(tick.sequence, std::nullopt);
    }
}

TEST(BinanceFormat, ReadsTheBookWithoutTime) {
    auto venue = venue_for("binance", {"BNB-USDT"});
    const std::string event =
        R"({"u":400900217,"s":"BNBUSDT","b":"25.35","B":"31.2","a":"25.36","A":"40.6"})";
    for (const auto& frame : {event, R"({"stream":"bnbusdt@bookTicker","data":)" + event + "}"}) {
        const Tick tick = tick_of(*venue, frame);
        EXPECT_EQ(tick.bid, decimal("25.35"));
        EXPECT_EQ(tick.ask, decimal("25.36"));
        EXPECT_EQ(tick.last, std::nullopt);
        EXPECT_EQ(tick.source_ms, std::nullopt);
        EXPECT_EQ(tick.sequence, 400900217U);
    }
}

TEST(BinanceFormat, TellsTheOthersApart) {
    auto venue = venue_for("binance", {"BTC-USDT"});
    const auto kind = [&](std::string_view frame) { return venue->parse(frame).kind; };
    EXPECT_EQ(kind(R"({"result":null,"id":1})"), Kind::control);
    EXPECT_EQ(kind(R"({"error":{"code":2,"msg":"Invalid request"},"id":1})"), Kind::refused);
    EXPECT_EQ(kind(R"({"code":2,"msg":"Invalid request"})"), Kind::refused);
    EXPECT_EQ(kind(R"({"e":"aggTrade","E":1,"s":"BTCUSDT","p":"1"})"), Kind::foreign);
    EXPECT_EQ(kind(R"({"u":1,"s":"ETHUSDT","b":"1","B":"1","a":"2","A":"1"})"), Kind::foreign);
    EXPECT_EQ(kind(R"({"stream":"btcusdt@depth5","data":{"lastUpdateId":1,"bids":[],"asks":[]}})"),
              Kind::foreign);
    EXPECT_EQ(kind(R"({"lastUpdateId":1,"bids":[],"asks":[]})"), Kind::malformed);
    const auto shutdown = venue->parse(R"({"e":"serverShutdown","E":1770123456789})");
    EXPECT_EQ(shutdown.kind, Kind::control);
    EXPECT_TRUE(shutdown.reconnect);
}

TEST(BinanceFormat, AStreamThatCarriesAnothersEventIsMalformed) {
    auto venue = venue_for("binance", {"BTC-USDT", "ETH-USDT"});
    const std::string event = R"({"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"})";
    for (const auto stream : {"ethusdt@bookTicker", "btcusdt@ticker"})
        EXPECT_EQ(
            venue->parse(R"({"stream":")" + std::string(stream) + R"(","data":)" + event + "}")
                .kind,
            Kind::malformed);
}

TEST(OkxFormat, AsksForTickersAndPings) {
    const auto venue = venue_for("okx", {});
    EXPECT_EQ(venue->subscribe({"NEO-USDT", "BTC-USDT"}),
              (std::vector<std::string>{
                  R"({"op":"subscribe","args":[{"channel":"tickers","instId":"NEO-USDT"},)"
                  R"({"channel":"tickers","instId":"BTC-USDT"}]})"}));
    EXPECT_EQ(venue->ping_text(), "ping");
    EXPECT_GT(venue->ping_every_ms(), 0);
    EXPECT_LT(venue->ping_every_ms(), 30'000);
}

TEST(OkxFormat, ReadsTickers) {
    auto venue = venue_for("okx", {"BTC-USDT"});
    const Tick tick = tick_of(
        *venue, R"({"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT",)"
                R"("instId":"BTC-USDT","last":"31500.1","askPx":"31500.2","askSz":"0.0099",)"
                R"("bidPx":"31500","bidSz":"3.05","volCcy24h":"503403597.38","vol24h":"15937.1",)"
                R"("ts":"1626526618762"}]})");
    EXPECT_EQ(tick.bid, decimal("31500"));
    EXPECT_EQ(tick.ask, decimal("31500.2"));
    EXPECT_EQ(tick.last, decimal("31500.1"));
    EXPECT_EQ(tick.quote_volume, decimal("503403597.38"));
    EXPECT_EQ(tick.source_ms, 1626526618762);
}

TEST(OkxFormat, TellsTheOthersApart) {
    auto venue = venue_for("okx", {"BTC-USDT"});
    const auto kind = [&](std::string_view frame) { return venue->parse(frame).kind; };
    EXPECT_EQ(kind("pong"), Kind::control);
    EXPECT_EQ(kind(R"({"event":"subscribe","arg":{"channel":"tickers","instId":"BTC-USDT"}})"),
              Kind::control);
    EXPECT_EQ(kind(R"({"event":"error","code":"60018","msg":"doesn't exist"})"), Kind::refused);
    EXPECT_EQ(kind(R"({"arg":{"channel":"books","instId":"BTC-USDT"},"data":[]})"), Kind::foreign);
    EXPECT_EQ(kind(R"({"arg":{"channel":"tickers","instId":"ETH-USDT"},"data":[]})"),
              Kind::foreign);
    EXPECT_EQ(kind(R"({"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[]})"),
              Kind::malformed);
    EXPECT_EQ(kind("ping"), Kind::malformed);
    const auto notice = venue->parse(R"({"event":"notice","code":"64008","msg":"upgrade"})");
    EXPECT_EQ(notice.kind, Kind::control);
    EXPECT_TRUE(notice.reconnect);
}

TEST(GateFormat, ReadsTickersOfNowAndOf2021) {
    auto venue = venue_for("gate", {"BTC-USDT"});
    const std::string rest =
        R"("channel":"spot.tickers","event":"update","result":{"currency_pair":"BTC_USDT",)"
        R"("last":"43444.80","lowest_ask":"43444.82","highest_bid":"43444.81",)"
        R"("base_volume":"5182.54","quote_volume":"227267634.93"}})";
    const Tick now = tick_of(*venue, R"({"time":1669107766,"time_ms":1669107766406,)" + rest);
    EXPECT_EQ(now.bid, decimal("43444.81"));
    EXPECT_EQ(now.ask, decimal("43444.82"));
    EXPECT_EQ(now.last, decimal("43444.8"));
    EXPECT_EQ(now.quote_volume, decimal("227267634.93"));
    EXPECT_EQ(now.source_ms, 1669107766406);
    EXPECT_EQ(tick_of(*venue, R"({"time":1669107766,)" + rest).source_ms, 1669107766000);
    EXPECT_EQ(venue->parse(R"({"time":9223372036854775807,)" + rest).kind, Kind::malformed);
}

TEST(GateFormat, TellsTheOthersApart) {
    auto venue = venue_for("gate", {"BTC-USDT"});
    const auto kind = [&](std::string_view frame) { return venue->parse(frame).kind; };
    EXPECT_EQ(kind(R"({"time":1,"channel":"spot.tickers","event":"subscribe","error":null,)"
                   R"("result":{"status":"success"}})"),
              Kind::control);
    EXPECT_EQ(kind(R"({"time":1,"channel":"spot.tickers","event":"subscribe",)"
                   R"("error":{"code":2,"message":"unknown currency pair"},"result":null})"),
              Kind::refused);
    EXPECT_EQ(kind(R"({"time":1,"channel":"spot.tickers","event":"subscribe","result":null})"),
              Kind::refused);
    EXPECT_EQ(kind(R"({"time":1,"channel":"spot.pong","event":"","result":null})"), Kind::control);
    EXPECT_EQ(kind(R"({"time":1,"channel":"spot.trades","event":"update","result":{}})"),
              Kind::foreign);
    EXPECT_EQ(kind(R"({"time":1,"channel":"spot.tickers","event":"update",)"
                   R"("result":{"currency_pair":"ETH_USDT"}})"),
              Kind::foreign);
    EXPECT_EQ(kind(R"({"time":1,"channel":"spot.tickers","event":"odd"})"), Kind::malformed);
}

TEST(GateFormat, AsksForTickers) {
    EXPECT_EQ(venue_for("gate", {})->subscribe({"NEO-USDT", "GAS-USDT"}),
              (std::vector<std::string>{R"({"time":1,"channel":"spot.tickers","event":"subscribe",)"
                                        R"("payload":["NEO_USDT","GAS_USDT"]})"}));
}

TEST(CoinbaseFormat, ReadsTickersAndDerivesTheVolume) {
    auto venue = venue_for("coinbase", {"BTC-USD"});
    const Tick tick = tick_of(
        *venue,
        R"({"type":"ticker","sequence":7388547310,"product_id":"BTC-USD","price":"22345.67",)"
        R"("volume_24h":"470.21","best_bid":"22345.66","best_bid_size":"0.106",)"
        R"("best_ask":"22349.68","best_ask_size":"0.031","side":"sell",)"
        R"("time":"2023-03-04T03:37:20.799258Z","trade_id":11586478,"last_size":"0.0035"})");
    EXPECT_EQ(tick.bid, decimal("22345.66"));
    EXPECT_EQ(tick.ask, decimal("22349.68"));
    EXPECT_EQ(tick.last, decimal("22345.67"));
    EXPECT_EQ(tick.quote_volume, decimal("10507157.4907"));  // 470.21 × 22345.67
    EXPECT_EQ(tick.source_ms, 1677901040799);
    EXPECT_EQ(tick.sequence, 7388547310U);
}

TEST(CoinbaseFormat, TellsTheOthersApart) {
    auto venue = venue_for("coinbase", {"BTC-USD"});
    const auto kind = [&](std::string_view frame) { return venue->parse(frame).kind; };
    EXPECT_EQ(kind(R"({"type":"subscriptions","channels":[]})"), Kind::control);
    EXPECT_EQ(kind(R"({"type":"heartbeat","sequence":90,"last_trade_id":20,)"
                   R"("product_id":"BTC-USD","time":"2014-11-07T08:19:28.464459Z"})"),
              Kind::control);
    EXPECT_EQ(kind(R"({"type":"error","message":"Failed to subscribe","reason":"x"})"),
              Kind::refused);
    EXPECT_EQ(kind(R"({"type":"l2update","product_id":"BTC-USD"})"), Kind::foreign);
    EXPECT_EQ(kind(R"({"type":"ticker","product_id":"ETH-USD"})"), Kind::foreign);
    EXPECT_EQ(kind(R"({"product_id":"BTC-USD"})"), Kind::malformed);
    EXPECT_EQ(venue->subscribe({"BTC-USD"}),
              (std::vector<std::string>{R"({"type":"subscribe","product_ids":["BTC-USD"],)"
                                        R"("channels":["ticker","heartbeat"]})"}));
}

TEST(KrakenFormat, ReadsNumbersWithoutLosingADigit) {
    auto venue = venue_for("kraken", {"BTC-USD", "ETH-USD"});
    const auto out = venue->parse(
        R"({"channel":"ticker","type":"snapshot","data":[)"
        R"({"symbol":"BTC/USD","bid":9007199254740993.1,"bid_qty":0.0136,"ask":9007199254740993.3,)"
        R"("ask_qty":17.18,"last":9007199254740993.2,"volume":2,"vwap":108894.5,)"
        R"("timestamp":"2025-06-27T09:30:59.123456Z"},)"
        R"({"symbol":"ETH/USD","bid":2.10,"bid_qty":1,"ask":2.2,"ask_qty":1,"last":2.15,)"
        R"("volume":10.5,"vwap":2},)"
        R"({"symbol":"XRP/USD","bid":"not ours"}]})");
    ASSERT_EQ(out.kind, Kind::ticks) << out.detail;
    ASSERT_EQ(out.ticks.size(), 2U);
    EXPECT_EQ(out.ticks[0].bid, decimal("9007199254740993.1"));
    EXPECT_EQ(out.ticks[0].quote_volume, decimal("217789"));
    EXPECT_EQ(out.ticks[0].source_ms, 1751016659123);
    EXPECT_EQ(out.ticks[1].market, "ETH-USD");
    EXPECT_EQ(out.ticks[1].bid, decimal("2.1"));
    EXPECT_EQ(out.ticks[1].quote_volume, decimal("21"));
    EXPECT_EQ(out.ticks[1].source_ms, std::nullopt);
}

TEST(KrakenFormat, TellsTheOthersApart) {
    auto venue = venue_for("kraken", {"BTC-USD"});
    const auto kind = [&](std::string_view frame) { return venue->parse(frame).kind; };
    EXPECT_EQ(kind(R"({"channel":"heartbeat"})"), Kind::control);
    EXPECT_EQ(kind(R"({"channel":"status","type":"update","data":[{"system":"online"}]})"),
              Kind::control);
    EXPECT_EQ(kind(R"({"method":"subscribe","result":{"symbol":"BTC/USD"},"success":true})"),
              Kind::control);
    EXPECT_EQ(kind(R"({"method":"pong","time_in":"x"})"), Kind::control);
    EXPECT_EQ(kind(R"({"error":"Currency pair not supported","method":"subscribe",)"
                   R"("success":false})"),
              Kind::refused);
    EXPECT_EQ(kind(R"({"channel":"trade","type":"update","data":[]})"), Kind::foreign);
    EXPECT_EQ(kind(R"({"channel":"ticker","type":"update","data":[{"symbol":"ETH/USD"}]})"),
              Kind::foreign);
    EXPECT_EQ(kind(R"({"channel":"ticker","data":[{"symbol":"BTC/USD"}]})"), Kind::malformed);
    // WebSocket v1
    EXPECT_EQ(kind(R"({"event":"heartbeat"})"), Kind::foreign);
    EXPECT_EQ(kind(R"([340,{"b":["1.0",1,"1.0"]},"ticker","XBT/USD"])"), Kind::foreign);
    EXPECT_EQ(
        venue->subscribe({"BTC-USD", "USDT-USD"}),
        (std::vector<std::string>{R"({"method":"subscribe","params":{"channel":"ticker",)"
                                  R"("symbol":["BTC/USD","USDT/USD"],"event_trigger":"bbo"}})"}));
}

TEST(BitstampFormat, ReadsTradesAndTheTopOfTheBook) {
    auto venue = venue_for("bitstamp", {"BTC-USD"});
    const Tick trade = tick_of(
        *venue, R"({"event":"trade","channel":"live_trades_btcusd","data":{"id":106833903,)"
                R"("microtimestamp":"1583691851934999","price":8302.919999,"price_str":"8302.92",)"
                R"("amount_str":"0.144","type":0}})");
    EXPECT_EQ(trade.last, decimal("8302.92"));
    EXPECT_EQ(trade.bid, std::nullopt);
    EXPECT_EQ(trade.source_ms, 1583691851934);
    EXPECT_EQ(trade.sequence, 106833903U);

    const Tick book = tick_of(
        *venue, R"({"data":{"timestamp":"1583691851","microtimestamp":"1583691851934000",)"
                R"("bids":[["8302.91","0.5"],["8302.90","1.0"]],"asks":[["8302.93","0.25"]]},)"
                R"("channel":"order_book_btcusd","event":"data"})");
    EXPECT_EQ(book.bid, decimal("8302.91"));
    EXPECT_EQ(book.ask, decimal("8302.93"));
    EXPECT_EQ(book.last, std::nullopt);
    // A book that is sent again is no news; its time would pretend so.
    EXPECT_EQ(book.sequence, std::nullopt);
}

TEST(BitstampFormat, TellsTheOthersApart) {
    auto venue = venue_for("bitstamp", {"BTC-USD"});
    const auto kind = [&](std::string_view frame) { return venue->parse(frame).kind; };
    EXPECT_EQ(kind(R"({"event":"bts:subscription_succeeded","channel":"live_trades_btcusd",)"
                   R"("data":{}})"),
              Kind::control);
    EXPECT_EQ(kind(R"({"event":"bts:heartbeat","channel":"","data":{"status":"success"}})"),
              Kind::control);
    EXPECT_EQ(kind(R"({"event":"bts:error","channel":"","data":{"message":"Bad"}})"),
              Kind::refused);
    EXPECT_EQ(kind(R"({"data":{},"channel":"diff_order_book_btcusd","event":"data"})"),
              Kind::foreign);
    EXPECT_EQ(kind(R"({"data":{},"channel":"live_trades_ethusd","event":"trade"})"), Kind::foreign);
    EXPECT_EQ(kind(R"({"data":{},"channel":"live_trades_btcusd","event":"data"})"),
              Kind::malformed);
    EXPECT_EQ(kind(R"({"data":{"microtimestamp":"1","bids":[],"asks":[["1","1"]]},)"
                   R"("channel":"order_book_btcusd","event":"data"})"),
              Kind::malformed);
    const auto moved = venue->parse(R"({"event":"bts:request_reconnect","channel":"","data":""})");
    EXPECT_EQ(moved.kind, Kind::control);
    EXPECT_TRUE(moved.reconnect);
    EXPECT_EQ(venue->subscribe({"BTC-USD"}),
              (std::vector<std::string>{
                  R"({"event":"bts:subscribe","data":{"channel":"live_trades_btcusd"}})",
                  R"({"event":"bts:subscribe","data":{"channel":"order_book_btcusd"}})"}));
}

}  // namespace
}  // namespace nsl::enclave
