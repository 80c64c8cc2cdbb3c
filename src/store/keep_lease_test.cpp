// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/async_event.h"
#include "base/spawn.h"
#include "fake_leases.h"
#include "store/leases.h"

namespace nsl::store {
namespace {

constexpr milliseconds kLength{100};
constexpr milliseconds kWorkday{36'000'000};  // longer than any test

// One node's way to the leases, which may be cut or stuck.
class Way final : public Leases {
 public:
    explicit Way(Leases& leases) : leases_(leases) {}

    bool cut = false;
    bool stuck = false;  // acquire waits until it is not

    void unstick() {
        stuck = false;
        moved_.notify_all();
    }
    Task<Result<Lease>> acquire(std::string name, std::string owner, milliseconds length) override {
        while (stuck) co_await moved_.wait();
        if (cut) co_return fail(Errc::unavailable, "the database is away");
        co_return co_await leases_.acquire(name, owner, length);
    }
    Task<Status> release(Lease lease) override {
        if (cut) co_return fail(Errc::unavailable, "the database is away");
        co_return co_await leases_.release(lease);
    }
    Task<Result<std::optional<Lease>>> holder(std::string name) override {
        return leases_.holder(name);
    }

 private:
    Leases& leases_;
    AsyncEvent moved_;
};

class World {
 public:
    ManualClock clock;
    FakeLeases leases{clock};
    std::shared_ptr<MemorySink> sink = std::make_shared<MemorySink>();
    asio::io_context loop{1};

    // All that can go on without time goes on.
    void settle() {
        loop.restart();
        loop.poll();
    }
    void pass(milliseconds span) {
        for (std::int64_t i = 0; i < span.count(); ++i) {
            clock.advance(milliseconds(1));
            settle();
        }
    }
    Result<Lease> acquire(std::string owner, milliseconds length = kLength) {
        return run_blocking(loop, leases.acquire("publisher", owner, length));
    }
    std::string holder() {
        const auto found = run_blocking(loop, leases.holder("publisher")).value();
        return found ? found->owner : "";
    }
};

// A node that keeps the lease, and what its work does.
class Node {
 public:
    Node(World& world, std::string name)
        : way(world.leases), world_(world), name_(std::move(name)) {
        start();
    }

    Way way;
    std::optional<Lease> working{};  // under this lease, now
    int runs = 0;
    bool returns = false, throws = false;  // instead of working on
    milliseconds farewell{0};              // how long it takes to end when cancelled
    bool kept = false;                     // keep_lease has not returned

    void start() {
        kept = true;
        auto keeping = keep_lease(way, world_.clock, Logger(world_.sink, "keeper"),
                                  {.name = "publisher", .owner = name_, .length = kLength},
                                  [this](Lease lease) { return work(std::move(lease)); });
        task_ = std::make_unique<StartedTask>(world_.loop.get_executor(), std::move(keeping),
                                              [this](std::exception_ptr) { kept = false; });
        world_.settle();
    }
    void cancel() {
        task_->cancel();
        world_.settle();
    }

 private:
    Task<void> work(Lease lease) {
        ++runs;
        if (returns) co_return;
        if (throws) throw std::runtime_error("the work broke");
        working = lease;
        std::exception_ptr ended;
        try {
            co_await world_.clock.sleep_for(kWorkday);
        } catch (...) {
            ended = std::current_exception();
        }
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        if (farewell.count() > 0) co_await world_.clock.sleep_for(farewell);
        working.reset();
        if (ended) std::rethrow_exception(ended);
    }

    World& world_;
    const std::string name_;
    std::unique_ptr<StartedTask> task_;
};

TEST(KeepLease, RunsTheWorkAndRenewsTheLease) {
    World world;
    Node anna(world, "anna");
    ASSERT_TRUE(anna.working);
    EXPECT_EQ(anna.working->fence, 1);
    world.pass(5 * kLength);
    EXPECT_EQ(anna.runs, 1);
    EXPECT_EQ(world.holder(), "anna");
    EXPECT_TRUE(world.leases.under(*anna.working, [] {}));
}

TEST(KeepLease, WaitsWhileAnotherHoldsItAndTakesOver) {
    World world;
    ASSERT_TRUE(world.acquire("bert"));
    Node anna(world, "anna");
    world.pass(kLength - milliseconds(1));
    EXPECT_EQ(anna.runs, 0);
    world.pass(kLength / 3 + milliseconds(2));
    ASSERT_TRUE(anna.working);
    EXPECT_EQ(anna.working->fence, 2);
}

TEST(KeepLease, EndsTheWorkATenthBeforeALeaseThatCannotBeRenewed) {
    World world;
    Node anna(world, "anna");
    anna.way.cut = true;
    world.pass(kLength * 9 / 10 - milliseconds(1));
    EXPECT_TRUE(anna.working);
    world.pass(milliseconds(1));
    EXPECT_FALSE(anna.working);
    EXPECT_EQ(world.holder(), "anna");
    world.pass(kLength);
    EXPECT_EQ(anna.runs, 1);
    anna.way.cut = false;
    world.pass(kLength);
    EXPECT_TRUE(anna.working);
    EXPECT_EQ(anna.runs, 2);
    EXPECT_TRUE(world.sink->contains("the database is away"));
}

TEST(KeepLease, EndsTheWorkInTimeThoughTheRenewalIsStuck) {
    World world;
    Node anna(world, "anna");
    anna.way.stuck = true;
    world.pass(kLength * 9 / 10);
    EXPECT_FALSE(anna.working);
    world.pass(kLength);
    ASSERT_TRUE(world.acquire("bert"));
    anna.way.unstick();
    world.pass(kLength - milliseconds(1));
    EXPECT_FALSE(anna.working);
    world.pass(kLength);
    ASSERT_TRUE(anna.working);
    EXPECT_EQ(anna.working->fence, 3);
}

TEST(KeepLease, WatchesTheWorkAfterALateRenewalToo) {
    World world;
    Node anna(world, "anna");
    anna.way.stuck = true;
    world.pass(kLength * 95 / 100);
    EXPECT_FALSE(anna.working);
    anna.way.unstick();
    world.settle();
    ASSERT_TRUE(anna.working);
    EXPECT_EQ(anna.working->fence, 1);
    anna.way.cut = true;
    world.pass(kLength * 9 / 10 - milliseconds(1));
    EXPECT_TRUE(anna.working);
    world.pass(milliseconds(1));
    EXPECT_FALSE(anna.working);
    EXPECT_EQ(anna.runs, 2);
}

TEST(KeepLease, ShortOutagesDoNotDisturbTheWork) {
    World world;
    Node anna(world, "anna");
    for (int i = 0; i < 5; ++i) {
        anna.way.cut = true;
        world.pass(kLength * 4 / 10);
        anna.way.cut = false;
        world.pass(kLength * 4 / 10);
    }
    EXPECT_TRUE(anna.working);
    EXPECT_EQ(anna.runs, 1);
}

TEST(KeepLease, EndsTheWorkWhenTheLeaseIsLost) {
    World world;
    Node anna(world, "anna");
    ASSERT_TRUE(run_blocking(world.loop, world.leases.release(*anna.working)));
    ASSERT_TRUE(world.acquire("bert"));
    world.pass(kLength / 3 + milliseconds(1));
    EXPECT_FALSE(anna.working);
    EXPECT_EQ(world.holder(), "bert");
    EXPECT_TRUE(world.sink->contains("lease lost"));
    world.pass(2 * kLength);
    ASSERT_TRUE(anna.working);
    EXPECT_EQ(anna.working->fence, 3);
}

TEST(KeepLease, WorkBeginsAnewWhenItsFenceIsOld) {
    World world;
    Node anna(world, "anna");
    // An operator's hand, or a clock of the database that jumped.
    ASSERT_TRUE(run_blocking(world.loop, world.leases.release(*anna.working)));
    world.pass(kLength / 3 + milliseconds(1));
    ASSERT_TRUE(anna.working);
    EXPECT_EQ(anna.runs, 2);
    EXPECT_EQ(anna.working->fence, 2);
    EXPECT_TRUE(world.leases.under(*anna.working, [] {}));
}

TEST(KeepLease, ReleasesTheLeaseWhenCancelledAndTheWorkHasEnded) {
    World world;
    Node anna(world, "anna");
    anna.farewell = milliseconds(5);
    anna.cancel();
    world.pass(milliseconds(4));
    EXPECT_TRUE(anna.working);
    EXPECT_TRUE(anna.kept);
    EXPECT_EQ(world.holder(), "anna");
    world.pass(milliseconds(1));
    EXPECT_FALSE(anna.working);
    EXPECT_FALSE(anna.kept);
    EXPECT_EQ(world.holder(), "");
}

TEST(KeepLease, EndsWhenCancelledWhileItWaits) {
    World world;
    ASSERT_TRUE(world.acquire("bert"));
    Node anna(world, "anna");
    anna.cancel();
    EXPECT_FALSE(anna.kept);
    EXPECT_EQ(world.holder(), "bert");
}

TEST(KeepLease, WorkThatEndsBeginsAgainAfterTheNextRenewal) {
    World world;
    Node anna(world, "anna");
    anna.cancel();
    anna.returns = true;
    anna.runs = 0;
    anna.start();
    EXPECT_EQ(anna.runs, 1);
    world.pass(kLength / 3 - milliseconds(1));
    EXPECT_EQ(anna.runs, 1);
    world.pass(milliseconds(1));
    EXPECT_EQ(anna.runs, 2);
    anna.returns = false;
    anna.throws = true;
    world.pass(kLength / 3);
    EXPECT_EQ(anna.runs, 3);
    EXPECT_TRUE(world.sink->contains("the work broke"));
    anna.throws = false;
    world.pass(kLength / 3);
    EXPECT_TRUE(anna.working);
    EXPECT_EQ(world.holder(), "anna");
}

// Nodes whose way to the database comes and goes, which stop and start at any time.
RC_GTEST_PROP(KeepLease, NoTwoNodesWorkAtOnce, ()) {
    World world;
    std::vector<std::unique_ptr<Node>> nodes;
    for (const char* name : {"anna", "bert", "carl"})
        nodes.push_back(std::make_unique<Node>(world, name));
    std::int64_t newest_fence = 0;
    const auto steps =
        *rc::gen::container<std::vector<std::uint32_t>>(200, rc::gen::arbitrary<std::uint32_t>());
    for (const std::uint32_t step : steps) {
        Node& node = *nodes[step % 3];
        switch (step / 3 % 8) {
            case 0:
                node.way.cut = !node.way.cut;
                break;
            case 1:
                node.way.stuck ? node.way.unstick() : void(node.way.stuck = true);
                break;
            case 2:
                if (node.kept && !node.way.stuck)
                    node.cancel();
                else if (!node.kept)
                    node.start();
                break;
            default:
                // Less than what is left for the end of the work: timers are not later than that.
                world.clock.advance(milliseconds(step / 24 % 10));
        }
        world.settle();
        int working = 0;
        for (const auto& each : nodes) {
            if (!each->working) continue;
            ++working;
            RC_ASSERT(each->working->fence >= newest_fence);
            newest_fence = each->working->fence;
            RC_ASSERT(world.leases.under(*each->working, [] {}).has_value());
        }
        RC_ASSERT(working <= 1);
    }
    // With the ways mended somebody works again.
    for (const auto& node : nodes) {
        node->way.cut = false;
        node->way.unstick();
        if (!node->kept) node->start();
    }
    world.pass(2 * kLength);
    int working = 0;
    for (const auto& node : nodes) working += node->working ? 1 : 0;
    RC_ASSERT(working == 1);
}

}  // namespace
}  // namespace nsl::store
