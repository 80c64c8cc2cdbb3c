// SPDX-License-Identifier: Apache-2.0
// A recorded market, the week in which USDC lost its peg, runs through parsers, aggregation, report
// and contract. Skipped where the recording is absent.
#include <gtest/gtest.h>

#include <filesystem>

#include "stack_fixture.h"
#include "vectors.h"

namespace nsl {
namespace {

using testing_support::fixed;
using testing_support::ppm_apart;
using testing_support::stack;

TEST(RecordedSession, EndsInRoundsOfTheRecordedPrices) {
    EXPECT_TRUE(stack().eventually([] { return stack().on_chain("BTC-USD").round > 0; },
                                   milliseconds(60'000)))
        << stack().last_error;
    // A minute of the recording is a second here, and rounds follow moves of half a percent: what
    // stands on chain is never further than that from the recording, moving as it does.
    int compared = 0;
    stack().eventually([&] {
        std::int64_t recorded = fixed(stack().truth("BTC-USD"));
        EXPECT_LT(ppm_apart(stack().on_chain("BTC-USD").price, recorded), 12'000)
            << "on chain " << stack().on_chain("BTC-USD").price << ", recorded " << recorded;
        return ++compared == 100;
    });
    EXPECT_EQ(compared, 100);

    // Held still, the estimate is the recorded price itself, though half of its venues quote in
    // USDT.
    stack().control({{"action", "hold_walk"}});
    EXPECT_TRUE(stack().eventually([] {
        client::Feed feed = stack().get(stack().api->feed("BTC-USD"));
        return feed.estimate.quality == "ok" &&
               ppm_apart(fixed(feed.estimate.price), fixed(stack().truth("BTC-USD"))) < 1'000;
    })) << "truth "
        << stack().truth("BTC-USD") << ", estimate "
        << json::write(stack().get(stack().api->feed("BTC-USD")).estimate);

    std::string file = stack().dir() / "report.json";
    std::ofstream(file) << json::write(stack().get(stack().api->report("BTC-USD")));
    EXPECT_EQ(stack().run({"verify", "report", file, "--key", stack().signer}).status, 0);
}

}  // namespace
}  // namespace nsl

int main(int argc, char** argv) {
    std::string recording =
        nsl::testing_support::vectors_dir() + "/market/depeg_2023-03/2023-03-09_14.bars.csv.gz";
    if (!std::filesystem::exists(recording)) {
        std::cerr << "SKIPPED: no recording at " << recording << " (set NSL_VECTORS)\n";
        return 77;
    }
    return nsl::testing_support::stack_main(
        argc, argv,
        {"--block-time", "250", "--replay", std::filesystem::absolute(recording), "--replay-speed",
         "60"});
}
