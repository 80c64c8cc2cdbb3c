// SPDX-License-Identifier: Apache-2.0
#include "net/redirect.h"

#include <gtest/gtest.h>

#include "net/loopback_test.h"

namespace nsl::net {
namespace {

const std::string kBase = "https://api.example/v1/items?page=2";

Result<std::optional<HttpRequest>> hop(HttpRequest request, int status,
                                       const std::string& location) {
    if (request.url.empty()) request.url = kBase;
    return next_hop(request, *parse_url(request.url, "http", "https"),
                    {.status = status, .headers = {{"location", location}}, .body = ""});
}

TEST(NextHop, ResolvesALocationAgainstTheUrl) {
    const std::pair<const char*, const char*> cases[] = {
        {"/v2", "https://api.example/v2"},
        {"more", "https://api.example/v1/more"},
        {"../x?y=1", "https://api.example/x?y=1"},
        {"?page=3", "https://api.example/v1/items?page=3"},
        {"//other.example/z", "https://other.example/z"},
        {"https://other.example:8443/z", "https://other.example:8443/z"},
    };
    for (const auto& [location, url] : cases) {
        const auto next = hop({}, 302, location);
        ASSERT_TRUE(next && *next) << location;
        EXPECT_EQ((*next)->url, url);
    }
}

TEST(NextHop, TakesOtherStatusesAndAMissingLocationForTheAnswer) {
    for (const int status : {200, 201, 300, 304, 305, 306, 404, 500})
        EXPECT_FALSE(hop({}, status, "/v2")->has_value()) << status;
    const HttpRequest request{.url = kBase};
    EXPECT_FALSE(
        next_hop(request, *parse_url(kBase, "http", "https"), {.status = 302})->has_value());
}

TEST(NextHop, TurnsPostIntoGetAndDropsTheBody) {
    const HttpRequest post{.method = "POST",
                           .url = kBase,
                           .headers = {{"Content-Type", "text/plain"}, {"X-Tag", "1"}},
                           .body = "body"};
    for (const int status : {301, 302, 303}) {
        const auto next = hop(post, status, "/v2");
        ASSERT_TRUE(next && *next) << status;
        EXPECT_EQ((*next)->method, "GET");
        EXPECT_EQ((*next)->body, "");
        EXPECT_EQ((*next)->headers, (std::map<std::string, std::string>{{"X-Tag", "1"}}));
    }
    const auto put = hop({.method = "PUT", .body = "body"}, 303, "/v2");
    ASSERT_TRUE(put && *put);
    EXPECT_EQ((*put)->method, "GET");
    EXPECT_EQ((*hop({.method = "HEAD"}, 303, "/v2"))->method, "HEAD");
}

TEST(NextHop, RepeatsAMethodOnlyWhenTheRequestIsIdempotent) {
    for (const int status : {307, 308}) {
        const auto post = hop({.method = "POST", .body = "body"}, status, "/v2");
        ASSERT_TRUE(post);
        EXPECT_FALSE(post->has_value());
        const auto again =
            hop({.method = "POST", .body = "body", .idempotent = true}, status, "/v2");
        ASSERT_TRUE(again && *again);
        EXPECT_EQ((*again)->method, "POST");
        EXPECT_EQ((*again)->body, "body");
        EXPECT_EQ((*hop({}, status, "/v2"))->method, "GET");
    }
    EXPECT_FALSE(hop({.method = "PUT"}, 301, "/v2")->has_value());
    EXPECT_EQ((*hop({.method = "PUT", .idempotent = true}, 301, "/v2"))->method, "PUT");
}

TEST(NextHop, KeepsTheCallersHeadersAtTheirOrigin) {
    const HttpRequest request{
        .url = kBase, .headers = {{"Authorization", "Bearer t"}, {"Cookie", "c"}, {"X-Key", "k"}}};
    EXPECT_EQ((*hop(request, 302, "https://API.example:443/v2"))->headers, request.headers);
    for (const char* other : {"https://other.example/", "https://api.example:8443/",
                              "https://api.example.evil.example/", "//sub.api.example/"})
        EXPECT_TRUE((*hop(request, 302, other))->headers.empty()) << other;
}

TEST(NextHop, NeverCarriesABodyToAnotherOrigin) {
    const auto next = hop({.method = "POST", .body = "secret", .idempotent = true}, 307,
                          "https://other.example/");
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, Errc::forbidden);
}

TEST(NextHop, RefusesToLeaveHttps) {
    const auto next = hop({}, 302, "http://api.example/v2?key=hunter2");
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, Errc::forbidden);
    EXPECT_EQ(next.error().message, "api.example redirects from https to http");
    EXPECT_TRUE(*hop({.url = "http://api.example/"}, 302, "https://api.example/"));
}

TEST(NextHop, RefusesALocationThatIsNoUrlOfOurs) {
    for (const char* location :
         {"ftp://h/", "file:///etc/passwd", "javascript:alert(1)", "https://u:p@h/", "https://h:0/",
          "https://", "/a b", "\x01", "https://a.example/, https://b.example/"}) {
        const auto next = hop({}, 302, location);
        ASSERT_FALSE(next) << location;
        EXPECT_EQ(next.error().code, Errc::unavailable) << location;
        EXPECT_FALSE(next.error().message.contains("passwd"));
    }
}

// A keep-alive server that answers by the request's target.
class Redirects : public LoopbackTest {
 public:
    static std::string to(const std::string& location, int status = 302) {
        return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + location +
               "\r\nContent-Length: 0\r\n\r\n";
    }
    ScriptServer::Script site() {
        return [this](tcp::socket& socket) -> Task<void> {
            for (;;) {
                const std::string head = co_await read_head(socket);
                heads.push_back(head);
                const auto start = head.find(' ') + 1;
                const auto page = pages.find(head.substr(start, head.find(' ', start) - start));
                co_await write_all(socket, page != pages.end()
                                               ? page->second
                                               : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        };
    }
    Result<HttpResponse> get(unsigned redirects_max, EgressPolicy egress = EgressPolicy::any()) {
        HttpClient client(io.get_executor(), std::move(egress));
        return run(client.send({.url = server.url() + "/start",
                                .headers = {{"Authorization", "Bearer t"}},
                                .redirects_max = redirects_max}));
    }

    std::map<std::string, std::string> pages;
    std::vector<std::string> heads;
    ScriptServer server{*this, site()};
};

TEST_F(Redirects, AreFollowedUpToTheMaximum) {
    pages = {{"/start", to("/b")}, {"/b", to("c?x=1")}};
    const auto response = get(2);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "ok");
    ASSERT_EQ(heads.size(), 3u);
    EXPECT_TRUE(heads[2].starts_with("GET /c?x=1 ")) << heads[2];
    EXPECT_TRUE(heads[2].contains("Authorization: Bearer t"));
    EXPECT_EQ(server.accepted(), 1);

    const auto fewer = get(1);
    ASSERT_FALSE(fewer);
    EXPECT_EQ(fewer.error().code, Errc::limit_exceeded);
    EXPECT_EQ(get(0)->status, 302);
}

TEST_F(Redirects, InALoopEndAtTheMaximum) {
    pages = {{"/start", to("/start")}};
    const auto response = get(5);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::limit_exceeded);
    EXPECT_EQ(heads.size(), 6u);
}

TEST_F(Redirects, ToAnotherOriginCarryNoneOfTheCallersHeaders) {
    ScriptServer other(*this, site());
    pages = {{"/start", to(other.url() + "/there")}};
    const auto response = get(1);
    ASSERT_TRUE(response) << response.error().message;
    ASSERT_EQ(heads.size(), 2u);
    EXPECT_TRUE(heads[0].contains("Authorization"));
    EXPECT_TRUE(heads[1].starts_with("GET /there ")) << heads[1];
    EXPECT_FALSE(heads[1].contains("Authorization"));
}

TEST_F(Redirects, ToAPrivateAddressAreRefused) {
    // As if the server's address were public and every other as it is.
    const auto policy = *EgressPolicy::public_only().allowing("127.0.0.1/32");
    const std::string port = ":" + std::to_string(server.port());
    for (const std::string& inside :
         {"http://127.0.0.2" + port, "http://[::1]" + port,
          std::string("http://169.254.169.254/latest/meta-data"), std::string("http://10.0.0.1"),
          std::string("http://0x7f.0.0.2/"), std::string("//192.168.1.1/admin")}) {
        pages = {{"/start", to(inside)}};
        const auto response = get(3, policy);
        ASSERT_FALSE(response) << inside;
        EXPECT_EQ(response.error().code, Errc::forbidden) << inside << response.error().message;
        EXPECT_FALSE(response.error().message.contains("meta-data"));
    }
    EXPECT_TRUE(get(0, policy));
}

TEST_F(Redirects, ShareTheDeadlineOfTheRequest) {
    pages = {{"/start", to("/start")}};
    HttpClient client(io.get_executor(), EgressPolicy::any(), {.total = milliseconds(50)});
    const auto response =
        run(client.send({.url = server.url() + "/start", .redirects_max = 1'000'000}));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::timeout);
}

}  // namespace
}  // namespace nsl::net
