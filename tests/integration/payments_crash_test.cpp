// SPDX-License-Identifier: Apache-2.0
// The process ends between every two durable steps of sender and follower, and begins again: each
// payment is on chain exactly once, whatever the point.
#include <fstream>
#include <iostream>

#include "payments_world.h"
#include "store_world.h"

namespace nsl::payments {
namespace {

constexpr std::size_t kPayments = 3;
constexpr int kTimes = 2;  // the first and the second time that it comes there

class Crashing : public ::testing::Test {
 protected:
    testing_support::NetworkEnvironment& world = network_world();
    store::Folder folder;

    std::unique_ptr<Payments> fresh(const std::string& name) {
        auto out =
            std::make_unique<Payments>(world.random.u64(), kPayments, "sqlite:" + (folder / name));
        const Status funded = run_blocking(world.loop, out->fund());
        EXPECT_TRUE(funded) << funded.error().message;
        return out;
    }
    int run(const Payments& payments, const std::map<std::string, std::string>& env) {
        auto started =
            Process::start(world.loop.get_executor(),
                           payments.worker(world.network->rpc_urls(), folder / "log", env));
        EXPECT_TRUE(started) << started.error().message;
        return run_blocking(world.loop, (*started)->wait());
    }
};

TEST_F(Crashing, AtEveryPointLeavesEveryPaymentToBeMadeOnce) {
    // What points there are, a run without a crash tells.
    const auto whole = fresh("whole");
    const std::string list = folder / "points";
    ASSERT_EQ(run(*whole, {{"NSL_CRASH_LIST", list}}), 0)
        << read_file(folder / "log", 1 << 20).value_or("");
    run_blocking(world.loop, whole->verify());
    std::set<std::string> points;
    std::ifstream lines(list);
    for (std::string name; std::getline(lines, name);) points.insert(name);
    EXPECT_GE(points.size(), 9U);

    int crashes = 0;
    for (const std::string& point : points) {
        for (int times = 1; times <= kTimes; ++times) {
            const std::string at = point + ":" + std::to_string(times);
            SCOPED_TRACE(at);
            const auto payments = fresh(at);
            const int status = run(*payments, {{"NSL_CRASH_AT", at}});
            EXPECT_EQ(status, 128 + SIGKILL) << "it never came there";
            crashes += status == 0 ? 0 : 1;
            ASSERT_EQ(run(*payments, {}), 0) << read_file(folder / "log", 1 << 20).value_or("");
            run_blocking(world.loop, payments->verify());
        }
    }
    std::cout << crashes << " crashes at " << points.size() << " points" << std::endl;
}

}  // namespace
}  // namespace nsl::payments

int main(int argc, char** argv) {
    return nsl::testing_support::network_main(argc, argv, {.nodes = 1, .block_time_ms = 120});
}
