// SPDX-License-Identifier: Apache-2.0
// The host's share of a round on a real stack: signed report → a node has the transaction, as the
// node measures it, against one bare JSON-RPC call to the same chain; and how long until it is
// stored.
#include <algorithm>
#include <cstdio>

#include "quantile.h"
#include "stack_fixture.h"

namespace nsl {
namespace {

constexpr int kMoves = 60;

double ms_since(std::chrono::nanoseconds began, const Clock& clock) {
    return std::chrono::duration<double, std::milli>(clock.monotonic() - began).count();
}

// The value of one series in Prometheus text; 0 when it is not there.
double series(const std::string& text, const std::string& name) {
    std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size() + 2));
}

struct Leg {
    double count = 0, sum = 0, within = 0;
};

// A histogram's totals, and how many observations lie within the bound.
Leg leg(const std::string& text, const std::string& name, const std::string& bound) {
    return {series(text, name + "_count"), series(text, name + "_sum"),
            series(text, name + "_bucket{le=\"" + bound + "\"}")};
}

void print(const char* what, const Leg& leg, const char* bound, double baseline_ms) {
    double mean = leg.count > 0 ? leg.sum / leg.count * 1'000 : 0;
    std::printf("%-34s n %3.0f  mean %6.2f ms  within %s: %5.1f %%  %5.1f × one JSON-RPC call\n",
                what, leg.count, mean, bound, leg.count > 0 ? 100 * leg.within / leg.count : 0,
                mean / baseline_ms);
}

int run() {
    auto& stack = testing_support::stack();
    stack.calm();
    std::vector<double> calls, stored_after;
    for (int move = 0; move < kMoves; ++move) {
        auto began = stack.clock.monotonic();
        stack.get(stack.rpc->block_count());
        calls.push_back(ms_since(began, stack.clock));
        std::int64_t target =
            testing_support::fixed(stack.truth("BTC-USD")) / 100 * (move % 2 == 0 ? 102 : 98);
        stack.control({{"action", "set"}, {"asset", "BTC"}, {"price", fixed_to_string(target, 8)}});
        bool there = stack.eventually([&] {
            return testing_support::ppm_apart(stack.on_chain("BTC-USD").price, target) <= 1'000;
        });
        if (!there) {
            std::fprintf(stderr, "move %d never reached the chain: %s\n", move,
                         stack.last_error.c_str());
            return 1;
        }
    }
    for (const client::Round& round : stack.get(stack.api->rounds("BTC-USD", 0, 60)).rounds) {
        if (!round.block) continue;
        auto block = stack.get(stack.rpc->block(*round.block));
        stored_after.push_back(static_cast<double>(block.time_ms - round.observed_ms));
    }
    std::string metrics =
        "\n" + stack.get(stack.http->send({.url = stack.api_url + "/metrics"})).body;
    double baseline = quantile(calls, 0.5);
    std::printf("bare JSON-RPC call                 p50 %.2f ms\n", baseline);
    print("asked the enclave → signed report", leg(metrics, "nsl_pricefeed_sign_seconds", "0.005"),
          "5 ms", baseline);
    print("signed report → node has it", leg(metrics, "nsl_pricefeed_submit_seconds", "0.05"),
          "50 ms", baseline);
    double block_ms = stack.get(stack.api->chain()).ms_per_block;
    std::printf(
        "observed → its block's time         p50 %.0f ms, p99 %.0f ms (%.2f and %.2f blocks)\n",
        quantile(stored_after, 0.5), quantile(stored_after, 0.99),
        quantile(stored_after, 0.5) / block_ms, quantile(stored_after, 0.99) / block_ms);
    return 0;
}

}  // namespace
}  // namespace nsl

int main() {
    nsl::testing_support::StackEnvironment environment({"--block-time", "1000"});
    environment.SetUp();
    int code = environment.api ? nsl::run() : 1;
    environment.TearDown();
    return code;
}
