// SPDX-License-Identifier: Apache-2.0
// One GET after the other over one keep-alive connection: HttpClient (URL, deadlines, pool, limits)
// against a bare Beast loop over a socket, turn by turn in the same run. The server answers both
// with the same bytes from a thread of its own.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/spawn.h"
#include "net/http_client.h"

namespace nsl::net {
namespace {

namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr int kRequests = 500;  // of one turn

std::string answer() {
    const std::string body = R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(200, '7') + "}";
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: now\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

class Server {
 public:
    Server() : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {
        thread_ = std::thread([this] { serve(); });
    }
    ~Server() {
        loop_.stop();
        thread_.join();
    }
    tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
    void serve() {
        TaskGroup connections(loop_.get_executor(), Logger());
        connections.spawn("accept", accept(acceptor_, connections));
        loop_.run();
        loop_.restart();
        acceptor_.close();
        run_blocking(loop_, connections.stop(milliseconds(1'000)));
    }
    static Task<void> accept(tcp::acceptor& acceptor, TaskGroup& connections) {
        for (;;) {
            tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
            socket.set_option(tcp::no_delay(true));
            connections.spawn("connection", converse(std::move(socket)));
        }
    }
    static Task<void> converse(tcp::socket socket) {
        const std::string text = answer();
        std::string request;
        boost::system::error_code ended;
        while (!ended) {
            const std::size_t size =
                co_await asio::async_read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n",
                                                asio::redirect_error(asio::use_awaitable, ended));
            if (ended) co_return;
            request.erase(0, size);
            co_await asio::async_write(socket, asio::buffer(text),
                                       asio::redirect_error(asio::use_awaitable, ended));
        }
    }

    asio::io_context loop_{1};
    tcp::acceptor acceptor_;
    std::thread thread_;
};

Task<void> connect(tcp::socket& socket, tcp::endpoint endpoint) {
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
}

Task<void> bare_loop(tcp::socket& socket, std::string host) {
    boost::beast::flat_buffer buffer;
    for (int i = 0; i < kRequests; ++i) {
        http::request<http::empty_body> request(http::verb::get, "/rpc?x=1", 11);
        request.set(http::field::host, host);
        request.set(http::field::user_agent, "nsl");
        request.set(http::field::accept, "application/json");
        co_await http::async_write(socket, request, asio::use_awaitable);
        http::response<http::string_body> response;
        co_await http::async_read(socket, buffer, response, asio::use_awaitable);
        NSL_ASSERT(response.result_int() == 200);
    }
}

Task<void> client_loop(HttpClient& client, std::string url) {
    for (int i = 0; i < kRequests; ++i) {
        const auto response =
            co_await client.send({.url = url, .headers = {{"Accept", "application/json"}}});
        NSL_ASSERT(response && response->status == 200);
    }
}

double seconds(asio::io_context& loop, Task<void> work) {
    const auto began = std::chrono::steady_clock::now();
    run_blocking(loop, std::move(work));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// The ratio is the median of the turns': other work on the machine hits some turns, not all.
void http_client_against_a_bare_loop(benchmark::State& state) {
    Server server;
    asio::io_context loop{1};
    tcp::socket socket(loop);
    run_blocking(loop, connect(socket, server.endpoint()));
    HttpClient client(loop.get_executor(), EgressPolicy::any());
    const std::string host = "127.0.0.1:" + std::to_string(server.endpoint().port());

    std::vector<double> ratios;
    double bare_s = 0, client_s = 0;
    for (auto _ : state) {
        const double bare = seconds(loop, bare_loop(socket, host));
        const double ours = seconds(loop, client_loop(client, "http://" + host + "/rpc?x=1"));
        state.SetIterationTime(ours);
        ratios.push_back(bare / ours);
        bare_s += bare;
        client_s += ours;
    }
    const double requests = static_cast<double>(state.iterations()) * kRequests;
    std::ranges::sort(ratios);
    state.counters["client_per_s"] = requests / client_s;
    state.counters["bare_per_s"] = requests / bare_s;
    state.counters["ratio"] = ratios[ratios.size() / 2];
}
BENCHMARK(http_client_against_a_bare_loop)
    ->UseManualTime()
    ->Iterations(101)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nsl::net

BENCHMARK_MAIN();
