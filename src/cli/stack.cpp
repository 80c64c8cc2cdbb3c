// SPDX-License-Identifier: Apache-2.0
#include "cli/stack.h"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/system/system_error.hpp>
#include <filesystem>

#include "base/encoding.h"
#include "base/file.h"
#include "base/random.h"
#include "base/spawn.h"
#include "chain/rpc_client.h"
#include "cli/child.h"
#include "cli/deployment.h"
#include "cli/devnet.h"
#include "neo/wallet.h"
#include "net/http_client.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;

// What each part has until it is killed; all share the deadline of Stack::stop.
constexpr milliseconds kNodeGrace{2'500}, kPartGrace{1'600};
constexpr milliseconds kStopAfterFailure{4'500};

constexpr std::size_t kFeedsBytesMax = 1024 * 1024;

constexpr const char* kVenues[] = {"binance", "okx", "gate", "coinbase", "kraken", "bitstamp"};

Result<std::string> text_of(const json::Object& line, const char* name, const std::string& who) {
    auto* value = line.if_contains(name);
    if (!value || !value->is_string())
        return fail(Errc::internal, who + "'s ready line has no " + name);
    return std::string(value->get_string());
}

class RunningStack final : public Stack {
 public:
    RunningStack(StackOptions options, asio::any_io_executor executor, Clock& clock, Logger log)
        : options_(std::move(options)),
          clock_(clock),
          log_(std::move(log)),
          tasks_(executor, log_),
          http_(executor, net::EgressPolicy::any()),
          exchange_(
              "exchange-sim", [this] { return exchange_spec(); }, clock, log_),
          enclave_(
              "nsl-enclave", [this] { return enclave_spec(); }, clock, log_),
          node_("nsld", [this] { return node_spec(); }, clock, log_) {}

    Task<Status> start();
    const StackInfo& info() const override { return info_; }

    std::vector<std::pair<std::string, std::string>> parts() const override {
        auto word = [](bool running) { return std::string(running ? "running" : "restarting"); };
        return {{"chain", word(devnet_ != nullptr)},
                {"exchanges", word(exchange_.running())},
                {"enclave", word(enclave_.running())},
                {"node", word(node_.running())}};
    }

    Task<void> stop(milliseconds deadline) override {
        auto until = clock_.monotonic() + deadline;
        auto left = [&] {
            auto span = std::chrono::duration_cast<milliseconds>(until - clock_.monotonic());
            return std::max(span, milliseconds(200));
        };
        // The supervisors first, or they would start again what is being stopped.
        while (!co_await tasks_.stop(milliseconds(200))) {
        }
        co_await node_.stop(std::min(left(), kNodeGrace));
        co_await enclave_.stop(std::min(left(), kPartGrace));
        co_await exchange_.stop(std::min(left(), kPartGrace));
        if (devnet_) co_await devnet_->stop(left());
    }

 private:
    std::string path(const std::string& name) const { return options_.data_dir + "/" + name; }
    std::string log_file(const std::string& name) const { return path("logs/" + name + ".log"); }

    ProcessSpec exchange_spec() const {
        ProcessSpec spec{
            .path = options_.programs + "/nsl",
            .args = {"exchange-sim", "--json", "--port", std::to_string(options_.sim_port),
                     "--seed", std::to_string(options_.seed)},
            .log_path = log_file("exchange-sim")};
        if (!options_.replay.empty()) {
            spec.args.insert(spec.args.end(), {"--replay", options_.replay, "--speed",
                                               std::to_string(options_.replay_speed)});
        }
        return spec;
    }
    ProcessSpec enclave_spec() const {
        return {.path = options_.programs + "/nsl-enclave",
                .args = {"--config", path("enclave.yaml")},
                .log_path = log_file("nsl-enclave")};
    }
    ProcessSpec node_spec() const {
        return {.path = options_.programs + "/nsld",
                .args = {"--config", path("nsld.yaml")},
                .log_path = log_file("nsld")};
    }

    Task<Status> start_chain();
    Task<void> keep_chain();
    Task<Status> start_exchanges();
    Task<Status> start_enclave();
    Task<Status> deploy();
    Task<Status> start_node();
    Result<neo::PrivateKey> publisher_key();

    StackOptions options_;
    Clock& clock_;
    Logger log_;
    TaskGroup tasks_;
    net::HttpClient http_;
    StackInfo info_;
    std::string feeds_;
    tee::EnclaveIdentity identity_;
    std::unique_ptr<Devnet> devnet_;
    Child exchange_, enclave_, node_;
};

Task<Status> RunningStack::start_chain() {
    auto executor = co_await asio::this_coro::executor;
    CO_TRY(devnet_, co_await Devnet::start(executor,
                                           {.data_dir = path("chain"),
                                            .rpc_port = options_.rpc_port,
                                            .block_time_ms = options_.block_time_ms,
                                            .neo_go = options_.neo_go},
                                           clock_, log_.named("devnet")));
    info_.rpc = devnet_->rpc_url();
    options_.rpc_port = devnet_->rpc_port();
    co_return Status{};
}

// The chain is the one part that is not a Child: its key is needed here. It comes back on the same
// port with the same data.
Task<void> RunningStack::keep_chain() {
    for (;;) {
        int status = co_await devnet_->wait();
        log_.warn("chain ended: starting it again", {{"status", status}});
        devnet_.reset();
        for (;;) {
            Status started = co_await start_chain();
            if (started) break;
            log_.error("chain does not start", {{"cause", started.error().message}});
            co_await clock_.sleep_for(milliseconds(1'000));
        }
    }
}

Task<Status> RunningStack::start_exchanges() {
    CO_TRY(json::Object ready, co_await exchange_.start());
    auto* port = ready.if_contains("port");
    if (!port || !port->is_int64())
        co_return fail(Errc::internal, "exchange-sim's ready line has no port");
    options_.sim_port = static_cast<std::uint16_t>(port->get_int64());
    info_.exchange = "http://127.0.0.1:" + std::to_string(options_.sim_port);
    co_return Status{};
}

Task<Status> RunningStack::start_enclave() {
    std::string config = "socket: " + path("enclave.sock") + "\ndata_dir: " + path("enclave") +
                         "\nprovider: simulated\nvenues:\n";
    for (const char* venue : kVenues)
        config += std::string("  - {name: ") + venue +
                  ", url: \"ws://127.0.0.1:" + std::to_string(options_.sim_port) + "/" + venue +
                  "\"}\n";
    CO_TRY_OK(replace_private_file(path("enclave.yaml"), as_bytes(config + feeds_)));
    CO_TRY(json::Object ready, co_await enclave_.start());
    CO_TRY(info_.signer, text_of(ready, "public_key", "nsl-enclave"));
    tee::EnclaveClient client(tasks_, log_, path("enclave.sock"));
    CO_TRY(identity_, co_await client.identity());
    co_return Status{};
}

Result<neo::PrivateKey> RunningStack::publisher_key() {
    std::string wallet_file = path("publisher.json"), password_file = path("publisher.password");
    if (fs::exists(wallet_file)) {
        TRY(std::string json, read_file(wallet_file, neo::kWalletBytesMax));
        TRY(const Secret<std::string> password, read_password_file(password_file));
        TRY(neo::Wallet wallet, neo::Wallet::parse(json));
        if (wallet.accounts.empty()) return fail(Errc::internal, wallet_file + " is empty");
        return wallet.unlock(wallet.accounts.front().account, password.reveal());
    }
    OsRandom random;
    ByteArray<16> secret;
    random.fill(secret);
    std::string password = hex_encode(secret);
    neo::PrivateKey key = neo::PrivateKey::generate(random);
    neo::Wallet wallet;
    TRY_OK(wallet.add(key, password, "price feed publisher (development)"));
    TRY_OK(replace_private_file(password_file, as_bytes(password + "\n")));
    TRY_OK(replace_private_file(wallet_file, as_bytes(wallet.to_json())));
    return key;
}

Task<Status> RunningStack::deploy() {
    chain::RpcClient rpc(http_, info_.rpc, log_.named("rpc"));
    CO_TRY(neo::PrivateKey publisher, publisher_key());
    // Whether a kept contract still fits the enclave and its feeds, the node checks.
    CO_TRY(neo::Hash160 contract,
           co_await deploy_price_feed(
               rpc, clock_, log_.named("deploy"), devnet_->key(), publisher,
               {options_.contract_dir + "/pricefeed.nef",
                options_.contract_dir + "/pricefeed.manifest.json", identity_}));
    info_.contract = contract.display();
    co_return Status{};
}

Task<Status> RunningStack::start_node() {
    std::string config =
        "rpc: " + info_.rpc + "\nnetwork: " + std::to_string(devnet_->network()) +
        "\ncontract: \"" + info_.contract + "\"\nwallet: " + path("publisher.json") +
        "\nwallet_password_file: " + path("publisher.password") +
        "\nenclave_socket: " + path("enclave.sock") + "\ndata_dir: " + path("node") +
        "\npoll_ms: 100\napi: {port: " + std::to_string(options_.api_port) + "}\n";
    CO_TRY_OK(replace_private_file(path("nsld.yaml"), as_bytes(config + feeds_)));
    CO_TRY(json::Object ready, co_await node_.start());
    CO_TRY(info_.api, text_of(ready, "api", "nsld"));
    // A restarted node must be found where it was.
    if (options_.api_port == 0) {
        options_.api_port =
            static_cast<std::uint16_t>(std::stoi(info_.api.substr(info_.api.rfind(':') + 1)));
        std::size_t at = config.find("api: {port: 0}");
        NSL_ASSERT(at != std::string::npos);
        config.replace(at, 14, "api: {port: " + std::to_string(options_.api_port) + "}");
        CO_TRY_OK(replace_private_file(path("nsld.yaml"), as_bytes(config + feeds_)));
    }
    co_return Status{};
}

Task<Status> RunningStack::start() {
    std::error_code made;
    fs::create_directories(path("logs"), made);
    if (made)
        co_return fail(Errc::unavailable,
                       "cannot create " + options_.data_dir + ": " + made.message());
    // The enclave's folder must be its own; the publisher's key is in the one above.
    for (const std::string& own : {options_.data_dir, path("enclave")}) {
        fs::create_directories(own, made);
        fs::permissions(own, fs::perms::owner_all, made);
        if (made)
            co_return fail(Errc::unavailable, "cannot prepare " + own + ": " + made.message());
    }
    CO_TRY(feeds_, read_file(options_.feeds_file, kFeedsBytesMax));
    CO_TRY_OK(co_await start_chain());
    CO_TRY_OK(co_await start_exchanges());
    CO_TRY_OK(co_await start_enclave());
    CO_TRY_OK(co_await deploy());
    CO_TRY_OK(co_await start_node());
    tasks_.spawn("keep chain", keep_chain());
    tasks_.spawn("keep exchange-sim", exchange_.supervise());
    tasks_.spawn("keep nsl-enclave", enclave_.supervise());
    tasks_.spawn("keep nsld", node_.supervise());
    co_return Status{};
}

}  // namespace

Task<Result<std::unique_ptr<Stack>>> Stack::start(StackOptions options, Clock& clock, Logger log) {
    auto executor = co_await asio::this_coro::executor;
    auto stack =
        std::make_unique<RunningStack>(std::move(options), executor, clock, std::move(log));
    Status started;
    std::exception_ptr cancelled;
    try {
        started = co_await stack->start();
    } catch (const boost::system::system_error&) {
        cancelled = std::current_exception();
    }
    if (started && !cancelled) co_return std::move(stack);
    // An orderly stop, also of a start that was interrupted: killing the chain would lose blocks.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await stack->stop(kStopAfterFailure);
    if (cancelled) std::rethrow_exception(cancelled);
    co_return std::unexpected(std::move(started).error());
}

}  // namespace nsl::cli
