// SPDX-License-Identifier: Apache-2.0
// Pays what payments.h says, each payment once, however often it is killed and begins again. Ends
// by itself when all have ended. usage: DATABASE RPC-URL[,RPC-URL…] NETWORK SEED COUNT HEIGHT HASH
// The last two name the block to begin reading with.
//
// Compiled with crash points: $NSL_CRASH_AT=NAME:N kills it at the N-th time that it comes to that
// point; $NSL_CRASH_LIST=FILE appends the name of each it comes to.
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "base/crash_point.h"
#include "base/spawn.h"
#include "chain/follower.h"
#include "chain/policy_watcher.h"
#include "chain/rpc_pool.h"
#include "chain/sender.h"
#include "chain/wallet_signer.h"
#include "net/http_client.h"
#include "node/schema.h"
#include "node/send_journal_sql.h"
#include "payments.h"
#include "store/open.h"

namespace nsl {

void crash_point(std::string_view name) {
    static std::map<std::string, int, std::less<>> reached;
    const int times = ++reached[std::string(name)];
    if (const char* list = std::getenv("NSL_CRASH_LIST"))
        std::ofstream(list, std::ios::app) << name << "\n" << std::flush;
    const char* at = std::getenv("NSL_CRASH_AT");
    if (at && std::string_view(at) == std::string(name) + ":" + std::to_string(times))
        ::kill(::getpid(), SIGKILL);
}

namespace payments {
namespace {

constexpr std::size_t kOpenMax = 1'000;
constexpr milliseconds kAgain{200};

struct Arguments {
    std::string database;
    std::vector<std::string> nodes;
    std::uint32_t network = 0;
    std::uint64_t seed = 0;
    std::size_t count = 0;
    chain::Anchor anchor;
};

Arguments read_arguments(char** argv) {
    Arguments out{.database = argv[1]};
    std::string urls = argv[2];
    for (std::size_t at = 0; at <= urls.size();) {
        const std::size_t end = std::min(urls.find(',', at), urls.size());
        out.nodes.push_back(urls.substr(at, end - at));
        at = end + 1;
    }
    out.network = static_cast<std::uint32_t>(std::stoul(argv[3]));
    out.seed = std::stoull(argv[4]);
    out.count = std::stoul(argv[5]);
    out.anchor.index = static_cast<std::uint32_t>(std::stoul(argv[6]));
    out.anchor.hash = neo::Hash256::parse(argv[7]).value();
    return out;
}

// One after another, so many under way at once, until all have halted.
class Payer {
 public:
    Payer(chain::Sender& sender, Clock& clock, Logger log, neo::Hash160 account, Arguments args)
        : sender_(sender),
          clock_(clock),
          log_(std::move(log)),
          account_(account),
          args_(std::move(args)) {}

    Task<void> lane() {
        while (next_ < args_.count) co_await pay(payment(args_.seed, next_++));
    }
    std::size_t halted() const { return halted_; }
    bool wrong() const { return wrong_; }

 private:
    Task<void> pay(Payment payment) {
        for (;;) {
            auto added = co_await sender_.add(intent_of(payment, account_));
            auto ended = added ? co_await sender_.wait(payment.id) : std::move(added);
            if (!ended) {
                log_.warn("a payment waits",
                          {{"id", payment.id}, {"error", ended.error().message}});
                co_await clock_.sleep_for(kAgain);
                continue;
            }
            if (ended->state == chain::IntentState::halted) {
                ++halted_;
            } else {
                wrong_ = true;
                log_.error("a payment did not get on chain",
                           {{"id", payment.id},
                            {"state", chain::intent_state_name(ended->state)},
                            {"reason", ended->reason}});
            }
            co_return;
        }
    }

    chain::Sender& sender_;
    Clock& clock_;
    Logger log_;
    neo::Hash160 account_;
    Arguments args_;
    std::size_t next_ = 0, halted_ = 0;
    bool wrong_ = false;
};

// While the database is away it cannot be opened either.
Task<std::unique_ptr<store::Db>> open_patiently(Clock& clock, Logger log, std::string url) {
    for (;;) {
        auto opened = store::open({.url = url}, node::schema());
        if (opened) co_return *std::move(opened);
        log.warn("no database", {{"error", opened.error().message}});
        co_await clock.sleep_for(kAgain);
    }
}

Task<int> run(store::Db& db, Arguments args, Logger log) {
    const auto executor = co_await asio::this_coro::executor;
    RealClock clock;
    OsRandom random;
    net::HttpClient http(executor, net::EgressPolicy::any(),
                         {.connect = milliseconds(1'000), .total = milliseconds(3'000)});
    auto nodes = chain::RpcPool::make(executor, http, args.nodes, args.network, clock,
                                      log.named("nodes"), {.probe_every = milliseconds(300)})
                     .value();
    auto signer = chain::WalletSigner::single(payer_key(args.seed));
    node::SqlSendJournal journal(db, signer.account());
    chain::PolicyWatcher policy(*nodes, clock, log.named("policy"));
    chain::Sender sender(*nodes, journal, signer, policy, clock, random, log.named("sender"),
                         {.network = args.network, .look_every = milliseconds(5'000)});
    chain::Follower follower(
        *nodes, clock, log.named("follower"),
        {.network = args.network, .poll_every = milliseconds(50), .anchor = args.anchor});
    follower.subscribe(sender);
    follower.subscribe(policy);
    TaskGroup group(executor, log);
    group.spawn("nodes", nodes->run());
    group.spawn("policy", policy.run());
    group.spawn("follower", follower.run());
    group.spawn("sender", sender.run());
    Payer payer(sender, clock, log, signer.account(), args);
    TaskGroup lanes(executor, log);
    for (std::size_t i = 0; i < std::min(kOpenMax, args.count); ++i)
        lanes.spawn("lane", payer.lane());
    while (lanes.running() > 0) co_await clock.sleep_for(milliseconds(50));
    co_await group.stop(milliseconds(10'000));
    co_await nodes->stop(milliseconds(10'000));
    co_return payer.wrong() ? 1 : 0;
}

int main_of(char** argv) {
    const Arguments args = read_arguments(argv);
    const Logger log(stderr_sink(LogLevel::warn, LogFormat::json), "payments");
    asio::io_context loop(1);
    RealClock clock;
    auto db = run_blocking(loop, open_patiently(clock, log, args.database));
    const int status = run_blocking(loop, run(*db, args, log));
    db.reset();
    loop.poll();
    return status;
}

}  // namespace
}  // namespace payments
}  // namespace nsl

int main(int argc, char** argv) {
    if (argc != 8) return 2;
    return nsl::payments::main_of(argv);
}
