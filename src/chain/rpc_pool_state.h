// SPDX-License-Identifier: Apache-2.0
// What the parts of RpcPool share. Private to it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async_event.h"
#include "base/spawn.h"
#include "chain/endpoint_rank.h"
#include "chain/rpc_pool.h"

namespace nsl::chain {

struct RpcPool::State {
    struct Endpoint {
        std::string name;
        std::unique_ptr<RpcClient> prober;  // asks whatever the state
        std::unique_ptr<RpcClient> client;  // what users get: admits, and reports
        bool probing = false;
        std::optional<bool> told_usable{};  // in the log
        bool told_distrusted = false;
    };

    State(asio::any_io_executor executor, std::uint32_t magic, Clock& c, Logger l, PoolOptions o)
        : network(magic), clock(c), log(l), options(o), tasks(std::move(executor), l) {}

    void add(net::HttpClient& http, const std::string& url, std::string name);
    // Starts a probe of it unless one is under way.
    void start_probe(std::size_t i);
    Task<void> probe(std::size_t i, std::shared_ptr<void> turn);
    // Until one is usable, or each has been asked and none is.
    Task<void> find_usable();
    // Before a call of users: its network is known to be ours.
    Task<Status> admit(std::size_t i);
    void heard(std::size_t i, const Status& how);
    void distrust(std::size_t i, const Error& why);
    void log_changes();

    HeightRule rule() const { return height_rule(known, options.lag_max); }
    bool usable(std::size_t i) const { return is_usable(known[i], rule()); }
    std::size_t chosen();
    // By rank, the best first.
    std::vector<std::size_t> usable_nodes();
    std::string trouble(std::size_t i) const;
    // "no node is usable: a: unreachable …; b: 5 blocks behind"
    Error none_usable() const;

    std::uint32_t network;
    Clock& clock;
    Logger log;
    PoolOptions options;
    std::vector<Endpoint> endpoints{};
    std::vector<EndpointState> known{};  // of the same places
    std::optional<std::size_t> current{};
    std::size_t sends = 0;  // under way
    AsyncEvent probed{};
    TaskGroup tasks;
};

}  // namespace nsl::chain
