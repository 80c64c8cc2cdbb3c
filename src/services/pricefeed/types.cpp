// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/types.h"

#include <algorithm>

#include "base/encoding.h"

namespace nsl::pricefeed {
namespace {

constexpr std::size_t kAssetMax = 16;

bool is_asset(std::string_view text) {
    return !text.empty() && text.size() <= kAssetMax && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

// A JSON string as RFC 8785 writes it.
void append_string(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    static constexpr std::string_view kPlain = "\b\t\n\f\r";
    static constexpr std::string_view kShort = "btnfr";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (const auto at = kPlain.find(c); at != std::string_view::npos) {
            out += '\\';
            out += kShort[at];
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_source(std::string& out, const SourceSpec& source) {
    out += "{\"market\":";
    append_string(out, source.market);
    out += ",\"venue\":";
    append_string(out, source.venue);
    out += ",\"via\":[";
    for (std::size_t i = 0; i < source.via.size(); ++i) {
        if (i > 0) out += ',';
        append_string(out, source.via[i]);
    }
    out += "]}";
}

void append_feed(std::string& out, const FeedSpec& feed) {
    out += "{\"age_max_ms\":" + std::to_string(feed.age_max_ms) + ",\"id\":";
    append_string(out, feed.id);
    out += std::string(",\"published\":") + (feed.published ? "true" : "false");
    out += ",\"quorum\":" + std::to_string(feed.quorum) + ",\"sources\":[";
    for (std::size_t i = 0; i < feed.sources.size(); ++i) {
        if (i > 0) out += ',';
        append_source(out, feed.sources[i]);
    }
    out += "],\"spread_max_bp\":" + std::to_string(feed.spread_max_bp) + "}";
}

}  // namespace

std::vector<json::Rule> json_rules(std::type_identity<SourceSpec>) {
    return {
        {.field = "venue",
         .min_length = 1,
         .max_length = kVenueNameMax,
         .description = "name of the exchange, lower case"},
        {.field = "market",
         .min_length = 3,
         .max_length = 2 * kAssetMax + 1,
         .description = "BASE-QUOTE as the service spells it; the venue adapter translates"},
        {.field = "via",
         .max_length = kViaMax,
         .may_miss = true,
         .description = "feeds that lead from the market's quote asset to the feed's, in order"},
    };
}

std::vector<json::Rule> json_rules(std::type_identity<FeedSpec>) {
    return {
        {.field = "id",
         .min_length = 3,
         .max_length = 2 * kAssetMax + 1,
         .description = "BASE-QUOTE of what the feed says"},
        {.field = "published",
         .may_miss = true,
         .description = "false: only used to convert other feeds"},
        {.field = "quorum",
         .minimum = 1,
         .maximum = static_cast<std::int64_t>(kSourcesMax),
         .may_miss = true,
         .description = "surviving sources below this put the feed on hold"},
        {.field = "age_max_ms",
         .minimum = kAgeMinMs,
         .maximum = kAgeMaxMs,
         .may_miss = true,
         .description = "an older quote is no source"},
        {.field = "spread_max_bp",
         .minimum = 1,
         .maximum = kSpreadMaxBp,
         .may_miss = true,
         .description = "a wider book is no source"},
        {.field = "deviation_bp",
         .minimum = 1,
         .maximum = kDeviationMaxBp,
         .may_miss = true,
         .description = "publish when the price moved this far"},
        {.field = "heartbeat_s",
         .minimum = 1,
         .maximum = kHeartbeatMaxS,
         .may_miss = true,
         .description = "publish at least this often"},
        {.field = "sources", .min_length = 1, .max_length = kSourcesMax},
    };
}

Result<AssetPair> parse_pair(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash != std::string_view::npos) {
        const std::string_view base = text.substr(0, dash);
        const std::string_view quote = text.substr(dash + 1);
        if (is_asset(base) && is_asset(quote))
            return AssetPair{std::string(base), std::string(quote)};
    }
    return fail(Errc::invalid_argument,
                "a pair is BASE-QUOTE, each of 1 to 16 letters A-Z and digits, as in NEO-USD");
}

ByteArray<32> config_id(const FeedTable& table) {
    std::string text = "{\"feeds\":[";
    for (std::size_t i = 0; i < table.feeds.size(); ++i) {
        if (i > 0) text += ',';
        append_feed(text, table.feeds[i]);
    }
    text += "]}";
    return sha256(as_bytes(text));
}

std::vector<std::string> published_ids(const FeedTable& table) {
    std::vector<std::string> ids;
    for (const FeedSpec& feed : table.feeds)
        if (feed.published) ids.push_back(feed.id);
    return ids;
}

}  // namespace nsl::pricefeed
