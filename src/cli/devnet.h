// SPDX-License-Identifier: Apache-2.0
// A private Neo network of one validator for development and tests: a neo-go node as a child.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "neo/keys.h"

namespace nsl::cli {

struct DevnetOptions {
    std::string data_dir{};      // kept there and continued; empty: in memory, gone at the end
    std::uint16_t rpc_port = 0;  // on 127.0.0.1; 0: a free one
    std::uint16_t p2p_port = 0;  // for nodes that follow this one; 0: any
    // Of a new chain. A kept one goes on with the time it was made with.
    std::uint32_t block_time_ms = 1'000;
    std::uint32_t memory_pool = 0;  // transactions that may wait for a block; 0: the node's default
    std::string neo_go{};           // the program; empty: see find_neo_go
    Random* random = nullptr;       // for the key and the network's number; null: the system's
};

// Every data folder has its own network number and key, made once and kept in a wallet (NEP-6, mode
// 0600) whose password is no secret: such a key must never hold anything of value. All GAS and NEO
// of the network are at first on the key's 1-of-1 multi-signature account.
class Devnet {
 public:
    static constexpr std::string_view kWalletPassword = "devnet";
    static constexpr milliseconds kStopGrace{10'000};

    // Returns when the node answers and has made a block. Errors: not_found (no neo-go), conflict
    // (port in use; data folder in use, or of another network), invalid_argument (a damaged data
    // folder), unavailable and timeout (the node did not start: with its own words).
    static Task<Result<std::unique_ptr<Devnet>>> start(asio::any_io_executor executor,
                                                       DevnetOptions options, Clock& clock,
                                                       Logger log);
    // Kills the node if it still runs: what it had not written, up to a second of blocks, is lost.
    ~Devnet();
    Devnet(const Devnet&) = delete;

    std::string rpc_url() const;
    std::uint16_t rpc_port() const { return port_; }
    std::uint32_t network() const { return network_; }
    std::uint32_t block_time_ms() const { return block_time_ms_; }
    // The validator's and committee's key.
    const neo::PrivateKey& key() const { return key_; }
    // Empty without a data folder.
    std::string wallet_path() const;
    int pid() const;

    // Ends the node, its chain written, unless that takes longer than `grace`: then it is killed.
    // Returns its exit status.
    Task<int> stop(milliseconds grace = kStopGrace);
    // Waits until the node has ended. Returns its exit status.
    Task<int> wait();

 private:
    Devnet(DevnetOptions options, neo::PrivateKey key);
    Status prepare_files(const std::string& dir);
    Task<Status> run(asio::any_io_executor executor, Clock& clock, Logger log, std::string dir);
    Task<Status> wait_ready(asio::any_io_executor executor, Clock& clock, Logger log,
                            std::string log_path, std::uintmax_t log_begin);

    DevnetOptions options_;
    neo::PrivateKey key_;
    std::uint32_t network_ = 0;
    std::uint32_t block_time_ms_ = 0;
    std::uint16_t port_ = 0;
    std::unique_ptr<Process> process_;
};

}  // namespace nsl::cli
