// SPDX-License-Identifier: Apache-2.0
#include "base/config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace nsl {
namespace sample {

enum class Level { quiet, loud };
BOOST_DESCRIBE_ENUM(Level, quiet, loud)

struct Endpoint {
    std::string host;
    std::uint16_t port = 80;
};
BOOST_DESCRIBE_STRUCT(Endpoint, (), (host, port))
std::vector<json::Rule> json_rules(std::type_identity<Endpoint>) {
    return {{.field = "port", .minimum = 1, .may_miss = true}};
}

struct Settings {
    std::string name;
    Endpoint listen;
    std::vector<Endpoint> peers;
    std::map<std::string, double> weights;
    std::optional<std::string> note;
    std::vector<std::string> tags;
    bool verbose = false;
    Level level = Level::quiet;
    json::Value extra;
};
BOOST_DESCRIBE_STRUCT(Settings, (),
                      (name, listen, peers, weights, note, tags, verbose, level, extra))
std::vector<json::Rule> json_rules(std::type_identity<Settings>) {
    return {{.field = "peers", .may_miss = true},
            {.field = "weights", .may_miss = true},
            {.field = "tags", .min_length = 1, .may_miss = true},
            {.field = "verbose", .may_miss = true},
            {.field = "level", .may_miss = true},
            {.field = "extra", .may_miss = true}};
}

}  // namespace sample

namespace {

using sample::Settings;
using Lines = std::vector<std::string>;

constexpr std::string_view kPlain = "name: node-1\nlisten:\n  host: ::1\n  port: 8443\n";

Lines faults(std::string_view yaml, const config::Environment& env = {}) {
    const auto settings = config::load_text<Settings>(yaml, "node.yaml", "NSL_", env);
    if (settings) return {"accepted"};
    EXPECT_EQ(settings.error().code, Errc::invalid_argument);
    Lines out;
    for (const Fault& fault : settings.error().faults)
        out.push_back(fault.where + ' ' + fault.message);
    return out;
}

Settings loaded(std::string_view yaml, const config::Environment& env = {}) {
    auto settings = config::load_text<Settings>(yaml, "node.yaml", "NSL_", env);
    EXPECT_TRUE(settings) << settings.error().message;
    return settings.value_or(Settings{});
}

}  // namespace

TEST(Config, ReadsScalarsAsTheStructWantsThem) {
    const Settings settings = loaded(
        "name: 1.10\n"
        "listen: {host: true}\n"
        "peers:\n"
        "  - {host: \"a\", port: 1}\n"
        "  - host: |\n"
        "      b\n"
        "weights: {NEO-USD: 1, GAS-USD: 2.5e-1}\n"
        "note: ~\n"
        "verbose: true\n"
        "level: loud\n"
        "extra: [1, '1', true, null, 1.5, x]\n");
    EXPECT_EQ(settings.name, "1.10");
    EXPECT_EQ(settings.listen.host, "true");
    EXPECT_EQ(settings.listen.port, 80);
    EXPECT_EQ(settings.peers.at(0).port, 1);
    EXPECT_EQ(settings.peers.at(1).host, "b\n");
    EXPECT_EQ(settings.weights, (std::map<std::string, double>{{"NEO-USD", 1}, {"GAS-USD", 0.25}}));
    EXPECT_EQ(settings.note, std::nullopt);
    EXPECT_TRUE(settings.verbose);
    EXPECT_EQ(settings.level, sample::Level::loud);
    EXPECT_EQ(json::write_value(settings.extra), R"([1,"1",true,null,1.5E0,"x"])");
}

TEST(Config, ReportsAnUnknownKeyWithItsLineAndTheNearestKnownOne) {
    EXPECT_EQ(faults("name: n\nlisten:\n  host: h\n  prot: 1\n"),
              Lines{"node.yaml:4: /listen/prot is not known; did you mean \"port\"?"});
    EXPECT_EQ(faults("name: n\nlisten: {host: h}\nqwertyuiop: 1\n"),
              Lines{"node.yaml:3: /qwertyuiop is not known"});
}

TEST(Config, ReportsAllFaultsAtOnce) {
    EXPECT_EQ(faults("listen:\n"
                     "  host: h\n"
                     "  port: 0\n"
                     "peers:\n"
                     "  - port: 70000\n"
                     "verbose: yes\n"
                     "level: medium\n"
                     "weights: [1]\n"),
              (Lines{"node.yaml:3: /listen/port must be at least 1",
                     "node.yaml:5: /peers/0/port must be an integer from 0 to 65535",
                     "node.yaml:5: /peers/0/host is missing",
                     "node.yaml:6: /verbose must be true or false",
                     "node.yaml:7: /level must be one of \"quiet\", \"loud\"",
                     "node.yaml:8: /weights must be an object", "node.yaml:1: /name is missing"}));
}

TEST(Config, QuotedTextIsNoNumber) {
    EXPECT_EQ(faults("name: n\nlisten: {host: h, port: '80'}\n"),
              Lines{"node.yaml:2: /listen/port must be an integer from 0 to 65535"});
}

TEST(Config, OneTextIsAListOfOne) {
    const auto tags = [](const std::string& yaml, const config::Environment& env = {}) {
        return loaded(std::string(kPlain) + yaml, env).tags;
    };
    EXPECT_EQ(tags("tags: a\n"), Lines{"a"});
    EXPECT_EQ(tags("tags: \"a, b\"\n"), Lines{"a, b"});
    EXPECT_EQ(tags("tags: [a, 1]\n"), (Lines{"a", "1"}));
    EXPECT_EQ(tags("", {{"NSL_TAGS", "a"}}), Lines{"a"});
    EXPECT_EQ(tags("tags: x\n", {{"NSL_TAGS", "a, b,c"}}), (Lines{"a", "b", "c"}));
    EXPECT_EQ(tags("", {{"NSL_TAGS", "[\"a,b\", c]"}}), (Lines{"a,b", "c"}));
    EXPECT_EQ(tags("tags: a\n", {{"NSL_TAGS__1", "b"}}), (Lines{"a", "b"}));
    EXPECT_EQ(faults(std::string(kPlain) + "tags:\n").size(), 1U);
    EXPECT_EQ(faults(std::string(kPlain) + "tags: []\n").size(), 1U);
    // Only texts: a list of anything else is a list.
    EXPECT_EQ(faults(std::string(kPlain) + "peers: a\n").size(), 1U);
}

TEST(Config, RefusesAKeyGivenTwice) {
    EXPECT_EQ(faults("name: a\nlisten: {host: h}\nname: b\n"),
              Lines{"node.yaml:1: /name is given twice"});
}

TEST(Config, RefusesWhatIsNoYamlWithItsLine) {
    EXPECT_TRUE(faults("name: a\nlisten: {host: h\n").at(0).starts_with("node.yaml:3 is not YAML"));
    EXPECT_TRUE(faults("a: 1\n---\nb: 2\n").at(0).find("only one document") != std::string::npos);
    EXPECT_EQ(faults("- 1\n"), Lines{"node.yaml:1:  must be an object"});
    EXPECT_EQ(faults("").size(), 2U) << "an empty file lacks name and listen";
}

TEST(Config, AliasesCannotBlowItUp) {
    std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int j = 0; j < 9; ++j) bomb += ", " + before;
        bomb += "]\n";
    }
    Lines lines = faults(bomb);
    EXPECT_TRUE(std::ranges::any_of(lines, [](const std::string& line) {
        return line.find("too large") != std::string::npos;
    }));
    EXPECT_FALSE(faults("extra: &a [*a]\n").empty());
}

TEST(ConfigEnvironment, OverridesKeysOfAnyDepth) {
    const Settings settings = loaded(kPlain, {{"NSL_NAME", "null: [not yaml"},
                                              {"NSL_LISTEN__PORT", "9000"},
                                              {"NSL_PEERS__0__HOST", "first"},
                                              {"NSL_PEERS__1", "{host: second, port: 2}"},
                                              {"NSL_VERBOSE", "true"},
                                              {"NSL_LEVEL", "loud"},
                                              {"NSL_WEIGHTS__GAS", "2"},
                                              {"OTHER_NAME", "ignored"}});
    EXPECT_EQ(settings.name, "null: [not yaml");
    EXPECT_EQ(settings.listen.host, "::1");
    EXPECT_EQ(settings.listen.port, 9000);
    EXPECT_EQ(settings.peers.at(0).host, "first");
    EXPECT_EQ(settings.peers.at(1).port, 2);
    EXPECT_TRUE(settings.verbose);
    EXPECT_EQ(settings.level, sample::Level::loud);
    EXPECT_EQ(settings.weights.at("gas"), 2);
}

TEST(ConfigEnvironment, FindsMapKeysWhateverTheirCase) {
    const std::string yaml = std::string(kPlain) + "weights: {Neo: 1}\n";
    const Settings settings = loaded(yaml, {{"NSL_WEIGHTS__NEO", "5"}});
    EXPECT_EQ(settings.weights, (std::map<std::string, double>{{"Neo", 5}}));
}

TEST(ConfigEnvironment, AVariableThatNamesNoKeyIsAnError) {
    EXPECT_EQ(faults(kPlain, {{"NSL_LISTEN__PROT", "1"}}),
              Lines{"NSL_LISTEN__PROT /listen/prot is not known; did you mean \"port\"?"});
    EXPECT_EQ(faults(kPlain, {{"NSL_NAME__X", "1"}}),
              Lines{"NSL_NAME__X /name has nothing below it"});
    EXPECT_EQ(faults(kPlain, {{"NSL_PEERS__1__HOST", "x"}}),
              Lines{"NSL_PEERS__1__HOST /peers has no item 1"});
    EXPECT_EQ(faults(kPlain, {{"NSL_PEERS__X", "x"}}), Lines{"NSL_PEERS__X /peers has no item x"});
}

TEST(ConfigEnvironment, AWrongValueIsReportedByTheNameOfTheVariable) {
    EXPECT_EQ(faults(kPlain, {{"NSL_LISTEN__PORT", "0"}}),
              Lines{"NSL_LISTEN__PORT: /listen/port must be at least 1"});
    EXPECT_EQ(faults(kPlain, {{"NSL_LISTEN", "{port: 5}"}}),
              Lines{"NSL_LISTEN: /listen/host is missing"});
    EXPECT_TRUE(faults(kPlain, {{"NSL_PEERS", "[a"}}).at(0).starts_with("NSL_PEERS is not YAML"));
}

TEST(Config, WithoutAPrefixTheEnvironmentIsIgnored) {
    EXPECT_TRUE(config::load_text<Settings>(kPlain, "f", {}, {{"NAME", "x"}}));
}

TEST(Config, LoadsAFile) {
    const auto path = std::filesystem::temp_directory_path() / "nsl_config_test.yaml";
    std::ofstream(path) << kPlain;
    EXPECT_EQ(config::load_file<Settings>(path, "NSL_", {})->name, "node-1");
    std::filesystem::remove(path);
    EXPECT_EQ(config::load_file<Settings>(path, "NSL_", {}).error().code, Errc::not_found);
    EXPECT_EQ(config::load_file<Settings>("/", "NSL_", {}).error().code, Errc::not_found);
}

TEST(Config, SeesTheEnvironmentOfTheProcess) {
    setenv("NSL_CONFIG_TEST", "a=b", 1);
    EXPECT_EQ(config::process_environment().at("NSL_CONFIG_TEST"), "a=b");
    unsetenv("NSL_CONFIG_TEST");
}

}  // namespace nsl
