// SPDX-License-Identifier: Apache-2.0
// `nsl chain status`: asks every node, and the service, at the same time.
#include <CLI/CLI.hpp>

#include "base/async_event.h"
#include "base/spawn.h"
#include "chain/block_reader.h"
#include "cli/chain_commands.h"
#include "cli/chain_status.h"
#include "client/client.h"
#include "neo/block.h"
#include "net/http_client.h"

namespace nsl::cli {
namespace {

constexpr std::size_t kNodesMax = 16;
constexpr milliseconds kStopDeadline{1'000};

struct Arguments {
    std::vector<std::string> rpc;
    std::optional<std::uint32_t> network;
    bool ask_service = false;
};

// The newest block, if the one before names those who signed it.
Task<Result<chain::BlockHeader>> verified_tip(chain::RpcClient& rpc, std::uint32_t network,
                                              std::uint32_t height) {
    if (height == 0) {
        CO_TRY(const neo::Block first, co_await rpc.full_block(0));
        co_return chain::summary_of(first);
    }
    CO_TRY(const neo::Block before, co_await rpc.full_block(height - 1));
    CO_TRY(const neo::Block tip, co_await chain::read_after(rpc, before.header, network));
    co_return chain::summary_of(tip);
}

Task<Status> look(chain::RpcClient& rpc, std::optional<std::uint32_t> network, NodeLook& node) {
    CO_TRY(node.version, co_await rpc.version());
    if (network && node.version->network != *network)
        co_return fail(Errc::conflict, "of network " + std::to_string(node.version->network) +
                                           ", not " + std::to_string(*network));
    const RealClock clock;
    const auto before = clock.monotonic();
    CO_TRY(const std::uint32_t count, co_await rpc.block_count());
    node.latency_ms = std::chrono::duration<double, std::milli>(clock.monotonic() - before).count();
    CO_TRY(node.tip, co_await verified_tip(rpc, node.version->network, count - 1));
    CO_TRY(node.fees, co_await rpc.fee_policy());
    co_return Status{};
}

// The hash is computed from the header that the node shows.
Task<Status> compare(chain::RpcClient& rpc, std::vector<std::uint32_t> heights, NodeLook& node) {
    for (const std::uint32_t height : heights) {
        if (!node.trouble.empty() || !node.tip || height > node.tip->index) continue;
        CO_TRY(const json::Value shown, co_await rpc.raw("getblockheader", {height, 1}));
        CO_TRY(const neo::BlockHeader header, neo::BlockHeader::from_json(shown));
        if (header.index != height)
            co_return fail(Errc::internal, "it shows another block for " + std::to_string(height));
        node.hashes[height] = header.hash();
    }
    co_return Status{};
}

// Several at once, until all have ended.
class AllOf {
 public:
    AllOf(asio::any_io_executor executor, Logger log) : tasks_(std::move(executor), log) {}
    // A failure is the node's trouble.
    void add(Task<Status> work, std::string& trouble) {
        ++open_;
        tasks_.spawn("look", run(std::move(work), trouble));
    }
    Task<void> wait() {
        while (open_ > 0) co_await ended_.wait();
        co_await tasks_.stop(kStopDeadline);
    }

 private:
    Task<void> run(Task<Status> work, std::string& trouble) {
        const Status done = co_await std::move(work);
        if (!done) trouble = done.error().message;
        --open_;
        ended_.notify_all();
    }

    TaskGroup tasks_;
    std::size_t open_ = 0;
    AsyncEvent ended_;
};

Task<Status> ask_service(net::HttpClient& http, ServiceLook& service) {
    CO_TRY(service.chain, co_await client::Client(http, service.url).chain());
    co_return Status{};
}

Task<int> status(Globals& globals, Arguments args) {
    ChainStatus out;
    out.nodes.reserve(args.rpc.size());
    for (const std::string& url : args.rpc) {
        auto name = node_name(url);
        if (!name) co_return report(globals, name.error());
        out.nodes.push_back({.name = *std::move(name)});
    }
    if (args.ask_service) out.service = ServiceLook{.url = globals.api};
    if (out.nodes.empty() && !out.service)
        co_return report(globals, {Errc::invalid_argument,
                                   "say which nodes with --rpc, and which service with --api"});
    const auto executor = co_await asio::this_coro::executor;
    const Logger log = globals.log("chain");
    net::HttpClient http(executor, net::EgressPolicy::any());
    std::vector<std::unique_ptr<chain::RpcClient>> clients;
    clients.reserve(args.rpc.size());
    for (const std::string& url : args.rpc)
        clients.push_back(std::make_unique<chain::RpcClient>(http, url, log.named("rpc")));

    AllOf first(executor, log);
    for (std::size_t i = 0; i < clients.size(); ++i)
        first.add(look(*clients[i], args.network, out.nodes[i]), out.nodes[i].trouble);
    if (out.service) first.add(ask_service(http, *out.service), out.service->trouble);
    co_await first.wait();
    AllOf second(executor, log);
    const auto heights = compared_heights(out);
    for (std::size_t i = 0; i < clients.size(); ++i)
        second.add(compare(*clients[i], heights, out.nodes[i]), out.nodes[i].trouble);
    co_await second.wait();

    const std::int64_t now = RealClock().unix_ms();
    if (globals.json)
        print_json(status_object(out, now));
    else
        std::cout << status_text(out, now) << std::flush;
    co_return verdict_of(out).exit_code;
}

}  // namespace

void add_chain_status_command(CLI::App& chain, Globals& globals, const CLI::App& root) {
    auto args = std::make_shared<Arguments>();
    auto* command = chain.add_subcommand(
        "status", "nodes: reachable, how far, verified, of one mind; with --api the service too");
    command->add_option("--rpc", args->rpc, "URL of a Neo node; may be given again")
        ->envname("NSL_RPC")
        ->expected(1, static_cast<int>(kNodesMax));
    command->add_option("--network", args->network,
                        "nodes of another network than this magic number are not usable");
    const CLI::Option* api = root.get_option("--api");
    command->callback([&globals, args, api] {
        args->ask_service = api->count() > 0;
        globals.exit_code = run([&] { return status(globals, *args); });
    });
}

}  // namespace nsl::cli
