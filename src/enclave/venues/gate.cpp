// SPDX-License-Identifier: Apache-2.0
// Gate v4 spot WebSocket, channel spot.tickers. Its time is when the venue sent the frame.
#include "enclave/venues/frame_venue.h"

namespace nsl::enclave {
namespace {

class Gate final : public FrameVenue {
 public:
    explicit Gate(const std::vector<std::string>& markets)
        : FrameVenue(markets,
                     [](const pricefeed::AssetPair& p) { return p.base + "_" + p.quote; }) {}

    std::string_view name() const override { return "gate"; }
    std::string_view default_url() const override { return "wss://api.gateio.ws/ws/v4/"; }
    std::vector<std::string> subscribe(const std::vector<std::string>& markets) const override {
        const std::string symbols = quoted_list(symbols_of(markets));
        if (symbols.empty()) return {};
        // The venue checks the time of signed requests only; this one is unsigned.
        return {R"({"time":1,"channel":"spot.tickers","event":"subscribe","payload":[)" + symbols +
                "]}"};
    }

 protected:
    Result<ParsedFrame> classify(const FrameValue& frame) override;

 private:
    static Result<std::int64_t> time_ms(const FrameValue& frame);
};

Result<ParsedFrame> Gate::classify(const FrameValue& frame) {
    if (frame.find_set("error")) return refused_frame("the venue refused a request");
    TRY(const auto channel, frame.string_at("channel"));
    if (channel == "spot.pong") return control_frame();
    TRY(const auto event, frame.string_at("event"));
    if (event == "subscribe" || event == "unsubscribe") {
        const auto result = frame.find_set("result");
        if (result && result->has_text("status", "success")) return control_frame();
        return refused_frame("the venue did not confirm a subscription");
    }
    if (event != "update") return fail(Errc::invalid_argument, "'event' is not a documented one");
    if (channel != "spot.tickers") return foreign_frame();
    TRY(const auto data, frame.member("result", FrameKind::object));
    TRY(const auto symbol, data.string_at("currency_pair"));
    const std::string* market = market_of(symbol);
    if (market == nullptr) return foreign_frame();
    TRY(const auto bid, data.decimal_string_at("highest_bid"));
    TRY(const auto ask, data.decimal_string_at("lowest_ask"));
    TRY(const auto last, data.decimal_string_at("last"));
    TRY(const auto volume, data.decimal_string_at("quote_volume"));
    TRY(const auto time, time_ms(frame));
    return tick_frame({.market = *market,
                       .bid = bid,
                       .ask = ask,
                       .last = last,
                       .quote_volume = volume,
                       .source_ms = time});
}

// Frames before 2022 have whole seconds only.
Result<std::int64_t> Gate::time_ms(const FrameValue& frame) {
    if (frame.find("time_ms")) return frame.integer_number_at("time_ms");
    constexpr std::int64_t kSecondsMax = 1'000'000'000'000;
    TRY(const auto seconds, frame.integer_number_at("time"));
    if (seconds < 0 || seconds > kSecondsMax)
        return fail(Errc::invalid_argument, "'time' is no Unix time in seconds");
    return seconds * 1'000;
}

}  // namespace

std::unique_ptr<Venue> make_gate(const std::vector<std::string>& markets) {
    return std::make_unique<Gate>(markets);
}

}  // namespace nsl::enclave
