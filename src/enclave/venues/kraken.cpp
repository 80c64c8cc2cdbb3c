// SPDX-License-Identifier: Apache-2.0
// Kraken WebSocket v2, channel ticker at every change of the best prices
// (docs.kraken.com, spot-websocket-v2/ticker). Numbers are JSON numbers.
#include "enclave/venues/frame_venue.h"

namespace nsl::enclave {
namespace {

class Kraken final : public FrameVenue {
 public:
    explicit Kraken(const std::vector<std::string>& markets)
        : FrameVenue(markets,
                     [](const pricefeed::AssetPair& p) { return p.base + "/" + p.quote; }) {}

    std::string_view name() const override { return "kraken"; }
    std::string_view default_url() const override { return "wss://ws.kraken.com/v2"; }
    std::vector<std::string> subscribe(const std::vector<std::string>& markets) const override {
        const std::string symbols = quoted_list(symbols_of(markets));
        if (symbols.empty()) return {};
        return {R"({"method":"subscribe","params":{"channel":"ticker","symbol":[)" + symbols +
                R"(],"event_trigger":"bbo"}})"};
    }

 protected:
    Result<ParsedFrame> classify(const FrameValue& frame) override;

 private:
    static Result<pricefeed::Tick> ticker(const FrameValue& data, const std::string& market);
};

Result<ParsedFrame> Kraken::classify(const FrameValue& frame) {
    // WebSocket v1 sends arrays, and objects that name an event. We ask for nothing there.
    if (frame.is(FrameKind::array) || frame.find("event")) return foreign_frame();
    if (frame.find("method")) {
        const auto success = frame.find("success");
        if (success && success->text() == "false")
            return refused_frame("the venue refused a request");
        return control_frame();
    }
    if (frame.find_set("error")) return refused_frame("the venue refused a request");
    TRY(const auto channel, frame.string_at("channel"));
    if (channel == "heartbeat" || channel == "status") return control_frame();
    if (channel != "ticker") return foreign_frame();
    if (!frame.has_text("type", "snapshot") && !frame.has_text("type", "update"))
        return fail(Errc::invalid_argument, "'type' is neither snapshot nor update");
    TRY(const auto items, frame.whole_array_at("data"));
    if (items.empty()) return fail(Errc::invalid_argument, "'data' is empty");
    ParsedFrame out{.kind = ParsedFrame::Kind::ticks};
    for (const auto& item : items) {
        TRY(const auto symbol, item.string_at("symbol"));
        const std::string* market = market_of(symbol);
        if (market == nullptr) continue;
        TRY(auto tick, ticker(item, *market));
        out.ticks.push_back(std::move(tick));
    }
    return out.ticks.empty() ? foreign_frame() : out;
}

Result<pricefeed::Tick> Kraken::ticker(const FrameValue& data, const std::string& market) {
    TRY(const auto bid, data.decimal_number_at("bid"));
    TRY(const auto ask, data.decimal_number_at("ask"));
    TRY(const auto last, data.decimal_number_at("last"));
    TRY(const auto base_volume, data.decimal_number_at("volume"));
    TRY(const auto average, data.decimal_number_at("vwap"));
    TRY(const auto quote_volume, multiply(base_volume, average));
    pricefeed::Tick out{
        .market = market, .bid = bid, .ask = ask, .last = last, .quote_volume = quote_volume};
    // Absent before 2024.
    if (data.find("timestamp")) {
        TRY(const auto time, data.utc_ms_at("timestamp"));
        out.source_ms = time;
    }
    return out;
}

}  // namespace

std::unique_ptr<Venue> make_kraken(const std::vector<std::string>& markets) {
    return std::make_unique<Kraken>(markets);
}

}  // namespace nsl::enclave
