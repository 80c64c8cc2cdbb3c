// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"
#include "net/loopback_test.h"
#include "net/websocket.h"
#include "net/ws_server.h"

namespace nsl::net {
namespace {

class TlsTest : public LoopbackTest {
 public:
    TlsTest() {
        WsServerHandlers handlers;
        handlers.on_http = [](auto, auto, auto) { return std::pair(200, std::string("\"hi\"")); };
        handlers.on_message = [](std::shared_ptr<WsPeer> peer, std::string_view message) {
            peer->send(std::string(message));
        };
        plain = *WsServer::listen(tasks, log, 0, handlers);
    }
    Result<HttpResponse> get(const std::string& host, const TlsRelay& relay,
                             const std::string& ca_file) {
        HttpClient client(io.get_executor(), EgressPolicy::any(), {}, {.ca_file = ca_file});
        return run(
            client.send({.url = "https://" + host + ":" + std::to_string(relay.port()) + "/x"}));
    }

    std::unique_ptr<WsServer> plain;
};

TEST_F(TlsTest, AcceptsACertificateTrustedThroughTheCaFile) {
    const auto certificate = TlsRelay::make_certificate(*this, "DNS:localhost,IP:127.0.0.1");
    TlsRelay relay(*this, certificate, plain->port());
    for (const char* host : {"localhost", "127.0.0.1"}) {
        const auto response = get(host, relay, certificate.cert_file);
        ASSERT_TRUE(response) << host << ": " << response.error().message;
        EXPECT_EQ(response->body, "\"hi\"");
    }
}

TEST_F(TlsTest, ReusesAConnectionForTheNextRequest) {
    const auto certificate = TlsRelay::make_certificate(*this, "IP:127.0.0.1");
    TlsRelay relay(*this, certificate, plain->port());
    HttpClient client(io.get_executor(), EgressPolicy::any(), {},
                      {.ca_file = certificate.cert_file});
    const std::string url = "https://127.0.0.1:" + std::to_string(relay.port());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(run(client.send({.url = url})));
    EXPECT_EQ(relay.accepted(), 1);
}

TEST_F(TlsTest, RefusesASelfSignedCertificate) {
    const auto certificate = TlsRelay::make_certificate(*this, "DNS:localhost,IP:127.0.0.1");
    TlsRelay relay(*this, certificate, plain->port());
    const auto response = get("localhost", relay, "");
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_TRUE(response.error().message.contains("self-signed certificate"))
        << response.error().message;
}

TEST_F(TlsTest, RefusesACertificateForAnotherHost) {
    const auto certificate = TlsRelay::make_certificate(*this, "DNS:other.example,IP:127.0.0.2");
    TlsRelay relay(*this, certificate, plain->port());
    for (const char* host : {"localhost", "127.0.0.1"}) {
        const auto response = get(host, relay, certificate.cert_file);
        ASSERT_FALSE(response) << host;
        EXPECT_EQ(response.error().code, Errc::unavailable);
        EXPECT_TRUE(response.error().message.contains("mismatch")) << response.error().message;
    }
}

TEST_F(TlsTest, SpeaksWebSocketAndVerifiesTheSameWay) {
    const auto certificate = TlsRelay::make_certificate(*this, "DNS:localhost");
    TlsRelay relay(*this, certificate, plain->port());
    const auto connect = [&](const std::string& host, const std::string& ca_file) {
        return run(
            WsConnection::connect(io.get_executor(), EgressPolicy::any(),
                                  "wss://" + host + ":" + std::to_string(relay.port()) + "/ws", {},
                                  {.ca_file = ca_file}));
    };
    auto good = connect("localhost", certificate.cert_file);
    ASSERT_TRUE(good) << good.error().message;
    ASSERT_TRUE(run((*good)->write(std::string(100'000, 'x'))));
    const auto echo = run((*good)->read());
    ASSERT_TRUE(echo) << echo.error().message;
    EXPECT_EQ(echo->size(), 100'000u);
    run((*good)->close());

    for (const auto& bad :
         {connect("localhost", ""), connect("127.0.0.1", certificate.cert_file)}) {
        ASSERT_FALSE(bad);
        EXPECT_EQ(bad.error().code, Errc::unavailable);
        EXPECT_TRUE(bad.error().message.contains("certificate")) << bad.error().message;
    }
}

TEST_F(TlsTest, ReportsACaFileItCannotRead) {
    HttpClient client(io.get_executor(), EgressPolicy::any(), {}, {.ca_file = "/nowhere/ca.pem"});
    const auto response = run(client.send({.url = "https://127.0.0.1:1/"}));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::invalid_argument);
    EXPECT_TRUE(response.error().message.contains("/nowhere/ca.pem"));
}

TEST_F(TlsTest, GivesUpOnASilentServerAndReportsOneThatSpeaksNoTls) {
    ScriptServer silent(*this, [](tcp::socket&) { return never(); });
    HttpClient client(io.get_executor(), EgressPolicy::any(), {.connect = milliseconds(50)});
    auto response = run(client.send({.url = silent.url("https")}));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::timeout);

    response = run(client.send({.url = "https://127.0.0.1:" + std::to_string(plain->port())}));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_TRUE(response.error().message.starts_with("TLS with")) << response.error().message;
}

// Without TLS's own goodbye, the end of a body that has no length may be an attacker's cut.
TEST_F(TlsTest, RefusesABodyCutOffWithoutATlsGoodbye) {
    const auto certificate = TlsRelay::make_certificate(*this, "IP:127.0.0.1");
    ScriptServer cut(*this, [](tcp::socket& socket) -> Task<void> {
        co_await read_head(socket);
        co_await write_all(socket, "HTTP/1.1 200 OK\r\n\r\nhalf of the");
    });
    TlsRelay relay(*this, certificate, cut.port());
    const auto response = get("127.0.0.1", relay, certificate.cert_file);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace nsl::net
