// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <gtest/gtest.h>

namespace nsl::net {
namespace {

TEST(UrlParse, TakesPortAndTargetFromTheSchemeWhenTheyAreAbsent) {
    const auto plain = parse_url("http://Example.COM", "http", "https");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->host, "example.com");
    EXPECT_EQ(plain->port, 80);
    EXPECT_EQ(plain->target, "/");
    EXPECT_EQ(plain->authority, "example.com");
    EXPECT_FALSE(plain->tls);

    const auto secure = parse_url("wss://stream.example:9443/ws?a=b%20c#part", "ws", "wss");
    ASSERT_TRUE(secure);
    EXPECT_EQ(secure->port, 9443);
    EXPECT_EQ(secure->target, "/ws?a=b%20c");
    EXPECT_EQ(secure->authority, "stream.example:9443");
    EXPECT_TRUE(secure->tls);
    EXPECT_FALSE(secure->host_is_address);
}

TEST(UrlParse, KeepsTheBracketsOfAnIpv6AddressInTheHostHeaderOnly) {
    const auto url = parse_url("http://[::1]:8080/x", "http", "https");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "::1");
    EXPECT_EQ(url->authority, "[::1]:8080");
    EXPECT_TRUE(url->host_is_address);
}

TEST(UrlParse, RefusesWhatIsNoUrlOfOurs) {
    for (const char* text :
         {"", "localhost", "ftp://host/", "ws://host/", "http://", "http:///path", "http://host:0/",
          "http://host:65536/", "http://host:99999999999/", "http://host:8x/", "http://u:p@host/",
          "http://ho st/", "http://host/a b", "http://host/\r\nX: y", "http://ho%0d%0ast/",
          "http://ho%00st/", "http://[::1/", "http://[v1.x]/"}) {
        const auto url = parse_url(text, "http", "https");
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().code, Errc::invalid_argument) << text;
    }
    EXPECT_FALSE(parse_url("http://host/" + std::string(10'000, 'a'), "http", "https"));
}

TEST(UrlParse, DoesNotRepeatTheQueryInItsMessage) {
    const auto url = parse_url("http://host:0/?key=hunter2", "http", "https");
    ASSERT_FALSE(url);
    EXPECT_FALSE(url.error().message.contains("hunter2"));
}

}  // namespace
}  // namespace nsl::net
