// SPDX-License-Identifier: Apache-2.0
// Bitstamp WebSocket v2. There is no ticker channel: the last price is that of
// live_trades_<symbol>, bid and ask are the first levels of order_book_<symbol>. Neither carries
// the day's volume.
#include "enclave/venues/frame_venue.h"

namespace nsl::enclave {
namespace {

constexpr std::string_view kTrades = "live_trades_";
constexpr std::string_view kBook = "order_book_";

class Bitstamp final : public FrameVenue {
 public:
    explicit Bitstamp(const std::vector<std::string>& markets)
        : FrameVenue(markets,
                     [](const pricefeed::AssetPair& p) { return lower_case(p.base + p.quote); }) {}

    std::string_view name() const override { return "bitstamp"; }
    std::string_view default_url() const override { return "wss://ws.bitstamp.net"; }
    std::vector<std::string> subscribe(const std::vector<std::string>& markets) const override {
        std::vector<std::string> out;
        for (const auto& symbol : symbols_of(markets)) {
            for (const auto channel : {kTrades, kBook})
                out.push_back(R"({"event":"bts:subscribe","data":{"channel":")" +
                              std::string(channel) + symbol + R"("}})");
        }
        return out;
    }
    std::string_view ping_text() const override { return R"({"event":"bts:heartbeat"})"; }
    std::int64_t ping_every_ms() const override { return 20'000; }

 protected:
    Result<ParsedFrame> classify(const FrameValue& frame) override;

 private:
    static Result<pricefeed::Tick> trade(const FrameValue& data, const std::string& market);
    static Result<pricefeed::Tick> book(const FrameValue& data, const std::string& market);
};

Result<ParsedFrame> Bitstamp::classify(const FrameValue& frame) {
    TRY(const auto event, frame.string_at("event"));
    if (event == "bts:request_reconnect") return reconnect_frame();
    if (event == "bts:error" || event == "bts:subscription_failed")
        return refused_frame("the venue refused a request");
    if (event.starts_with("bts:")) return control_frame();
    TRY(const auto channel, frame.string_at("channel"));
    const bool trades = channel.starts_with(kTrades);
    if (!trades && !channel.starts_with(kBook)) return foreign_frame();
    const std::string* market = market_of(channel.substr(trades ? kTrades.size() : kBook.size()));
    if (market == nullptr) return foreign_frame();
    if (event != (trades ? "trade" : "data"))
        return fail(Errc::invalid_argument, "'event' is not the channel's");
    TRY(const auto data, frame.member("data", FrameKind::object));
    TRY(auto tick, trades ? trade(data, *market) : book(data, *market));
    TRY(const auto micros, data.integer_string_at("microtimestamp"));
    tick.source_ms = micros / 1'000;
    return tick_frame(std::move(tick));
}

// `price` is the same as a JSON number that may have gone through a double; price_str is exact. The
// book gets no sequence: its time also grows when it is sent again unchanged, which is no news.
Result<pricefeed::Tick> Bitstamp::trade(const FrameValue& data, const std::string& market) {
    TRY(const auto last, data.decimal_string_at("price_str"));
    TRY(const auto id, data.unsigned_number_at("id"));
    return pricefeed::Tick{.market = market, .last = last, .sequence = id};
}

// Levels are [price, amount], the best first.
Result<Decimal> best_price(const FrameValue& data, std::string_view side) {
    TRY(const auto levels, data.member(side, FrameKind::array));
    if (levels.size() == 0) return fail(Errc::invalid_argument, "a side of the book is empty");
    const auto level = levels.items().front().items();
    if (level.size() < 2 || !level[0].is(FrameKind::string))
        return fail(Errc::invalid_argument, "a level is not [price, amount] in strings");
    return Decimal::parse(level[0].text());
}

Result<pricefeed::Tick> Bitstamp::book(const FrameValue& data, const std::string& market) {
    TRY(const auto bid, best_price(data, "bids"));
    TRY(const auto ask, best_price(data, "asks"));
    return pricefeed::Tick{.market = market, .bid = bid, .ask = ask};
}

}  // namespace

std::unique_ptr<Venue> make_bitstamp(const std::vector<std::string>& markets) {
    return std::make_unique<Bitstamp>(markets);
}

}  // namespace nsl::enclave
