// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/sim_market.h"
#include "vectors.h"

namespace nsl::cli {
namespace {

std::string market_file(const std::string& name) {
    return testing_support::vectors_dir() + "/market/" + name;
}

TEST(SimReplayVectors, TheDepegOfMarch2023) {
    auto recording = SimRecording::load(market_file("depeg_2023-03/2023-03-09_14.bars.csv.gz"));
    ASSERT_TRUE(recording) << recording.error().message;
    EXPECT_EQ(recording->first_ms(), 1678320000000);
    EXPECT_EQ(recording->end_ms(), 1678838400000);
    // 11 March, 07:30 UTC: Kraken traded BTC at 20,323 USD.
    const auto trade = recording->at("kraken", "BTC-USD", 1678519800000);
    ASSERT_TRUE(trade);
    EXPECT_NEAR(static_cast<double>(trade->price) / kSimUnit, 20'323, 60);
    EXPECT_TRUE(recording->has("coinbase", "USDT-USD"));
    EXPECT_FALSE(recording->has("bitmex", "XBT-USD"));
}

TEST(SimReplayVectors, EveryBarFileLoads) {
    for (const auto* name :
         {"crash_windows/2020-03-12_13", "crash_windows/2021-04-17_18",
          "crash_windows/2021-05-18_20", "crash_windows/2021-12-03_04",
          "crash_windows/2022-05-09_13_luna", "crash_windows/2025-02-01_04_neo_gas_5m",
          "three_venue_2017_2022/2017-09-03_04", "three_venue_2017_2022/2017-12-17",
          "three_venue_2017_2022/2018-04-04_05", "three_venue_2017_2022/2022-12-13"}) {
        const auto recording = SimRecording::load(market_file(std::string(name) + ".bars.csv.gz"));
        EXPECT_TRUE(recording) << name << ": " << (recording ? "" : recording.error().message);
    }
    // Holds perpetuals only, which are no pairs of assets.
    EXPECT_FALSE(
        SimRecording::load(market_file("crash_windows/2022-11-08_11_ftx_bitmex_only.bars.csv.gz")));
}

}  // namespace
}  // namespace nsl::cli
