// SPDX-License-Identifier: Apache-2.0
#include "enclave/config.h"

#include <gtest/gtest.h>

namespace nsl::enclave {
namespace {

constexpr std::string_view kGood = R"(
socket: /run/nsl/enclave.sock
data_dir: /var/lib/nsl
provider: simulated
feeds:
  - id: NEO-USD
    sources:
      - {venue: coinbase, market: NEO-USD, via: []}
      - {venue: kraken, market: NEO-USD, via: []}
      - {venue: bitstamp, market: NEO-USD, via: []}
venues:
  - {name: coinbase}
  - {name: kraken, url: "ws://127.0.0.1:9000/kraken"}
  - {name: bitstamp, ca_file: /etc/ca.pem}
)";

std::string replaced(std::string_view what, std::string_view with) {
    std::string out(kGood);
    out.replace(out.find(what), what.size(), with);
    return out;
}

std::string faults_of(const std::string& yaml) {
    const auto config = load_config_text(yaml, "e.yaml");
    if (config) return "accepted";
    std::string out = config.error().message;
    for (const Fault& fault : config.error().faults) out += "; " + fault.where + fault.message;
    return out;
}

TEST(EnclaveConfig, HasDefaultsForWhatMayMiss) {
    const EnclaveConfig config = load_config_text(kGood, "e.yaml").value();
    EXPECT_EQ(config.evaluate_every_ms, 100);
    EXPECT_EQ(config.venues[0].url, "");
    EXPECT_EQ(config.venues[1].url, "ws://127.0.0.1:9000/kraken");
    EXPECT_EQ(config.feeds[0].quorum, 3);
    EXPECT_EQ(log_level(config.log), LogLevel::info);
}

TEST(EnclaveConfig, TakesOverridesFromTheEnvironment) {
    const auto config = load_config_text(
        kGood, "e.yaml",
        {{"NSL_ENCLAVE_SOCKET", "/tmp/x"}, {"NSL_ENCLAVE_EVALUATE_EVERY_MS", "50"}});
    ASSERT_TRUE(config.has_value()) << config.error().message;
    EXPECT_EQ(config->socket, "/tmp/x");
    EXPECT_EQ(config->evaluate_every_ms, 50);
}

TEST(EnclaveConfig, NamesWhatIsWrongWithTheVenues) {
    EXPECT_NE(faults_of(replaced("{name: coinbase}", "{name: mtgox}")).find("known: "),
              std::string::npos);
    EXPECT_NE(
        faults_of(replaced("  - {name: coinbase}\n", "")).find("a feed has a source at coinbase"),
        std::string::npos);
    EXPECT_NE(faults_of(replaced("{name: coinbase}", "{name: coinbase}\n  - {name: coinbase}"))
                  .find("must be listed once"),
              std::string::npos);
    EXPECT_NE(faults_of(replaced("{name: coinbase}", "{name: coinbase}\n  - {name: okx}"))
                  .find("no feed has a source"),
              std::string::npos);
    EXPECT_NE(faults_of(replaced("ws://", "http://")).find("wss://"), std::string::npos);
}

TEST(EnclaveConfig, WantsTheProviderNamedAndKnowsNoOther) {
    EXPECT_NE(faults_of(replaced("provider: simulated\n", "")).find("provider"), std::string::npos);
    EXPECT_NE(faults_of(replaced("simulated", "sgx")), "accepted");
}

TEST(EnclaveConfig, RefusesATableThatCannotWork) {
    EXPECT_NE(faults_of(replaced("market: NEO-USD", "market: NEO-USDT")), "accepted");
}

}  // namespace
}  // namespace nsl::enclave
