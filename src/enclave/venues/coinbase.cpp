// SPDX-License-Identifier: Apache-2.0
// Coinbase Exchange WebSocket feed, channels ticker and heartbeat
// (docs.cdp.coinbase.com/exchange/websocket-feed/channels).
#include "enclave/venues/frame_venue.h"

namespace nsl::enclave {
namespace {

class Coinbase final : public FrameVenue {
 public:
    explicit Coinbase(const std::vector<std::string>& markets)
        : FrameVenue(markets,
                     [](const pricefeed::AssetPair& p) { return p.base + "-" + p.quote; }) {}

    std::string_view name() const override { return "coinbase"; }
    std::string_view default_url() const override { return "wss://ws-feed.exchange.coinbase.com"; }
    std::vector<std::string> subscribe(const std::vector<std::string>& markets) const override {
        const std::string symbols = quoted_list(symbols_of(markets));
        if (symbols.empty()) return {};
        return {R"({"type":"subscribe","product_ids":[)" + symbols +
                R"(],"channels":["ticker","heartbeat"]})"};
    }

 protected:
    Result<ParsedFrame> classify(const FrameValue& frame) override;
};

Result<ParsedFrame> Coinbase::classify(const FrameValue& frame) {
    TRY(const auto type, frame.string_at("type"));
    if (type == "error") return refused_frame("the venue refused a request");
    if (type == "subscriptions" || type == "heartbeat") return control_frame();
    if (type != "ticker") return foreign_frame();
    TRY(const auto symbol, frame.string_at("product_id"));
    const std::string* market = market_of(symbol);
    if (market == nullptr) return foreign_frame();
    TRY(const auto bid, frame.decimal_string_at("best_bid"));
    TRY(const auto ask, frame.decimal_string_at("best_ask"));
    TRY(const auto last, frame.decimal_string_at("price"));
    TRY(const auto base_volume, frame.decimal_string_at("volume_24h"));
    TRY(const auto quote_volume, multiply(base_volume, last));
    TRY(const auto time, frame.utc_ms_at("time"));
    TRY(const auto sequence, frame.unsigned_number_at("sequence"));
    return tick_frame({.market = *market,
                       .bid = bid,
                       .ask = ask,
                       .last = last,
                       .quote_volume = quote_volume,
                       .source_ms = time,
                       .sequence = sequence});
}

}  // namespace

std::unique_ptr<Venue> make_coinbase(const std::vector<std::string>& markets) {
    return std::make_unique<Coinbase>(markets);
}

}  // namespace nsl::enclave
