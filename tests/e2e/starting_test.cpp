// SPDX-License-Identifier: Apache-2.0
// What an operator sees when a program cannot start: a clear message and its exit code.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/spawn.h"
#include "net/ws_server.h"
#include "stack_fixture.h"

namespace nsl {
namespace {

using testing_support::Ended;
using testing_support::program;
using testing_support::source_dir;

class Starting : public ::testing::Test {
 protected:
    void SetUp() override {
        dir_ = std::filesystem::temp_directory_path() / ("nsl-start-" + std::to_string(::getpid()));
        std::filesystem::create_directories(dir_);
        std::ifstream feeds(source_dir() + "/deploy/feeds.yaml");
        feeds_.assign(std::istreambuf_iterator<char>(feeds), {});
    }
    void TearDown() override { std::filesystem::remove_all(dir_); }

    // Runs a program to its end with a configuration; its standard error is in errors_.
    int start(const std::string& name, const std::string& config,
              std::vector<std::string> more = {}) {
        std::string file = dir_ / "config.yaml", log = dir_ / "errors";
        std::filesystem::remove(log);
        std::ofstream(file) << config << feeds_;
        std::vector<std::string> args{"--config", file};
        args.insert(args.end(), more.begin(), more.end());
        Ended ended = run_blocking(
            loop_,
            testing_support::run_to_end({.path = program(name), .args = args, .log_path = log}));
        std::ifstream in(log);
        errors_.assign(std::istreambuf_iterator<char>(in), {});
        return ended.status;
    }

    std::string node_config(const std::string& data_dir) const {
        return "rpc: http://127.0.0.1:1\nnetwork: 1\ncontract: \"0x" + std::string(40, '1') +
               "\"\nwallet: w.json\nwallet_password_file: p\nenclave_socket: s.sock\ndata_dir: " +
               data_dir + "\n";
    }
    std::string enclave_config() const {
        return "socket: " + (dir_ / "e.sock").string() +
               "\ndata_dir: " + (dir_ / "enclave").string() +
               "\nprovider: simulated\nvenues:\n"
               "  - {name: binance, url: \"ws://127.0.0.1:1/\"}\n"
               "  - {name: okx, url: \"ws://127.0.0.1:1/\"}\n"
               "  - {name: gate, url: \"ws://127.0.0.1:1/\"}\n"
               "  - {name: coinbase, url: \"ws://127.0.0.1:1/\"}\n"
               "  - {name: kraken, url: \"ws://127.0.0.1:1/\"}\n"
               "  - {name: bitstamp, url: \"ws://127.0.0.1:1/\"}\n";
    }

    asio::io_context loop_;
    std::filesystem::path dir_;
    std::string feeds_, errors_;
};

TEST_F(Starting, AnUnknownConfigurationKeyIsNamedWithItsLineAndTheNearestKnownOne) {
    EXPECT_EQ(start("nsld", node_config(dir_) + "pol_ms: 100\n"), 2);
    EXPECT_NE(errors_.find("pol_ms"), std::string::npos) << errors_;
    EXPECT_NE(errors_.find("poll_ms"), std::string::npos) << errors_;
    EXPECT_NE(errors_.find(":8"), std::string::npos) << errors_;
    EXPECT_EQ(start("nsl-enclave", enclave_config() + "sockt: x\n"), 2);
    EXPECT_NE(errors_.find("sockt"), std::string::npos) << errors_;
}

TEST_F(Starting, AGoodConfigurationPassesTheCheck) {
    EXPECT_EQ(start("nsld", node_config(dir_), {"--check"}), 0) << errors_;
    EXPECT_EQ(start("nsl-enclave", enclave_config(), {"--check"}), 0) << errors_;
    std::string several = node_config(dir_);
    several.replace(0, several.find('\n'), "rpc: [http://127.0.0.1:1, http://127.0.0.1:2]");
    EXPECT_EQ(start("nsld", several, {"--check"}), 0) << errors_;
}

TEST_F(Starting, ADatabaseThatCannotBeWrittenIsNamed) {
    // The database's path is taken by a folder: not writable for anyone, root included.
    std::filesystem::create_directories(dir_ / "node" / "nsld.sqlite");
    EXPECT_EQ(start("nsld", node_config(dir_ / "node")), 3);
    EXPECT_NE(errors_.find("nsld.sqlite"), std::string::npos) << errors_;
    std::ofstream(dir_ / "file") << "not a folder";
    EXPECT_EQ(start("nsld", node_config(dir_ / "file" / "below")), 3);
    EXPECT_NE(errors_.find("file/below"), std::string::npos) << errors_;
}

TEST_F(Starting, AnAlteredKeyFileStopsTheEnclaveInsteadOfMakingANewKey) {
    std::filesystem::create_directories(dir_ / "enclave");
    ::chmod((dir_ / "enclave").c_str(), 0700);
    std::ofstream(dir_ / "enclave" / "report-key.sealed") << "damaged";
    ::chmod((dir_ / "enclave" / "report-key.sealed").c_str(), 0600);
    EXPECT_EQ(start("nsl-enclave", enclave_config()), 3);
    EXPECT_NE(errors_.find("report-key.sealed"), std::string::npos) << errors_;
}

TEST_F(Starting, APortInUseIsNamed) {
    TaskGroup tasks(loop_.get_executor(), Logger());
    auto taken = net::WsServer::listen(tasks, Logger(), 0, {});
    ASSERT_TRUE(taken.has_value());
    std::string port = std::to_string((*taken)->port());
    std::string log = dir_ / "port.log";
    Ended ended = run_blocking(
        loop_,
        testing_support::run_to_end(
            {.path = program("nsl"), .args = {"exchange-sim", "--port", port}, .log_path = log}));
    EXPECT_EQ(ended.status, 1);
    std::ifstream in(log);
    std::string errors(std::istreambuf_iterator<char>(in), {});
    EXPECT_NE(errors.find(port), std::string::npos) << errors;
    (*taken)->close();
    run_blocking(loop_, tasks.stop(milliseconds(1'000)));
}

}  // namespace
}  // namespace nsl
