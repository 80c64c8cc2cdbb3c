// SPDX-License-Identifier: Apache-2.0
#include "enclave/config.h"

#include <algorithm>
#include <set>

#include "enclave/venues/venue.h"

namespace nsl::enclave {
namespace {

constexpr std::string_view kPrefix = "NSL_ENCLAVE_";
constexpr std::size_t kSocketPathBytesMax = 107;  // sockaddr_un
constexpr std::size_t kVenuesMax = 64;

bool is_known(std::string_view venue) {
    const std::vector<std::string_view> names = venue_names();
    return std::find(names.begin(), names.end(), venue) != names.end();
}

std::vector<Fault> venue_faults(const EnclaveConfig& config) {
    std::vector<Fault> faults;
    std::set<std::string> named;
    for (const pricefeed::FeedSpec& feed : config.feeds)
        for (const pricefeed::SourceSpec& source : feed.sources) named.insert(source.venue);
    std::set<std::string> configured;
    for (std::size_t i = 0; i < config.venues.size(); ++i) {
        const VenueSpec& venue = config.venues[i];
        const std::string where = "/venues/" + std::to_string(i);
        if (!is_known(venue.name)) {
            std::string known;
            for (std::string_view name : venue_names())
                known += (known.empty() ? "" : ", ") + std::string(name);
            faults.push_back({where + "/name", "no such venue; known: " + known});
        }
        if (!configured.insert(venue.name).second)
            faults.push_back({where + "/name", "a venue must be listed once"});
        if (!named.contains(venue.name))
            faults.push_back({where + "/name", "no feed has a source at this venue"});
        if (!venue.url.empty() && !venue.url.starts_with("wss://") &&
            !venue.url.starts_with("ws://"))
            faults.push_back({where + "/url", "must start with wss:// or ws://"});
    }
    for (const std::string& venue : named)
        if (!configured.contains(venue))
            faults.push_back({"/venues", "a feed has a source at " + venue + ", which is missing"});
    return faults;
}

Result<EnclaveConfig> checked(Result<EnclaveConfig> loaded) {
    TRY(EnclaveConfig config, std::move(loaded));
    std::vector<Fault> faults = venue_faults(config);
    if (Status table = pricefeed::check_table({.feeds = config.feeds}); !table) {
        if (table.error().faults.empty()) faults.push_back({"/feeds", table.error().message});
        faults.insert(faults.end(), table.error().faults.begin(), table.error().faults.end());
    }
    if (!faults.empty())
        return std::unexpected(Error{.code = Errc::invalid_argument,
                                     .message = "the enclave's configuration is not valid",
                                     .faults = std::move(faults)});
    return config;
}

}  // namespace

std::vector<json::Rule> json_rules(std::type_identity<VenueSpec>) {
    return {{.field = "name", .min_length = 1, .max_length = 64},
            {.field = "url", .max_length = 1'024, .may_miss = true},
            {.field = "ca_file", .max_length = 4'096, .may_miss = true}};
}

std::vector<json::Rule> json_rules(std::type_identity<LogSpec>) {
    return {{.field = "format", .may_miss = true}, {.field = "level", .may_miss = true}};
}

std::vector<json::Rule> json_rules(std::type_identity<EnclaveConfig>) {
    return {{.field = "socket", .min_length = 1, .max_length = kSocketPathBytesMax},
            {.field = "data_dir", .min_length = 1, .max_length = 4'000},
            {.field = "feeds", .min_length = 1, .max_length = pricefeed::kFeedsMax},
            {.field = "venues", .min_length = 1, .max_length = kVenuesMax},
            {.field = "evaluate_every_ms", .minimum = 10, .maximum = 10'000, .may_miss = true},
            {.field = "log", .may_miss = true}};
}

LogFormat log_format(const LogSpec& spec) {
    switch (spec.format) {
        case FormatName::json:
            return LogFormat::json;
        case FormatName::human:
            return LogFormat::human;
        case FormatName::automatic:
            break;
    }
    return LogFormat::automatic;
}

LogLevel log_level(const LogSpec& spec) {
    switch (spec.level) {
        case LevelName::debug:
            return LogLevel::debug;
        case LevelName::info:
            return LogLevel::info;
        case LevelName::warn:
            return LogLevel::warn;
        case LevelName::error:
            break;
    }
    return LogLevel::error;
}

Result<EnclaveConfig> load_config(const std::string& path, const config::Environment& env) {
    return checked(config::load_file<EnclaveConfig>(path, kPrefix, env));
}

Result<EnclaveConfig> load_config_text(std::string_view yaml, std::string_view name,
                                       const config::Environment& env) {
    return checked(config::load_text<EnclaveConfig>(yaml, name, kPrefix, env));
}

}  // namespace nsl::enclave
