// SPDX-License-Identifier: Apache-2.0
// A server on its own thread and a client that speaks bytes, so that tests can misbehave.
#pragma once
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <map>
#include <thread>

#include "api/server.h"

namespace nsl::api {

constexpr int kPatienceMs = 20'000;  // until a wait counts as failed

struct Reply {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    json::Value json() const { return json::parse_value(body).value_or(nullptr); }
    std::string text(std::string_view member) const {
        const json::Value document = json();
        const json::Value* value = document.as_object().if_contains(member);
        return value ? std::string(value->as_string()) : "";
    }
};

class Peer {
 public:
    explicit Peer(std::uint16_t port, int receive_buffer = 0)
        : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        if (receive_buffer > 0)
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    ~Peer() { ::close(fd_); }
    Peer(const Peer&) = delete;

    bool connected() const { return connected_; }
    void send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void get(std::string_view target, std::string_view headers = "",
             std::string_view method = "GET") const {
        send(std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" +
             std::string(headers) + "\r\n");
    }

    // Up to and with `mark`; what has come so far when the server closes or patience ends.
    std::string until(std::string_view mark) {
        std::size_t at;
        while ((at = buffer_.find(mark)) == std::string::npos && more()) {
        }
        const std::size_t end = at == std::string::npos ? buffer_.size() : at + mark.size();
        std::string out = buffer_.substr(0, end);
        buffer_.erase(0, end);
        return out;
    }

    Reply response(bool head = false) {
        Reply out = header();
        const auto length = out.headers.find("content-length");
        const std::size_t size =
            head || length == out.headers.end() ? 0 : std::stoul(length->second);
        while (buffer_.size() < size && more()) {
        }
        out.body = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return out;
    }

    Reply header() {
        Reply out;
        const std::string text = until("\r\n\r\n");
        if (text.size() > 12) out.status = std::atoi(text.c_str() + 9);
        for (std::size_t at = text.find("\r\n"); at != std::string::npos;) {
            const std::size_t colon = text.find(": ", at), end = text.find("\r\n", at + 2);
            if (colon == std::string::npos || end == std::string::npos) break;
            std::string name = text.substr(at + 2, colon - at - 2);
            for (char& c : name) c = static_cast<char>(std::tolower(c));
            out.headers[name] = text.substr(colon + 2, end - colon - 2);
            at = end;
        }
        return out;
    }

    // True when the server has closed and there was nothing left to read.
    bool closed() {
        while (more()) {
        }
        return closed_ && buffer_.empty();
    }

 private:
    bool more() {
        pollfd wait{fd_, POLLIN, 0};
        if (::poll(&wait, 1, kPatienceMs) <= 0) return false;
        char chunk[16 * 1024];
        const ssize_t got = ::recv(fd_, chunk, sizeof chunk, 0);
        if (got <= 0) {
            closed_ = true;
            return false;
        }
        buffer_.append(chunk, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    bool connected_ = false;
    bool closed_ = false;
    std::string buffer_;
};

class ApiWorld {
 public:
    explicit ApiWorld(Router router = {}, ServerOptions options = {})
        : work_(loop.get_executor()), tasks(loop.get_executor(), log) {
        auto ready = [this] { return not_ready; };
        auto made = Server::listen(tasks, clock, log, metrics, std::move(router), ready, options);
        if (made)
            server = *std::move(made);
        else
            error = made.error();
        thread_ = std::thread([this] { loop.run(); });
    }
    ~ApiWorld() {
        if (!stopped_) stop();
        work_.reset();
        thread_.join();
    }

    // On the server's thread.
    template <class F>
    auto run(F work) {
        std::packaged_task<decltype(work())()> task(std::move(work));
        auto result = task.get_future();
        asio::post(loop, [&task] { task(); });
        return result.get();
    }
    // Waits until `holds` is true on the server's thread.
    template <class F>
    bool wait_for(F holds) {
        const auto end = std::chrono::steady_clock::now() + milliseconds(kPatienceMs);
        while (std::chrono::steady_clock::now() < end)
            if (run(holds)) return true;
        return false;
    }
    // Closes and stops; how long that took, or nothing when something did not end.
    std::optional<milliseconds> stop() {
        stopped_ = true;
        const auto began = std::chrono::steady_clock::now();
        std::promise<bool> ended;
        asio::post(loop, [&] {
            if (server) server->close();
            asio::co_spawn(loop, tasks.stop(milliseconds(kPatienceMs)),
                           [&](std::exception_ptr, bool all) { ended.set_value(all); });
        });
        if (!ended.get_future().get()) return std::nullopt;
        return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    }

    std::uint16_t port() const { return server->port(); }
    Reply get(std::string_view target, std::string_view headers = "") const {
        Peer peer(port());
        peer.get(target, headers);
        return peer.response();
    }
    // The value of a line of the metrics, or -1.
    double metric(const std::string& series) {
        const std::string text = '\n' + metrics.text();
        const std::size_t at = text.find('\n' + series + ' ');
        return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
    }

    std::shared_ptr<MemorySink> sink = std::make_shared<MemorySink>();
    Logger log{sink, "api"};
    ManualClock clock;
    Metrics metrics;
    std::string not_ready;  // change it with run()
    asio::io_context loop{1};

 private:
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;
    bool stopped_ = false;

 public:
    TaskGroup tasks;
    std::unique_ptr<Server> server;
    Error error;
};

}  // namespace nsl::api
