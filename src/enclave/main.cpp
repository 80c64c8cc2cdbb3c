// SPDX-License-Identifier: Apache-2.0
// nsl-enclave: the trusted process. Construction order below is start order.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "base/encoding.h"
#include "base/json.h"
#include "base/log.h"
#include "base/random.h"
#include "base/shutdown.h"
#include "base/spawn.h"
#include "enclave/config.h"
#include "enclave/hardening.h"
#include "enclave/keyring.h"
#include "enclave/price_book.h"
#include "enclave/price_service.h"
#include "enclave/report_desk.h"
#include "enclave/server.h"
#include "tee/provider.h"

namespace nsl::enclave {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitStuck = 1;  // did not stop in time
constexpr int kExitUsage = 2;  // command line or configuration
constexpr int kExitStart = 3;  // socket in use, key damaged, data directory not usable
constexpr milliseconds kStopWithin{1'500};

// One line of JSON on standard output, for whoever started us.
void say(const json::Object& event) {
    std::printf("%s\n", json::write_value(event).c_str());
    std::fflush(stdout);
}

int complain(int code, const Error& error) {
    std::fprintf(stderr, "nsl-enclave: %s\n", error.message.c_str());
    for (const Fault& fault : error.faults)
        std::fprintf(stderr, "  %s: %s\n", fault.where.c_str(), fault.message.c_str());
    return code;
}

struct Keys {
    std::unique_ptr<tee::Provider> provider;
    Keyring keyring;
};

Result<Keys> open_keys(const EnclaveConfig& config, Random& random) {
    TRY_OK(lock_data_dir(config.data_dir));
    TRY(auto provider, tee::simulated_provider(config.data_dir + "/platform.key", random));
    TRY(Keyring keyring, Keyring::open(*provider, config.data_dir, random));
    return Keys{std::move(provider), std::move(keyring)};
}

Task<void> run_until_stopped(TaskGroup& tasks, EnclaveServer& server, Logger log, bool with_parent,
                             bool& stopped) {
    const std::string why = co_await wait_for_stop_signal(with_parent);
    log.info("stopping", {{"reason", why}});
    server.close();
    stopped = co_await tasks.stop(kStopWithin);
}

int run(const EnclaveConfig& config, bool with_parent) {
    // The roots of trust for venues' TLS are the system's, not what the host's environment names.
    for (const char* name : {"SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF"}) ::unsetenv(name);
    if (Status hard = harden_process(); !hard) return complain(kExitStart, hard.error());
    const Logger log(stderr_sink(log_level(config.log), log_format(config.log)), "enclave");
    RealClock clock;
    OsRandom random;
    Result<Keys> keys = open_keys(config, random);
    if (!keys) return complain(kExitStart, keys.error());
    if (keys->keyring.is_new())
        log.warn("made a new report key: contracts must be told of it",
                 {{"public_key", keys->keyring.report_key().hex()}});
    auto book = PriceBook::make({.feeds = config.feeds}, log.named("prices"));
    if (!book) return complain(kExitUsage, book.error());

    asio::io_context loop(1);
    TaskGroup tasks(loop.get_executor(), log);
    PriceService prices(tasks, clock, random, log.named("venues"), **book, config.venues,
                        milliseconds(config.evaluate_every_ms));
    ReportDesk desk(**book, std::move(keys->keyring), clock, keys->provider->name());
    auto server = EnclaveServer::listen(tasks, log.named("server"), config.socket, desk);
    if (!server) return complain(kExitStart, server.error());
    prices.start();

    const tee::EnclaveIdentity identity = desk.identity();
    say({{"event", "ready"},
         {"public_key", identity.public_key.hex()},
         {"config_id", hex_encode(identity.config_id)}});
    bool stopped = false;
    run_blocking(loop, run_until_stopped(tasks, **server, log, with_parent, stopped));
    if (stopped) return kExitOk;
    // What still runs refers to what is about to be destroyed.
    std::_Exit(kExitStuck);
}

int main_of(int argc, char** argv) {
    CLI::App app("The trusted process of the Neo Service Layer: price engine and report key.");
    std::string config_path;
    bool check = false;
    bool with_parent = false;
    app.add_option("--config", config_path, "configuration file (YAML)")->required();
    app.add_flag("--check", check, "check the configuration and end");
    app.add_flag("--with-parent", with_parent, "end when the process that started this one ends");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kExitOk : kExitUsage;
    }
    const Result<EnclaveConfig> config = load_config(config_path, config::process_environment());
    if (!config) return complain(kExitUsage, config.error());
    if (check) {
        say({{"event", "checked"},
             {"config_id", hex_encode(pricefeed::config_id({.feeds = config->feeds}))}});
        return kExitOk;
    }
    return run(*config, with_parent);
}

}  // namespace
}  // namespace nsl::enclave

int main(int argc, char** argv) {
    try {
        return nsl::enclave::main_of(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "nsl-enclave: %s\n", error.what());
        return 3;
    }
}
