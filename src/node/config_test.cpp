// SPDX-License-Identifier: Apache-2.0
#include "node/config.h"

#include <gtest/gtest.h>

#include <fstream>

#include "store_world.h"

namespace nsl::node {
namespace {

constexpr const char* kFeeds = R"(
feeds:
  - id: BTC-USD
    sources:
      - {venue: coinbase, market: BTC-USD}
      - {venue: kraken, market: BTC-USD}
      - {venue: bitstamp, market: BTC-USD}
)";

class NodeConfiguration : public ::testing::Test {
 protected:
    store::Folder folder;
    std::map<std::string, std::string> keys = {
        {"rpc", "http://127.0.0.1:20332"},
        {"network", "860833102"},
        {"contract", "\"0x" + std::string(40, 'a') + "\""},
        {"wallet", "wallet.json"},
        {"wallet_password_file", "wallet.password"},
        {"enclave_socket", "/run/enclave.sock"},
        {"data_dir", "data"},
    };
    std::string feeds = kFeeds;

    Result<NodeConfig> load() {
        const std::string path = folder / "nsld.yaml";
        std::ofstream file(path);
        for (const auto& [key, value] : keys) file << key << ": " << value << "\n";
        file << feeds;
        file.close();
        return load_config(path);
    }
    // The faults, each as "where: message".
    std::string faults() {
        auto loaded = load();
        EXPECT_FALSE(loaded);
        if (loaded) return {};
        EXPECT_EQ(loaded.error().code, Errc::invalid_argument);
        std::string out;
        for (const Fault& fault : loaded.error().faults)
            out += fault.where + ": " + fault.message + "\n";
        return out;
    }
    static bool names(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
};

TEST_F(NodeConfiguration, NeedsOnlyWhatItCannotKnow) {
    auto config = load();
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->rpc, "http://127.0.0.1:20332");
    EXPECT_EQ(config->api.address, "127.0.0.1");
    EXPECT_EQ(config->api.port, 8080);
    EXPECT_EQ(config->log.level, "info");
    ASSERT_EQ(config->feeds.size(), 1U);
    EXPECT_EQ(config->feeds[0].quorum, 3);
    EXPECT_TRUE(config->feeds[0].published);
}

TEST_F(NodeConfiguration, TakesABlockToBeginWith) {
    EXPECT_EQ(anchor_of(load().value()).value(), std::nullopt);
    keys["anchor"] = "{height: 7, hash: \"0x" + std::string(62, '0') + "a1\"}";
    chain::Anchor anchor{.index = 7};
    anchor.hash.raw[0] = 0xa1;
    EXPECT_EQ(anchor_of(load().value()).value(), anchor);
}

TEST_F(NodeConfiguration, SaysWhichFileIsMissing) {
    auto config = load_config(folder / "absent.yaml");
    EXPECT_EQ(config.error().code, Errc::not_found);
    EXPECT_TRUE(names(config.error().message, "absent.yaml"));
}

TEST_F(NodeConfiguration, NamesEveryMissingKeyAtOnce) {
    keys.erase("rpc");
    keys.erase("wallet");
    feeds = "";
    const std::string text = faults();
    for (const char* key : {"/rpc", "/wallet", "/feeds"}) EXPECT_TRUE(names(text, key)) << text;
}

TEST_F(NodeConfiguration, SuggestsTheKeyThatWasMeant) {
    keys["pol_ms"] = "100";
    EXPECT_TRUE(names(faults(), "poll_ms"));
}

TEST_F(NodeConfiguration, RefusesValuesThatCannotBeMeant) {
    const std::pair<const char*, std::string> odd[] = {
        {"poll_ms", "19"},
        {"poll_ms", "60001"},
        {"poll_ms", "often"},
        {"rpc", "127.0.0.1:20332"},
        {"rpc", "ftp://127.0.0.1"},
        {"contract", "\"0x42\""},
        {"contract", "\"0x" + std::string(39, 'a') + "g\""},
        {"enclave_socket", std::string(108, 's')},
        {"log", "{level: loud}"},
        {"log", "{format: xml}"},
        {"anchor", "{height: 7}"},
        {"anchor", "{height: -1, hash: \"0x" + std::string(64, 'a') + "\"}"},
        {"anchor", "{height: 7, hash: \"0x" + std::string(64, 'x') + "\"}"},
        {"api", "{port: 65536}"},
        {"api", "{adress: 127.0.0.1}"},
    };
    const auto good = keys;
    for (const auto& [key, value] : odd) {
        keys = good;
        keys[key] = value;
        EXPECT_TRUE(names(faults(), std::string("/") + key)) << key << " " << value;
    }
}

TEST_F(NodeConfiguration, RefusesFeedsThatCannotBeComputed) {
    feeds += "    quorum: 4\n";  // of three venues
    EXPECT_NE(faults(), "");
    feeds = std::string(kFeeds) + "      - {venue: okx, market: BTC-USDT}\n";  // no way to USD
    EXPECT_NE(faults(), "");
}

}  // namespace
}  // namespace nsl::node
