// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <optional>

#include "base/async_event.h"
#include "base/file.h"
#include "base/shutdown.h"
#include "base/spawn.h"
#include "cli/commands.h"
#include "cli/stack.h"
#include "cli/status_table.h"
#include "cli/terminal.h"
#include "client/client.h"

namespace nsl::cli {
namespace {

constexpr milliseconds kStopDeadline{4'500};
constexpr milliseconds kLookEvery{250};

struct Arguments {
    StackOptions stack;
    bool table = true;
};

// Looks at the API and tells of every new round once its transaction is known.
class RoundTeller {
 public:
    explicit RoundTeller(const Globals& globals) : globals_(globals) {}

    void tell(const client::Feed& feed) {
        if (!feed.latest_round || !feed.latest_round->tx) return;
        const client::Round& round = *feed.latest_round;
        if (!told_.emplace(feed.id, 0).second && told_[feed.id] >= round.round) return;
        told_[feed.id] = round.round;
        if (globals_.json)
            print_json(json::Object{{"event", "round"},
                                    {"feed", feed.id},
                                    {"round", round.round},
                                    {"price", round.price},
                                    {"tx", *round.tx}});
        else
            std::cout << printable(feed.id) << " round " << round.round << ": "
                      << printable(round.price) << " in " << printable(*round.tx) << std::endl;
    }

 private:
    const Globals& globals_;
    std::map<std::string, std::uint64_t> told_;
};

Task<void> look(const Globals& globals, const Stack& stack, Clock& clock, bool table) {
    net::HttpClient http(co_await asio::this_coro::executor, net::EgressPolicy::any(),
                         {.total = milliseconds(2'000)});
    client::Client api(http, stack.info().api);
    RoundTeller rounds(globals);
    for (;;) {
        StackView view{stack.info(), stack.parts(), {}, {}, {}};
        auto feeds = co_await api.feeds();
        auto chain = co_await api.chain();
        if (feeds && chain) {
            view.feeds = *std::move(feeds);
            view.chain = *std::move(chain);
        } else {
            view.fault = feeds ? chain.error().message : feeds.error().message;
        }
        if (table)
            std::cout << "\x1b[H\x1b[2J" << render(view, clock.unix_ms()) << std::flush;
        else
            for (const client::Feed& feed : view.feeds) rounds.tell(feed);
        co_await clock.sleep_for(kLookEvery);
    }
}

void print_ready(const Globals& globals, const StackInfo& info) {
    if (globals.json)
        print_json(json::Object{{"event", "ready"},
                                {"rpc", info.rpc},
                                {"api", info.api},
                                {"contract", info.contract},
                                {"signer", info.signer},
                                {"exchange", info.exchange}});
    else
        std::cout << "ready: API " << info.api << ", RPC " << info.rpc << ", contract "
                  << info.contract << ", signer " << info.signer << std::endl;
}

Task<int> up(Globals& globals, Arguments args) {
    std::optional<ScratchFolder> scratch;
    if (args.stack.data_dir.empty()) {
        auto made = ScratchFolder::make("nsl-up");
        if (!made) co_return report(globals, made.error());
        args.stack.data_dir = scratch.emplace(*std::move(made)).path();
    } else {
        args.stack.data_dir = std::filesystem::absolute(args.stack.data_dir);
    }
    RealClock clock;
    Logger log = globals.log("up");
    if (!globals.json)
        std::cout << "starting: private chain, exchange simulator, enclave, contract, node …"
                  << std::endl;
    TaskGroup tasks(co_await asio::this_coro::executor, log);
    std::optional<Result<std::unique_ptr<Stack>>> stack;
    AsyncEvent changed;
    bool interrupted = false;
    // Starting takes seconds: Ctrl-C must work meanwhile too.
    tasks.spawn("start",
                [](auto& out, auto options, auto& clock, auto log, auto& done) -> Task<void> {
                    out = co_await Stack::start(options, clock, log);
                    done.notify_all();
                }(stack, args.stack, clock, log, changed));
    tasks.spawn("signals", [](bool& flag, auto& done) -> Task<void> {
        co_await wait_for_stop_signal();
        flag = true;
        done.notify_all();
    }(interrupted, changed));
    while (!stack && !interrupted) co_await changed.wait();
    if (stack && !*stack) {
        co_await tasks.stop(milliseconds(1'000));
        co_return report(globals, stack->error());
    }
    if (stack) {
        print_ready(globals, (**stack)->info());
        tasks.spawn("look", look(globals, ***stack, clock,
                                 args.table && !globals.json && ::isatty(STDOUT_FILENO)));
        while (!interrupted) co_await changed.wait();
    }
    if (!globals.json) std::cout << "\nstopping …" << std::endl;
    // A start that is interrupted stops what it had started before it ends.
    while (!co_await tasks.stop(milliseconds(500))) {
    }
    if (stack && *stack) co_await (**stack)->stop(kStopDeadline);
    co_return kOk;
}

}  // namespace

void add_up_command(CLI::App& app, Globals& globals) {
    auto* command = app.add_subcommand(
        "up", "a whole development stack: private chain, exchanges, enclave, contract, node");
    auto args = std::make_shared<Arguments>();
    StackOptions& stack = args->stack;
    std::error_code ignored;
    auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    stack.programs = self.parent_path();
    stack.feeds_file = "deploy/feeds.yaml";
    stack.contract_dir = "contracts/pricefeed";
    command->add_option("--data", stack.data_dir, "keep everything in this folder");
    command->add_option("--feeds", stack.feeds_file, "the feeds")->capture_default_str();
    command->add_option("--contract", stack.contract_dir, "folder of the compiled contract")
        ->capture_default_str();
    command->add_option("--block-time", stack.block_time_ms, "milliseconds between blocks")
        ->check(CLI::Range(50, 60'000))
        ->capture_default_str();
    command->add_option("--rpc-port", stack.rpc_port, "of the chain; 0: a free one");
    command->add_option("--api-port", stack.api_port, "of the node; 0: a free one");
    command->add_option("--exchange-port", stack.sim_port, "of the simulator; 0: a free one");
    command->add_option("--seed", stack.seed, "of the market model")->capture_default_str();
    command->add_option("--replay", stack.replay, "a recording instead of the market model");
    command->add_option("--replay-speed", stack.replay_speed, "of the recording")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->add_option("--neo-go", stack.neo_go, "the chain's program")->envname("NEO_GO");
    command->add_flag("!--no-table", args->table, "lines instead of a live table");
    command->callback(
        [&globals, args] { globals.exit_code = run([&] { return up(globals, *args); }); });
}

}  // namespace nsl::cli
