// SPDX-License-Identifier: Apache-2.0
// `nsl chain follow`: blocks and events as they come, each block verified by the one before.
#include <CLI/CLI.hpp>

#include "base/async_event.h"
#include "base/shutdown.h"
#include "base/spawn.h"
#include "chain/follower.h"
#include "cli/block_view.h"
#include "cli/chain_commands.h"
#include "neo/hash.h"
#include "net/http_client.h"

namespace nsl::cli {
namespace {

constexpr milliseconds kStopDeadline{2'000};

struct Arguments {
    std::string rpc;
    std::optional<std::uint32_t> network;
    std::optional<std::uint32_t> from;
    std::string hash;
    std::string contract;
    std::string event;
    std::uint64_t count = 0;
};

// Prints what it gets, until it has printed enough.
class Printer final : public chain::BlockSubscriber {
 public:
    Printer(const Globals& globals, EventFilter filter, std::uint64_t count, AsyncEvent& changed)
        : globals_(globals), filter_(std::move(filter)), count_(count), changed_(changed) {}

    bool done() const { return count_ > 0 && told_ >= count_; }

    std::string name() const override { return "printer"; }
    bool reads_fields() const override { return true; }
    Task<Result<std::optional<chain::BlockHeader>>> checkpoint() override { co_return last_; }
    Task<Status> on_block(std::shared_ptr<const chain::ReadBlock> block) override {
        const bool blocks = filter_.everything();
        for (const BlockLine& line : block_lines(*block, filter_)) {
            if (done()) break;
            if (globals_.json)
                print_json(line.object);
            else
                std::cout << line.text << "\n" << std::flush;
            if (!blocks) ++told_;
        }
        if (blocks && !done()) ++told_;
        last_ = block->summary;
        if (done()) changed_.notify_all();
        co_return Status{};
    }

 private:
    const Globals& globals_;
    EventFilter filter_;
    std::uint64_t count_;
    AsyncEvent& changed_;
    std::uint64_t told_ = 0;
    std::optional<chain::BlockHeader> last_{};
};

Result<std::optional<chain::Anchor>> anchor_of(const Arguments& args) {
    if (!args.from) return std::optional<chain::Anchor>();
    TRY(const neo::Hash256 hash, neo::Hash256::parse(args.hash));
    return chain::Anchor{.index = *args.from, .hash = hash};
}

Result<EventFilter> filter_of(const Arguments& args) {
    EventFilter out{.name = args.event};
    if (!args.contract.empty()) {
        TRY(out.contract, neo::parse_account(args.contract));
    }
    return out;
}

// The options for the node as it is. Errors: conflict (of another network; it has another block at
// the anchor), those of RpcClient.
Task<Result<chain::FollowerOptions>> options_for(chain::RpcClient& rpc, const Arguments& args,
                                                 std::optional<chain::Anchor> anchor) {
    CO_TRY(const chain::NodeVersion version, co_await rpc.version());
    if (args.network && version.network != *args.network)
        co_return fail(Errc::conflict, "the node is of network " + std::to_string(version.network) +
                                           ", not " + std::to_string(*args.network));
    // Following would wait for an honest node; here somebody waits for an answer.
    if (anchor) CO_TRY_OK(co_await chain::read_known(rpc, *anchor));
    co_return chain::FollowerOptions{.network = version.network, .anchor = anchor};
}

Task<void> note_signal(bool& interrupted, AsyncEvent& changed) {
    co_await wait_for_stop_signal();
    interrupted = true;
    changed.notify_all();
}

Task<int> follow(Globals& globals, Arguments args) {
    auto anchor = anchor_of(args);
    if (!anchor) co_return report(globals, anchor.error());
    auto filter = filter_of(args);
    if (!filter) co_return report(globals, filter.error());
    const auto executor = co_await asio::this_coro::executor;
    const Logger log = globals.log("chain");
    RealClock clock;
    net::HttpClient http(executor, net::EgressPolicy::any());
    chain::RpcClient rpc(http, args.rpc, log.named("rpc"));
    chain::OneNode node(rpc);
    const auto options = co_await options_for(rpc, args, *anchor);
    if (!options) co_return report(globals, options.error());
    if (!*anchor)
        std::cerr << "nsl: the node's newest block is believed, and all after it are checked by "
                     "that one; --from and --hash begin with a block that you know\n";
    AsyncEvent changed;
    Printer printer(globals, *std::move(filter), args.count, changed);
    chain::Follower follower(node, clock, log, *options);
    follower.subscribe(printer);
    TaskGroup tasks(executor, log);
    bool interrupted = false;
    tasks.spawn("follower", follower.run());
    tasks.spawn("signals", note_signal(interrupted, changed));
    while (!printer.done() && !interrupted) co_await changed.wait();
    co_await tasks.stop(kStopDeadline);
    co_return kOk;
}

}  // namespace

void add_chain_follow_command(CLI::App& chain, Globals& globals) {
    auto args = std::make_shared<Arguments>();
    auto* command = chain.add_subcommand(
        "follow", "blocks and events as they come, each block signed by whom the last one names");
    command->add_option("--rpc", args->rpc, "URL of a Neo node")->required()->envname("NSL_RPC");
    command->add_option("--network", args->network,
                        "refuse a node of another network than this magic number");
    auto* from = command->add_option("--from", args->from,
                                     "begin with this block, which has the hash --hash");
    auto* hash = command->add_option("--hash", args->hash, "of the block --from");
    from->needs(hash);
    hash->needs(from);
    command->add_option("--contract", args->contract,
                        "only events of this contract: script hash or address");
    command->add_option("--event", args->event, "only events of this name");
    command->add_option("--count", args->count,
                        "end after this many blocks, or with --contract or --event events; 0: "
                        "never");
    command->callback(
        [&globals, args] { globals.exit_code = run([&] { return follow(globals, *args); }); });
}

}  // namespace nsl::cli
