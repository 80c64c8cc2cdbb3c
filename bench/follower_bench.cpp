// SPDX-License-Identifier: Apache-2.0
// Reading a real neo-go chain: the follower's backfill against a bare loop over the same requests,
// whose answers are read into the same structures but never verified; and how long a block that was
// heard of takes until a subscriber has committed it to disk.
#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "base/file.h"
#include "base/spawn.h"
#include "chain/block_wakeup.h"
#include "chain/deploy.h"
#include "chain/follower.h"
#include "chain/wallet_signer.h"
#include "cli/devnet.h"
#include "net/http_client.h"
#include "node/checkpoints.h"
#include "node/schema.h"
#include "quantile.h"
#include "store/open.h"

namespace nsl {
namespace {

constexpr std::uint32_t kBlocks = 3'000;
constexpr std::uint32_t kCommits = 150;
constexpr int kRounds = 9;
constexpr std::size_t kAtOnce = 50;  // blocks in one request, of both

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return *std::move(result);
}

struct Chain {
    asio::io_context loop{1};
    RealClock clock;
    OsRandom random;
    Logger log{stderr_sink(LogLevel::error, LogFormat::human), "bench"};
    TaskGroup tasks{loop.get_executor(), log};
    std::unique_ptr<cli::Devnet> node = must(run_blocking(
        loop, cli::Devnet::start(loop.get_executor(), {.block_time_ms = 10}, clock, log)));
    net::HttpClient http{loop.get_executor(), net::EgressPolicy::any()};
    chain::RpcClient rpc{http, node->rpc_url(), log};
    chain::WalletSigner bank = chain::WalletSigner::one_of_one(
        neo::PrivateKey::from_bytes(node->key().secret().reveal()).value());
    std::uint32_t nonce = 0;

    ~Chain() {
        run_blocking(loop, tasks.stop(milliseconds(5'000)));
        run_blocking(loop, node->stop());
    }
    template <class T>
    T run(Task<Result<T>> work) {
        return must(run_blocking(loop, std::move(work)));
    }
    std::uint32_t height() { return run(rpc.block_count()) - 1; }
    void send(Bytes script) {
        neo::Transaction tx;
        tx.nonce = ++nonce;
        tx.system_fee = 2'000'0000;
        tx.network_fee = 1'000'0000;
        tx.valid_until_block = height() + 1'000;
        tx.signers.push_back({.account = bank.account()});
        tx.script = std::move(script);
        tx.witnesses.push_back(run(bank.sign(tx, node->network())));
        run(rpc.send(tx.serialize()));
    }
    void transfer() {
        neo::Hash160 to;
        to.raw[0] = static_cast<std::uint8_t>(nonce);
        send(must(chain::gas_transfer(bank.account(), to, 1)));
    }
    // The committee is the bank.
    void set_block_time(std::uint32_t ms) {
        neo::ScriptBuilder script;
        script.call(neo::native::policy(), "setMillisecondsPerBlock",
                    {neo::Argument::integer(std::int64_t{ms})});
        send(script.take());
        for (const std::uint32_t end = height() + 4; height() < end;)
            run_blocking(loop, clock.sleep_for(milliseconds(5)));
    }
    // About one block in five has a few.
    void grow(std::uint32_t until) {
        while (height() < until) {
            for (int i = 0; i < 4; ++i) transfer();
            run_blocking(loop, clock.sleep_for(milliseconds(50)));
        }
    }
};

// Takes blocks into memory, or commits them to a database first.
class Reader final : public chain::BlockSubscriber {
 public:
    explicit Reader(chain::BlockHeader from, store::Db* db = nullptr, Clock* clock = nullptr)
        : last(from), db_(db), clock_(clock) {}

    chain::BlockHeader last;
    std::size_t events = 0;
    std::chrono::nanoseconds heard{};     // when there was word of a block; 0: it was not awaited
    std::vector<double> committed_after;  // ms

    std::string name() const override { return "bench"; }
    Task<Result<std::optional<chain::BlockHeader>>> checkpoint() override { co_return last; }
    Task<Status> on_block(std::shared_ptr<const chain::ReadBlock> block) override {
        for (const auto& outcome : block->outcomes) events += outcome.events.size();
        last = block->summary;
        if (!db_) co_return Status{};
        CO_TRY_OK(co_await db_->transact(
            [&](store::Tx& tx) { return node::save_checkpoint(tx, name(), block->summary); }));
        if (heard.count() > 0)
            committed_after.push_back(
                std::chrono::duration<double, std::milli>(clock_->monotonic() - heard).count());
        heard = {};
        co_return Status{};
    }

 private:
    store::Db* db_;
    Clock* clock_;
};

double seconds_since(std::chrono::nanoseconds began, const Clock& clock) {
    return std::chrono::duration<double>(clock.monotonic() - began).count();
}

// Events seen.
Task<Result<std::size_t>> bare(chain::RpcClient& rpc, std::uint32_t to) {
    std::size_t events = 0;
    for (std::uint32_t next = 1; next <= to; next += kAtOnce) {
        const std::size_t count = std::min<std::size_t>(kAtOnce, to - next + 1);
        CO_TRY(auto blocks, co_await rpc.full_blocks(next, count));
        std::vector<neo::Hash256> hashes;
        for (const auto& block : blocks)
            for (const neo::Hash256& hash : chain::summary_of(block.value()).transactions)
                hashes.push_back(hash);
        for (std::size_t from = 0; from < hashes.size(); from += chain::kRpcBatchMax) {
            const std::size_t end = std::min(from + chain::kRpcBatchMax, hashes.size());
            CO_TRY(auto logs, co_await rpc.application_logs(
                                  {hashes.begin() + static_cast<std::ptrdiff_t>(from),
                                   hashes.begin() + static_cast<std::ptrdiff_t>(end)}));
            for (const auto& log : logs) events += log.value().notifications.size();
        }
    }
    co_return events;
}

std::size_t followed(Chain& on, const chain::BlockHeader& genesis, std::uint32_t to) {
    Reader reader(genesis);
    chain::OneNode nodes(on.rpc);
    chain::Follower follower(nodes, on.clock, on.log,
                             {.network = on.node->network(), .blocks_max = kAtOnce});
    follower.subscribe(reader);
    TaskGroup tasks(on.loop.get_executor(), on.log);
    tasks.spawn("follower", follower.run());
    on.loop.restart();
    while (reader.last.index < to) on.loop.run_one();
    const std::size_t events = reader.events;
    run_blocking(on.loop, tasks.stop(milliseconds(5'000)));
    return events;
}

void backfill(Chain& on) {
    const chain::BlockHeader genesis = on.run(on.rpc.block(0));
    const std::uint32_t to = on.height();
    std::vector<double> ours, theirs;
    for (int round = 0; round < kRounds; ++round) {
        auto began = on.clock.monotonic();
        const std::size_t expected = on.run(bare(on.rpc, to));
        theirs.push_back(to / seconds_since(began, on.clock));
        began = on.clock.monotonic();
        const std::size_t got = followed(on, genesis, to);
        ours.push_back(to / seconds_since(began, on.clock));
        if (got < expected) throw std::runtime_error("the follower has lost events");
        std::printf("  %u blocks, %zu events: %.0f blocks/s, bare loop %.0f\n", to, expected,
                    ours.back(), theirs.back());
    }
    std::printf("backfill: %.0f blocks/s, %.2f × the bare loop of %.0f (medians of %d)\n",
                quantile(ours, 0.5), quantile(ours, 0.5) / quantile(theirs, 0.5),
                quantile(theirs, 0.5), kRounds);
    // What else runs on the machine only ever makes a round slower.
    std::printf("          %.0f blocks/s, %.2f × the bare loop of %.0f (the best of each)\n",
                quantile(ours, 1), quantile(ours, 1) / quantile(theirs, 1), quantile(theirs, 1));
}

void commits(Chain& on) {
    ScratchFolder folder = must(ScratchFolder::make("nsl-follower-bench"));
    const auto db = must(store::open({.url = "sqlite:" + folder.path() + "/db"}, node::schema()));
    Reader reader(on.run(on.rpc.block(on.height())), db.get(), &on.clock);
    chain::OneNode nodes(on.rpc);
    chain::Follower follower(nodes, on.clock, on.log, {.network = on.node->network()});
    follower.subscribe(reader);
    chain::BlockWakeup wakeup(on.loop.get_executor(), on.clock, on.random, on.log,
                              on.node->rpc_url(), [&] {
                                  reader.heard = on.clock.monotonic();
                                  follower.wake();
                              });
    TaskGroup tasks(on.loop.get_executor(), on.log);
    tasks.spawn("follower", follower.run());
    tasks.spawn("wakeup", wakeup.run());
    on.loop.restart();
    while (reader.committed_after.size() < kCommits) on.loop.run_one();
    run_blocking(on.loop, tasks.stop(milliseconds(5'000)));
    std::printf("node's event → committed to SQLite, fsync: p50 %.1f ms, p99 %.1f ms (n %zu)\n",
                quantile(reader.committed_after, 0.5), quantile(reader.committed_after, 0.99),
                reader.committed_after.size());
}

}  // namespace
}  // namespace nsl

int main() {
    try {
        nsl::Chain chain;
        chain.grow(nsl::kBlocks);
        chain.set_block_time(100);
        nsl::commits(chain);
        // From here on the node has nothing to do but answer.
        chain.set_block_time(30'000);
        nsl::backfill(chain);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
