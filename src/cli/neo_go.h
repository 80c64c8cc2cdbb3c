// SPDX-License-Identifier: Apache-2.0
// The neo-go program: where it is, how it is told what to be, and what it said before it ended.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "neo/keys.h"

namespace nsl::cli {

// $NEO_GO, then .tools/bin/neo-go in $NSL_SOURCE_DIR and in the folders above this program, then
// PATH. Errors: not_found, with how to get one.
Result<std::string> find_neo_go();

// A node of a private network of one validator, on 127.0.0.1 only.
struct NeoGoConfig {
    std::uint32_t network = 0;
    std::uint32_t block_time_ms = 0;
    neo::PublicKey validator;
    std::string database{};  // folder of the chain; empty: in memory
    // NEP-6, of the validator's key; empty: the node makes no blocks.
    std::string wallet{};
    std::string wallet_password{};
    std::uint16_t rpc_port = 0;
    std::uint16_t p2p_port = 0;     // 0: any
    std::uint16_t seed_port = 0;    // P2P port of the node whose chain it takes; 0: of none
    std::uint32_t memory_pool = 0;  // transactions; 0: the node's default
};
// Its configuration file.
std::string neo_go_yaml(const NeoGoConfig& config);

// A port of 127.0.0.1 nobody listens on now; `wanted`, or any when it is 0. Another program may
// take it before its user does. Errors: conflict.
Result<std::uint16_t> free_port(asio::any_io_executor executor, std::uint16_t wanted);

// The last line of its log that is not routine, from byte `begin` on.
std::string last_words(const std::string& log_path, std::uintmax_t begin);

}  // namespace nsl::cli
