// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_market.h"

#include <algorithm>
#include <limits>

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kFutureMaxMs = 2'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kVolumeMax = std::int64_t{1} << 50;
constexpr int kBpWhole = 10'000;
const Decimal kFinePriceMax = Decimal::from(90, 0);

std::int64_t whole_volume(const Decimal& volume) {
    if (volume.coefficient() < 0) return 0;
    // A market that says it trades nothing is known to be the smallest.
    return std::clamp<std::int64_t>(volume.to_fixed(0, Rounding::down).value_or(kVolumeMax), 1,
                                    kVolumeMax);
}

bool replace(QuotePart& part, const std::optional<Decimal>& value, std::int64_t time_ms) {
    if (!value || (part.value && time_ms < part.time_ms)) return false;
    part = {value, time_ms};
    return true;
}

void expire(QuotePart& part, std::int64_t oldest_ms) {
    if (part.time_ms < oldest_ms) part.value.reset();
}

bool not_positive(const std::optional<Decimal>& value) {
    return value && value->coefficient() <= 0;
}

// The three parts as integers of one scale.
struct Scaled {
    int places = kCoarsePlaces;
    std::array<std::int64_t, 3> values{};  // bid, ask, last; 0: unknown
    Verdict verdict = Verdict::accepted;
};

Scaled scaled(const QuotePart& bid, const QuotePart& ask, const QuotePart& last) {
    const std::array parts = {&bid, &ask, &last};
    Scaled out;
    const bool small = std::ranges::all_of(
        parts, [](const QuotePart* part) { return !part->value || *part->value < kFinePriceMax; });
    out.places = small ? kFinePlaces : kCoarsePlaces;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!parts[i]->value) continue;
        const auto fixed = parts[i]->value->to_fixed(out.places, Rounding::half_even);
        if (!fixed || (!small && *fixed > kPriceMax)) {
            out.verdict = Verdict::overflow;
            return out;
        }
        if (*fixed == 0) out.verdict = Verdict::not_positive;
        out.values[i] = *fixed;
    }
    return out;
}

std::int64_t median_of_known(std::array<std::int64_t, 3> values) {
    std::ranges::sort(values);
    if (values[0] > 0) return values[1];
    if (values[1] > 0) return values[1] + (values[2] - values[1]) / 2;
    return values[2];
}

Verdict check_time(const Market& market, const Tick& tick, std::int64_t received_ms) {
    if (!tick.source_ms) return Verdict::accepted;
    if (*tick.source_ms - received_ms > kFutureMaxMs) return Verdict::from_the_future;
    if (received_ms - *tick.source_ms > market.age_max_ms) return Verdict::too_old;
    return Verdict::accepted;
}

void note_news(Market& market, const Tick& tick, bool changed, std::int64_t received_ms) {
    const bool advanced = tick.sequence && (!market.sequence || *tick.sequence > *market.sequence);
    if (advanced) market.sequence = tick.sequence;
    if (!changed && !advanced && market.news > 0) return;
    if (market.news > 0) market.gaps.add(received_ms - market.news_ms);
    ++market.news;
    market.news_ms = received_ms;
    market.frozen = false;
}

}  // namespace

void GapMeter::add(std::int64_t gap_ms) {
    constexpr std::int64_t kGapMax = std::numeric_limits<std::int32_t>::max();
    gaps_[count_++ % kGaps] =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(gap_ms, 0, kGapMax));
}

std::int64_t GapMeter::median_ms() const {
    auto sorted = gaps_;
    const std::size_t known = std::min(count_, kGaps);
    if (known == 0) return 0;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(known / 2);
    std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(known));
    return *middle;
}

void VolumeMeter::add(std::int64_t volume, std::int64_t now_ms) {
    const std::int64_t hour = now_ms / kHourMs;
    if (latest_ > 0 && hour > hour_) {
        samples_[count_++ % kHours] = latest_;
        auto sorted = samples_;
        const std::size_t known = std::min(count_, kHours);
        const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(known / 2);
        std::nth_element(sorted.begin(), middle,
                         sorted.begin() + static_cast<std::ptrdiff_t>(known));
        if (known >= kHoursMin) lagged_ = *middle;
    }
    hour_ = std::max(hour, hour_);
    latest_ = volume;
}

bool wider_than(const Quote& quote, std::int32_t spread_max_bp) {
    const Int128 spread = Int128{quote.ask} - quote.bid;
    return spread * 2 * kBpWhole > (Int128{quote.ask} + quote.bid) * spread_max_bp;
}

Verdict merge_tick(Market& market, const Tick& tick, std::int64_t received_ms) {
    if (const Verdict verdict = check_time(market, tick, received_ms); verdict != Verdict::accepted)
        return verdict;
    if (tick.quote_volume) {
        const std::int64_t volume = whole_volume(*tick.quote_volume);
        if (volume > 0) market.volume.add(volume, received_ms);
    }
    if (!tick.bid && !tick.ask && !tick.last) return Verdict::no_price;
    if (not_positive(tick.bid) || not_positive(tick.ask) || not_positive(tick.last))
        return Verdict::not_positive;

    // A venue whose clock runs ahead must not shut out what it says next without a time.
    const std::int64_t time_ms = std::min(tick.source_ms.value_or(received_ms), received_ms);
    QuotePart bid = market.bid;
    QuotePart ask = market.ask;
    QuotePart last = market.last;
    const bool new_bid = replace(bid, tick.bid, time_ms);
    const bool new_ask = replace(ask, tick.ask, time_ms);
    const bool new_last = replace(last, tick.last, time_ms);
    if (!new_bid && !new_ask && !new_last) return Verdict::too_old;
    for (QuotePart* part : {&bid, &ask, &last}) expire(*part, time_ms - market.age_max_ms);
    // One side alone that crosses the other's former value: the market moved, that value is gone.
    if (bid.value && ask.value && *bid.value > *ask.value && new_bid != new_ask)
        (new_bid ? ask : bid).value.reset();

    const Scaled scale = scaled(bid, ask, last);
    if (scale.verdict != Verdict::accepted) return scale.verdict;
    const auto [bid_value, ask_value, last_value] = scale.values;
    Quote quote{.bid = bid_value, .ask = ask_value, .places = scale.places, .live = true};
    if (quote.bid > 0 && quote.ask > 0) {
        if (quote.bid > quote.ask) return Verdict::crossed;
        if (wider_than(quote, market.spread_max_bp)) return Verdict::wide_spread;
    }
    quote.price = median_of_known(scale.values);
    if (quote.bid == 0) quote.bid = std::min(quote.price, quote.ask > 0 ? quote.ask : quote.price);
    if (quote.ask == 0) quote.ask = std::max(quote.price, quote.bid);
    quote.time_ms = std::max(
        {bid.value ? bid.time_ms : 0, ask.value ? ask.time_ms : 0, last.value ? last.time_ms : 0});
    const bool changed = bid.value != market.bid.value || ask.value != market.ask.value ||
                         last.value != market.last.value;
    market.bid = bid;
    market.ask = ask;
    market.last = last;
    market.quote = quote;
    note_news(market, tick, changed, received_ms);
    return Verdict::accepted;
}

void disconnect(Market& market) {
    market.bid = {};
    market.ask = {};
    market.last = {};
    market.quote = {};
    market.sequence.reset();
    market.frozen = false;
}

}  // namespace nsl::pricefeed
