// SPDX-License-Identifier: Apache-2.0
// One private network for all tests of a program. Its main is:
//   int main(int argc, char** argv) { return nsl::testing_support::devnet_main(argc, argv); }
// Without neo-go the program is skipped as a whole (exit code 77). Nothing outlives it, however it
// ends: the chain is in memory and the node dies with this process.
#pragma once
#include <gtest/gtest.h>

#include <iostream>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/spawn.h"
#include "chain/rpc_client.h"
#include "cli/devnet.h"
#include "cli/neo_go.h"
#include "net/http_client.h"

namespace nsl::testing_support {

constexpr std::uint32_t kTestBlockTime = 200;  // ms

inline neo::PrivateKey copy_of(const neo::PrivateKey& key) {
    return neo::PrivateKey::from_bytes(key.secret().reveal()).value();
}

class DevnetEnvironment : public ::testing::Environment {
 public:
    void SetUp() override {
        auto started = run_blocking(
            loop, cli::Devnet::start(loop.get_executor(), {.block_time_ms = kTestBlockTime}, clock,
                                     log.named("devnet")));
        ASSERT_TRUE(started.has_value()) << started.error().message;
        devnet = *std::move(started);
        http = std::make_unique<net::HttpClient>(loop.get_executor(), net::EgressPolicy::any());
        rpc = std::make_unique<chain::RpcClient>(*http, devnet->rpc_url(), log.named("rpc"));
    }
    void TearDown() override {
        rpc.reset();
        http.reset();
        if (devnet) EXPECT_EQ(run_blocking(loop, devnet->stop()), 0);
        devnet.reset();
    }

    asio::io_context loop;
    RealClock clock;
    OsRandom random;
    Logger log{stderr_sink(LogLevel::warn, LogFormat::human), "test"};
    std::unique_ptr<cli::Devnet> devnet;
    std::unique_ptr<net::HttpClient> http;
    std::unique_ptr<chain::RpcClient> rpc;

    static DevnetEnvironment*& instance() {
        static DevnetEnvironment* environment = nullptr;
        return environment;
    }
};

// The program's one network: devnet().rpc, devnet().run(task), …
inline DevnetEnvironment& devnet() {
    NSL_ASSERT(DevnetEnvironment::instance() != nullptr);
    return *DevnetEnvironment::instance();
}

template <class T>
T run_on_devnet(Task<T> work) {
    return run_blocking(devnet().loop, std::move(work));
}

inline int devnet_main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    if (auto program = cli::find_neo_go(); !program) {
        std::cerr << "SKIPPED: " << program.error().message << "\n";
        return 77;
    }
    DevnetEnvironment::instance() = new DevnetEnvironment;
    ::testing::AddGlobalTestEnvironment(DevnetEnvironment::instance());  // takes ownership
    return RUN_ALL_TESTS();
}

}  // namespace nsl::testing_support
