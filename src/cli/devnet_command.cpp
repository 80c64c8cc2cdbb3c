// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "base/async_event.h"
#include "base/shutdown.h"
#include "base/spawn.h"
#include "cli/commands.h"
#include "cli/devnet.h"

namespace nsl::cli {
namespace {

Task<void> wait_for_end(Devnet& devnet, std::optional<int>& status, AsyncEvent& changed) {
    status = co_await devnet.wait();
    changed.notify_all();
}

Task<void> wait_for_signal(bool& interrupted, AsyncEvent& changed) {
    co_await wait_for_stop_signal();
    interrupted = true;
    changed.notify_all();
}

Task<int> devnet(Globals& globals, DevnetOptions options) {
    RealClock clock;
    Logger log = globals.log("devnet");
    auto executor = co_await asio::this_coro::executor;
    auto started = co_await Devnet::start(executor, options, clock, log);
    if (!started) co_return report(globals, started.error());
    Devnet& chain = **started;
    if (globals.json)
        print_json(json::Object{{"event", "ready"},
                                {"rpc", chain.rpc_url()},
                                {"network", chain.network()},
                                {"wallet", chain.wallet_path()},
                                {"pid", chain.pid()}});
    else
        std::cout << "ready: " << chain.rpc_url() << ", network " << chain.network()
                  << (options.data_dir.empty()
                          ? std::string(", in memory")
                          : ", wallet " + chain.wallet_path() + " (password \"" +
                                std::string(Devnet::kWalletPassword) + "\")")
                  << "\nCtrl-C stops it" << std::endl;
    TaskGroup tasks(executor, log);
    AsyncEvent changed;
    std::optional<int> status;
    bool interrupted = false;
    tasks.spawn("node", wait_for_end(chain, status, changed));
    tasks.spawn("signals", wait_for_signal(interrupted, changed));
    while (!status && !interrupted) co_await changed.wait();
    co_await tasks.stop(milliseconds(500));
    if (interrupted) {
        co_await chain.stop();
        co_return kOk;
    }
    co_return report(
        globals, {Errc::unavailable, "the node ended with exit code " + std::to_string(*status)});
}

}  // namespace

void add_devnet_command(CLI::App& app, Globals& globals) {
    auto* command = app.add_subcommand("devnet", "a private Neo N3 chain of one node");
    auto options = std::make_shared<DevnetOptions>();
    command->add_option("--data", options->data_dir, "keep the chain in this folder");
    command->add_option("--rpc-port", options->rpc_port, "0: a free one");
    command->add_option("--block-time", options->block_time_ms, "milliseconds between blocks")
        ->check(CLI::Range(50, 60'000))
        ->capture_default_str();
    command->add_option("--neo-go", options->neo_go, "the program")->envname("NEO_GO");
    command->callback([&globals, options] {
        globals.exit_code = run([&] { return devnet(globals, *options); });
    });
}

}  // namespace nsl::cli
