// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/types.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"

namespace nsl::pricefeed {
namespace {

FeedTable sound() {
    return {{{.id = "NEO-USD",
              .sources = {{"x", "NEO-USDT", {"USDT-USD"}},
                          {"y", "NEO-USDT", {"USDT-USD"}},
                          {"z", "NEO-USD", {}}}},
             {.id = "USDT-USD",
              .published = false,
              .quorum = 2,
              .sources = {{"a", "USDT-USD", {}}, {"b", "USDT-USD", {}}}}}};
}

std::vector<std::string> faults_of(const FeedTable& table) {
    const Status status = check_table(table);
    if (status) return {};
    EXPECT_EQ(status.error().code, Errc::invalid_argument);
    std::vector<std::string> where;
    for (const Fault& fault : status.error().faults) {
        EXPECT_FALSE(fault.message.empty());
        where.push_back(fault.where);
    }
    return where;
}

using Where = std::vector<std::string>;

TEST(AssetPair, ParsesTwoParts) {
    EXPECT_EQ(parse_pair("NEO-USD").value(), (AssetPair{"NEO", "USD"}));
    EXPECT_EQ(parse_pair("1INCH-USDT").value(), (AssetPair{"1INCH", "USDT"}));
    for (const auto* text : {"", "-", "NEO", "NEO-", "-USD", "NEO-USD-X", "neo-USD", "NEO/USD",
                             "NEO -USD", "NEO-ABCDEFGHIJKLMNOPQ", "NEO--USD"})
        EXPECT_EQ(parse_pair(text).error().code, Errc::invalid_argument) << text;
}

TEST(FeedTable, AcceptsASoundTable) {
    EXPECT_EQ(faults_of(sound()), Where{});
}

TEST(FeedTable, PointsAtEachFault) {
    struct Case {
        Where where;
        void (*spoil)(FeedTable&);
    };
    const std::vector<Case> cases = {
        {{"/feeds"}, [](FeedTable& t) { t.feeds.clear(); }},
        {{"/feeds"}, [](FeedTable& t) { t.feeds.resize(kFeedsMax + 1); }},
        {{"/feeds/2/id"}, [](FeedTable& t) { t.feeds.push_back(t.feeds[0]); }},
        {{"/feeds/1/quorum"}, [](FeedTable& t) { t.feeds[1].quorum = 0; }},
        {{"/feeds/1/quorum"}, [](FeedTable& t) { t.feeds[1].quorum = 3; }},
        {{"/feeds/0/age_max_ms"}, [](FeedTable& t) { t.feeds[0].age_max_ms = 999; }},
        {{"/feeds/0/spread_max_bp"}, [](FeedTable& t) { t.feeds[0].spread_max_bp = 1'001; }},
        {{"/feeds/0/deviation_bp"}, [](FeedTable& t) { t.feeds[0].deviation_bp = 0; }},
        {{"/feeds/0/heartbeat_s"}, [](FeedTable& t) { t.feeds[0].heartbeat_s = -1; }},
        {{"/feeds/0/sources/1/venue"}, [](FeedTable& t) { t.feeds[0].sources[1].venue = "Y"; }},
        {{"/feeds/0/sources/2/market"},
         [](FeedTable& t) { t.feeds[0].sources[2].market = "NEOUSD"; }},
        {{"/feeds/0/sources/2/market"},
         [](FeedTable& t) { t.feeds[0].sources[2].market = "GAS-USD"; }},
        {{"/feeds/0/sources/2/via"},
         [](FeedTable& t) { t.feeds[0].sources[2].market = "NEO-EUR"; }},
        {{"/feeds/0/sources/0/via"}, [](FeedTable& t) { t.feeds[0].sources[0].via.clear(); }},
        {{"/feeds/0/sources/2/via/0"},
         [](FeedTable& t) { t.feeds[0].sources[2].via = {"USDT-USD"}; }},
        {{"/feeds/0/sources/0/via/0"},
         [](FeedTable& t) { t.feeds[0].sources[0].via = {"tether"}; }},
        {{"/feeds/0/sources/0/via/0", "/feeds/0/sources/0/via"},
         [](FeedTable& t) { t.feeds[0].sources[0].via = {"USDT-EUR"}; }},
        {{"/feeds/0/sources/3", "/feeds/0/quorum"},
         [](FeedTable& t) {
             t.feeds[0].sources.push_back(t.feeds[0].sources[0]);
             t.feeds[0].quorum = 4;
         }},
        {{"/feeds/1/sources", "/feeds/1/quorum"}, [](FeedTable& t) { t.feeds[1].sources.clear(); }},
    };
    for (const Case& item : cases) {
        FeedTable table = sound();
        item.spoil(table);
        EXPECT_EQ(faults_of(table), item.where);
    }
}

TEST(FeedTable, ReportsAllFaultsAtOnce) {
    FeedTable table = sound();
    table.feeds[0].id = "NEO-NEO";
    table.feeds[1].quorum = 99;
    EXPECT_GE(faults_of(table).size(), 3U);
}

TEST(FeedTable, RefusesAnAssetPricedInItself) {
    FeedTable table{{{.id = "NEO-NEO", .quorum = 1, .sources = {{"a", "NEO-NEO", {}}}}}};
    EXPECT_EQ(faults_of(table), Where{"/feeds/0/id"});
}

TEST(FeedTable, RefusesFeedsThatDependOnThemselves) {
    // A in B through C, and so on around.
    const auto circle = [](std::string id, std::string market, std::string via) {
        return FeedSpec{.id = std::move(id),
                        .quorum = 1,
                        .sources = {{"x", std::move(market), {std::move(via)}}}};
    };
    const FeedTable table{{circle("A-B", "A-C", "C-B"), circle("C-B", "C-A", "A-B")}};
    EXPECT_EQ(faults_of(table), Where{"/feeds/1/sources/0/via/0"});

    const FeedTable self{{circle("A-B", "A-A", "A-B")}};
    EXPECT_EQ(faults_of(self), Where{"/feeds/0/sources/0/via/0"});
}

TEST(FeedTable, RefusesAPathThatLeadsBack) {
    FeedTable table = sound();
    table.feeds.push_back({.id = "USD-USDT", .quorum = 1, .sources = {{"a", "USD-USDT", {}}}});
    table.feeds[0].sources[0].via = {"USDT-USD", "USD-USDT", "USDT-USD"};
    EXPECT_EQ(faults_of(table), (Where{"/feeds/0/sources/0/via/1", "/feeds/0/sources/0/via/2"}));
}

TEST(FeedTable, RefusesAConversionFromAnotherUnit) {
    FeedTable table = sound();
    table.feeds.push_back({.id = "EUR-USD", .quorum = 1, .sources = {{"a", "EUR-USD", {}}}});
    table.feeds[0].sources[0].via = {"EUR-USD"};
    EXPECT_EQ(faults_of(table), Where{"/feeds/0/sources/0/via/0"});
}

TEST(FeedTable, EvaluatesConversionsFirst) {
    EXPECT_EQ(evaluation_order(sound()), (std::vector<std::size_t>{1, 0}));
}

TEST(ConfigId, IsTheHashOfTheDocumentedText) {
    const FeedTable table{{{.id = "A-B", .quorum = 1, .sources = {{"x", "A-C", {"C-B"}}}}}};
    const std::string text =
        R"({"feeds":[{"age_max_ms":30000,"id":"A-B","published":true,"quorum":1,)"
        R"("sources":[{"market":"A-C","venue":"x","via":["C-B"]}],"spread_max_bp":100}]})";
    EXPECT_EQ(config_id(table), sha256(as_bytes(text)));
}

TEST(ConfigId, IgnoresHostPolicyAndNothingElse) {
    const auto id = config_id(sound());
    FeedTable table = sound();
    table.feeds[0].deviation_bp = 7;
    table.feeds[0].heartbeat_s = 7;
    EXPECT_EQ(config_id(table), id);
    const std::vector<void (*)(FeedTable&)> changes = {
        [](FeedTable& t) { t.feeds[0].id = "GAS-USD"; },
        [](FeedTable& t) { t.feeds[0].published = false; },
        [](FeedTable& t) { t.feeds[0].quorum = 2; },
        [](FeedTable& t) { t.feeds[0].age_max_ms = 5'000; },
        [](FeedTable& t) { t.feeds[0].spread_max_bp = 5; },
        [](FeedTable& t) { t.feeds[0].sources[0].venue = "w"; },
        [](FeedTable& t) { t.feeds[0].sources[0].market = "NEO-USDC"; },
        [](FeedTable& t) { t.feeds[0].sources[0].via = {}; },
        [](FeedTable& t) { t.feeds[0].sources.pop_back(); },
        [](FeedTable& t) { std::swap(t.feeds[0], t.feeds[1]); },
        [](FeedTable& t) { t.feeds[0].sources[0].venue = "x\",\"via\":[\""; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        FeedTable changed = sound();
        changes[i](changed);
        EXPECT_NE(config_id(changed), id) << i;
    }
}

TEST(ConfigId, NoNameCanImitateAnotherTable) {
    const FeedTable two{{{.id = "A-B", .sources = {{"x", "A-B", {}}, {"y", "A-B", {}}}}}};
    const FeedTable one{
        {{.id = "A-B", .sources = {{R"(x","via":[]},{"market":"A-B","venue":"y)", "A-B", {}}}}}};
    EXPECT_NE(config_id(two), config_id(one));
}

TEST(FeedTable, NumbersPublishedFeedsInOrder) {
    FeedTable table = sound();
    table.feeds.push_back({.id = "GAS-USD"});
    EXPECT_EQ(published_ids(table), (std::vector<std::string>{"NEO-USD", "GAS-USD"}));
}

TEST(FeedTable, IsReadFromJsonWithDefaults) {
    const auto table = json::parse<FeedTable>(
        R"({"feeds":[{"id":"NEO-USD","sources":[{"venue":"a","market":"NEO-USD"}]}]})");
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->feeds[0].quorum, 3);
    EXPECT_TRUE(table->feeds[0].published);
    EXPECT_TRUE(table->feeds[0].sources[0].via.empty());
    const auto bad = json::parse<FeedTable>(
        R"({"feeds":[{"id":"NEO-USD","quorum":0,"sources":[],"spread_max_bp":5000}]})");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().faults.size(), 3U);
}

}  // namespace
}  // namespace nsl::pricefeed
