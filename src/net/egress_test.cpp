// SPDX-License-Identifier: Apache-2.0
#include "net/egress.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/http_client.h"
#include "net/http_stream.h"
#include "net/loopback_test.h"
#include "net/websocket.h"

namespace nsl::net {
namespace {

std::string use_of(const std::string& text) {
    return std::string(special_use(asio::ip::make_address(text)));
}

TEST(SpecialUse, IsEmptyForHostsOfThePublicInternet) {
    for (const char* text :
         {"1.1.1.1",         "8.8.8.8",         "9.255.255.255",        "11.0.0.0",
          "100.63.255.255",  "100.128.0.0",     "126.255.255.255",      "128.0.0.0",
          "169.253.255.255", "169.255.0.0",     "172.15.255.255",       "172.32.0.0",
          "192.0.1.0",       "192.167.255.255", "192.169.0.0",          "198.17.255.255",
          "198.20.0.0",      "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e",
          "2001:200::1",     "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8"})
        EXPECT_EQ(use_of(text), "") << text;
}

TEST(SpecialUse, NamesEveryRangeThatIsNotPublicAtItsFirstAndLastAddress) {
    const std::vector<std::pair<std::string, std::vector<std::string>>> ranges = {
        {"the unspecified address", {"0.0.0.0", "::"}},
        {"an address of this network", {"0.0.0.1", "0.255.255.255"}},
        {"a private address",
         {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
          "192.168.255.255"}},
        {"a carrier's shared address", {"100.64.0.0", "100.100.100.200", "100.127.255.255"}},
        {"a loopback address", {"127.0.0.0", "127.0.0.1", "127.255.255.255", "::1"}},
        {"a link-local address",
         {"169.254.0.0", "169.254.255.255", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}},
        {"a cloud's metadata address", {"169.254.169.254"}},
        {"a cloud's platform address", {"168.63.129.16"}},
        {"an address of protocol assignments",
         {"192.0.0.0", "192.0.0.192", "192.0.0.255", "2001:2::1", "2001:1ff:ffff::"}},
        {"a documentation address",
         {"192.0.2.0", "192.0.2.255", "198.51.100.7", "203.0.113.255",
          "2001:db8::", "2001:db8:ffff::1", "3fff::1", "3fff:fff::1"}},
        {"a benchmarking address", {"198.18.0.0", "198.19.255.255"}},
        {"a multicast address", {"224.0.0.0", "239.255.255.255", "ff00::", "ff02::1"}},
        {"a reserved address", {"240.0.0.0", "255.255.255.254"}},
        {"the broadcast address", {"255.255.255.255"}},
        {"a unique-local address",
         {"fc00::", "fd00:ec2::254", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}},
        {"a site-local address", {"fec0::1"}},
        {"a Teredo address", {"2001:0:4136:e378:8000:63bf:3fff:fdd2"}},
        {"a 6to4 address", {"2002:7f00:1::", "2002:a9fe:a9fe::1"}},
        {"outside the global unicast addresses",
         {"::2", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::10.0.0.1", "100::1", "4000::1",
          "5f00::1"}},
    };
    for (const auto& [use, addresses] : ranges)
        for (const std::string& address : addresses) EXPECT_EQ(use_of(address), use) << address;
}

RC_GTEST_PROP(SpecialUse, JudgesAnEmbeddedIpv4AddressAsItself, (std::uint32_t bits)) {
    const asio::ip::address_v4 inner(bits);
    const std::string plain(special_use(inner));
    RC_ASSERT(use_of("::ffff:" + inner.to_string()) == plain);
    RC_ASSERT(use_of("64:ff9b::" + inner.to_string()) == plain);
}

TEST(EgressPolicy, AllowsTheNetworksItIsToldAndNoAddressBeside) {
    const auto one = EgressPolicy::public_only().allowing("10.1.0.0/16");
    ASSERT_TRUE(one);
    const auto policy = one->allowing("fd12:3456::/32");
    ASSERT_TRUE(policy);
    const auto allows = [&](const char* text) {
        return policy->check("host", asio::ip::make_address(text)).has_value();
    };
    for (const char* text :
         {"10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "fd12:3456::1", "8.8.8.8"})
        EXPECT_TRUE(allows(text)) << text;
    for (const char* text : {"10.0.255.255", "10.2.0.0", "fd12:3457::1", "127.0.0.1", "::1"})
        EXPECT_FALSE(allows(text)) << text;
}

TEST(EgressPolicy, RefusesWhatIsNoNetwork) {
    for (const char* text :
         {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.1/8",
          "fd00::/129", "fd00::1/64", "/8", "host/8", "10.0.0.0/4294967304"}) {
        const auto policy = EgressPolicy::public_only().allowing(text);
        ASSERT_FALSE(policy) << text;
        EXPECT_EQ(policy.error().code, Errc::invalid_argument);
    }
    EXPECT_TRUE(EgressPolicy::public_only().allowing("0.0.0.0/0"));
}

class Egress : public LoopbackTest {
 public:
    // Every spelling of the server that a resolver or a parser may take for it.
    std::vector<std::string> hosts() const {
        return {"127.0.0.1",       "localhost",  "LOCALHOST",
                "127.1",           "2130706433", "0x7f.1",
                "0x7f000001",      "0177.0.0.1", "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]", "[::1]",      "0",
                "0.0.0.0",         "[::]"};
    }
    std::string url(const std::string& scheme, const std::string& host) const {
        return scheme + "://" + host + ":" + std::to_string(server.port()) + "/secret?key=hunter2";
    }
    static void expect_refused(const Error& error, const std::string& host) {
        EXPECT_EQ(error.code, Errc::forbidden) << host << ": " << error.message;
        EXPECT_FALSE(error.message.contains("secret") || error.message.contains("hunter2"));
    }

    ScriptServer server{*this, [](tcp::socket& socket) -> Task<void> {
                            co_await read_head(socket);
                            co_await write_all(socket,
                                               "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                        }};
};

TEST_F(Egress, OfAnHttpClientIsPublicOnlyByDefaultHoweverTheHostIsWritten) {
    HttpClient client(io.get_executor());
    for (const std::string& host : hosts()) {
        const auto response = run(client.send({.url = url("http", host)}));
        ASSERT_FALSE(response) << host;
        expect_refused(response.error(), host);
    }
    EXPECT_EQ(server.accepted(), 0);
}

// Whatever the resolver makes of the name's absolute form, it does not reach the server.
TEST_F(Egress, RefusesANameWithATrailingDotToo) {
    HttpClient client(io.get_executor());
    EXPECT_FALSE(run(client.send({.url = url("http", "localhost.")})));
    EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Egress, NamesTheHostAndTheReason) {
    HttpClient client(io.get_executor());
    const auto response = run(client.send({.url = url("http", "localhost")}));
    ASSERT_FALSE(response);
    EXPECT_TRUE(response.error().message.starts_with(
        "may not connect to localhost: it is a loopback address"))
        << response.error().message;
}

TEST_F(Egress, IsCheckedBeforeTlsToo) {
    HttpClient client(io.get_executor());
    const auto response = run(client.send({.url = url("https", "localhost")}));
    ASSERT_FALSE(response);
    expect_refused(response.error(), "localhost");
    EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Egress, OfAStreamAndAWebSocketIsCheckedTheSameWay) {
    for (const std::string& host : hosts()) {
        const auto stream =
            run(http_stream(io.get_executor(), EgressPolicy::public_only(), url("http", host), {},
                            {}, {}, [](std::string_view) { return true; }));
        ASSERT_FALSE(stream) << host;
        expect_refused(stream.error(), host);
        const auto socket = run(WsConnection::connect(
            io.get_executor(), EgressPolicy::public_only(), url("ws", host), {}, {}));
        ASSERT_FALSE(socket) << host;
        expect_refused(socket.error(), host);
    }
    EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Egress, OfAFeedIsPublicOnlyByDefault) {
    RealClock clock;
    SeededRandom random(1);
    std::vector<Error> errors;
    TaskGroup group(io.get_executor(), log);
    WsFeed feed(io.get_executor(), clock, random, log, {.url = url("ws", "localhost")},
                {.on_open = {},
                 .on_message = [](std::string_view) { return std::string(); },
                 .on_close = [&](const Error& why) { errors.push_back(why); }});
    group.spawn("feed", feed.run());
    ASSERT_TRUE(eventually([&] { return !errors.empty(); }));
    expect_refused(errors[0], "localhost");
    EXPECT_TRUE(run(group.stop(milliseconds(2'000))));
    EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Egress, LetsThroughWhatThePolicyAllows) {
    HttpClient client(io.get_executor(), *EgressPolicy::public_only().allowing("127.0.0.0/8"));
    EXPECT_TRUE(run(client.send({.url = url("http", "127.0.0.1")})));
    EXPECT_TRUE(run(client.send({.url = url("http", "2130706433")})));
    const auto other = run(client.send({.url = url("http", "[::1]")}));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::forbidden);
}

}  // namespace
}  // namespace nsl::net
