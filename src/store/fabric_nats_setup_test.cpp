// SPDX-License-Identifier: Apache-2.0
// Options, TLS and credentials.
#include <filesystem>
#include <fstream>

#include "nats_world.h"

#if __has_feature(thread_sanitizer)
// libnats uses one SSL object from two threads, see session.cpp.
extern "C" const char* __tsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
    return "race:libssl.so\nrace:libcrypto.so\n";
}
#endif

namespace nsl::store {
namespace {

std::string refusal(NatsOptions options) {
    asio::io_context loop;
    const auto made = nats_fabric(loop.get_executor(), Logger(), std::move(options));
    if (made) return "accepted";
    EXPECT_EQ(made.error().code, Errc::invalid_argument);
    return made.error().message;
}

// Of a server that is not there.
NatsOptions nowhere() {
    return {.url = "nats://127.0.0.1:1"};
}

TEST(NatsSetup, GoodUrlsAreAccepted) {
    for (const char* url : {"nats://127.0.0.1:1", "nats://localhost:1,nats://[::1]:1",
                            "tls://nats-1.example.org:4222"})
        EXPECT_EQ(refusal({.url = url}), "accepted") << url;
}

TEST(NatsSetup, WrongUrlsAreRefusedAndNotRepeated) {
    for (const char* url : {"", "127.0.0.1:4222", "http://a:1", "nats://", "nats://a", "nats://a:0",
                            "nats://a:65536", "nats://a:1/", "nats://a b:1", "nats://a:1,",
                            "nats://:1", "nats://a:1,b:1", "nats://[]:1"}) {
        const std::string message = refusal({.url = url});
        EXPECT_NE(message.find("nats://HOST:PORT"), std::string::npos) << url << ": " << message;
    }
    EXPECT_NE(refusal({.url = "nats://a:1,tls://b:1"}).find("with and without TLS"),
              std::string::npos);
    const std::string message = refusal({.url = "nats://user:hunter2@a:1"});
    EXPECT_NE(message.find(".creds file"), std::string::npos);
    EXPECT_EQ(message.find("hunter2"), std::string::npos);
}

TEST(NatsSetup, OffTheMachineOnlyWithTls) {
    for (const char* url :
         {"nats://a:1", "nats://10.0.0.5:4222", "nats://0.0.0.0:4222", "nats://[2001:db8::1]:4222",
          "nats://[::ffff:10.0.0.5]:4222", "nats://localhost.example.org:4222",
          "nats://127.0.0.1.example.org:1", "nats://127.0.0.1:1,nats://nats-1.example.org:4222"})
        EXPECT_NE(refusal({.url = url}).find("use tls://HOST:PORT"), std::string::npos) << url;
    for (const char* url : {"nats://127.8.9.10:1", "tls://10.0.0.5:4222,tls://[2001:db8::1]:4222"})
        EXPECT_EQ(refusal({.url = url}), "accepted") << url;
}

TEST(NatsSetup, OtherOptionsAreChecked) {
    NatsOptions options = nowhere();
    options.name = "a \"quoted\" name";
    EXPECT_NE(refusal(options).find("NATS name"), std::string::npos);
    options = nowhere();
    options.pending_max = 0;
    EXPECT_NE(refusal(options).find("pending_max"), std::string::npos);
    options = nowhere();
    options.ping_interval = milliseconds(0);
    EXPECT_NE(refusal(options).find("ping_interval"), std::string::npos);
    options = nowhere();
    options.ca_file = "/nowhere/ca.pem";
    EXPECT_NE(refusal(options).find("/nowhere/ca.pem"), std::string::npos);
    options.ca_file = "/proc/version";
    EXPECT_NE(refusal(options).find("PEM"), std::string::npos) << refusal(options);
    options = nowhere();
    options.credentials = "/nowhere/a.creds";
    EXPECT_NE(refusal(options).find("no file /nowhere/a.creds"), std::string::npos);
}

TEST(NatsSetup, CredentialsThatOthersMayReadAreRefused) {
    const auto folder = ScratchFolder::make("nsl-creds").value();
    NatsOptions options = nowhere();
    options.credentials = folder.path() + "/creds";
    std::ofstream(options.credentials) << "x";
    std::filesystem::permissions(options.credentials, std::filesystem::perms(0644));
    EXPECT_NE(refusal(options).find(options.credentials), std::string::npos);
    std::filesystem::permissions(options.credentials, std::filesystem::perms(0600));
    EXPECT_EQ(refusal(options), "accepted");
}

TEST(NatsSetup, StartsAndEndsWithoutAServer) {
    FabricLoop world;
    auto log = std::make_shared<MemorySink>();
    const auto fabric = nats_fabric_on(world, nowhere(), Logger(log, "fabric"));
    EXPECT_FALSE(fabric->connected());
    EXPECT_TRUE(fabric->publish("a", {}));
    EXPECT_EQ(world.ask(*fabric, "a", "?"), "unavailable");
    EXPECT_TRUE(
        world.eventually([&] { return log->contains("message server cannot be reached"); }));
}

// A server with a certificate of its own, for some name.
struct TlsServer {
    explicit TlsServer(const std::string& name) {
        asio::io_context loop;
        auto made = Process::start(
            loop.get_executor(),
            {.path = "openssl",
             .args = {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
                      "subjectAltName=DNS:" + name, "-keyout", key(), "-out", certificate()},
             .log_path = folder.path() + "/log"});
        EXPECT_TRUE(made) << made.error().message;
        EXPECT_EQ(run_blocking(loop, (*made)->wait()), 0);
        server = std::make_unique<NatsServer>(
            std::vector<std::string>{"--tls", "--tlscert", certificate(), "--tlskey", key()});
    }
    std::string certificate() const { return folder.path() + "/cert.pem"; }
    std::string key() const { return folder.path() + "/key.pem"; }
    std::string url() const { return "tls://localhost:" + server->port(); }

    ScratchFolder folder = ScratchFolder::make("nsl-tls").value();
    std::unique_ptr<NatsServer> server;
};

class NatsTls : public ::testing::Test {
 protected:
    void SetUp() override {
        if (const char* why = NatsWorld::missing()) GTEST_SKIP() << why;
    }
    // What the log says in the end: connected, or why not.
    std::string outcome(NatsOptions options) {
        FabricLoop world;
        auto log = std::make_shared<MemorySink>();
        const auto fabric = nats_fabric_on(world, std::move(options), Logger(log, "fabric"));
        EXPECT_TRUE(world.eventually([&] {
            return fabric->connected() || log->contains("message server cannot be reached");
        }));
        if (fabric->connected()) return "connected";
        return log->lines().at(0);
    }
};

TEST_F(NatsTls, AServerWithTheRightNameFromATrustedAuthorityIsUsed) {
    const TlsServer server("localhost");
    EXPECT_EQ(outcome({.url = server.url(), .ca_file = server.certificate()}), "connected");
}

TEST_F(NatsTls, AnotherNameIsRefused) {
    const TlsServer server("elsewhere.example");
    EXPECT_NE(
        outcome({.url = server.url(), .ca_file = server.certificate()}).find("hostname mismatch"),
        std::string::npos);
}

TEST_F(NatsTls, AnUnknownAuthorityIsRefused) {
    const TlsServer server("localhost");
    EXPECT_NE(outcome({.url = server.url()}).find("self-signed certificate"), std::string::npos);
    // The same when only the server asks for TLS.
    EXPECT_NE(outcome({.url = "nats://localhost:" + server.server->port()})
                  .find("self-signed certificate"),
              std::string::npos);
}

TEST_F(NatsTls, AServerWithoutTlsIsRefused) {
    const NatsServer server;
    EXPECT_NE(outcome({.url = "tls://127.0.0.1:" + server.port()}).find("ecure"),
              std::string::npos);
}

}  // namespace
}  // namespace nsl::store
