// SPDX-License-Identifier: Apache-2.0
// What `nsld` is told, from YAML and NSL_NODE_* variables.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "chain/block_reader.h"
#include "services/pricefeed/types.h"

namespace nsl::node {

struct ApiConfig {
    std::string address = "127.0.0.1";
    std::int32_t port = 8080;  // 0: a free one, told in the ready line
};
BOOST_DESCRIBE_STRUCT(ApiConfig, (), (address, port))
std::vector<json::Rule> json_rules(std::type_identity<ApiConfig>);

struct LogConfig {
    std::string level = "info";        // debug, info, warn, error
    std::string format = "automatic";  // json, human, automatic
};
BOOST_DESCRIBE_STRUCT(LogConfig, (), (level, format))
std::vector<json::Rule> json_rules(std::type_identity<LogConfig>);

// A block that the operator knows to be of the chain.
struct AnchorConfig {
    std::int64_t height = 0;
    std::string hash;  // display form
};
BOOST_DESCRIBE_STRUCT(AnchorConfig, (), (height, hash))
std::vector<json::Rule> json_rules(std::type_identity<AnchorConfig>);

struct NodeConfig {
    std::string rpc;                   // http://host:port of a Neo N3 node
    std::int64_t network = 0;          // the chain's magic; another one is refused
    std::string contract;              // script hash of the price feed, display form
    std::string wallet;                // NEP-6 file; its default account pays for transactions
    std::string wallet_password_file;  // first line; readable by the owner only
    std::string enclave_socket;
    std::string data_dir;
    std::string database;        // sqlite:PATH or postgresql://…; empty: nsld.sqlite in data_dir
    std::int32_t poll_ms = 200;  // how often the chain is asked for a new block
    std::optional<AnchorConfig> anchor;  // without a checkpoint, the first block to be read
    ApiConfig api;
    LogConfig log;
    std::vector<pricefeed::FeedSpec> feeds;
};
BOOST_DESCRIBE_STRUCT(NodeConfig, (),
                      (rpc, network, contract, wallet, wallet_password_file, enclave_socket,
                       data_dir, database, poll_ms, anchor, api, log, feeds))
std::vector<json::Rule> json_rules(std::type_identity<NodeConfig>);

// Errors: invalid_argument.
Result<std::optional<chain::Anchor>> anchor_of(const NodeConfig& config);

// Reads and checks everything that can be checked without the world.
Result<NodeConfig> load_config(const std::string& path);

}  // namespace nsl::node
