// SPDX-License-Identifier: Apache-2.0
#include "node/config.h"

#include <algorithm>
#include <array>

#include "neo/hash.h"
#include "net/url.h"

namespace nsl::node {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 3> kFormats = {"json", "human", "automatic"};

// What no rule of a single field can say.
Status check(const NodeConfig& config) {
    Error error{Errc::invalid_argument, "the configuration is not valid"};
    if (auto url = net::parse_url(config.rpc, "http", "https"); !url)
        error.faults.push_back({"/rpc", url.error().message});
    if (auto hash = neo::Hash160::parse(config.contract); !hash)
        error.faults.push_back({"/contract", hash.error().message});
    if (auto anchor = anchor_of(config); !anchor)
        error.faults.push_back({"/anchor/hash", anchor.error().message});
    if (std::ranges::find(kLevels, config.log.level) == kLevels.end())
        error.faults.push_back({"/log/level", "must be debug, info, warn or error"});
    if (std::ranges::find(kFormats, config.log.format) == kFormats.end())
        error.faults.push_back({"/log/format", "must be json, human or automatic"});
    if (!error.faults.empty()) return std::unexpected(std::move(error));
    return pricefeed::check_table({config.feeds});
}

}  // namespace

std::vector<json::Rule> json_rules(std::type_identity<ApiConfig>) {
    return {{.field = "address", .max_length = 64, .may_miss = true},
            {.field = "port", .minimum = 0, .maximum = 65'535, .may_miss = true}};
}

std::vector<json::Rule> json_rules(std::type_identity<LogConfig>) {
    return {{.field = "level", .may_miss = true}, {.field = "format", .may_miss = true}};
}

std::vector<json::Rule> json_rules(std::type_identity<AnchorConfig>) {
    return {{.field = "height", .minimum = 0, .maximum = 0xffff'fffe},
            {.field = "hash", .min_length = 64, .max_length = 66}};
}

std::vector<json::Rule> json_rules(std::type_identity<NodeConfig>) {
    return {{.field = "rpc", .min_length = 1},
            {.field = "network", .minimum = 0, .maximum = 0xffff'ffff},
            {.field = "contract", .min_length = 40, .max_length = 42},
            {.field = "wallet", .min_length = 1},
            {.field = "wallet_password_file", .min_length = 1},
            {.field = "enclave_socket", .min_length = 1, .max_length = 107},
            {.field = "data_dir", .min_length = 1},
            {.field = "database", .min_length = 8, .may_miss = true},
            {.field = "poll_ms", .minimum = 20, .maximum = 60'000, .may_miss = true},
            {.field = "api", .may_miss = true},
            {.field = "log", .may_miss = true},
            {.field = "feeds", .min_length = 1, .max_length = pricefeed::kFeedsMax}};
}

Result<std::optional<chain::Anchor>> anchor_of(const NodeConfig& config) {
    if (!config.anchor) return std::nullopt;
    TRY(const auto hash, neo::Hash256::parse(config.anchor->hash));
    return chain::Anchor{.index = static_cast<std::uint32_t>(config.anchor->height), .hash = hash};
}

Result<NodeConfig> load_config(const std::string& path) {
    TRY(NodeConfig config,
        config::load_file<NodeConfig>(path, "NSL_NODE_", config::process_environment()));
    TRY_OK(check(config));
    return config;
}

}  // namespace nsl::node
