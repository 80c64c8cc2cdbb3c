// SPDX-License-Identifier: Apache-2.0
#include "cli/sim_market.h"

#include <algorithm>

#include "base/decimal.h"

namespace nsl::cli {
namespace {

// A step's relative change is common·x + own·y in 1e-9, x shared by all and y its own; both normal.
struct Asset {
    std::string_view name;
    std::int64_t price;
    std::int64_t common;
    std::int64_t own;
    std::int64_t volume;  // 24 h at the reference venue, whole units
};
constexpr std::array kAssetTable{
    Asset{"BTC", 65'000 * kSimUnit, 18'000, 8'000, 20'000},
    Asset{"ETH", 3'200 * kSimUnit, 20'000, 14'000, 300'000},
    Asset{"NEO", 598'000'000, 22'000, 22'000, 1'500'000},
    Asset{"GAS", 241'000'000, 22'000, 28'000, 800'000},
    Asset{"USDT", kSimUnit, 0, 600, 300'000'000},
};
constexpr std::size_t kTether = 4;
constexpr std::int64_t kNano = 1'000'000'000;
constexpr std::int64_t kOne = 1 << 16;                 // of normal()
constexpr std::int64_t kCentiBasisPoints = 1'000'000;  // of one
constexpr std::int64_t kPriceMax = 10'000'000 * kSimUnit;
constexpr std::int64_t kStepsAtOnceMax = 3'600'000 / kSimStepMs;
constexpr std::int64_t kTetherPull = 64;  // steps until a deviation has mostly gone
constexpr std::uint64_t kSequenceBase = 1'000'000;

constexpr std::array kVenues{
    SimVenue{"binance", "USDT", 50, 80, 100, 100, 100},
    SimVenue{"okx", "USDT", 100, 100, 120, 40, 100},
    SimVenue{"gate", "USDT", 250, 300, 250, 20, 1'000},
    SimVenue{"coinbase", "USD", 50, 80, 100, 50, 200},
    SimVenue{"kraken", "USD", 150, 120, 150, 25, 250},
    SimVenue{"bitstamp", "USD", 200, 250, 220, 8, 500},
};

// a × b / c; all of the world's numbers are far from the limits of 64 bits.
std::int64_t scaled(std::int64_t a, std::int64_t b, std::int64_t c) {
    return mul_div(a, b, c).value_or(a);
}

std::int64_t bounded(std::int64_t price) {
    return std::clamp<std::int64_t>(price, 1, kPriceMax);
}

}  // namespace

std::span<const SimVenue> sim_venues() {
    return kVenues;
}

SimMarket::SimMarket(std::uint64_t seed, std::int64_t start_ms)
    : random_(seed), time_ms_(start_ms) {
    static_assert(kAssetTable.size() == kAssets);
    for (std::size_t i = 0; i < kAssets; ++i) prices_[i] = kAssetTable[i].price;
    history_.fill(prices_);
    for (std::size_t venue = 0; venue < kVenues.size(); ++venue) {
        const std::string_view quote = kVenues[venue].quote;
        for (std::size_t asset = 0; asset < kAssets; ++asset) {
            const std::string_view name = kAssetTable[asset].name;
            // The USD venues here have no Neo markets, and no asset is quoted in itself.
            const bool listed = quote == "USD" ? name != "NEO" && name != "GAS" : name != quote;
            if (!listed) continue;
            markets_.push_back({.venue = venue,
                                .asset = asset,
                                .name = std::string(name).append("-").append(quote)});
            markets_.back().quote.sequence = kSequenceBase * markets_.size();
        }
    }
    for (auto& market : markets_) this->quote(market);
}

void SimMarket::replay(SimRecording recording, std::uint32_t speed) {
    replay_ms_ = recording.first_ms();
    speed_ = speed;
    recording_ = std::move(recording);
    follow_recording();
    history_.fill(prices_);
    for (auto& market : markets_) quote(market);
}

void SimMarket::advance(std::int64_t now_ms) {
    std::int64_t due = (now_ms - time_ms_) / kSimStepMs;
    if (due > kStepsAtOnceMax) {
        time_ms_ += (due - 1) * kSimStepMs;
        due = 1;
    }
    for (; due > 0; --due) step();
}

void SimMarket::step() {
    ++steps_;
    time_ms_ += kSimStepMs;
    if (!still_) {
        wander();
        if (recording_) {
            replay_ms_ += kSimStepMs * speed_;
            follow_recording();
        }
    }
    history_[steps_ % kHistory] = prices_;
    for (auto& market : markets_) quote(market);
}

void SimMarket::wander() {
    const std::int64_t common = normal();
    for (std::size_t i = 0; i < kAssets; ++i) {
        const Asset& asset = kAssetTable[i];
        const std::int64_t change = (asset.common * common + asset.own * normal()) / kOne;
        prices_[i] = bounded(prices_[i] + scaled(prices_[i], change, kNano));
    }
    prices_[kTether] =
        bounded(prices_[kTether] + (tether_anchor_ - prices_[kTether]) / kTetherPull);
}

void SimMarket::follow_recording() {
    const std::int64_t at = std::min(replay_ms_, recording_->end_ms() - 1);
    if (const auto tether = recording_->median("USDT-USD", at)) prices_[kTether] = bounded(*tether);
    for (std::size_t i = 0; i < kAssets; ++i) {
        if (i == kTether) continue;
        const std::string name(kAssetTable[i].name);
        if (const auto dollars = recording_->median(name + "-USD", at))
            prices_[i] = bounded(*dollars);
        else if (const auto tethers = recording_->median(name + "-USDT", at))
            prices_[i] = bounded(scaled(*tethers, prices_[kTether], kSimUnit));
    }
}

SimMarket::Prices SimMarket::prices_ago(std::int64_t span_ms) const {
    const auto back = static_cast<std::uint64_t>(span_ms / kSimStepMs);
    NSL_ASSERT(back < kHistory);
    return history_[(steps_ + kHistory - back) % kHistory];
}

void SimMarket::quote(Market& market) {
    const SimVenue& venue = kVenues[market.venue];
    ++market.quote.sequence;
    market.quote.time_ms = time_ms_;
    market.quote.silent = false;
    // Drawn whether used or not, so that one market's silence does not change the others' prices.
    market.noise_cbp = (market.noise_cbp * 9 + venue.noise_cbp * normal() * 4 / kOne) / 10;
    const std::int64_t last_drawn = normal();

    const std::int64_t base_volume =
        kAssetTable[market.asset].volume * kSimUnit / 100 * venue.volume_percent;
    if (recording_ && !still_) {
        const std::string name(venue.name);
        const std::int64_t at = std::min(replay_ms_, recording_->end_ms() - 1);
        if (const auto trade = recording_->at(name, market.name, at))
            return set_quote(market, bounded(trade->price), trade->day_volume, last_drawn);
        if (recording_->has(name, market.name)) {
            market.quote.silent = true;
            return;
        }
    }
    const Prices seen = still_ ? prices_ : prices_ago(venue.latency_ms);
    std::int64_t middle = seen[market.asset];
    if (venue.quote == "USDT") middle = scaled(middle, kSimUnit, seen[kTether]);
    if (!still_) middle += scaled(middle, market.noise_cbp, kCentiBasisPoints);
    set_quote(market, bounded(middle), base_volume, last_drawn);
}

void SimMarket::set_quote(Market& market, std::int64_t middle, std::int64_t base_volume,
                          std::int64_t drawn) {
    const SimVenue& venue = kVenues[market.venue];
    const std::int64_t half =
        std::clamp<std::int64_t>(scaled(middle, venue.half_spread_cbp, kCentiBasisPoints), 1,
                                 std::max<std::int64_t>(middle - 1, 1));
    SimQuote& out = market.quote;
    out.bid = std::max<std::int64_t>(middle - half, 1);
    out.ask = middle + half;
    out.last = still_ ? middle : std::clamp(middle + half * drawn / kOne / 2, out.bid, out.ask);
    out.base_volume = base_volume;
    out.quote_volume = scaled(base_volume, out.last, kSimUnit);
}

std::int64_t SimMarket::normal() {
    // The sum of twelve uniform numbers of 16 bits has variance (2^16)², and mean 12·(2^16-1)/2.
    std::int64_t sum = 0;
    for (int word = 0; word < 3; ++word) {
        std::uint64_t bits = random_.u64();
        for (int part = 0; part < 4; ++part, bits >>= 16)
            sum += static_cast<std::int64_t>(bits & 0xFFFF);
    }
    return sum - 6 * (kOne - 1);
}

const SimQuote* SimMarket::quote(std::size_t venue, std::string_view market) const {
    for (const auto& one : markets_)
        if (one.venue == venue && one.name == market) return &one.quote;
    return nullptr;
}

std::vector<std::string> SimMarket::markets(std::size_t venue) const {
    std::vector<std::string> out;
    for (const auto& one : markets_)
        if (one.venue == venue) out.push_back(one.name);
    return out;
}

std::map<std::string, std::int64_t> SimMarket::truth() const {
    std::map<std::string, std::int64_t> out;
    for (std::size_t i = 0; i < kAssets; ++i)
        out[std::string(kAssetTable[i].name) + "-USD"] = prices_[i];
    return out;
}

Status SimMarket::set(std::string_view asset, std::int64_t price) {
    if (price <= 0 || price > kPriceMax)
        return fail(Errc::invalid_argument, "a price is above 0 and at most 10000000");
    for (std::size_t i = 0; i < kAssets; ++i) {
        if (kAssetTable[i].name != asset) continue;
        prices_[i] = price;
        if (i == kTether) tether_anchor_ = price;
        return {};
    }
    return fail(Errc::not_found,
                "no asset '" + std::string(asset) + "'; known are BTC, ETH, NEO, GAS, USDT");
}

}  // namespace nsl::cli
