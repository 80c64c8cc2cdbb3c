// SPDX-License-Identifier: Apache-2.0
// Market data frames in the venues' documented shapes, for tests.
#pragma once
#include <array>
#include <string_view>

namespace nsl::enclave {

struct VenueSample {
    std::string_view venue;
    std::string_view market;  // that the frame is about
    std::string_view frame;
    std::string_view price;  // one price as it stands there, and nowhere else
};

inline constexpr std::array kVenueSamples{
    VenueSample{
        "binance", "BTC-USDT",
        R"({"e":"24hrTicker","E":1672515782136,"s":"BTCUSDT","c":"16800.25","b":"16800.24","a":"16800.26","v":"10000","q":"168002500","C":1672515782000})",
        R"("16800.24")"},
    VenueSample{
        "binance", "BNB-USDT",
        R"({"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21","a":"25.36520000","A":"40.66"})",
        R"("25.35190000")"},
    VenueSample{
        "okx", "BTC-USDT",
        R"({"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT","instId":"BTC-USDT","last":"31500.1","askPx":"31500.2","askSz":"0.0099","bidPx":"31500","bidSz":"3.05","volCcy24h":"503403597.38","vol24h":"15937.1","ts":"1626526618762"}]})",
        R"("31500")"},
    VenueSample{
        "gate", "BTC-USDT",
        R"({"time":1669107766,"time_ms":1669107766406,"channel":"spot.tickers","event":"update","result":{"currency_pair":"BTC_USDT","last":"43444.80","lowest_ask":"43444.82","highest_bid":"43444.81","base_volume":"5182.54","quote_volume":"227267634.93"}})",
        R"("43444.81")"},
    VenueSample{
        "coinbase", "BTC-USD",
        R"({"type":"ticker","sequence":7388547310,"product_id":"BTC-USD","price":"22345.67","volume_24h":"470.21","best_bid":"22345.66","best_bid_size":"0.106","best_ask":"22349.68","best_ask_size":"0.031","side":"sell","time":"2023-03-04T03:37:20.799258Z","trade_id":11586478,"last_size":"0.0035"})",
        R"("22345.66")"},
    VenueSample{
        "kraken", "BTC-USD",
        R"({"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":108359.7,"bid_qty":0.0136,"ask":108359.9,"ask_qty":17.18,"last":108359.8,"volume":2158.3,"vwap":108894.5,"timestamp":"2025-06-27T09:30:59.123456Z"}]})",
        R"(108359.7)"},
    VenueSample{
        "bitstamp", "BTC-USD",
        R"({"event":"trade","channel":"live_trades_btcusd","data":{"id":106833903,"timestamp":"1583691851","microtimestamp":"1583691851934000","price":8302.92,"price_str":"8302.92","amount":0.144,"amount_str":"0.144","type":0}})",
        R"("8302.92")"},
    VenueSample{
        "bitstamp", "BTC-USD",
        R"({"data":{"timestamp":"1583691851","microtimestamp":"1583691851934000","bids":[["8302.91","0.5"],["8302.90","1.0"]],"asks":[["8302.93","0.25"],["8303.00","2"]]},"channel":"order_book_btcusd","event":"data"})",
        R"("8302.91")"},
};

}  // namespace nsl::enclave
