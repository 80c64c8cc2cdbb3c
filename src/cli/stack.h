// SPDX-License-Identifier: Apache-2.0
// The development stack: a private chain, the exchange simulator, the enclave, the node, and the
// price feed's contract deployed between them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl::cli {

struct StackOptions {
    std::string data_dir;            // kept; the chain, keys and logs of a former run go on
    std::string programs;            // folder of nsl, nsl-enclave and nsld
    std::string neo_go;              // empty: looked for
    std::string feeds_file;          // YAML with `feeds:`
    std::string contract_dir;        // pricefeed.nef and pricefeed.manifest.json
    std::string replay;              // a recording for the simulator; empty: its market model
    std::uint32_t replay_speed = 1;  // 60: an hour of the recording in a minute
    std::uint64_t seed = 1;          // of the market model
    std::uint32_t block_time_ms = 1'000;
    std::uint16_t rpc_port = 0;  // 0: a free one, as for the others
    std::uint16_t api_port = 0;
    std::uint16_t sim_port = 0;
};

struct StackInfo {
    std::string rpc;       // URL
    std::string api;       // URL
    std::string exchange;  // http URL of the simulator's control
    std::string contract;  // display hash
    std::string signer;    // public key, hex
};

class Stack {
 public:
    virtual ~Stack() = default;
    // Start order: chain, simulator, enclave, contract, node; each waits for the one before to
    // answer. Errors say which part and end with its log. What was started is stopped again.
    static Task<Result<std::unique_ptr<Stack>>> start(StackOptions options, Clock& clock,
                                                      Logger log);
    virtual const StackInfo& info() const = 0;
    // One word a part: "running", or "restarting".
    virtual std::vector<std::pair<std::string, std::string>> parts() const = 0;
    // In reverse order, all within the deadline.
    virtual Task<void> stop(milliseconds deadline) = 0;
};

}  // namespace nsl::cli
