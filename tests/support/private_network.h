// SPDX-License-Identifier: Apache-2.0
// A private Neo network whose RPC nodes may be killed at any moment while its chain stays final:
// one validator makes the blocks and is left alone; the others take them from it, as public nodes
// do.
#pragma once
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/process.h"
#include "base/random.h"
#include "base/spawn.h"
#include "chain/rpc_client.h"
#include "cli/devnet.h"
#include "cli/neo_go.h"
#include "net/http_client.h"

namespace nsl::testing_support {

struct PrivateNetworkOptions {
    std::size_t nodes = 1;  // 1..3, the validator not among them
    std::uint32_t block_time_ms = 250;
    std::uint32_t memory_pool = 50'000;  // transactions, of each node
};

// All of it is on loopback and dies with the test. Use from the one thread that made it: the nodes
// die with that.
class PrivateNetwork {
 public:
    static constexpr milliseconds kReadyLimit{30'000};

    // With all nodes ready. Errors: as Devnet::start; invalid_argument.
    static Task<Result<std::unique_ptr<PrivateNetwork>>> start(asio::any_io_executor executor,
                                                               PrivateNetworkOptions options,
                                                               Clock& clock, Logger log) {
        if (options.nodes < 1 || options.nodes > 3)
            co_return fail(Errc::invalid_argument, "nodes should be 1 to 3");
        CO_TRY(std::string program, cli::find_neo_go());
        CO_TRY(const std::uint16_t seed, lasting_port(executor));
        CO_TRY(auto validator, co_await cli::Devnet::start(executor,
                                                           {.p2p_port = seed,
                                                            .block_time_ms = options.block_time_ms,
                                                            .memory_pool = options.memory_pool,
                                                            .neo_go = program},
                                                           clock, log.named("validator")));
        std::unique_ptr<PrivateNetwork> out(
            new PrivateNetwork(executor, clock, std::move(program), std::move(validator)));
        for (std::size_t i = 0; i < options.nodes; ++i)
            CO_TRY_OK(out->add_node(seed, options.memory_pool));
        for (std::size_t i = 0; i < options.nodes; ++i) CO_TRY_OK(out->start(i));
        for (std::size_t i = 0; i < options.nodes; ++i) CO_TRY_OK(co_await out->wait_ready(i));
        co_return out;
    }

    std::size_t size() const { return nodes_.size(); }
    std::uint32_t network() const { return validator_->network(); }
    std::uint32_t block_time_ms() const { return validator_->block_time_ms(); }
    // Of the account that holds all GAS and NEO: its 1-of-1 multi-signature account.
    const neo::PrivateKey& bank_key() const { return validator_->key(); }
    // The same for as long as this lives, whether the node does or not.
    std::string rpc_url(std::size_t i) const {
        return "http://127.0.0.1:" + std::to_string(nodes_.at(i)->port);
    }
    std::uint16_t rpc_port(std::size_t i) const { return nodes_.at(i)->port; }
    std::string websocket_url(std::size_t i) const {
        return "ws://127.0.0.1:" + std::to_string(nodes_.at(i)->port) + "/ws";
    }
    std::vector<std::string> rpc_urls() const {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < size(); ++i) out.push_back(rpc_url(i));
        return out;
    }
    // The chain as it is: for what the test wants to know, not for what it tests.
    chain::RpcClient& truth() { return truth_; }
    chain::RpcClient& rpc(std::size_t i) { return nodes_.at(i)->rpc; }
    bool running(std::size_t i) const { return nodes_.at(i)->process != nullptr; }

    // SIGKILL: what the node had not written, up to a second of blocks and its whole pool, is lost.
    // Nothing when it does not run.
    Task<void> kill(std::size_t i) {
        Node& node = *nodes_.at(i);
        if (!node.process) co_return;
        node.process->signal(SIGKILL);
        co_await node.process->wait();
        node.process.reset();
    }
    // On its port, with what it has of the chain. Returns at once. Errors: conflict (it runs, or
    // somebody took its port), unavailable.
    Status start(std::size_t i) {
        Node& node = *nodes_.at(i);
        if (node.process) return fail(Errc::conflict, "it runs");
        // neo-go that cannot bind its port hangs without a word.
        TRY_OK(cli::free_port(executor_, node.port));
        TRY(node.process, Process::start(executor_, {.path = program_,
                                                     .args = {"node", "--config-file",
                                                              node.folder + "/neo-go.yml"},
                                                     .log_path = node.folder + "/neo-go.log"}));
        return {};
    }
    // Until it follows: it has a block that the validator made after this was called. Errors:
    // unavailable (it ended, with its last words), timeout.
    Task<Status> wait_ready(std::size_t i) {
        const Node& node = *nodes_.at(i);
        CO_TRY(const std::uint32_t before, co_await truth_.block_count());
        const auto deadline = clock_.monotonic() + kReadyLimit;
        for (;;) {
            if (!node.process || node.process->exit_status())
                co_return fail(Errc::unavailable,
                               "node " + std::to_string(i) + " does not run: " + words_of(node));
            const auto count = co_await nodes_.at(i)->rpc.block_count();
            if (count && *count > before) co_return Status{};
            if (clock_.monotonic() > deadline)
                co_return fail(Errc::timeout,
                               "node " + std::to_string(i) + " does not follow: " + words_of(node));
            co_await clock_.sleep_for(milliseconds(20));
        }
    }
    // Ends all nodes, the validator last.
    Task<void> stop() {
        for (std::size_t i = 0; i < size(); ++i) co_await kill(i);
        co_await validator_->stop();
    }

 private:
    struct Node {
        Node(net::HttpClient& http, std::string where, std::uint16_t rpc_port)
            : folder(std::move(where)),
              port(rpc_port),
              rpc(http, "http://127.0.0.1:" + std::to_string(rpc_port), Logger()) {}
        std::string folder;
        std::uint16_t port;
        chain::RpcClient rpc;
        std::unique_ptr<Process> process{};
    };

    PrivateNetwork(asio::any_io_executor executor, Clock& clock, std::string program,
                   std::unique_ptr<cli::Devnet> validator)
        : executor_(executor),
          clock_(clock),
          program_(std::move(program)),
          validator_(std::move(validator)) {}

    // Below those that the system gives to connections, of which one might else sit on a killed
    // node's port, or be connected to itself there.
    static Result<std::uint16_t> lasting_port(asio::any_io_executor executor) {
        OsRandom random;
        for (int tries = 1;; ++tries) {
            const auto port = static_cast<std::uint16_t>(20'000 + random.below(12'000));
            auto free = cli::free_port(executor, port);
            if (free || tries == 20) return free;
        }
    }

    Status add_node(std::uint16_t seed, std::uint32_t memory_pool) {
        const std::string folder = room_.path() + "/node" + std::to_string(size());
        std::filesystem::create_directory(folder);
        TRY(const std::uint16_t port, lasting_port(executor_));
        nodes_.push_back(std::make_unique<Node>(http_, folder, port));
        return replace_private_file(
            folder + "/neo-go.yml",
            as_bytes(cli::neo_go_yaml({.network = network(),
                                       .block_time_ms = block_time_ms(),
                                       .validator = validator_->key().public_key(),
                                       .database = folder + "/chain",
                                       .rpc_port = port,
                                       .seed_port = seed,
                                       .memory_pool = memory_pool})));
    }
    static std::string words_of(const Node& node) {
        return cli::last_words(node.folder + "/neo-go.log", 0);
    }

    asio::any_io_executor executor_;
    Clock& clock_;
    std::string program_;
    ScratchFolder room_ = ScratchFolder::make("nsl-network").value();
    net::HttpClient http_{executor_,
                          net::EgressPolicy::any(),
                          {.connect = milliseconds(1'000), .total = milliseconds(5'000)}};
    std::unique_ptr<cli::Devnet> validator_;
    chain::RpcClient truth_{http_, validator_->rpc_url(), Logger()};
    std::vector<std::unique_ptr<Node>> nodes_;
};

// One network for all tests of a program, as devnet_fixture.h has one node for them. Its main is:
//   int main(int argc, char** argv) { return network_main(argc, argv, {.nodes = 2}); }
// Without neo-go the program is skipped as a whole (exit code 77).
class NetworkEnvironment : public ::testing::Environment {
 public:
    explicit NetworkEnvironment(PrivateNetworkOptions wanted) : options(wanted) {}
    void SetUp() override {
        auto started = run_blocking(
            loop, PrivateNetwork::start(loop.get_executor(), options, clock, log.named("network")));
        ASSERT_TRUE(started.has_value()) << started.error().message;
        network = *std::move(started);
    }
    void TearDown() override {
        if (network) run_blocking(loop, network->stop());
        network.reset();
    }

    PrivateNetworkOptions options;
    asio::io_context loop;
    RealClock clock;
    OsRandom random;
    Logger log{stderr_sink(LogLevel::warn, LogFormat::human), "test"};
    std::unique_ptr<PrivateNetwork> network;

    static NetworkEnvironment*& instance() {
        static NetworkEnvironment* environment = nullptr;
        return environment;
    }
};

inline NetworkEnvironment& network_world() {
    NSL_ASSERT(NetworkEnvironment::instance() != nullptr);
    return *NetworkEnvironment::instance();
}

inline int network_main(int argc, char** argv, PrivateNetworkOptions options) {
    ::testing::InitGoogleTest(&argc, argv);
    if (auto program = cli::find_neo_go(); !program) {
        std::cerr << "SKIPPED: " << program.error().message << "\n";
        return 77;
    }
    NetworkEnvironment::instance() = new NetworkEnvironment(options);
    ::testing::AddGlobalTestEnvironment(NetworkEnvironment::instance());  // takes ownership
    return RUN_ALL_TESTS();
}

}  // namespace nsl::testing_support
