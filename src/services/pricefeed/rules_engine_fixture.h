// SPDX-License-Identifier: Apache-2.0
// An engine for tests: venues speak in texts, at a clock that the test moves.
#pragma once
#include <gtest/gtest.h>

#include "services/pricefeed/rules_engine.h"

namespace nsl::pricefeed::testing_engine {

inline constexpr std::int64_t kStart = 1'700'000'000'000;
inline constexpr std::int64_t kOne = 100'000'000;  // 1.0

inline Decimal number(std::string_view text) {
    return Decimal::parse(text).value();
}

inline SourceSpec source(std::string venue, std::string market, std::vector<std::string> via = {}) {
    return {std::move(venue), std::move(market), std::move(via)};
}

inline FeedTable btc_table() {
    return {{{.id = "BTC-USD",
              .sources = {source("a", "BTC-USD"), source("b", "BTC-USD"), source("c", "BTC-USD"),
                          source("d", "BTC-USD")}}}};
}

// BTC on three dollar and four Tether venues, NEO on Tether venues only.
inline FeedTable tether_table() {
    return {
        {{.id = "NEO-USD",
          .sources = {source("x", "NEO-USDT", {"USDT-USD"}), source("y", "NEO-USDT", {"USDT-USD"}),
                      source("z", "NEO-USDT", {"USDT-USD"})}},
         {.id = "BTC-USD",
          .sources = {source("a", "BTC-USD"), source("b", "BTC-USD"), source("c", "BTC-USD"),
                      source("x", "BTC-USDT", {"USDT-USD"}), source("y", "BTC-USDT", {"USDT-USD"}),
                      source("z", "BTC-USDT", {"USDT-USD"}),
                      source("w", "BTC-USDT", {"USDT-USD"})}},
         {.id = "USDT-USD",
          .published = false,
          .sources = {source("a", "USDT-USD"), source("b", "USDT-USD"), source("c", "USDT-USD")}}}};
}

class Engine {
 public:
    explicit Engine(FeedTable table) : engine_(std::move(table)) {}

    Verdict say(std::string_view venue, std::string market, std::string_view last) {
        return engine_.on_tick(venue, {.market = std::move(market), .last = number(last)}, now_ms);
    }
    void say_all(std::initializer_list<std::string_view> venues, const std::string& market,
                 std::string_view last) {
        for (const auto venue : venues) EXPECT_EQ(say(venue, market, last), Verdict::accepted);
    }
    const Estimate& evaluated(std::size_t feed = 0) {
        engine_.evaluate(now_ms);
        return engine_.estimates()[feed];
    }
    PriceEngine* operator->() { return &engine_; }

    std::int64_t now_ms = kStart;

 private:
    PriceEngine engine_;
};

}  // namespace nsl::pricefeed::testing_engine
