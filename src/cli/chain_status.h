// SPDX-License-Identifier: Apache-2.0
// What `nsl chain status` found: each node, the service, and whether they can all be right. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "chain/rpc_client.h"
#include "client/types.h"

namespace nsl::cli {

struct NodeLook {
    std::string name{};     // host and port: paths and queries carry keys
    std::string trouble{};  // why it cannot be used; empty when it can
    std::optional<chain::NodeVersion> version{};
    double latency_ms = 0;  // of one call on an open connection
    // Its newest block. Of a usable node signed by the validators that the block before names,
    // unless it is the first.
    std::optional<chain::BlockHeader> tip{};
    std::optional<neo::FeePolicy> fees{};
    std::map<std::uint32_t, neo::Hash256> hashes{};  // of the blocks that are compared
};

struct ServiceLook {
    std::string url{};
    std::string trouble{};  // why it could not be asked; empty when it could
    client::Chain chain{};
};

struct ChainStatus {
    std::vector<NodeLook> nodes{};
    std::optional<ServiceLook> service{};
};

// The blocks whose hashes each usable node that has them is to be asked for: the newest that all of
// them have, and the service's.
std::vector<std::uint32_t> compared_heights(const ChainStatus& status);

// What is wrong, worst first, and the exit code that follows: unavailable when no node is usable or
// the service does not answer, failed when there is a disagreement on the network or a hash, or the
// service stands still.
struct Verdict {
    int exit_code = 0;
    std::vector<std::string> problems{};
};
Verdict verdict_of(const ChainStatus& status);

// Lines ended by '\n'.
std::string status_text(const ChainStatus& status, std::int64_t now_ms);
json::Object status_object(const ChainStatus& status, std::int64_t now_ms);

}  // namespace nsl::cli
