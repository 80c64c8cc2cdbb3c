// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL server of this test program's own, in a scratch folder, on a Unix socket there and
// nowhere else. It dies with the program, however that ends.
#pragma once
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/spawn.h"
#include "store/postgres/connection.h"

namespace nsl::store {

class PostgresServer {
 public:
    // Errors: not_found (no server on this machine), unavailable.
    static Result<std::unique_ptr<PostgresServer>> start() {
        if (!std::filesystem::exists(program("postgres")))
            return fail(Errc::not_found, "there is no " + program("postgres"));
        TRY(ScratchFolder folder, ScratchFolder::make("nsl-postgres"));
        std::unique_ptr<PostgresServer> out(new PostgresServer(std::move(folder)));
        TRY_OK(out->make_cluster());
        TRY_OK(out->up());
        return out;
    }
    ~PostgresServer() { down(SIGQUIT); }

    // From the test's own thread: the server ends with the thread that started it. Errors:
    // unavailable (does not answer in time).
    Status up() {
        const std::string socket = "unix_socket_directories=" + room();
        auto started = Process::start(
            loop_.get_executor(),
            as_owner({program("postgres"), "-D", data(), "-c", "listen_addresses=", "-c", socket,
                      "-c", "max_connections=150", "-c", "log_min_messages=panic"}));
        if (!started) return std::unexpected(started.error());
        process_ = *std::move(started);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        for (;;) {
            auto session = PgSession::connect(url("postgres"), milliseconds(5'000));
            if (session) return {};
            if (std::chrono::steady_clock::now() > end || process_->exit_status())
                return std::unexpected(session.error());
            RealClock clock;
            run_blocking(loop_, clock.sleep_for(milliseconds(20)));
        }
    }
    // SIGQUIT: as a crash; SIGINT: connections are cut, data is written; SIGKILL: as it says.
    void down(int signal) {
        if (!process_) return;
        process_->signal(signal);
        (void)run_blocking(loop_, process_->wait());
        process_.reset();
    }
    void restart(int signal) {
        down(signal);
        const Status again = up();
        EXPECT_TRUE(again) << again.error().message;
    }

    // After ALTER SYSTEM has taken them away.
    void allow_writes() {
        down(SIGINT);
        std::filesystem::remove(data() + "/postgresql.auto.conf");
        const Status again = up();
        EXPECT_TRUE(again) << again.error().message;
    }

    std::string url(const std::string& database) const {
        return "postgresql:///" + database + "?host=" + room() + "&user=postgres";
    }
    std::string socket_folder() const { return room(); }
    // A database of its own; its URL.
    std::string fresh_database() {
        const std::string name = "t" + std::to_string(++databases_);
        run("postgres", "CREATE DATABASE " + name);
        return url(name);
    }
    // As the database's owner.
    void run(const std::string& database, const std::string& sql) {
        auto session = PgSession::connect(url(database), milliseconds(30'000));
        ASSERT_TRUE(session) << session.error().message;
        const Status done = (*session)->script(sql);
        ASSERT_TRUE(done) << done.error().message;
    }

 private:
    explicit PostgresServer(ScratchFolder folder) : folder_(std::move(folder)) {}

    static std::string program(const std::string& name) {
        return "/usr/lib/postgresql/15/bin/" + name;
    }
    std::string room() const { return folder_.path() + "/room"; }
    std::string data() const { return room() + "/data"; }

    // The server refuses root: it runs as the user its package made, and dies with us.
    static ProcessSpec as_owner(std::vector<std::string> command) {
        if (::geteuid() != 0) {
            ProcessSpec out{.path = command.front(), .args = {command.begin() + 1, command.end()}};
            return out;
        }
        std::vector<std::string> args = {"--reuid=postgres", "--regid=postgres", "--clear-groups",
                                         "--pdeathsig=QUIT"};
        args.insert(args.end(), command.begin(), command.end());
        return {.path = "setpriv", .args = std::move(args), .work_dir = "/"};
    }

    Status make_cluster() {
        namespace fs = std::filesystem;
        fs::permissions(folder_.path(), fs::perms(0711));
        fs::create_directory(room());
        if (::geteuid() == 0) {
            const passwd* owner = ::getpwnam("postgres");
            if (!owner || ::chown(room().c_str(), owner->pw_uid, owner->pw_gid) != 0)
                return fail(Errc::unavailable, "there is no user postgres to run the server as");
        }
        ProcessSpec spec = as_owner({program("initdb"), "-D", data(), "-U", "postgres", "-A",
                                     "trust", "-E", "UTF8", "--locale=C", "--no-sync"});
        spec.log_path = folder_.path() + "/initdb.log";
        TRY(auto made, Process::start(loop_.get_executor(), std::move(spec)));
        auto drain = [](Process& process) -> Task<int> {
            for (;;) {
                auto line = co_await process.read_line();
                if (!line || !*line) break;
            }
            co_return co_await process.wait();
        };
        if (run_blocking(loop_, drain(*made)) != 0)
            return fail(Errc::unavailable, "initdb failed in " + folder_.path());
        return {};
    }

    ScratchFolder folder_;
    asio::io_context loop_;
    std::unique_ptr<Process> process_;
    int databases_ = 0;
};

// The program's one server, started by who asks first; null where there is no PostgreSQL.
inline PostgresServer* postgres_server() {
    static const std::unique_ptr<PostgresServer> server = [] {
        auto started = PostgresServer::start();
        if (started) return *std::move(started);
        if (started.error().code != Errc::not_found)
            ADD_FAILURE() << "PostgreSQL does not start: " << started.error().message;
        return std::unique_ptr<PostgresServer>();
    }();
    return server.get();
}

}  // namespace nsl::store
