// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "client/client.h"

namespace nsl::cli {
namespace {

void print_header() {
    std::printf("%-10s %-18s %-14s %-9s %-8s %s\n", "FEED", "PRICE", "CONFIDENCE", "QUALITY",
                "ROUND", "TRANSACTION");
}

void print_feed(const client::Feed& feed) {
    const auto& round = feed.latest_round;
    std::printf("%-10s %-18s %-14s %-9s %-8s %s\n", printable(feed.id).c_str(),
                printable(feed.estimate.price).c_str(), printable(feed.estimate.confidence).c_str(),
                printable(feed.estimate.quality).c_str(),
                round ? std::to_string(round->round).c_str() : "-",
                round && round->tx ? printable(*round->tx).c_str() : "-");
    if (!feed.estimate.reason.empty())
        std::printf("%-10s   %s\n", "", printable(feed.estimate.reason).c_str());
    std::fflush(stdout);
}

void show(const Globals& globals, const client::Feed& feed) {
    if (globals.json)
        print_json(json::encode(feed));
    else
        print_feed(feed);
}

Task<int> list(Globals& globals) {
    net::HttpClient http(co_await asio::this_coro::executor, net::EgressPolicy::any());
    auto feeds = co_await client::Client(http, globals.api).feeds();
    if (!feeds) co_return report(globals, feeds.error());
    if (!globals.json) print_header();
    for (const client::Feed& feed : *feeds) show(globals, feed);
    co_return kOk;
}

Task<int> get(Globals& globals, std::string id) {
    net::HttpClient http(co_await asio::this_coro::executor, net::EgressPolicy::any());
    auto feed = co_await client::Client(http, globals.api).feed(id);
    if (!feed) co_return report(globals, feed.error());
    if (!globals.json) print_header();
    show(globals, *feed);
    co_return kOk;
}

Task<int> watch(Globals& globals, std::string id, std::uint64_t count) {
    net::HttpClient http(co_await asio::this_coro::executor, net::EgressPolicy::any());
    if (!globals.json) print_header();
    std::uint64_t seen = 0;
    auto done = co_await client::Client(http, globals.api).watch(id, [&](client::Feed feed) {
        show(globals, feed);
        return ++seen != count;
    });
    if (!done) co_return report(globals, done.error());
    co_return kOk;
}

Task<int> rounds(Globals& globals, std::string id, std::uint64_t before, std::uint32_t limit) {
    net::HttpClient http(co_await asio::this_coro::executor, net::EgressPolicy::any());
    auto body = co_await client::Client(http, globals.api).rounds(id, before, limit);
    if (!body) co_return report(globals, body.error());
    if (!globals.json)
        std::printf("%-8s %-18s %-14s %-8s %-15s %s\n", "ROUND", "PRICE", "CONFIDENCE", "SOURCES",
                    "OBSERVED (ms)", "TRANSACTION");
    for (const client::Round& round : body->rounds) {
        if (globals.json)
            print_json(json::encode(round));
        else
            std::printf("%-8llu %-18s %-14s %-8u %-15lld %s\n",
                        static_cast<unsigned long long>(round.round),
                        printable(round.price).c_str(), printable(round.confidence).c_str(),
                        round.sources, static_cast<long long>(round.observed_ms),
                        round.tx ? printable(*round.tx).c_str() : "-");
    }
    co_return kOk;
}

struct Arguments {
    std::string feed;
    std::uint64_t count = 0;
    std::uint64_t before = 0;
    std::uint32_t limit = 20;
};

}  // namespace

void add_price_commands(CLI::App& app, Globals& globals) {
    auto* price = app.add_subcommand("price", "prices: live estimates and the rounds on chain");
    price->require_subcommand(1);
    auto args = std::make_shared<Arguments>();

    auto* list_command = price->add_subcommand("list", "every feed");
    list_command->callback(
        [&globals] { globals.exit_code = run([&globals] { return list(globals); }); });

    auto* get_command = price->add_subcommand("get", "one feed");
    get_command->add_option("feed", args->feed, "such as NEO-USD")->required();
    get_command->callback(
        [&globals, args] { globals.exit_code = run([&] { return get(globals, args->feed); }); });

    auto* watch_command = price->add_subcommand("watch", "one feed whenever it changes");
    watch_command->add_option("feed", args->feed, "such as NEO-USD")->required();
    watch_command->add_option("--count", args->count, "end after this many lines; 0: never");
    watch_command->callback([&globals, args] {
        globals.exit_code = run([&] { return watch(globals, args->feed, args->count); });
    });

    auto* rounds_command = price->add_subcommand("rounds", "the rounds that the contract holds");
    rounds_command->add_option("feed", args->feed, "such as NEO-USD")->required();
    rounds_command->add_option("--before", args->before, "only rounds below this one");
    rounds_command->add_option("--limit", args->limit, "at most this many")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    rounds_command->callback([&globals, args] {
        globals.exit_code =
            run([&] { return rounds(globals, args->feed, args->before, args->limit); });
    });
}

}  // namespace nsl::cli
