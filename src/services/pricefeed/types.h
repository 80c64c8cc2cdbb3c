// SPDX-License-Identifier: Apache-2.0
// What a price feed is made of. Prices are integers of 1e-8 units of the quote asset.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"

namespace nsl::pricefeed {

inline constexpr int kPriceDecimals = 8;
inline constexpr std::size_t kFeedsMax = 1'024;
inline constexpr std::size_t kSourcesMax = 32;  // of one feed
inline constexpr std::size_t kViaMax = 4;       // conversions on one path
inline constexpr std::size_t kVenueNameMax = 32;
inline constexpr std::int32_t kAgeMinMs = 1'000;
inline constexpr std::int32_t kAgeMaxMs = 120'000;
inline constexpr std::int32_t kSpreadMaxBp = 1'000;
inline constexpr std::int32_t kDeviationMaxBp = 10'000;
inline constexpr std::int32_t kHeartbeatMaxS = 7 * 86'400;
// Larger prices are refused: this leaves room for exact intermediate results.
inline constexpr std::int64_t kPriceMax = std::int64_t{1} << 60;  // 1e-8: about 11.5 × 10^9 units

// One venue's market as an edge of the conversion graph: BASE-QUOTE, then the feeds that lead from
// its quote asset to the feed's. NEO-USDT via USDT-USD gives NEO-USD; units are checked, and there
// is no way to say that one asset equals another.
struct SourceSpec {
    std::string venue;             // "binance"
    std::string market;            // "NEO-USDT", our spelling; venues translate
    std::vector<std::string> via;  // feed ids, in order
};
BOOST_DESCRIBE_STRUCT(SourceSpec, (), (venue, market, via))
std::vector<json::Rule> json_rules(std::type_identity<SourceSpec>);

struct FeedSpec {
    std::string id;                    // "NEO-USD": BASE-QUOTE of what it says
    bool published = true;             // false: only used in conversions
    std::int32_t quorum = 3;           // surviving sources below this: HOLD
    std::int32_t age_max_ms = 30'000;  // an older quote is no source
    std::int32_t spread_max_bp = 100;  // a wider book is no source
    std::int32_t deviation_bp = 50;    // host policy: publish when the price moved this far
    std::int32_t heartbeat_s = 600;    // host policy: publish at least this often
    std::vector<SourceSpec> sources;
};
BOOST_DESCRIBE_STRUCT(FeedSpec, (),
                      (id, published, quorum, age_max_ms, spread_max_bp, deviation_bp, heartbeat_s,
                       sources))
std::vector<json::Rule> json_rules(std::type_identity<FeedSpec>);

// Index in `feeds` of the published ones, in order, is the feed number on chain.
struct FeedTable {
    std::vector<FeedSpec> feeds;
};
BOOST_DESCRIBE_STRUCT(FeedTable, (), (feeds))

// "NEO-USD" → {"NEO", "USD"}. Errors: invalid_argument (not two non-empty parts of A-Z and 0-9).
struct AssetPair {
    std::string base;
    std::string quote;
    bool operator==(const AssetPair&) const = default;
};
Result<AssetPair> parse_pair(std::string_view text);

// Units match along every path, no feed depends on itself, ids and sources are unique, quorums can
// be reached by distinct venues. Errors: invalid_argument with one fault per problem.
Status check_table(const FeedTable& table);

// Indexes of all feeds, each after those that it converts through. `table` must have passed
// check_table.
std::vector<std::size_t> evaluation_order(const FeedTable& table);

// SHA-256 over the canonical JSON (RFC 8785: sorted keys, no white space) of what decides a price:
// every field above but the host's policy (deviation_bp, heartbeat_s). It stands in each report;
// the contract refuses another. Venue endpoints are not in it: they belong into the
// enclave's evidence, which the simulated provider has none of.
ByteArray<32> config_id(const FeedTable& table);

// Published feeds' ids in chain order.
std::vector<std::string> published_ids(const FeedTable& table);

enum class Quality { unknown, ok, hold, suspect };

// What is known of a feed at a moment.
struct Estimate {
    Quality quality = Quality::unknown;
    std::int64_t price = 0;       // last accepted one while not ok; 0 when there was none
    std::int64_t confidence = 0;  // half width, of the same moment as price
    std::int64_t observed_ms = 0;
    std::uint32_t sources = 0;  // surviving ones of the last evaluation
    std::string reason{};       // why not ok: "quorum 2 of 3"
    bool operator==(const Estimate&) const = default;
};

}  // namespace nsl::pricefeed
