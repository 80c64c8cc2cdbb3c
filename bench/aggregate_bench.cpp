// SPDX-License-Identifier: Apache-2.0
// One feed's aggregation, and a whole engine's evaluation, against the plainest baseline there is:
// the unweighted median of the same votes.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "base/random.h"
#include "services/pricefeed/rules_aggregate.h"
#include "services/pricefeed/rules_engine.h"

namespace nsl::pricefeed {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

std::vector<Vote> some_votes(std::int64_t count) {
    SeededRandom random(static_cast<std::uint64_t>(count));
    std::vector<Vote> votes;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto price = 10'000'000'000 + static_cast<std::int64_t>(random.below(10'000'000));
        votes.push_back({.price = price,
                         .bid = price - 500'000,
                         .ask = price + 500'000,
                         .age_ms = static_cast<std::int64_t>(random.below(3'000)),
                         .volume = static_cast<std::int64_t>(random.below(1'000'000'000)) + 1});
    }
    return votes;
}

void plain_median(benchmark::State& state) {
    const auto votes = some_votes(state.range(0));
    std::vector<std::int64_t> prices;
    for (auto _ : state) {
        prices.clear();
        for (const Vote& vote : votes) prices.push_back(vote.price);
        std::ranges::nth_element(prices, prices.begin() + state.range(0) / 2);
        benchmark::DoNotOptimize(prices.data());
    }
}
BENCHMARK(plain_median)->Arg(5)->Arg(8)->Arg(16);

void aggregate_votes(benchmark::State& state) {
    const auto votes = some_votes(state.range(0));
    const FeedSpec spec{.id = "BTC-USD"};
    Aggregate out;
    for (auto _ : state) {
        aggregate_into(votes, spec, out.memory, kNow, Anchor{}, out);
        benchmark::DoNotOptimize(out.estimate.price);
    }
}
BENCHMARK(aggregate_votes)->Arg(5)->Arg(8)->Arg(16);

// Time per evaluation of 1,000 feeds of five sources, one of which has news each time.
void evaluate_engine(benchmark::State& state) {
    FeedTable table;
    for (int f = 0; f < 1'000; ++f) {
        FeedSpec feed{.id = "A" + std::to_string(f) + "-USD"};
        for (const auto* venue : {"a", "b", "c", "d", "e"})
            feed.sources.push_back({venue, feed.id, {}});
        table.feeds.push_back(feed);
    }
    PriceEngine engine(table);
    std::int64_t now_ms = kNow;
    std::int64_t price = 10'000;
    const auto tick = [&](std::string_view venue) {
        for (const FeedSpec& feed : table.feeds)
            engine.on_tick(venue, {.market = feed.id, .last = Decimal::from(price, -2)}, now_ms);
    };
    for (const auto* venue : {"a", "b", "c", "d", "e"}) tick(venue);
    const std::array venues = {"a", "b", "c", "d", "e"};
    std::size_t turn = 0;
    for (auto _ : state) {
        state.PauseTiming();
        now_ms += 100;
        ++price;
        tick(venues[turn++ % venues.size()]);
        state.ResumeTiming();
        benchmark::DoNotOptimize(engine.evaluate(now_ms));
    }
    state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(evaluate_engine)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace nsl::pricefeed
