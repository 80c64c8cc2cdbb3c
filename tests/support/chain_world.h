// SPDX-License-Identifier: Apache-2.0
// A fake node, and what talks to it, on one loop with a manual clock.
#pragma once
#include <memory>

#include "base/log.h"
#include "base/random.h"
#include "chain/rpc_client.h"
#include "chain/wallet_signer.h"
#include "drive.h"
#include "fake_node.h"
#include "net/http_client.h"

namespace nsl::testing_support {

constexpr std::size_t kReplyMax = 64 * 1024;  // bytes

struct ChainWorld {
    asio::io_context loop;
    TaskGroup tasks{loop.get_executor(), Logger()};
    ManualClock clock;
    SeededRandom random{7};
    std::shared_ptr<MemorySink> lines = std::make_shared<MemorySink>();
    Logger log{lines, "test"};
    FakeNode node{tasks};
    std::unique_ptr<net::HttpClient> http = std::make_unique<net::HttpClient>(
        loop.get_executor(), net::EgressPolicy::any(), net::HttpLimits{.body_max = kReplyMax});
    chain::RpcClient rpc{*http, node.url(), log};

    ~ChainWorld() {
        http.reset();
        EXPECT_TRUE(run_blocking(loop, tasks.stop(milliseconds(5'000))));
    }

    template <class T>
    T run(Task<T> work) {
        return run_blocking(loop, std::move(work));
    }
};

}  // namespace nsl::testing_support
