// SPDX-License-Identifier: Apache-2.0
// Certificates with one fault each, and servers that end a TLS connection early.
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "net/certificates_test.h"
#include "net/http_client.h"
#include "net/websocket.h"

namespace nsl::net {
namespace {

enum class End { goodbye, cut };

class TlsHostile : public LoopbackTest {
 public:
    HttpClient client_of_the_ca() {
        return HttpClient(io.get_executor(), EgressPolicy::any(), {}, {.ca_file = ca.ca_file()});
    }
    static std::string url_of(std::uint16_t port) {
        return "https://localhost:" + std::to_string(port) + "/x";
    }
    // What a client that trusts the authority gets from a server with this certificate.
    Result<HttpResponse> get_from(const TlsRelay::Certificate& certificate) {
        TlsRelay relay(*this, certificate, plain.port());
        HttpClient client = client_of_the_ca();
        return run(client.send({.url = url_of(relay.port())}));
    }
    // Answers one request with `bytes` over TLS. A goodbye is TLS's close_notify; TCP then stays
    // open until the client leaves.
    ScriptServer::Script answer(
        std::string bytes, End end,
        asio::ssl::context::method method = asio::ssl::context::tls_server) {
        const auto certificate = ca.issue({});
        auto context = std::make_shared<asio::ssl::context>(method);
        context->use_certificate_chain_file(certificate.cert_file);
        context->use_private_key_file(certificate.key_file, asio::ssl::context::pem);
        return [this, context, bytes, end](tcp::socket& socket) -> Task<void> {
            asio::ssl::stream<tcp::socket&> tls(socket, *context);
            co_await tls.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
            std::array<char, 4096> request;
            co_await tls.async_read_some(asio::buffer(request), asio::use_awaitable);
            co_await asio::async_write(tls, asio::buffer(bytes), asio::use_awaitable);
            if (end == End::cut) co_return;
            ++goodbyes;
            boost::system::error_code ignored;
            co_await tls.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
        };
    }
    Result<HttpResponse> get_answer(const std::string& bytes, End end) {
        ScriptServer server(*this, answer(bytes, end));
        HttpClient client = client_of_the_ca();
        return run(client.send({.url = url_of(server.port())}));
    }

    TestCa ca{*this};
    int goodbyes = 0;
    ScriptServer plain{*this, [](tcp::socket& socket) -> Task<void> {
                           co_await read_head(socket);
                           co_await write_all(socket,
                                              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                           co_await read_to_end(socket);
                       }};
};

// Without this one the refusals below would prove nothing.
TEST_F(TlsHostile, AChainThatEndsAtATrustedRootIsAccepted) {
    const auto response = get_from(ca.issue({}));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "ok");
}

TEST_F(TlsHostile, ACertificateWithOneFaultIsRefusedAndTheFaultNamed) {
    TestCa stranger(*this);
    const std::tuple<const char*, TlsRelay::Certificate, const char*> cases[] = {
        {"expired", ca.issue({.until_s = -60}), "certificate has expired"},
        {"of tomorrow", ca.issue({.from_s = 3000}), "certificate is not yet valid"},
        {"another name", ca.issue({.names = "DNS:other.example"}), "hostname mismatch"},
        {"a name below", ca.issue({.names = "DNS:www.localhost,DNS:*.localhost"}),
         "hostname mismatch"},
        {"self-signed", ca.issue({.self_signed = true}), "self-signed certificate"},
        {"a stranger's", stranger.issue({}), "unable to get local issuer certificate"},
        {"a gap in the chain", ca.issue({.with_intermediate = false}),
         "unable to get local issuer certificate"},
        {"a client's", ca.issue({.usage = "clientAuth"}), "unsuitable certificate purpose"},
    };
    for (const auto& [name, certificate, reason] : cases) {
        const auto response = get_from(certificate);
        ASSERT_FALSE(response) << name;
        EXPECT_EQ(response.error().code, Errc::unavailable) << name;
        EXPECT_TRUE(response.error().message.contains(reason))
            << name << ": " << response.error().message;
    }
}

TEST_F(TlsHostile, AWebSocketRefusesTheSameCertificates) {
    for (const TestCa::Leaf& leaf :
         {TestCa::Leaf{.until_s = -60}, TestCa::Leaf{.names = "DNS:other.example"},
          TestCa::Leaf{.self_signed = true}}) {
        TlsRelay relay(*this, ca.issue(leaf), plain.port());
        const auto connection = run(WsConnection::connect(
            io.get_executor(), EgressPolicy::any(),
            "wss://localhost:" + std::to_string(relay.port()), {}, {.ca_file = ca.ca_file()}));
        ASSERT_FALSE(connection);
        EXPECT_TRUE(connection.error().message.contains("certificate"))
            << connection.error().message;
    }
}

TEST_F(TlsHostile, TlsBelowVersionOnePointTwoIsRefused) {
    ScriptServer server(*this, answer("", End::cut, asio::ssl::context::tlsv11_server));
    HttpClient client = client_of_the_ca();
    const auto response = run(client.send({.url = url_of(server.port())}));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_TRUE(response.error().message.starts_with("TLS with")) << response.error().message;
}

TEST_F(TlsHostile, ABodyShorterThanItsLengthIsRefusedWithAGoodbyeAndWithout) {
    for (const End end : {End::goodbye, End::cut}) {
        for (const char* bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort",
                                  "HTTP/1.1 200 OK\r\nContent-"}) {
            const auto response = get_answer(bytes, end);
            ASSERT_FALSE(response) << bytes;
            EXPECT_EQ(response.error().code, Errc::unavailable) << response.error().message;
        }
    }
}

TEST_F(TlsHostile, ABodyWithoutALengthEndsWithAGoodbyeOnly) {
    const std::string bytes = "HTTP/1.1 200 OK\r\n\r\nto the end";
    const auto whole = get_answer(bytes, End::goodbye);
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->body, "to the end");
    EXPECT_FALSE(get_answer(bytes, End::cut));
}

TEST_F(TlsHostile, AConnectionThatSaidGoodbyeIsNotUsedAgain) {
    ScriptServer server(*this,
                        answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", End::goodbye));
    HttpClient client = client_of_the_ca();
    ASSERT_TRUE(run(client.send({.method = "POST", .url = url_of(server.port())})));
    ASSERT_TRUE(eventually([&] { return goodbyes == 1; }));
    const auto second = run(client.send({.method = "POST", .url = url_of(server.port())}));
    EXPECT_TRUE(second) << second.error().message;
    EXPECT_EQ(server.accepted(), 2);
}

TEST_F(TlsHostile, ARedirectFromHttpsToHttpIsRefused) {
    ScriptServer server(*this, answer("HTTP/1.1 302 Found\r\nLocation: " + plain.url() +
                                          "/\r\nContent-Length: 0\r\n\r\n",
                                      End::goodbye));
    HttpClient client = client_of_the_ca();
    const auto response = run(client.send({.url = url_of(server.port()), .redirects_max = 3}));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::forbidden) << response.error().message;
    EXPECT_EQ(plain.accepted(), 0);
}

}  // namespace
}  // namespace nsl::net
