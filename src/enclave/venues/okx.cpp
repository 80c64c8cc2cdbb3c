// SPDX-License-Identifier: Apache-2.0
// OKX v5 public WebSocket, channel tickers. Spot only: of derivatives volCcy24h counts the base
// asset.
#include "enclave/venues/frame_venue.h"

namespace nsl::enclave {
namespace {

class Okx final : public FrameVenue {
 public:
    explicit Okx(const std::vector<std::string>& markets)
        : FrameVenue(markets,
                     [](const pricefeed::AssetPair& p) { return p.base + "-" + p.quote; }) {}

    std::string_view name() const override { return "okx"; }
    std::string_view default_url() const override { return "wss://ws.okx.com:8443/ws/v5/public"; }
    std::vector<std::string> subscribe(const std::vector<std::string>& markets) const override {
        std::string args;
        for (const auto& symbol : symbols_of(markets)) {
            if (!args.empty()) args += ',';
            args += R"({"channel":"tickers","instId":")" + symbol + R"("})";
        }
        if (args.empty()) return {};
        return {R"({"op":"subscribe","args":[)" + args + "]}"};
    }
    // The venue cuts a connection that was silent for 30 s.
    std::string_view ping_text() const override { return "ping"; }
    std::int64_t ping_every_ms() const override { return 20'000; }

 protected:
    Result<ParsedFrame> classify(const FrameValue& frame) override;
    std::optional<ParsedFrame> classify_text(std::string_view frame) override {
        if (frame == "pong") return control_frame();
        return std::nullopt;
    }

 private:
    static Result<pricefeed::Tick> ticker(const FrameValue& data, std::string_view symbol,
                                          const std::string& market);
};

Result<ParsedFrame> Okx::classify(const FrameValue& frame) {
    if (frame.find("event")) {
        TRY(const auto event, frame.string_at("event"));
        if (event == "error") return refused_frame("the venue refused a request");
        // A notice announces that the connection will be closed for an upgrade.
        return event == "notice" ? reconnect_frame() : control_frame();
    }
    TRY(const auto arg, frame.member("arg", FrameKind::object));
    TRY(const auto channel, arg.string_at("channel"));
    if (channel != "tickers") return foreign_frame();
    TRY(const auto symbol, arg.string_at("instId"));
    const std::string* market = market_of(symbol);
    if (market == nullptr) return foreign_frame();
    TRY(const auto items, frame.whole_array_at("data"));
    if (items.empty()) return fail(Errc::invalid_argument, "'data' is empty");
    ParsedFrame out{.kind = ParsedFrame::Kind::ticks};
    for (const auto& item : items) {
        TRY(auto tick, ticker(item, symbol, *market));
        out.ticks.push_back(std::move(tick));
    }
    return out;
}

Result<pricefeed::Tick> Okx::ticker(const FrameValue& data, std::string_view symbol,
                                    const std::string& market) {
    if (!data.has_text("instId", symbol))
        return fail(Errc::invalid_argument, "'instId' differs from the channel's");
    if (!data.has_text("instType", "SPOT"))
        return fail(Errc::invalid_argument, "'instType' is not SPOT");
    TRY(const auto bid, data.decimal_string_at("bidPx"));
    TRY(const auto ask, data.decimal_string_at("askPx"));
    TRY(const auto last, data.decimal_string_at("last"));
    TRY(const auto volume, data.decimal_string_at("volCcy24h"));
    TRY(const auto time, data.integer_string_at("ts"));
    return pricefeed::Tick{.market = market,
                           .bid = bid,
                           .ask = ask,
                           .last = last,
                           .quote_volume = volume,
                           .source_ms = time};
}

}  // namespace

std::unique_ptr<Venue> make_okx(const std::vector<std::string>& markets) {
    return std::make_unique<Okx>(markets);
}

}  // namespace nsl::enclave
