// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_source.h"

#include <algorithm>

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kPriceWhole = 100'000'000;  // 10^8: estimates, and fine over coarse places
constexpr Uint128 kRoom = Uint128{1} << 63;
constexpr std::int64_t kVolumeMax = std::int64_t{1} << 50;
constexpr std::int64_t kSilenceMinMs = 10'000;
constexpr std::int64_t kSilenceGaps = 5;
constexpr std::int64_t kMoveFloorNano = 500'000;  // 5 bp, as σ in the outlier filter
constexpr std::int64_t kMoveSigmas = 2;
constexpr std::size_t kMoversMin = 2;

enum class Edge { low, middle, high };

std::int64_t rate_of(const Estimate& estimate, Edge edge) {
    if (edge == Edge::low) return std::max<std::int64_t>(estimate.price - estimate.confidence, 1);
    if (edge == Edge::high) return std::min(estimate.price + estimate.confidence, kPriceMax);
    return estimate.price;
}

// Through all conversions into 1e-8 of the feed's quote asset; 0 when it does not fit.
std::int64_t convert(std::int64_t price, int places, std::span<const std::size_t> via,
                     std::span<const Estimate> estimates, Edge edge) {
    Uint128 value = static_cast<std::uint64_t>(price);
    for (const std::size_t feed : via) {
        value =
            scale(value, static_cast<std::uint64_t>(rate_of(estimates[feed], edge)), kPriceWhole);
        if (value >= kRoom && places == kFinePlaces) {
            value /= kPriceWhole;
            places = kCoarsePlaces;
        }
        if (value >= kRoom) return 0;
    }
    if (places == kFinePlaces) value = scale(value, 1, kPriceWhole);
    return value <= static_cast<std::uint64_t>(kPriceMax) ? static_cast<std::int64_t>(value) : 0;
}

std::int64_t convert_volume(std::int64_t volume, std::span<const std::size_t> via,
                            std::span<const Estimate> estimates) {
    if (volume == 0) return 0;
    Uint128 value = static_cast<std::uint64_t>(volume);
    for (const std::size_t feed : via)
        value = std::min<Uint128>(
            scale(value, static_cast<std::uint64_t>(estimates[feed].price), kPriceWhole),
            kVolumeMax);
    return std::max<std::int64_t>(static_cast<std::int64_t>(value), 1);
}

bool moved(const Market& market, const SeenPrice& seen, std::int64_t limit_nano) {
    if (seen.price == 0 || seen.places != market.quote.places) return false;
    const Int128 distance = Int128{market.quote.price} - seen.price;
    return (distance < 0 ? -distance : distance) * kNano > Int128{seen.price} * limit_nano;
}

void remember_others(Source& source, std::span<const Source> sources,
                     std::span<const Market> markets) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const Quote& quote = markets[sources[i].market].quote;
        source.seen[i] = {quote.live ? quote.price : 0, quote.places};
    }
}

bool silent_too_long(const Market& market, std::int64_t now_ms) {
    const std::int64_t silence_ms = now_ms - market.news_ms;
    return silence_ms >= kSilenceMinMs && silence_ms >= kSilenceGaps * market.gaps.median_ms();
}

}  // namespace

bool present(const Market& market, const FeedSpec& spec, std::int64_t now_ms) {
    return market.quote.live && !market.frozen &&
           now_ms - market.quote.time_ms <= spec.age_max_ms &&
           !wider_than(market.quote, spec.spread_max_bp);
}

bool source_vote(const Source& source, const Market& market, const FeedSpec& spec,
                 std::span<const Estimate> estimates, std::int64_t now_ms, Vote& out) {
    if (!present(market, spec, now_ms)) return false;
    const Quote& quote = market.quote;
    out.age_ms = std::max<std::int64_t>(now_ms - quote.time_ms, 0);
    for (const std::size_t feed : source.via) {
        if (estimates[feed].quality != Quality::ok) return false;
        out.age_ms = std::max(out.age_ms, now_ms - estimates[feed].observed_ms);
    }
    out.price = convert(quote.price, quote.places, source.via, estimates, Edge::middle);
    out.bid = convert(quote.bid, quote.places, source.via, estimates, Edge::low);
    out.ask = convert(quote.ask, quote.places, source.via, estimates, Edge::high);
    out.volume = convert_volume(market.volume.lagged(), source.via, estimates);
    out.reputation_ppm = reputation_ppm(source.reputation);
    return out.price > 0 && out.age_ms <= spec.age_max_ms;
}

void mark_frozen(std::span<Source> sources, std::span<Market> markets, const FeedSpec& spec,
                 const FeedMemory& memory, std::int64_t now_ms) {
    for (Source& source : sources) {
        Market& market = markets[source.market];
        if (source.seen_news != market.news) {
            source.seen_news = market.news;
            remember_others(source, sources, markets);
        }
        if (!market.quote.live || market.frozen || !silent_too_long(market, now_ms)) continue;
        const std::int64_t expected = expected_move_nano(memory, now_ms - market.news_ms);
        const std::int64_t limit_nano = kMoveSigmas * std::max(expected, kMoveFloorNano);
        std::size_t movers = 0;
        for (std::size_t i = 0; i < sources.size(); ++i) {
            const Market& other = markets[sources[i].market];
            if (&other != &market && present(other, spec, now_ms) &&
                moved(other, source.seen[i], limit_nano))
                ++movers;
        }
        market.frozen = movers >= kMoversMin;
    }
}

}  // namespace nsl::pricefeed
