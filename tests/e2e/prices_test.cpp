// SPDX-License-Identifier: Apache-2.0
// What a newcomer does: the stack runs, and chain, API and command line say the same.
#include <gtest/gtest.h>

#include "stack_fixture.h"

namespace nsl {
namespace {

using testing_support::fixed;
using testing_support::kTenthOfPercent;
using testing_support::OnChain;
using testing_support::ppm_apart;
using testing_support::stack;

const std::vector<std::string> kFeeds = {"NEO-USD", "GAS-USD", "BTC-USD", "ETH-USD"};

class StackPrices : public ::testing::Test {
 protected:
    void SetUp() override { stack().calm(); }
};

TEST_F(StackPrices, EveryFeedHasARoundWithinATenthOfAPercentOfTheTruth) {
    for (const std::string& feed : kFeeds) {
        // A move past its deviation makes a round, of a moment when not all venues had moved
        // perhaps: then the next move makes the next round.
        std::int64_t moved = 0;
        bool met = false;
        for (int move = 0; move < 5 && !met; ++move) {
            moved = stack().on_chain(feed).price / 100 * 101;
            stack().control({{"action", "set"},
                             {"asset", feed.substr(0, 3)},
                             {"price", fixed_to_string(moved, 8)}});
            EXPECT_TRUE(stack().eventually([&] { return stack().keeps_to(feed, moved); }));
            met = ppm_apart(stack().on_chain(feed).price, moved) <= kTenthOfPercent;
        }
        EXPECT_TRUE(met) << feed << " is at " << stack().on_chain(feed).price << ", truth "
                         << moved;
    }
}

TEST_F(StackPrices, ChainApiAndCommandLineTellTheSameRound) {
    for (const std::string& feed : kFeeds) {
        EXPECT_TRUE(stack().eventually([&] {
            OnChain chain = stack().on_chain(feed);
            client::Feed api = stack().get(stack().api->feed(feed));
            auto shown = stack().run({"price", "get", feed, "--json"});
            auto cli = json::parse<client::Feed>(shown.output).value();
            return shown.status == 0 && chain.round == api.latest_round->round &&
                   chain.round == cli.latest_round->round &&
                   chain.price == fixed(api.latest_round->price) &&
                   chain.price == fixed(cli.latest_round->price) &&
                   chain.observed_ms == api.latest_round->observed_ms;
        })) << feed
            << ": " << stack().last_error;
    }
}

TEST_F(StackPrices, RoundsAreContiguousAndNameTheTransactionsThatStoredThem) {
    client::Rounds rounds = stack().get(stack().api->rounds("BTC-USD", 0, 20));
    ASSERT_FALSE(rounds.rounds.empty());
    for (std::size_t i = 0; i < rounds.rounds.size(); ++i) {
        const client::Round& round = rounds.rounds[i];
        EXPECT_EQ(round.round, rounds.rounds.front().round - i);
        ASSERT_TRUE(round.tx.has_value()) << round.round;
        auto log =
            stack().get(stack().rpc->application_log(neo::Hash256::parse(*round.tx).value()));
        EXPECT_EQ(log.vm_state, "HALT");
        bool told = std::ranges::any_of(log.notifications, [&](const chain::Notification& event) {
            return event.contract == stack().contract && event.name == "BatchStored";
        });
        EXPECT_TRUE(told) << *round.tx;
    }
}

TEST_F(StackPrices, ASignedReportVerifiesOfflineAndNoAlteredOneDoes) {
    client::Report report = stack().get(stack().api->report("ETH-USD"));
    EXPECT_EQ(report.public_key, stack().signer);
    std::string file = stack().dir() / "report.json";
    auto verify = [&](const client::Report& what, const std::string& key) {
        std::ofstream(file) << json::write(what);
        return stack().run({"verify", "report", file, "--key", key, "--json"});
    };
    auto good = verify(report, stack().signer);
    EXPECT_EQ(good.status, 0) << good.output;
    EXPECT_NE(good.output.find("\"verified\":true"), std::string::npos);

    for (std::size_t at : {std::size_t{0}, std::size_t{120}, report.report.size() - 1}) {
        client::Report altered = report;
        altered.report[at] = altered.report[at] == '0' ? '1' : '0';
        EXPECT_EQ(verify(altered, stack().signer).status, 1) << "digit " << at;
    }
    client::Report forged = report;
    forged.signature[5] = forged.signature[5] == '0' ? '1' : '0';
    EXPECT_EQ(verify(forged, stack().signer).status, 1);
    // Somebody else's key, even when the file names it.
    std::string other = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    EXPECT_EQ(verify(report, other).status, 1);
}

TEST_F(StackPrices, AStreamTellsOfANewRound) {
    std::uint64_t before = stack().on_chain("GAS-USD").round;
    std::int64_t moved = fixed(stack().truth("GAS-USD")) / 100 * 102;
    stack().control({{"action", "set"}, {"asset", "GAS"}, {"price", fixed_to_string(moved, 8)}});
    bool seen = false;
    auto done = run_blocking(
        stack().loop, with_deadline(stack().api->watch("GAS-USD",
                                                       [&](client::Feed feed) {
                                                           seen = feed.latest_round->round > before;
                                                           return !seen;
                                                       }),
                                    milliseconds(30'000), "the stream"));
    EXPECT_TRUE(done.has_value()) << done.error().message;
    EXPECT_TRUE(seen);
}

TEST_F(StackPrices, AnUnknownFeedIsAProblemThatListsTheKnownOnes) {
    auto response =
        stack().get(stack().http->send({.url = stack().api_url + "/v1/price-feeds/DOGE-USD"}));
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.headers["content-type"], "application/problem+json");
    EXPECT_NE(response.body.find("NEO-USD"), std::string::npos) << response.body;
    EXPECT_EQ(stack().run({"price", "get", "DOGE-USD"}).status, 1);
}

TEST_F(StackPrices, AnOperatorSeesHowEachNeoNodeIs) {
    const std::string name = stack().rpc_url.substr(std::string_view("http://").size());
    EXPECT_TRUE(stack().eventually([&] {
        const client::Chain chain = stack().get(stack().api->chain());
        if (chain.nodes.size() != 1) return false;
        const client::ChainNode& node = chain.nodes[0];
        return node.name == name && node.usable && node.trouble.empty() && node.height > 0 &&
               node.latency_ms > 0;
    }));
    const auto metrics = stack().get(stack().http->send({.url = stack().api_url + "/metrics"}));
    EXPECT_TRUE(metrics.body.contains("nsl_chain_node_usable{node=\"" + name + "\"} 1"));
}

TEST_F(StackPrices, TheApiDescribesEachOfItsRoutes) {
    auto response = stack().get(stack().http->send({.url = stack().api_url + "/openapi.json"}));
    ASSERT_EQ(response.status, 200);
    auto document = json::parse_value(response.body).value();
    EXPECT_TRUE(document.at("openapi").as_string().starts_with("3.1"));
    for (const char* path :
         {"/v1/price-feeds", "/v1/price-feeds/{id}", "/v1/price-feeds/{id}/rounds",
          "/v1/price-feeds/{id}/report", "/v1/price-feeds/{id}/stream", "/v1/chain"})
        EXPECT_TRUE(document.at("paths").as_object().contains(path)) << path;
    for (const char* path : {"/livez", "/readyz", "/metrics"})
        EXPECT_EQ(stack().get(stack().http->send({.url = stack().api_url + path})).status, 200)
            << path;
}

}  // namespace
}  // namespace nsl

int main(int argc, char** argv) {
    return nsl::testing_support::stack_main(argc, argv);
}
