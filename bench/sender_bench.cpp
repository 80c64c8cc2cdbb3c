// SPDX-License-Identifier: Apache-2.0
// An intent given to the sender → a node has its transaction, on a real neo-go and on SQLite with
// fsync: one at a time, and sixteen at a time; against the same steps bare, on the same node and
// disk in the same run (simulate, price, write and fsync the bytes, send).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "base/spawn.h"
#include "chain/deploy.h"
#include "chain/follower.h"
#include "chain/policy_watcher.h"
#include "chain/sender.h"
#include "chain/tx_builder.h"
#include "chain/wallet_signer.h"
#include "cli/devnet.h"
#include "net/http_client.h"
#include "node/schema.h"
#include "node/send_journal_sql.h"
#include "quantile.h"
#include "store/open.h"

namespace nsl {
namespace {

constexpr int kIntents = 400;
constexpr int kLanes = 16;
constexpr std::uint32_t kBlockTime = 1'000;  // ms

struct World {
    asio::io_context loop{1};
    RealClock clock;
    OsRandom random;
    Logger log{stderr_sink(LogLevel::error, LogFormat::human), "bench"};
    ScratchFolder folder = ScratchFolder::make("nsl-sender-bench").value();
    std::unique_ptr<cli::Devnet> devnet = run(cli::Devnet::start(
        loop.get_executor(), {.block_time_ms = kBlockTime, .memory_pool = 50'000}, clock, log));
    net::HttpClient http{loop.get_executor(), net::EgressPolicy::any()};
    chain::RpcClient rpc{http, devnet->rpc_url(), log};
    chain::OneNode nodes{rpc};
    chain::WalletSigner bank = chain::WalletSigner::one_of_one(
        neo::PrivateKey::from_bytes(devnet->key().secret().reveal()).value());

    template <class T>
    T run(Task<Result<T>> work) {
        Result<T> done = run_blocking(loop, std::move(work));
        if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
        NSL_ASSERT(done.has_value());
        return *std::move(done);
    }
    double ms_since(std::chrono::nanoseconds began) const {
        return std::chrono::duration<double, std::milli>(clock.monotonic() - began).count();
    }
    neo::Hash160 somebody() {
        neo::Hash160 out;
        random.fill(out.raw);
        return out;
    }
    Bytes payment() { return chain::gas_transfer(bank.account(), somebody(), 1).value(); }
};

struct Quantiles {
    double p50 = 0, p99 = 0;
};
Quantiles of(const std::vector<double>& values) {
    return {quantile(values, 0.5), quantile(values, 0.99)};
}

Task<Result<std::vector<double>>> bare(World& world) {
    std::vector<double> out;
    const std::string path = world.folder.path() + "/bare";
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    for (int i = 0; i < kIntents; ++i) {
        const auto began = world.clock.monotonic();
        neo::Transaction tx = chain::unsigned_transaction(world.bank, world.payment());
        CO_TRY(const chain::Execution done,
               co_await world.rpc.invoke_script(tx.script, tx.signers));
        tx.system_fee = done.gas_consumed;
        CO_TRY(const std::uint32_t count, co_await world.rpc.block_count());
        tx.valid_until_block = count + 20;
        tx.nonce = static_cast<std::uint32_t>(world.random.u64());
        CO_TRY(tx.network_fee, co_await world.rpc.calculate_network_fee(tx.serialize()));
        CO_TRY(tx, co_await chain::signed_by(world.bank, std::move(tx), world.devnet->network()));
        const Bytes bytes = tx.serialize();
        // Twice, as the sender commits an intent and then its attempt.
        for (int commit = 0; commit < 2; ++commit) {
            NSL_ASSERT(::write(file, bytes.data(), bytes.size()) ==
                       static_cast<ssize_t>(bytes.size()));
            NSL_ASSERT(::fdatasync(file) == 0);
        }
        CO_TRY(const chain::SendReply reply, co_await world.rpc.send(bytes));
        if (reply.outcome != chain::SendOutcome::accepted)
            co_return fail(Errc::internal, reply.message);
        out.push_back(world.ms_since(began));
    }
    ::close(file);
    co_return out;
}

Task<void> lane(World& world, chain::Sender& sender, int first, int step,
                std::vector<double>& out) {
    for (int i = first; i < kIntents; i += step) {
        const auto began = world.clock.monotonic();
        const std::string id = std::to_string(step) + "/" + std::to_string(i);
        auto added = co_await sender.add({.id = id, .purpose = "bench", .script = world.payment()});
        NSL_ASSERT(added.has_value());
        NSL_ASSERT((co_await sender.wait_submitted(id)).has_value());
        out.push_back(world.ms_since(began));
    }
}

std::vector<double> ours(World& world, chain::Sender& sender, int lanes) {
    std::vector<double> out;
    TaskGroup group(world.loop.get_executor(), world.log);
    for (int i = 0; i < lanes; ++i) group.spawn("lane", lane(world, sender, i, lanes, out));
    run_blocking(world.loop, [](World& w, TaskGroup& g) -> Task<void> {
        while (g.running() > 0) co_await w.clock.sleep_for(milliseconds(1));
    }(world, group));
    run_blocking(world.loop, group.stop(milliseconds(1'000)));
    return out;
}

void print(const char* what, const Quantiles& found, const Quantiles& baseline) {
    std::printf("%-40s p50 %6.2f ms  p99 %6.2f ms (limit 50)  %4.2f x / %4.2f x bare\n", what,
                found.p50, found.p99, found.p50 / baseline.p50, found.p99 / baseline.p99);
}

int run() {
    World world;
    auto db = store::open({.url = "sqlite:" + world.folder.path() + "/db"}, node::schema()).value();
    node::SqlSendJournal journal(*db, world.bank.account());
    chain::PolicyWatcher policy(world.nodes, world.clock, world.log);
    chain::Sender sender(world.nodes, journal, world.bank, policy, world.clock, world.random,
                         world.log, {.network = world.devnet->network()});
    chain::Follower follower(world.nodes, world.clock, world.log,
                             {.network = world.devnet->network(), .poll_every = milliseconds(100)});
    follower.subscribe(sender);
    follower.subscribe(policy);
    // Before reading begins: what the account pays then and the sender did not make is foreign to
    // it.
    const Quantiles baseline = of(world.run(bare(world)));
    run_blocking(world.loop, world.clock.sleep_for(milliseconds(3 * kBlockTime)));
    TaskGroup group(world.loop.get_executor(), world.log);
    group.spawn("policy", policy.run());
    group.spawn("follower", follower.run());
    group.spawn("sender", sender.run());
    std::printf("%-40s p50 %6.2f ms  p99 %6.2f ms\n", "the steps bare", baseline.p50, baseline.p99);
    print("intent -> submitted, one at a time", of(ours(world, sender, 1)), baseline);
    print("intent -> submitted, sixteen at a time", of(ours(world, sender, kLanes)), baseline);
    run_blocking(world.loop, group.stop(milliseconds(10'000)));
    db.reset();
    world.loop.poll();
    static_cast<void>(run_blocking(world.loop, world.devnet->stop()));
    return 0;
}

}  // namespace
}  // namespace nsl

int main() {
    return nsl::run();
}
