// SPDX-License-Identifier: Apache-2.0
// The whole development stack, started once for a test program through `nsl up` and used from
// outside: through its API, the chain's own RPC, the command line, and the simulator's control.
#pragma once
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/log.h"
#include "base/process.h"
#include "base/spawn.h"
#include "chain/rpc_client.h"
#include "cli/devnet.h"
#include "cli/neo_go.h"
#include "client/client.h"
#include "neo/stack_item.h"
#include "net/http_client.h"

namespace nsl::testing_support {

inline std::string source_dir() {
    const char* set = std::getenv("NSL_SOURCE_DIR");
    return set ? set : ".";
}

inline std::string program(const std::string& name) {
    const char* set = std::getenv("NSL_BUILD_DIR");
    return std::string(set ? set : "build/release") + "/bin/" + name;
}

struct Ended {
    int status = 0;
    std::string output;
};

// Runs a program to its end and collects its standard output.
inline Task<Ended> run_to_end(ProcessSpec spec) {
    auto started = Process::start(co_await asio::this_coro::executor, std::move(spec));
    if (!started) throw std::runtime_error(started.error().message);
    Ended out;
    for (;;) {
        auto line = co_await (*started)->read_line();
        if (!line || !*line) break;
        out.output += **line + "\n";
    }
    out.status = co_await (*started)->wait();
    co_return out;
}

// The process of that name whose parent is `parent`; 0 when there is none.
inline int child_of(int parent, const std::string& name) {
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
        std::ifstream stat(entry.path() / "stat");
        std::string text;
        if (!std::getline(stat, text)) continue;
        auto open = text.find('('), close = text.rfind(')');
        if (open == std::string::npos || close == std::string::npos) continue;
        int ppid = std::atoi(text.c_str() + close + 4);
        if (ppid == parent && text.substr(open + 1, close - open - 1) == name.substr(0, 15))
            return std::atoi(text.c_str());
    }
    return 0;
}

// A price in 1e-8 as an integer.
inline std::int64_t fixed(const std::string& price) {
    return Decimal::parse(price).value().to_fixed(8, Rounding::half_even).value();
}

// |a - b| in millionths of b.
inline std::int64_t ppm_apart(std::int64_t a, std::int64_t b) {
    auto wide = static_cast<__int128>(a > b ? a - b : b - a) * 1'000'000;
    return static_cast<std::int64_t>(wide / b);
}

constexpr std::int64_t kTenthOfPercent = 1'000;  // ppm

struct OnChain {
    std::uint64_t round = 0;
    std::int64_t price = 0;
    std::int64_t observed_ms = 0;
    bool operator==(const OnChain&) const = default;
};

class StackEnvironment : public ::testing::Environment {
 public:
    // `more`: further options of `nsl up`.
    explicit StackEnvironment(std::vector<std::string> more) : more_(std::move(more)) {
        instance() = this;
    }
    static StackEnvironment*& instance() {
        static StackEnvironment* environment = nullptr;
        return environment;
    }

    void SetUp() override {
        dir_ = std::filesystem::temp_directory_path() / ("nsl-e2e-" + std::to_string(::getpid()));
        std::filesystem::remove_all(dir_);
        std::filesystem::create_directories(dir_);
        wait(start());
        ASSERT_FALSE(api_url.empty()) << "the stack did not start; its logs are in " << dir_;
        http = std::make_unique<net::HttpClient>(loop.get_executor(), net::EgressPolicy::any());
        api = std::make_unique<client::Client>(*http, api_url);
        rpc = std::make_unique<chain::RpcClient>(*http, rpc_url, Logger());
    }

    void TearDown() override {
        if (up) {
            auto began = clock.monotonic();
            EXPECT_EQ(run_blocking(loop, up->stop(milliseconds(10'000))), 0);
            EXPECT_LT(clock.monotonic() - began, std::chrono::seconds(5)) << "a slow stop";
        }
        api.reset();
        rpc.reset();
        http.reset();
        up.reset();
        if (!::testing::UnitTest::GetInstance()->Failed())
            std::filesystem::remove_all(dir_);
        else
            std::cerr << "the stack's folder is kept: " << dir_ << "\n";
    }

    void wait(Task<void> work) { run_blocking(loop, std::move(work)); }
    template <class T>
    T get(Task<Result<T>> work) {
        Result<T> result = run_blocking(loop, std::move(work));
        if (!result) throw std::runtime_error(result.error().message);
        return *std::move(result);
    }
    Ended run(std::vector<std::string> args) {
        return run_blocking(loop, run_to_end({.path = program("nsl"),
                                              .args = std::move(args),
                                              .env = {{"NSL_API", api_url}}}));
    }

    // Asks again until `condition` holds; false after `limit`.
    bool eventually(std::function<bool()> condition, milliseconds limit = milliseconds(30'000)) {
        auto until = clock.monotonic() + limit;
        while (clock.monotonic() < until) {
            try {
                if (condition()) return true;
            } catch (const std::exception& error) {
                last_error = error.what();
            }
            wait(clock.sleep_for(milliseconds(50)));
        }
        return false;
    }

    OnChain on_chain(const std::string& feed) {
        neo::StackItem item =
            get(rpc->call(contract, "latestRoundData", {neo::Argument::text(feed)}));
        const auto& parts = *item.as_array().value();
        return {static_cast<std::uint64_t>(parts.at(0).as_i64().value()),
                parts.at(1).as_i64().value(), parts.at(3).as_i64().value()};
    }

    // What a feed promises: its estimate is the true price, and the chain's price, which may be one
    // of a moment when not all venues had moved, is not further from it than the deviation that
    // makes a round.
    bool keeps_to(const std::string& feed, std::int64_t truth) {
        client::Feed seen = get(api->feed(feed));
        std::int64_t allowed = seen.deviation_bp * std::int64_t{100} + kTenthOfPercent;
        return seen.estimate.quality == "ok" &&
               ppm_apart(fixed(seen.estimate.price), truth) <= kTenthOfPercent &&
               ppm_apart(on_chain(feed).price, truth) <= allowed;
    }

    void control(const json::Object& body) {
        auto response = get(http->send({.method = "POST",
                                        .url = exchange_url + "/control",
                                        .headers = {{"content-type", "application/json"}},
                                        .body = json::write_value(body)}));
        ASSERT_EQ(response.status / 100, 2) << response.body;
    }

    std::string truth(const std::string& pair) {
        auto response = get(http->send({.url = exchange_url + "/truth"}));
        auto body = json::parse_value(response.body).value();
        return std::string(body.at(pair).as_string());
    }

    // Every fault away, prices standing, every feed ok: the state a test starts from.
    void calm() {
        control({{"action", "clear"}, {"venue", "*"}});
        control({{"action", "hold_walk"}});
        control({{"action", "set"}, {"asset", "USDT"}, {"price", "1"}});
        EXPECT_TRUE(eventually(
            [&] {
                for (const client::Feed& feed : get(api->feeds())) {
                    if (feed.estimate.quality != "ok" || !feed.latest_round) return false;
                    if (ppm_apart(fixed(feed.estimate.price), fixed(truth(feed.id))) > 1'000)
                        return false;
                }
                return true;
            },
            milliseconds(60'000)))
            << "the stack does not come to rest: " << last_error;
    }

    int pid_of(const std::string& name) { return child_of(up->pid(), name); }

    asio::io_context loop;
    RealClock clock;
    std::string rpc_url, api_url, exchange_url, signer, last_error;
    neo::Hash160 contract;
    std::unique_ptr<Process> up;
    std::unique_ptr<net::HttpClient> http;
    std::unique_ptr<client::Client> api;
    std::unique_ptr<chain::RpcClient> rpc;

    const std::filesystem::path& dir() const { return dir_; }

 private:
    Task<void> start() {
        ProcessSpec spec{.path = program("nsl"),
                         .args = {"up", "--json", "--data", dir_ / "stack", "--feeds",
                                  source_dir() + "/deploy/feeds.yaml", "--contract",
                                  source_dir() + "/contracts/pricefeed"},
                         .log_path = dir_ / "up.log"};
        spec.args.insert(spec.args.end(), more_.begin(), more_.end());
        auto started = Process::start(loop.get_executor(), std::move(spec));
        if (!started) co_return;
        up = *std::move(started);
        auto line = co_await with_deadline(up->read_line(), milliseconds(90'000), "nsl up");
        if (!line || !*line) co_return;
        auto ready = json::parse_value(**line).value();
        auto text = [&](const char* name) { return std::string(ready.at(name).as_string()); };
        rpc_url = text("rpc");
        exchange_url = text("exchange");
        signer = text("signer");
        contract = neo::Hash160::parse(text("contract")).value();
        api_url = text("api");
    }

    std::vector<std::string> more_;
    std::filesystem::path dir_;
};

inline StackEnvironment& stack() {
    NSL_ASSERT(StackEnvironment::instance() != nullptr);
    return *StackEnvironment::instance();
}

inline int stack_main(int argc, char** argv,
                      std::vector<std::string> more = {"--block-time", "250"}) {
    ::testing::InitGoogleTest(&argc, argv);
    if (auto found = cli::find_neo_go(); !found) {
        std::cerr << "SKIPPED: " << found.error().message << "\n";
        return 77;
    }
    ::testing::AddGlobalTestEnvironment(new StackEnvironment(std::move(more)));  // takes ownership
    return RUN_ALL_TESTS();
}

}  // namespace nsl::testing_support
