// SPDX-License-Identifier: Apache-2.0
#include "api/target.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace nsl::api {
namespace {

RawRoute route(std::string method, std::string path) {
    RawRoute out{std::move(method), std::move(path)};
    return out;
}

Errc code_of(std::string_view target) {
    const auto parsed = parse_target(target);
    return parsed ? Errc::internal : parsed.error().code;
}

TEST(Target, DecodesSegmentsAfterSplittingThem) {
    const auto target = parse_target("/v1/a%2Fb/%C3%A9?x=1+2&y=%26&z");
    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(target->path, "/v1/a%2Fb/%C3%A9");
    EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "a/b", "é"}));
    EXPECT_EQ(target->query, (json::Object{{"x", "1 2"}, {"y", "&"}, {"z", ""}}));
}

TEST(Target, TakesTheAbsoluteForm) {
    EXPECT_EQ(parse_target("http://host:1/livez?a=b")->path, "/livez");
    EXPECT_EQ(parse_target("https://host")->path, "/");
}

TEST(Target, RefusesWhatOthersMayReadDifferently) {
    for (std::string_view bad : {"",           "*",           "livez",   "http://h?x=/y",
                                 "/a b",       "/a#b",        "/%",      "/%2",
                                 "/%zz",       "/%00",        "/%0d%0a", "/%ff",
                                 "/%c0%af",    "/..",         "/a/../b", "/%2e%2E/etc/passwd",
                                 "/./a",       "/\xc3\xa9",   "/x?a=%",  "/x?a=%7f",
                                 "/x?a=1&a=2", "/x?a=1&%61=2"})
        EXPECT_EQ(code_of(bad), Errc::invalid_argument) << bad;
}

TEST(Target, BoundsSegmentsAndParameters) {
    std::string path, query = "/x?";
    for (int i = 0; i < 33; ++i) {
        path += "/a";
        query += "k" + std::to_string(i) + "=v&";
    }
    EXPECT_EQ(code_of(path), Errc::invalid_argument);
    EXPECT_EQ(code_of(query), Errc::invalid_argument);
    EXPECT_TRUE(parse_target(path.substr(2)));
}

TEST(Target, ReadsBackWhateverIsEscaped) {
    EXPECT_TRUE(rc::check([](const std::vector<std::string>& words) {
        std::string text;
        std::vector<std::string> expected;
        for (const std::string& word : words) {
            std::string clean, escaped;
            for (char c : word) {
                if (c < 0x20 || c == 0x7f) continue;
                constexpr char kHex[] = "0123456789ABCDEF";
                clean += c;
                escaped += {'%', kHex[c / 16], kHex[c % 16]};
            }
            if (clean == "." || clean == ".." || expected.size() == 32) continue;
            text += '/' + escaped;
            expected.push_back(clean);
        }
        if (text.empty()) return;
        const auto target = parse_target(text);
        RC_ASSERT(target.has_value());
        RC_ASSERT(target->segments == expected);
    }));
}

TEST(RouteTable, PrefersLiteralSegments) {
    const std::vector<RawRoute> routes = {route("GET", "/a/{id}"), route("GET", "/a/b"),
                                          route("GET", "/{any}/b")};
    const RouteTable table(routes);
    EXPECT_EQ(table.find("GET", {"a", "b"}).route, &routes[1]);
    const auto match = table.find("GET", {"a", "c"});
    EXPECT_EQ(match.route, &routes[0]);
    EXPECT_EQ(match.params, (json::Object{{"id", "c"}}));
    EXPECT_EQ(table.find("GET", {"x", "b"}).route, &routes[2]);
}

TEST(RouteTable, SaysWhichMethodsAPathHas) {
    const std::vector<RawRoute> routes = {route("GET", "/a/{id}"), route("POST", "/a/b")};
    const RouteTable table(routes);
    EXPECT_EQ(table.find("HEAD", {"a", "b"}).route, &routes[0]);
    const auto match = table.find("DELETE", {"a", "b"});
    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allow, "POST, GET, HEAD");
    EXPECT_EQ(table.find("GET", {"b"}).allow, "");
}

TEST(RouteTable, AParameterIsNeverEmpty) {
    const std::vector<RawRoute> routes = {route("GET", "/a/{id}")};
    const RouteTable table(routes);
    EXPECT_EQ(table.find("GET", {"a", ""}).route, nullptr);
    EXPECT_EQ(table.find("GET", {"a", "b", ""}).route, nullptr);
}

TEST(Params, AQueryMustNotRepeatThePath) {
    const auto merged = merge_params({{"id", "1"}}, {{"id", "2"}});
    ASSERT_FALSE(merged);
    EXPECT_EQ(merged.error().code, Errc::invalid_argument);
    EXPECT_EQ(merged.error().faults.at(0).where, "/id");
    EXPECT_EQ(*merge_params({{"id", "1"}}, {{"x", "2"}}), (json::Object{{"id", "1"}, {"x", "2"}}));
}

}  // namespace
}  // namespace nsl::api
