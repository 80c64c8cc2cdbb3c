// SPDX-License-Identifier: Apache-2.0
// Two processes and one PostgreSQL: they share a lease and a queue while one or the other is killed
// or stands still at moments that a seed chooses, and the server once as well. $NSL_SEED repeats
// them.
#include "two_nodes.h"

#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "base/deadline.h"
#include "base/random.h"
#include "postgres_server.h"
#include "store/open.h"

namespace nsl::store::two_nodes {
namespace {

using std::chrono::steady_clock;

constexpr int kRounds = 8;
constexpr int kJobsOfRound = 400;
constexpr std::size_t kLogShown = 10'000;  // bytes, of a failure
constexpr milliseconds kSoon{15'000};
constexpr milliseconds kTakeoverMax = kLeaderLease + milliseconds(1'000);

std::uint64_t seed() {
    static const std::uint64_t chosen = [] {
        const char* set = std::getenv("NSL_SEED");
        const std::uint64_t out = set ? std::stoull(set) : std::random_device()();
        std::cout << "seed " << out << " (NSL_SEED=" << out << " repeats it)" << std::endl;
        return out;
    }();
    return chosen;
}

// A process that begins anew under another name after each kill.
class Node {
 public:
    Node(asio::io_context& loop, std::string name, std::string url, std::string log)
        : loop_(loop), name_(std::move(name)), url_(std::move(url)), log_(std::move(log)) {}

    std::string owner() const { return name_ + std::to_string(starts_); }
    void start() {
        ++starts_;
        auto started = Process::start(
            loop_.get_executor(),
            {.path = NSL_TWO_NODES_WORKER, .args = {url_, owner()}, .log_path = log_});
        ASSERT_TRUE(started) << started.error().message;
        process_ = *std::move(started);
        auto line = run_blocking(loop_, with_deadline(process_->read_line(), kSoon, "the start"));
        ASSERT_TRUE(line && *line && **line == "ready") << owner() << " did not start";
    }
    void kill() {
        process_->signal(SIGKILL);
        EXPECT_EQ(run_blocking(loop_, process_->wait()), 128 + SIGKILL);
    }
    void freeze() { process_->signal(SIGSTOP); }
    void thaw() { process_->signal(SIGCONT); }
    int stop() { return run_blocking(loop_, process_->stop(kSoon)); }

 private:
    asio::io_context& loop_;
    const std::string name_, url_, log_;
    std::unique_ptr<Process> process_;
    int starts_ = 0;
};

class TwoNodes : public ::testing::Test {
 protected:
    void SetUp() override {
        const std::string database = postgres_server()->fresh_database();
        auto opened = open({.url = database, .connections = 2}, schema());
        ASSERT_TRUE(opened) << opened.error().message;
        db_ = *std::move(opened);
        const std::string name = database.substr(database.find("///") + 3);
        postgres_server()->run(name.substr(0, name.find('?')), kEffects);
        for (const char* node : {"north", "south"})
            nodes_.push_back(
                std::make_unique<Node>(loop_, node, database, folder_.path() + "/log"));
    }
    void TearDown() override {
        nodes_.clear();
        db_.reset();
        const std::string log = read_file(folder_.path() + "/log", 1 << 24).value_or("");
        if (HasFailure())
            std::cout << log.substr(log.size() - std::min(log.size(), kLogShown)) << std::flush;
    }

    // Jobs keep their order of adding as payload.
    void add_jobs(int count) {
        std::vector<std::int64_t> ids;
        const Status added = run_blocking(loop_, db_->transact([&](Tx& tx) -> Status {
            ids.clear();
            for (int i = 0; i < count; ++i) {
                const auto payload = std::to_string(ids_.size() + ids.size());
                TRY(const Added one,
                    SqlJobs::add(tx, {.queue = kQueue, .payload = payload, .attempts_max = 1'000}));
                ids.push_back(one.id);
            }
            return {};
        }));
        ASSERT_TRUE(added) << added.error().message;
        ids_.insert(ids_.end(), ids.begin(), ids.end());
    }
    std::int64_t number(std::string sql) {
        std::int64_t out = -1;
        const Status done = run_blocking(loop_, db_->read([&](Tx& tx) -> Status {
            TRY(const Row row, tx.row(sql));
            out = row.i64(0);
            return {};
        }));
        EXPECT_TRUE(done) << done.error().message;
        return out;
    }
    std::int64_t done() { return number("SELECT COUNT(*) FROM done"); }
    std::int64_t newest_fence() {
        return number("SELECT CAST(COALESCE(MAX(fence), 0) AS BIGINT) FROM fenced");
    }
    std::optional<Lease> holder() {
        SqlLeases leases(*db_);
        const auto found = run_blocking(loop_, leases.holder(kLeader));
        EXPECT_TRUE(found) << found.error().message;
        return found ? *found : std::nullopt;
    }
    QueueStats stats() {
        SqlJobs jobs(*db_);
        const auto found = run_blocking(loop_, jobs.stats(kQueue));
        EXPECT_TRUE(found) << found.error().message;
        return found ? *found : QueueStats{};
    }
    void pass(milliseconds span) {
        loop_.restart();
        loop_.run_for(span);
    }
    // How long it took, or nothing and a failure.
    std::optional<milliseconds> wait_until(const std::string& what, milliseconds most,
                                           const std::function<bool()>& holds) {
        const auto begun = steady_clock::now();
        for (;;) {
            const bool there = holds();
            const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
            if (there && took <= most) return took;
            if (took > most) {
                ADD_FAILURE() << what << ": not within " << most.count() << " ms";
                return std::nullopt;
            }
            pass(milliseconds(2));
        }
    }

    // The victim was just stopped; the other one writes under a fence of its own.
    void expect_takeover(const Lease& before, const char* how, milliseconds most) {
        const auto took =
            wait_until("take-over", most, [&] { return newest_fence() > before.fence; });
        if (!took) return;
        std::cout << before.owner << " " << how << ": taken over after " << took->count()
                  << " ms, of " << most.count() << std::endl;
        ++takeovers_;
    }
    void kill_and_start(Node& victim) {
        const auto before = holder();
        victim.kill();
        if (before && before->owner == victim.owner())
            expect_takeover(*before, "killed", kTakeoverMax);
        victim.start();
    }
    // Whoever leads comes back believing that it does.
    void freeze_and_thaw_the_leader() {
        const auto before = holder();
        for (const auto& node : nodes_) {
            if (!before || before->owner != node->owner()) continue;
            node->freeze();
            expect_takeover(*before, "frozen", kTakeoverMax + kStatementMax);
            node->thaw();
        }
    }
    // As after a crash of it. The nodes go on by themselves.
    void restart_server() {
        const std::int64_t before = done();
        const auto begun = steady_clock::now();
        postgres_server()->restart(SIGQUIT);
        const auto away = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
        add_jobs(1);
        const auto jobs = wait_until("jobs again", kSoon, [&] { return done() > before; });
        if (!jobs) return;
        std::cout << "server away for " << away.count() << " ms, jobs again after " << jobs->count()
                  << " ms" << std::endl;
    }
    void play_round(int round) {
        const std::int64_t before = done();
        add_jobs(kJobsOfRound);
        const auto some = static_cast<std::int64_t>(random_.below(kJobsOfRound / 2));
        wait_until("some jobs done", kSoon, [&] { return done() > before + some; });
        if (round == kRounds / 2) restart_server();
        wait_until("a leader", kSoon, [&] { return holder().has_value(); });
        pass(milliseconds(random_.below(300)));
        // The first two of four leave the lease to the other before the kill, the others do not.
        if (round % 4 < 2) freeze_and_thaw_the_leader();
        kill_and_start(*nodes_[static_cast<std::size_t>(round) % 2]);
    }
    // Each of the jobs that were added has had its effect once.
    void expect_each_done_once() {
        std::vector<std::int64_t> found;
        const Status read = run_blocking(loop_, db_->read([&](Tx& tx) -> Status {
            TRY(const auto rows,
                tx.rows("SELECT job, payload FROM done ORDER BY job", {}, 100'000));
            for (const Row& row : rows) {
                found.push_back(row.i64(0));
                const auto at = static_cast<std::size_t>(std::stoll(row.text(1)));
                EXPECT_TRUE(at < ids_.size() && ids_[at] == row.i64(0)) << "job " << row.i64(0);
            }
            return {};
        }));
        EXPECT_TRUE(read) << read.error().message;
        std::ranges::sort(ids_);
        EXPECT_EQ(found.size(), ids_.size());
        EXPECT_TRUE(found == ids_) << "a job was lost or done twice";
        EXPECT_EQ(stats().dead, 0);
    }
    // Numbers of `seq` are given while the lease's row is locked, so they are in the order of the
    // commits wherever the fence changes.
    void expect_fences_kept() {
        EXPECT_EQ(number("SELECT COUNT(*) FROM (SELECT fence, LAG(fence) OVER (ORDER BY seq) AS"
                         " earlier FROM fenced) AS pair WHERE fence < earlier"),
                  0);
        EXPECT_EQ(number("SELECT COUNT(*) FROM (SELECT fence FROM fenced GROUP BY fence"
                         " HAVING COUNT(DISTINCT owner) > 1) AS shared"),
                  0);
        EXPECT_GT(number("SELECT COUNT(DISTINCT fence) FROM fenced"), takeovers_);
    }

    ScratchFolder folder_ = ScratchFolder::make("nsl-two-nodes").value();
    asio::io_context loop_{1};
    SeededRandom random_{seed()};
    std::unique_ptr<Db> db_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<std::int64_t> ids_;  // by payload
    int takeovers_ = 0;
};

TEST_F(TwoNodes, LoseNothingAndDoNothingTwiceWhileTheyAreKilled) {
    for (const auto& node : nodes_) ASSERT_NO_FATAL_FAILURE(node->start());
    for (int round = 0; round < kRounds && !HasFailure(); ++round)
        ASSERT_NO_FATAL_FAILURE(play_round(round));
    wait_until("all jobs done", kSoon, [&] {
        const QueueStats left = stats();
        return left.ready + left.claimed + left.delayed == 0;
    });
    for (const auto& node : nodes_) EXPECT_EQ(node->stop(), 0);
    EXPECT_FALSE(holder());  // released
    expect_each_done_once();
    expect_fences_kept();
    EXPECT_GE(takeovers_, kRounds / 2);
    std::cout << done() << " jobs, " << newest_fence() << " fences, "
              << number("SELECT COUNT(*) FROM fenced") << " rows under them" << std::endl;
}

}  // namespace
}  // namespace nsl::store::two_nodes

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    if (!nsl::store::postgres_server()) {
        std::cerr << "SKIPPED: there is no PostgreSQL 15 on this machine\n";
        return 77;
    }
    return RUN_ALL_TESTS();
}
