// SPDX-License-Identifier: Apache-2.0
// Many payments through the sender while its process, the database and the Neo nodes are killed and
// everything between them goes wrong. $NSL_SEED repeats a run's dice, $NSL_TRANSFERS says how many
// payments (10,000 is the run that counts; the default suits every build).
#include <iostream>
#include <random>

#include "fault_proxy.h"
#include "payments_world.h"
#include "postgres_server.h"
#include "store_world.h"

namespace nsl::payments {
namespace {

using testing_support::FaultProxy;
using testing_support::NodeFault;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* set = std::getenv(name);
    return set ? std::stoull(set) : otherwise;
}

class UnderFaults : public ::testing::TestWithParam<store::Engine> {
 protected:
    void SetUp() override {
        store::skip_without(GetParam());
        std::cout << "seed " << seed << " (NSL_SEED=" << seed << " repeats it)" << std::endl;
        payments = std::make_unique<Payments>(seed, number_from("NSL_TRANSFERS", 300),
                                              store::fresh_url(GetParam(), folder));
        for (std::size_t i = 0; i < world.network->size(); ++i) {
            proxies.push_back(
                std::make_unique<FaultProxy>(proxy_tasks, world.network->rpc_url(i), chance.u64()));
            misbehave(*proxies.back());
        }
    }
    void TearDown() override {
        worker.reset();
        proxies.clear();
        EXPECT_TRUE(run_blocking(world.loop, proxy_tasks.stop(milliseconds(5'000))));
        for (std::size_t i = 0; i < world.network->size(); ++i)
            if (!world.network->running(i)) {
                EXPECT_TRUE(world.network->start(i));
                EXPECT_TRUE(run_blocking(world.loop, world.network->wait_ready(i)));
            }
        if (HasFailure())
            std::cout << read_file(folder / "log", 1 << 26).value_or("").substr(0, 20'000);
    }

    static void misbehave(FaultProxy& proxy) {
        proxy.set_delay(milliseconds(150));
        proxy.set_stale_by(3);
        for (const auto& [fault, per_mille] :
             std::map<NodeFault, std::uint32_t>{{NodeFault::unread, 2},
                                                {NodeFault::swallowed, 1},
                                                {NodeFault::unanswered, 2},
                                                {NodeFault::dropped_before, 8},
                                                {NodeFault::dropped_after, 8},
                                                {NodeFault::delayed, 20},
                                                {NodeFault::duplicated, 10},
                                                {NodeFault::truncated, 4},
                                                {NodeFault::garbage, 4},
                                                {NodeFault::http_503, 6},
                                                {NodeFault::node_error, 4},
                                                {NodeFault::stale_height, 8},
                                                {NodeFault::transaction_unknown, 8},
                                                {NodeFault::block_without_transaction, 3},
                                                {NodeFault::block_of_another_header, 3}})
            proxy.plan().rate(fault, per_mille);
    }

    Status start_worker() {
        std::vector<std::string> urls;
        for (const auto& proxy : proxies) urls.push_back(proxy->url());
        auto started =
            Process::start(world.loop.get_executor(), payments->worker(urls, folder / "log"));
        if (!started) return std::unexpected(started.error());
        worker = *std::move(started);
        return {};
    }
    Task<void> kill_worker() {
        worker->signal(SIGKILL);
        co_await worker->wait();
        ++killed["process"];
        EXPECT_TRUE(start_worker());
    }
    Task<void> kill_node() {
        const std::size_t which = chance.below(world.network->size());
        ++killed["node"];
        co_await world.network->kill(which);
        co_await pause(1'500);
        EXPECT_TRUE(world.network->start(which));
    }
    Task<void> pause(std::uint64_t most_ms) {
        co_await world.clock.sleep_for(milliseconds(chance.below(most_ms)));
    }
    // What goes wrong next. Nothing of it keeps anything from ending, for none of it lasts.
    Task<void> misfortune() {
        FaultProxy& proxy = *proxies.at(chance.below(proxies.size()));
        switch (chance.below(6)) {
            case 0:
            case 1:
                co_await kill_worker();
                break;
            case 2:
                co_await kill_node();
                break;
            case 3:
                proxy.hang_up();
                break;
            case 4:
                proxy.close_port();
                co_await pause(1'000);
                proxy.open_port();
                break;
            default:
                if (GetParam() != store::Engine::postgres) break;
                store::postgres_server()->restart(SIGQUIT);  // as a crash
                ++killed["database"];
        }
    }
    Task<int> suffer() {
        const auto limit = world.clock.monotonic() + kLimit;
        for (;;) {
            co_await pause(800);
            if (const auto status = worker->exit_status()) co_return *status;
            if (world.clock.monotonic() > limit) co_return -1;
            co_await misfortune();
        }
    }

    static constexpr std::chrono::minutes kLimit{40};

    testing_support::NetworkEnvironment& world = network_world();
    const std::uint64_t seed = number_from("NSL_SEED", std::random_device()());
    SeededRandom chance{seed};
    store::Folder folder;
    TaskGroup proxy_tasks{world.loop.get_executor(), Logger()};
    std::vector<std::unique_ptr<FaultProxy>> proxies;
    std::unique_ptr<Payments> payments;
    std::unique_ptr<Process> worker;
    std::map<std::string, int> killed;
};

INSTANTIATE_TEST_SUITE_P(Engines, UnderFaults,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         store::engine_name);

TEST_P(UnderFaults, EveryPaymentIsMadeExactlyOnce) {
    const Status funded = run_blocking(world.loop, payments->fund());
    ASSERT_TRUE(funded) << funded.error().message;
    const auto began = world.clock.monotonic();
    ASSERT_TRUE(start_worker());
    ASSERT_EQ(run_blocking(world.loop, suffer()), 0);
    run_blocking(world.loop, payments->verify());
    const std::chrono::duration<double> took = world.clock.monotonic() - began;
    std::cout << payments->count() << " payments, " << payments->attempts
              << " transactions signed, " << took.count() << " s; killed:";
    for (const auto& [what, times] : killed) std::cout << " " << what << " " << times;
    for (const auto& proxy : proxies) std::cout << "\nproxy: " << proxy->plan().report();
    std::cout << std::endl;
}

}  // namespace
}  // namespace nsl::payments

int main(int argc, char** argv) {
    return nsl::testing_support::network_main(argc, argv, {.nodes = 2});
}
