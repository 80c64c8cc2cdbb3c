// SPDX-License-Identifier: Apache-2.0
#include "cli/devnet.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "chain/rpc_client.h"
#include "cli/neo_go.h"
#include "neo/wallet.h"
#include "net/http_client.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;

constexpr milliseconds kStartLimit{30'000};
constexpr milliseconds kPollEvery{50};
constexpr int kPortTries = 3;
constexpr std::uint32_t kBlockTimeMax = 30'000;  // ms, of the protocol
constexpr std::size_t kFactsBytesMax = std::size_t{4} * 1024;

// What a data folder was made with (devnet.json).
struct ChainFacts {
    std::uint32_t network = 0;
    std::uint32_t block_time_ms = 0;
};
BOOST_DESCRIBE_STRUCT(ChainFacts, (), (network, block_time_ms))

Error explain_end(int status, const std::string& data_dir, const std::string& words) {
    if (words.contains("Magic mismatch") || words.contains("genesis"))
        return {.code = Errc::conflict,
                .message = data_dir + " holds the chain of another network: " + words};
    if (words.contains("resource temporarily unavailable"))
        return {.code = Errc::conflict, .message = data_dir + " is in use by another node"};
    return {.code = Errc::unavailable,
            .message = "neo-go ended with status " + std::to_string(status) + ": " + words};
}

neo::PrivateKey new_key(const DevnetOptions& options) {
    OsRandom system;
    return neo::PrivateKey::generate(options.random != nullptr ? *options.random : system);
}

// The folder's key, made now if it has none.
Result<neo::PrivateKey> folder_key(const DevnetOptions& options, const std::string& wallet_path) {
    if (!fs::exists(wallet_path)) return new_key(options);
    TRY(std::string text, read_file(wallet_path, neo::kWalletBytesMax));
    TRY(neo::Wallet wallet, neo::Wallet::parse(text));
    if (wallet.accounts.empty())
        return fail(Errc::invalid_argument, wallet_path + " should hold the validator's account");
    return wallet.unlock(wallet.accounts.front().account, Devnet::kWalletPassword);
}

}  // namespace

Devnet::Devnet(DevnetOptions options, neo::PrivateKey key)
    : options_(std::move(options)), key_(std::move(key)) {}

Devnet::~Devnet() = default;

std::string Devnet::rpc_url() const {
    return "http://127.0.0.1:" + std::to_string(port_);
}

std::string Devnet::wallet_path() const {
    return options_.data_dir.empty() ? "" : options_.data_dir + "/wallet.json";
}

int Devnet::pid() const {
    return process_->pid();
}

Task<int> Devnet::stop(milliseconds grace) {
    co_return co_await process_->stop(grace);
}

Task<int> Devnet::wait() {
    co_return co_await process_->wait();
}

Task<Result<std::unique_ptr<Devnet>>> Devnet::start(asio::any_io_executor executor,
                                                    DevnetOptions options, Clock& clock,
                                                    Logger log) {
    if (options.block_time_ms == 0 || options.block_time_ms > kBlockTimeMax)
        co_return fail(Errc::invalid_argument, "block_time_ms should be 1 to 30,000");
    if (options.neo_go.empty()) {
        CO_TRY(options.neo_go, find_neo_go());
    }
    // In memory, files are needed only until the node has read them.
    std::optional<ScratchFolder> scratch;
    std::string dir = options.data_dir;
    if (dir.empty()) {
        CO_TRY(scratch, ScratchFolder::make("nsl-devnet"));
        dir = scratch->path();
    } else {
        std::error_code ec;
        if (fs::create_directories(dir, ec)) fs::permissions(dir, fs::perms::owner_all, ec);
        if (!ec) dir = fs::canonical(dir, ec).string();
        if (ec) co_return fail(Errc::unavailable, "cannot make " + dir + ": " + ec.message());
        options.data_dir = dir;
    }
    CO_TRY(neo::PrivateKey key, folder_key(options, dir + "/wallet.json"));
    std::unique_ptr<Devnet> devnet(new Devnet(std::move(options), std::move(key)));
    CO_TRY_OK(devnet->prepare_files(dir));
    const bool any_port = devnet->options_.rpc_port == 0;
    for (int tries = 1;; ++tries) {
        CO_TRY(devnet->port_, free_port(executor, devnet->options_.rpc_port));
        Status ready = co_await devnet->run(executor, clock, log, dir);
        if (ready) break;
        // Somebody took the free port before the node did.
        if (!any_port || ready.error().code != Errc::conflict || tries == kPortTries)
            co_return std::unexpected(std::move(ready).error());
    }
    log.info("development network runs", {{"rpc", devnet->rpc_url()},
                                          {"network", devnet->network_},
                                          {"block_time_ms", devnet->block_time_ms_},
                                          {"data_dir", devnet->options_.data_dir}});
    co_return devnet;
}

Status Devnet::prepare_files(const std::string& dir) {
    const std::string wallet_path = dir + "/wallet.json";
    const std::string facts_path = dir + "/devnet.json";
    const bool has_chain = fs::exists(dir + "/chain");
    ChainFacts facts{.network = 0, .block_time_ms = options_.block_time_ms};
    if (fs::exists(facts_path)) {
        TRY(std::string text, read_file(facts_path, kFactsBytesMax));
        TRY(facts, json::parse<ChainFacts>(text));
    } else {
        if (has_chain)
            return fail(Errc::conflict, dir +
                                            " holds the chain of another network: devnet.json, "
                                            "which would name it, is missing");
        OsRandom system;
        Random& random = options_.random != nullptr ? *options_.random : system;
        facts.network = static_cast<std::uint32_t>(1 + random.below((1U << 31) - 1));
    }
    if (!fs::exists(wallet_path)) {
        if (has_chain)
            return fail(Errc::conflict, dir + " holds a chain, but its wallet.json is missing");
        neo::Wallet wallet;
        TRY_OK(wallet.add(key_, kWalletPassword,
                          "devnet validator (development only, the password is public)", true));
        TRY_OK(replace_private_file(wallet_path, as_bytes(wallet.to_json())));
    }
    TRY_OK(replace_private_file(facts_path, as_bytes(json::write(facts))));
    network_ = facts.network;
    block_time_ms_ = facts.block_time_ms;
    return {};
}

Task<Status> Devnet::run(asio::any_io_executor executor, Clock& clock, Logger log,
                         std::string dir) {
    const NeoGoConfig config{.network = network_,
                             .block_time_ms = block_time_ms_,
                             .validator = key_.public_key(),
                             .database = options_.data_dir.empty() ? "" : dir + "/chain",
                             .wallet = dir + "/wallet.json",
                             .wallet_password = std::string(kWalletPassword),
                             .rpc_port = port_,
                             .p2p_port = options_.p2p_port,
                             .memory_pool = options_.memory_pool};
    CO_TRY_OK(replace_private_file(dir + "/neo-go.yml", as_bytes(neo_go_yaml(config))));
    const std::string log_path = dir + "/neo-go.log";
    std::error_code ec;
    const std::uintmax_t before = fs::file_size(log_path, ec);
    CO_TRY(process_,
           Process::start(executor, {.path = options_.neo_go,
                                     .args = {"node", "--config-file", dir + "/neo-go.yml"},
                                     .log_path = log_path}));
    co_return co_await wait_ready(executor, clock, log, log_path, ec ? 0 : before);
}

// neo-go that cannot bind its port says nothing and hangs; so an answer of somebody else, or none,
// is what shows it.
Task<Status> Devnet::wait_ready(asio::any_io_executor executor, Clock& clock, Logger log,
                                std::string log_path, std::uintmax_t log_begin) {
    net::HttpClient http(executor, net::EgressPolicy::any(),
                         {.connect = milliseconds(1'000), .total = milliseconds(2'000)});
    chain::RpcClient rpc(http, rpc_url(), log.named("rpc"));
    const auto deadline = clock.monotonic() + kStartLimit;
    const std::string foreign =
        "port " + std::to_string(port_) + " of 127.0.0.1 is in use: another program answers there";
    std::uint32_t first_count = 0;
    for (;;) {
        if (const auto status = process_->exit_status())
            co_return std::unexpected(
                explain_end(*status, options_.data_dir, last_words(log_path, log_begin)));
        const auto version = co_await rpc.version();
        if (version ? version->network != network_ : version.error().code == Errc::internal)
            co_return fail(Errc::conflict, foreign);
        if (version) {
            const auto count = co_await rpc.block_count();
            if (count && first_count == 0) first_count = *count;
            if (count && *count > first_count) co_return Status{};
        }
        if (clock.monotonic() > deadline)
            co_return fail(Errc::timeout,
                           "neo-go was not ready within 30 s: " + last_words(log_path, log_begin));
        co_await clock.sleep_for(kPollEvery);
    }
}

}  // namespace nsl::cli
