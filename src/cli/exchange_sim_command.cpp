// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "base/shutdown.h"
#include "base/spawn.h"
#include "cli/commands.h"
#include "cli/exchange_sim.h"

namespace nsl::cli {
namespace {

Task<int> exchange_sim(Globals& globals, ExchangeSimOptions options) {
    RealClock clock;
    Logger log = globals.log("exchange-sim");
    TaskGroup tasks(co_await asio::this_coro::executor, log);
    auto started = ExchangeSim::start(tasks, clock, log, options);
    if (!started) co_return report(globals, started.error());
    std::string url = "127.0.0.1:" + std::to_string((*started)->port());
    if (globals.json)
        print_json(json::Object{{"event", "ready"},
                                {"port", (*started)->port()},
                                {"control", "http://" + url},
                                {"websocket", "ws://" + url}});
    else
        std::cout << "ready: ws://" << url << "/binance, …/okx, …/gate, …/coinbase, …/kraken, "
                  << "…/bitstamp\ncontrol: http://" << url << "/truth, /venues, POST /control\n"
                  << "Ctrl-C stops it" << std::endl;
    co_await wait_for_stop_signal();
    started->reset();
    co_await tasks.stop(milliseconds(1'000));
    co_return kOk;
}

}  // namespace

void add_exchange_sim_command(CLI::App& app, Globals& globals) {
    auto* command = app.add_subcommand(
        "exchange-sim", "six exchanges in their own WebSocket formats, from one seeded market");
    auto options = std::make_shared<ExchangeSimOptions>();
    command->add_option("--port", options->port, "0: a free one");
    command->add_option("--seed", options->seed, "of the market model")->capture_default_str();
    command->add_option("--rate", options->rate_percent, "percent of the venues' own rates")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    command->add_flag("--hold", options->hold_walk, "prices stand still until told otherwise");
    command->add_option("--replay", options->replay, "follow a recording: bars as CSV or CSV.gz");
    command->add_option("--speed", options->replay_speed, "of the recording")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->callback([&globals, options] {
        globals.exit_code = run([&] { return exchange_sim(globals, *options); });
    });
}

}  // namespace nsl::cli
