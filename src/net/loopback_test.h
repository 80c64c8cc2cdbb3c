// SPDX-License-Identifier: Apache-2.0
// What the tests of net/ talk to: servers on loopback, each with its own way to misbehave.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/task.h"

namespace nsl::net {

using asio::ip::tcp;

// A loop, a group for the servers' coroutines, and a directory, all gone after the test.
class LoopbackTest : public testing::Test {
 public:
    ~LoopbackTest() override;

    template <class T>
    T run(Task<T> work) {
        return run_blocking(io, std::move(work));
    }
    // Turns the loop until the condition holds; false after five seconds.
    bool eventually(std::function<bool()> condition);
    // A directory of this test alone.
    std::filesystem::path directory();

    asio::io_context io{1};
    std::shared_ptr<MemorySink> sink = std::make_shared<MemorySink>();
    Logger log{sink, "test"};
    TaskGroup tasks{io.get_executor(), log};

 private:
    std::filesystem::path directory_;
};

// Runs one script per accepted connection and closes it after. Its destructor ends them all, so a
// script may refer to what was declared before the server.
class ScriptServer {
 public:
    using Script = std::function<Task<void>(tcp::socket&)>;
    ScriptServer(LoopbackTest& test, Script script);
    ~ScriptServer();

    std::uint16_t port() const;
    std::string url(std::string_view scheme = "http") const;  // no path
    int accepted() const;
    void stop_listening();

 private:
    struct State;
    std::shared_ptr<State> state_;
};

// Takes TLS off and passes the bytes on to a plain server on loopback.
class TlsRelay {
 public:
    struct Certificate {
        std::string cert_file;  // PEM, self-signed
        std::string key_file;
    };
    // `names` in the form of the subjectAltName extension: "DNS:localhost,IP:127.0.0.1".
    static Certificate make_certificate(LoopbackTest& test, const std::string& names);

    TlsRelay(LoopbackTest& test, const Certificate& certificate, std::uint16_t behind);

    std::uint16_t port() const { return server_->port(); }
    int accepted() const { return server_->accepted(); }

 private:
    std::shared_ptr<asio::ssl::context> context_;
    std::unique_ptr<ScriptServer> server_;
};

// A port nobody listens on.
std::uint16_t closed_port(asio::io_context& io);

// Steps of scripts. Errors of the socket end the script as exceptions do.
Task<std::string> read_head(tcp::socket& socket);                 // through the empty line
Task<void> read_exactly(tcp::socket& socket, std::string& into);  // as many bytes as it has
Task<void> write_all(tcp::socket& socket, std::string bytes);
Task<void> read_to_end(tcp::socket& socket);  // returns when the client has closed
Task<void> never();                           // until the test ends
// Answers the upgrade request, with more header lines if given; what follows is raw.
Task<void> accept_upgrade(tcp::socket& socket, std::string more = "");

}  // namespace nsl::net
