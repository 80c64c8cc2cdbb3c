// SPDX-License-Identifier: Apache-2.0
#include "net/loopback_test.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/process.h"

namespace nsl::net {
namespace {

using boost::system::error_code;

template <class From, class To>
Task<void> pump(From& from, To& to) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        const std::size_t size =
            co_await from.async_read_some(asio::buffer(buffer), asio::use_awaitable);
        co_await asio::async_write(to, asio::buffer(buffer, size), asio::use_awaitable);
    }
}

Task<void> relay(tcp::socket& client, asio::ssl::context& context, std::uint16_t behind) {
    using namespace asio::experimental::awaitable_operators;
    asio::ssl::stream<tcp::socket&> tls(client, context);
    co_await tls.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    tcp::socket plain(client.get_executor());
    co_await plain.async_connect({asio::ip::address_v4::loopback(), behind}, asio::use_awaitable);
    co_await (pump(tls, plain) && pump(plain, tls));
}

}  // namespace

LoopbackTest::~LoopbackTest() {
    EXPECT_TRUE(run(tasks.stop(milliseconds(5'000))));
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
}

bool LoopbackTest::eventually(std::function<bool()> condition) {
    return run([](std::function<bool()> holds) -> Task<bool> {
        for (int i = 0; i < 5'000; ++i) {
            if (holds()) co_return true;
            co_await RealClock().sleep_for(milliseconds(1));
        }
        co_return false;
    }(std::move(condition)));
}

std::filesystem::path LoopbackTest::directory() {
    if (directory_.empty()) {
        std::string name = (std::filesystem::temp_directory_path() / "nsl_net_XXXXXX").string();
        NSL_ASSERT(::mkdtemp(name.data()));
        directory_ = name;
    }
    return directory_;
}

struct ScriptServer::State {
    State(LoopbackTest& t, Script s)
        : test(t),
          tasks(t.io.get_executor(), t.log),
          script(std::move(s)),
          acceptor(t.io, {asio::ip::address_v4::loopback(), 0}) {}
    LoopbackTest& test;
    TaskGroup tasks;
    Script script;
    tcp::acceptor acceptor;
    int accepted = 0;

    static Task<void> serve(std::shared_ptr<State> self, tcp::socket socket) {
        try {
            co_await self->script(socket);
        } catch (const std::exception&) {
            // The client went away, or the test is over.
        }
    }
    static Task<void> accept(std::shared_ptr<State> self) {
        for (;;) {
            error_code ec;
            tcp::socket socket =
                co_await self->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (ec) co_return;
            ++self->accepted;
            self->tasks.spawn("script", serve(self, std::move(socket)));
        }
    }
};

ScriptServer::ScriptServer(LoopbackTest& test, Script script)
    : state_(std::make_shared<State>(test, std::move(script))) {
    state_->tasks.spawn("script server", State::accept(state_));
}
ScriptServer::~ScriptServer() {
    EXPECT_TRUE(state_->test.run(state_->tasks.stop(milliseconds(5'000))));
}
std::uint16_t ScriptServer::port() const {
    return state_->acceptor.local_endpoint().port();
}
std::string ScriptServer::url(std::string_view scheme) const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port());
}
int ScriptServer::accepted() const {
    return state_->accepted;
}
void ScriptServer::stop_listening() {
    error_code ignored;
    state_->acceptor.close(ignored);
}

TlsRelay::Certificate TlsRelay::make_certificate(LoopbackTest& test, const std::string& names) {
    static int serial = 0;
    const auto stem = test.directory() / std::to_string(serial++);
    const Certificate out{stem.string() + ".crt", stem.string() + ".key"};
    auto process = Process::start(
        test.io.get_executor(),
        {.path = "openssl",
         .args = {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=" + names,
                  "-keyout", out.key_file, "-out", out.cert_file},
         .log_path = stem.string() + ".log"});
    NSL_ASSERT(process);
    NSL_ASSERT(test.run((*process)->wait()) == 0);
    return out;
}

TlsRelay::TlsRelay(LoopbackTest& test, const Certificate& certificate, std::uint16_t behind)
    : context_(std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server)) {
    context_->use_certificate_chain_file(certificate.cert_file);
    context_->use_private_key_file(certificate.key_file, asio::ssl::context::pem);
    server_ =
        std::make_unique<ScriptServer>(test, [context = context_, behind](tcp::socket& socket) {
            return relay(socket, *context, behind);
        });
}

std::uint16_t closed_port(asio::io_context& io) {
    return tcp::acceptor(io, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

Task<std::string> read_head(tcp::socket& socket) {
    std::string text;
    co_await asio::async_read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n",
                                    asio::use_awaitable);
    co_return text;
}

Task<void> read_exactly(tcp::socket& socket, std::string& into) {
    co_await asio::async_read(socket, asio::buffer(into), asio::use_awaitable);
}

Task<void> write_all(tcp::socket& socket, std::string bytes) {
    co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
}

Task<void> read_to_end(tcp::socket& socket) {
    std::array<char, 16 * 1024> buffer;
    error_code ec;
    while (!ec)
        co_await socket.async_read_some(asio::buffer(buffer),
                                        asio::redirect_error(asio::use_awaitable, ec));
}

Task<void> never() {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

Task<void> accept_upgrade(tcp::socket& socket, std::string more) {
    const std::string head = co_await read_head(socket);
    constexpr std::string_view kName = "Sec-WebSocket-Key: ";
    const auto at = head.find(kName) + kName.size();
    const std::string text =
        head.substr(at, head.find('\r', at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, 20> digest;
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    std::array<unsigned char, 32> accept{};
    EVP_EncodeBlock(accept.data(), digest.data(), digest.size());
    co_await write_all(socket,
                       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
                           std::string(reinterpret_cast<const char*>(accept.data())) + "\r\n" +
                           more + "\r\n");
}

}  // namespace nsl::net
