// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/rules_engine.h"

#include <algorithm>
#include <array>
#include <limits>

#include "services/pricefeed/rules_market.h"
#include "services/pricefeed/rules_reputation.h"
#include "services/pricefeed/rules_source.h"

namespace nsl::pricefeed {
namespace {

struct FeedState {
    std::vector<Source> sources;
    FeedMemory memory;
    std::int64_t round_ms = 0;  // of the last reputation round
};

bool before(const Market& market, std::string_view venue, std::string_view name) {
    const int order = std::string_view(market.venue).compare(venue);
    return order != 0 ? order < 0 : std::string_view(market.name).compare(name) < 0;
}

// All markets of a table, by venue and name, each once.
std::vector<Market> markets_of(const FeedTable& table) {
    std::vector<Market> markets;
    for (const FeedSpec& feed : table.feeds) {
        for (const SourceSpec& source : feed.sources) {
            Market market{.venue = source.venue,
                          .name = source.market,
                          .spread_max_bp = feed.spread_max_bp,
                          .age_max_ms = feed.age_max_ms};
            markets.push_back(std::move(market));
        }
    }
    std::ranges::sort(markets,
                      [](const Market& a, const Market& b) { return before(a, b.venue, b.name); });
    std::vector<Market> unique;
    for (Market& market : markets) {
        if (unique.empty() || before(unique.back(), market.venue, market.name)) {
            unique.push_back(std::move(market));
            continue;
        }
        Market& kept = unique.back();
        kept.spread_max_bp = std::max(kept.spread_max_bp, market.spread_max_bp);
        kept.age_max_ms = std::max(kept.age_max_ms, market.age_max_ms);
    }
    return unique;
}

std::size_t feed_index(const FeedTable& table, std::string_view id) {
    const auto found = std::ranges::find(table.feeds, id, &FeedSpec::id);
    NSL_ASSERT(found != table.feeds.end());
    return static_cast<std::size_t>(found - table.feeds.begin());
}

}  // namespace

const char* verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::accepted:
            return "accepted";
        case Verdict::unknown_market:
            return "unknown_market";
        case Verdict::no_price:
            return "no_price";
        case Verdict::not_positive:
            return "not_positive";
        case Verdict::crossed:
            return "crossed";
        case Verdict::wide_spread:
            return "wide_spread";
        case Verdict::from_the_future:
            return "from_the_future";
        case Verdict::too_old:
            return "too_old";
        case Verdict::overflow:
            return "overflow";
    }
    return "unknown";
}

struct PriceEngine::State {
    explicit State(FeedTable feed_table)
        : table(std::move(feed_table)),
          order(evaluation_order(table)),
          markets(markets_of(table)),
          feeds(table.feeds.size()),
          estimates(table.feeds.size()) {
        for (std::size_t f = 0; f < feeds.size(); ++f) {
            const auto& specs = table.feeds[f].sources;
            for (const SourceSpec& spec : specs) {
                Source source{.market = static_cast<std::size_t>(find(spec.venue, spec.market) -
                                                                 markets.data()),
                              .seen = std::vector<SeenPrice>(specs.size())};
                for (const std::string& id : spec.via) source.via.push_back(feed_index(table, id));
                feeds[f].sources.push_back(std::move(source));
            }
        }
        votes.reserve(kSourcesMax);
        result.accepted.reserve(kSourcesMax);
    }

    Market* find(std::string_view venue, std::string_view name) {
        const auto at =
            std::partition_point(markets.begin(), markets.end(),
                                 [&](const Market& market) { return before(market, venue, name); });
        const bool found = at != markets.end() && at->venue == venue && at->name == name;
        return found ? &*at : nullptr;
    }

    bool evaluate_feed(std::size_t index, std::int64_t now_ms);
    void note_reputation(FeedState& feed, const FeedSpec& spec, std::int64_t now_ms);

    FeedTable table;
    std::vector<std::size_t> order;
    std::vector<Market> markets;
    std::vector<FeedState> feeds;
    std::vector<Estimate> estimates;
    std::uint64_t version = 0;

    // Scratch of evaluate_feed: which source each vote is from.
    std::vector<Vote> votes;
    std::array<std::size_t, kSourcesMax> voters{};
    Aggregate result;
};

bool PriceEngine::State::evaluate_feed(std::size_t index, std::int64_t now_ms) {
    FeedState& feed = feeds[index];
    const FeedSpec& spec = table.feeds[index];
    votes.clear();
    for (std::size_t i = 0; i < feed.sources.size(); ++i) {
        const Source& source = feed.sources[i];
        Vote vote;
        if (!source_vote(source, markets[source.market], spec, estimates, now_ms, vote)) continue;
        voters[votes.size()] = i;
        votes.push_back(vote);
    }
    aggregate_into(votes, spec, feed.memory, now_ms, Anchor{}, result);
    feed.memory = result.memory;
    if (now_ms - feed.round_ms >= kReputationRoundMs) note_reputation(feed, spec, now_ms);
    if (estimates[index] == result.estimate) return false;
    estimates[index] = result.estimate;
    return true;
}

void PriceEngine::State::note_reputation(FeedState& feed, const FeedSpec& spec,
                                         std::int64_t now_ms) {
    feed.round_ms = now_ms;
    // Without an accepted price there is nothing to judge by.
    const bool judged = result.estimate.quality == Quality::ok;
    std::size_t vote = 0;
    for (std::size_t i = 0; i < feed.sources.size(); ++i) {
        Source& source = feed.sources[i];
        Outcome outcome =
            present(markets[source.market], spec, now_ms) ? Outcome::unjudged : Outcome::absent;
        if (vote < votes.size() && voters[vote] == i) {
            if (judged && outcome == Outcome::unjudged)
                outcome = result.accepted[vote] != 0 ? Outcome::survived : Outcome::rejected;
            ++vote;
        }
        note_round(source.reputation, outcome, now_ms);
    }
}

PriceEngine::PriceEngine(FeedTable table) : state_(std::make_unique<State>(std::move(table))) {}
PriceEngine::PriceEngine(PriceEngine&&) noexcept = default;
PriceEngine& PriceEngine::operator=(PriceEngine&&) noexcept = default;
PriceEngine::~PriceEngine() = default;

Verdict PriceEngine::on_tick(std::string_view venue, const Tick& tick, std::int64_t received_ms) {
    Market* market = state_->find(venue, tick.market);
    return market ? merge_tick(*market, tick, received_ms) : Verdict::unknown_market;
}

void PriceEngine::on_disconnect(std::string_view venue) {
    for (Market& market : state_->markets)
        if (market.venue == venue) disconnect(market);
}

bool PriceEngine::evaluate(std::int64_t now_ms) {
    State& state = *state_;
    for (std::size_t i = 0; i < state.feeds.size(); ++i)
        mark_frozen(state.feeds[i].sources, state.markets, state.table.feeds[i],
                    state.feeds[i].memory, now_ms);
    bool changed = false;
    for (const std::size_t index : state.order) changed |= state.evaluate_feed(index, now_ms);
    if (changed) ++state.version;
    return changed;
}

const std::vector<Estimate>& PriceEngine::estimates() const {
    return state_->estimates;
}

std::vector<FrozenMarket> PriceEngine::frozen() const {
    std::vector<FrozenMarket> out;
    for (const Market& market : state_->markets)
        if (market.frozen) out.push_back({market.venue, market.name});
    return out;
}

std::uint64_t PriceEngine::version() const {
    return state_->version;
}
const FeedTable& PriceEngine::table() const {
    return state_->table;
}

}  // namespace nsl::pricefeed
