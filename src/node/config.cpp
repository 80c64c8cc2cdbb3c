// SPDX-License-Identifier: Apache-2.0
#include "node/config.h"

namespace nsl::node {

std::vector<json::Rule> json_rules(std::type_identity<ApiConfig>) {
    return {{.field = "address", .max_length = 64, .may_miss = true},
            {.field = "port", .minimum = 0, .maximum = 65'535, .may_miss = true}};
}

std::vector<json::Rule> json_rules(std::type_identity<LogConfig>) {
    return {{.field = "level", .may_miss = true}, {.field = "format", .may_miss = true}};
}

std::vector<json::Rule> json_rules(std::type_identity<NodeConfig>) {
    return {{.field = "rpc", .min_length = 1},
            {.field = "contract", .min_length = 40, .max_length = 42},
            {.field = "wallet", .min_length = 1},
            {.field = "wallet_password_file", .min_length = 1},
            {.field = "enclave_socket", .min_length = 1, .max_length = 107},
            {.field = "data_dir", .min_length = 1},
            {.field = "poll_ms", .minimum = 20, .maximum = 60'000, .may_miss = true},
            {.field = "api", .may_miss = true},
            {.field = "log", .may_miss = true},
            {.field = "feeds", .min_length = 1, .max_length = pricefeed::kFeedsMax}};
}

Result<NodeConfig> load_config(const std::string& path) {
    TRY(NodeConfig config, config::load_file<NodeConfig>(path, "NSL_NODE_",
                                                         config::process_environment()));
    TRY_OK(pricefeed::check_table({config.feeds}));
    return config;
}

}  // namespace nsl::node
