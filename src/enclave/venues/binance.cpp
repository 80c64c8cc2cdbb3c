// SPDX-License-Identifier: Apache-2.0
// Binance spot streams (github.com/binance/binance-spot-api-docs, web-socket-streams.md):
// <symbol>@ticker each second with time and volume, <symbol>@bookTicker at every change without
// time. Both as bare events and wrapped as a combined stream.
#include "enclave/venues/frame_venue.h"

namespace nsl::enclave {
namespace {

class Binance final : public FrameVenue {
 public:
    explicit Binance(const std::vector<std::string>& markets)
        : FrameVenue(markets, [](const pricefeed::AssetPair& p) { return p.base + p.quote; }) {}

    std::string_view name() const override { return "binance"; }
    std::string_view default_url() const override { return "wss://data-stream.binance.vision/ws"; }
    std::vector<std::string> subscribe(const std::vector<std::string>& markets) const override {
        std::vector<std::string> symbols = symbols_of(markets);
        if (symbols.empty()) return {};
        for (auto& symbol : symbols) symbol = lower_case(std::move(symbol));
        return {R"({"method":"SUBSCRIBE","params":[)" + quoted_list(symbols, {}, "@ticker") + "," +
                quoted_list(symbols, {}, "@bookTicker") + R"(],"id":1})"};
    }

 protected:
    Result<ParsedFrame> classify(const FrameValue& frame) override;

 private:
    Result<ParsedFrame> event(const FrameValue& event, std::optional<std::string_view> stream);
    Result<ParsedFrame> ticker(const FrameValue& event, const std::string& market);
    Result<ParsedFrame> book_ticker(const FrameValue& event, const std::string& market);
};

Result<ParsedFrame> Binance::classify(const FrameValue& frame) {
    if (frame.find("stream")) {
        TRY(const auto stream, frame.string_at("stream"));
        TRY(const auto data, frame.member("data", FrameKind::object));
        return event(data, stream);
    }
    if (frame.find_set("error") || frame.find("code"))
        return refused_frame("the venue refused a request");
    if (frame.find("id") && frame.find("result")) return control_frame();
    return event(frame, std::nullopt);
}

Result<ParsedFrame> Binance::event(const FrameValue& event,
                                   std::optional<std::string_view> stream) {
    if (event.has_text("e", "serverShutdown")) return reconnect_frame();
    std::string_view channel;
    if (event.find("e")) {
        TRY(const auto type, event.string_at("e"));
        if (type != "24hrTicker") return foreign_frame();
        channel = "@ticker";
    } else if (event.find("u") && event.find("s")) {
        channel = "@bookTicker";
    } else if (stream) {
        return foreign_frame();  // partial books and the like name neither event nor symbol
    } else {
        return fail(Errc::invalid_argument, "neither an event nor an answer");
    }
    TRY(const auto symbol, event.string_at("s"));
    const std::string* market = market_of(symbol);
    if (market == nullptr) return foreign_frame();
    if (stream && *stream != lower_case(std::string(symbol)).append(channel))
        return fail(Errc::invalid_argument, "stream and event differ");
    return channel == "@ticker" ? ticker(event, *market) : book_ticker(event, *market);
}

Result<ParsedFrame> Binance::ticker(const FrameValue& event, const std::string& market) {
    TRY(const auto bid, event.decimal_string_at("b"));
    TRY(const auto ask, event.decimal_string_at("a"));
    TRY(const auto last, event.decimal_string_at("c"));
    TRY(const auto volume, event.decimal_string_at("q"));
    TRY(const auto time, event.integer_number_at("E"));
    return tick_frame({.market = market,
                       .bid = bid,
                       .ask = ask,
                       .last = last,
                       .quote_volume = volume,
                       .source_ms = time});
}

// The update id counts changes of the book; the ticker's trade ids are another series and are left
// alone, so that one market has one growing sequence.
Result<ParsedFrame> Binance::book_ticker(const FrameValue& event, const std::string& market) {
    TRY(const auto update, event.unsigned_number_at("u"));
    TRY(const auto bid, event.decimal_string_at("b"));
    TRY(const auto ask, event.decimal_string_at("a"));
    return tick_frame({.market = market, .bid = bid, .ask = ask, .sequence = update});
}

}  // namespace

std::unique_ptr<Venue> make_binance(const std::vector<std::string>& markets) {
    return std::make_unique<Binance>(markets);
}

}  // namespace nsl::enclave
