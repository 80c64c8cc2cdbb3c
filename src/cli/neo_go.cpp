// SPDX-License-Identifier: Apache-2.0
#include "cli/neo_go.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/json.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kFoldersAbove = 8;
constexpr std::size_t kLogTail = std::size_t{16} * 1024;  // bytes

bool runnable(const std::string& path) {
    return access(path.c_str(), X_OK) == 0;
}

// YAML takes a JSON string for what it is.
std::string quoted(const std::string& text) {
    return json::write_value(json::Value(text));
}

std::string local_address(std::uint16_t port) {
    return "\"127.0.0.1:" + std::to_string(port) + "\"";
}

// Of nodes on one machine, so that one follows soon after each start. There are no defaults:
// without an interval, a node that gets a peer ends at once.
constexpr const char* kIntervals =
    "DialTimeout: 1s, ProtoTickInterval: 100ms, PingInterval: 300ms, PingTimeout: 5s";

}  // namespace

Result<std::string> find_neo_go() {
    if (const char* set = std::getenv("NEO_GO"); set != nullptr && *set != '\0') {
        if (runnable(set)) return std::string(set);
        return fail(Errc::not_found, std::string("NEO_GO is ") + set + ", which cannot be run");
    }
    if (const char* source = std::getenv("NSL_SOURCE_DIR")) {
        std::string built = std::string(source) + "/.tools/bin/neo-go";
        if (runnable(built)) return built;
    }
    std::error_code ec;
    fs::path folder = fs::read_symlink("/proc/self/exe", ec).parent_path();
    for (int i = 0; i < kFoldersAbove && !ec && folder != folder.root_path(); ++i) {
        const fs::path built = folder / ".tools/bin/neo-go";
        if (runnable(built)) return built.string();
        folder = folder.parent_path();
    }
    const char* value = std::getenv("PATH");
    std::string_view folders = value != nullptr ? value : "";
    while (!folders.empty()) {
        const std::string_view one = folders.substr(0, folders.find(':'));
        folders.remove_prefix(std::min(folders.size(), one.size() + 1));
        std::string built = std::string(one) + "/neo-go";
        if (!one.empty() && runnable(built)) return built;
    }
    return fail(Errc::not_found,
                "no neo-go: run scripts/setup in the source folder, which builds "
                ".tools/bin/neo-go, or set NEO_GO to a neo-go of version 0.122 or newer");
}

std::string neo_go_yaml(const NeoGoConfig& config) {
    const std::string time = std::to_string(config.block_time_ms) + "ms";
    const std::string database =
        config.database.empty()
            ? "{Type: inmemory}"
            : "{Type: leveldb, LevelDBOptions: {DataDirectoryPath: " + quoted(config.database) +
                  "}}";
    std::string out = "ProtocolConfiguration:\n  Magic: " + std::to_string(config.network) +
                      "\n  TimePerBlock: " + time + "\n  Genesis: {TimePerBlock: " + time +
                      ", MaxValidUntilBlockIncrement: 5760}\n  StandbyCommittee: [\"" +
                      config.validator.hex() +
                      "\"]\n  ValidatorsCount: 1\n  VerifyTransactions: true\n";
    if (config.memory_pool != 0)
        out += "  MemPoolSize: " + std::to_string(config.memory_pool) + "\n";
    if (config.seed_port != 0) out += "  SeedList: [" + local_address(config.seed_port) + "]\n";
    out += "ApplicationConfiguration:\n  Relay: true\n  DBConfiguration: " + database +
           "\n  P2P: {Addresses: [" + local_address(config.p2p_port) +
           "], MinPeers: " + (config.seed_port == 0 ? "0, " : "1, ") + kIntervals + "}\n";
    if (!config.wallet.empty())
        out +=
            "  Consensus:\n    Enabled: true\n    UnlockWallet: {Path: " + quoted(config.wallet) +
            ", Password: " + quoted(config.wallet_password) + "}\n";
    return out + "  RPC:\n    Enabled: true\n    Addresses: [" + local_address(config.rpc_port) +
           "]\n    SessionEnabled: true\n    SessionLifetime: 60s\n    MaxGasInvoke: 50\n"
           "    MempoolSubscriptionsEnabled: true\n"
           "  Prometheus: {Enabled: false}\n  Pprof: {Enabled: false}\n";
}

Result<std::uint16_t> free_port(asio::any_io_executor executor, std::uint16_t wanted) {
    using asio::ip::tcp;
    boost::system::error_code ec;
    tcp::acceptor probe(executor);
    probe.open(tcp::v4(), ec);
    if (!ec) probe.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) probe.bind({asio::ip::address_v4::loopback(), wanted}, ec);
    if (!ec) probe.listen(1, ec);
    if (ec)
        return fail(Errc::conflict,
                    "port " + std::to_string(wanted) + " of 127.0.0.1 is in use: " + ec.message());
    return probe.local_endpoint().port();
}

std::string last_words(const std::string& log_path, std::uintmax_t begin) {
    std::ifstream in(log_path, std::ios::binary);
    std::error_code ec;
    const std::uintmax_t size = fs::file_size(log_path, ec);
    if (ec || !in) return "nothing was logged";
    in.seekg(static_cast<std::streamoff>(std::max(begin, size > kLogTail ? size - kLogTail : 0)));
    std::string line;
    std::string words;
    while (std::getline(in, line))
        if (!line.empty() && (words.empty() || !line.starts_with("INFO"))) words = line;
    return words.empty() ? "nothing was logged" : words;
}

}  // namespace nsl::cli
