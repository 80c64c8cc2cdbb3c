// SPDX-License-Identifier: Apache-2.0
// What makes a feed table sound.
#include <algorithm>
#include <map>
#include <set>

#include "services/pricefeed/types.h"

namespace nsl::pricefeed {
namespace {

using Faults = std::vector<Fault>;
using Index = std::map<std::string, std::size_t, std::less<>>;

bool is_venue_name(std::string_view text) {
    return !text.empty() && text.size() <= kVenueNameMax && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

std::string at(const std::string& parent, const char* name, std::size_t index) {
    return parent + "/" + name + "/" + std::to_string(index);
}

void check_range(Faults& faults, const std::string& where, std::int64_t value, std::int64_t low,
                 std::int64_t high) {
    if (value >= low && value <= high) return;
    faults.push_back({where, "must be " + std::to_string(low) + " to " + std::to_string(high) +
                                 ", is " + std::to_string(value)});
}

// Follows the units: `asset` is what the market's price is quoted in, and each feed on the way must
// start where the one before ended.
void check_path(Faults& faults, const std::string& where, const SourceSpec& source,
                const Index& feeds, std::string asset, const std::string& wanted) {
    if (source.via.size() > kViaMax)
        faults.push_back({where + "/via", "at most " + std::to_string(kViaMax) + " conversions"});
    std::set<std::string> visited = {asset};
    for (std::size_t i = 0; i < source.via.size(); ++i) {
        const std::string step = at(where, "via", i);
        const auto pair = parse_pair(source.via[i]);
        if (!pair) {
            faults.push_back({step, pair.error().message});
            return;
        }
        if (!feeds.contains(source.via[i]))
            faults.push_back({step, "there is no feed " + source.via[i]});
        if (pair->base != asset) {
            faults.push_back(
                {step, "converts from " + pair->base + ", but the price is in " + asset});
            return;
        }
        asset = pair->quote;
        if (!visited.insert(asset).second) faults.push_back({step, "leads back to " + asset});
    }
    if (asset != wanted)
        faults.push_back(
            {where + "/via", "ends at " + asset + ", but the feed is quoted in " + wanted});
}

void check_sources(Faults& faults, const std::string& where, const FeedSpec& feed,
                   const Index& feeds) {
    const auto pair = parse_pair(feed.id);
    if (feed.sources.empty() || feed.sources.size() > kSourcesMax)
        faults.push_back(
            {where + "/sources", "a feed has 1 to " + std::to_string(kSourcesMax) + " sources"});
    std::set<std::pair<std::string, std::string>> seen;
    std::set<std::string> venues;
    for (std::size_t i = 0; i < feed.sources.size(); ++i) {
        const SourceSpec& source = feed.sources[i];
        const std::string here = at(where, "sources", i);
        venues.insert(source.venue);
        if (!is_venue_name(source.venue))
            faults.push_back({here + "/venue", "a venue is 1 to 32 of a-z, 0-9, '-' and '_'"});
        if (!seen.emplace(source.venue, source.market).second)
            faults.push_back({here, source.venue + " " + source.market + " is listed twice"});
        const auto market = parse_pair(source.market);
        if (!market) {
            faults.push_back({here + "/market", market.error().message});
            continue;
        }
        if (!pair) continue;
        if (market->base != pair->base)
            faults.push_back({here + "/market",
                              "prices " + market->base + ", but the feed is of " + pair->base});
        check_path(faults, here, source, feeds, market->quote, pair->quote);
    }
    // Several books of one venue fail together, so they count once.
    if (feed.quorum > 0 && static_cast<std::size_t>(feed.quorum) > venues.size())
        faults.push_back({where + "/quorum", "can never be reached: there are sources on " +
                                                 std::to_string(venues.size()) + " venues"});
}

void check_feed(Faults& faults, const std::string& where, const FeedSpec& feed,
                const Index& feeds) {
    if (const auto pair = parse_pair(feed.id); !pair)
        faults.push_back({where + "/id", pair.error().message});
    else if (pair->base == pair->quote)
        faults.push_back({where + "/id", "an asset has no price in itself"});
    check_range(faults, where + "/quorum", feed.quorum, 1, kSourcesMax);
    check_range(faults, where + "/age_max_ms", feed.age_max_ms, kAgeMinMs, kAgeMaxMs);
    check_range(faults, where + "/spread_max_bp", feed.spread_max_bp, 1, kSpreadMaxBp);
    check_range(faults, where + "/deviation_bp", feed.deviation_bp, 1, kDeviationMaxBp);
    check_range(faults, where + "/heartbeat_s", feed.heartbeat_s, 1, kHeartbeatMaxS);
    check_sources(faults, where, feed, feeds);
}

// Depth first, each feed once; an edge to a feed that is still open closes a cycle.
struct Walk {
    enum class Mark : std::uint8_t { fresh, open, done };

    const FeedTable& table;
    const Index& index;
    std::vector<Mark> marks;
    std::vector<std::size_t> order;
    Faults faults;

    void visit(std::size_t feed) {
        marks[feed] = Mark::open;
        const auto& sources = table.feeds[feed].sources;
        for (std::size_t s = 0; s < sources.size(); ++s) {
            for (std::size_t v = 0; v < sources[s].via.size(); ++v) {
                const auto next = index.find(sources[s].via[v]);
                if (next == index.end()) continue;
                if (marks[next->second] == Mark::fresh) visit(next->second);
                if (marks[next->second] == Mark::open)
                    faults.push_back(
                        {at(at(at("", "feeds", feed), "sources", s), "via", v),
                         table.feeds[feed].id + " would depend on itself through " + next->first});
            }
        }
        marks[feed] = Mark::done;
        order.push_back(feed);
    }
};

Index index_of(const FeedTable& table) {
    Index index;
    for (std::size_t i = 0; i < table.feeds.size(); ++i) index.emplace(table.feeds[i].id, i);
    return index;
}

Walk walk(const FeedTable& table, const Index& index) {
    Walk walk{table, index, std::vector(table.feeds.size(), Walk::Mark::fresh), {}, {}};
    for (std::size_t i = 0; i < table.feeds.size(); ++i)
        if (walk.marks[i] == Walk::Mark::fresh) walk.visit(i);
    return walk;
}

}  // namespace

Status check_table(const FeedTable& table) {
    Faults faults;
    if (table.feeds.empty() || table.feeds.size() > kFeedsMax) {
        faults.push_back({"/feeds", "a table has 1 to " + std::to_string(kFeedsMax) +
                                        " feeds, not " + std::to_string(table.feeds.size())});
    } else {
        const Index index = index_of(table);
        for (std::size_t i = 0; i < table.feeds.size(); ++i) {
            const std::string where = at("", "feeds", i);
            if (index.at(table.feeds[i].id) != i)
                faults.push_back({where + "/id", table.feeds[i].id + " is defined twice"});
            check_feed(faults, where, table.feeds[i], index);
        }
        std::ranges::move(walk(table, index).faults, std::back_inserter(faults));
    }
    if (faults.empty()) return {};
    const std::string count = std::to_string(faults.size());
    return std::unexpected(Error{Errc::invalid_argument,
                                 "the feed table has " + count + " faults, the first at " +
                                     faults[0].where + ": " + faults[0].message,
                                 std::move(faults)});
}

std::vector<std::size_t> evaluation_order(const FeedTable& table) {
    return walk(table, index_of(table)).order;
}

}  // namespace nsl::pricefeed
