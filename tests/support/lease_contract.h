// SPDX-License-Identifier: Apache-2.0
// What all Leases keep to: run against the fake and against those of each engine, by
//   INSTANTIATE_TEST_SUITE_P(…, LeaseContract, ::testing::Values(factory, …));
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "base/spawn.h"
#include "engines.h"
#include "fake_leases.h"

namespace nsl::store {

class LeaseWorld {
 public:
    virtual ~LeaseWorld() = default;
    // Used from several threads.
    virtual Leases& leases() = 0;
    // One transaction: check_fence, then `meanwhile`, then the fence is noted.
    virtual Status act(asio::io_context& loop, Lease lease, std::function<void()> meanwhile) = 0;
    // The noted fences, in the order of their commits.
    virtual std::vector<std::int64_t> acts() = 0;
};

class FakeLeaseWorld final : public LeaseWorld {
 public:
    Leases& leases() override { return leases_; }
    Status act(asio::io_context&, Lease lease, std::function<void()> meanwhile) override {
        return leases_.under(lease, [&] {
            if (meanwhile) meanwhile();
            acts_.push_back(lease.fence);
        });
    }
    std::vector<std::int64_t> acts() override { return acts_; }

 private:
    RealClock clock_;
    FakeLeases leases_{clock_};
    std::vector<std::int64_t> acts_;
};

class SqlLeaseWorld final : public LeaseWorld {
 public:
    explicit SqlLeaseWorld(OpenDb open) : open_(std::move(open)) {
        std::vector<Migration> migrations;
        add_migrations(migrations, "leases", lease_schema());
        add_migrations(migrations, "acts",
                       {"CREATE TABLE act (step BIGINT PRIMARY KEY, fence BIGINT NOT NULL)"});
        db_ = open_(migrations);
        leases_ = std::make_unique<SqlLeases>(*db_);
    }
    Leases& leases() override { return *leases_; }
    Status act(asio::io_context& loop, Lease lease, std::function<void()> meanwhile) override {
        return run_blocking(loop, db_->transact([lease, meanwhile](Tx& tx) -> Status {
            TRY_OK(check_fence(tx, lease));
            if (meanwhile) meanwhile();
            TRY_OK(
                tx.execute("INSERT INTO act (step, fence)"
                           " SELECT COALESCE(MAX(step), 0) + 1, $1 FROM act",
                           {lease.fence}));
            return {};
        }));
    }
    std::vector<std::int64_t> acts() override {
        asio::io_context& loop = lasting_loop();
        std::vector<std::int64_t> out;
        const Status done = run_blocking(loop, db_->read([&](Tx& tx) -> Status {
            TRY(const auto rows, tx.rows("SELECT fence FROM act ORDER BY step", {}, 100'000));
            for (const Row& row : rows) out.push_back(row.i64(0));
            return {};
        }));
        EXPECT_TRUE(done) << done.error().message;
        return out;
    }

 private:
    OpenDb open_;
    std::unique_ptr<Db> db_;
    std::unique_ptr<SqlLeases> leases_;
};

// Null where the engine is missing: the test is skipped.
using LeaseWorldFactory = std::function<std::unique_ptr<LeaseWorld>()>;

class LeaseContract : public ::testing::TestWithParam<LeaseWorldFactory> {
 protected:
    void SetUp() override {
        world = GetParam()();
        if (!world) GTEST_SKIP() << "there is no such engine on this machine";
    }
    Result<Lease> acquire(std::string owner, milliseconds length = milliseconds(60'000),
                          std::string name = "publisher") {
        return run_blocking(loop, world->leases().acquire(name, owner, length));
    }
    // Tries until it is given, which must be within ten seconds.
    Lease acquire_soon(std::string owner) { return acquire_soon(loop, std::move(owner)); }
    Lease acquire_soon(asio::io_context& own, std::string owner) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        for (;;) {
            const Result<Lease> lease = run_blocking(
                own, world->leases().acquire("publisher", owner, milliseconds(60'000)));
            if (lease) return *lease;
            EXPECT_EQ(lease.error().code, Errc::conflict) << lease.error().message;
            if (std::chrono::steady_clock::now() > end) break;
        }
        ADD_FAILURE() << owner << " never got the lease";
        return {};
    }
    std::optional<Lease> holder(std::string name = "publisher") {
        auto found = run_blocking(loop, world->leases().holder(name));
        EXPECT_TRUE(found) << found.error().message;
        return found ? *found : std::nullopt;
    }
    void release(Lease lease) {
        const Status released = run_blocking(loop, world->leases().release(lease));
        EXPECT_TRUE(released) << released.error().message;
    }
    Status act(const Lease& lease) { return world->act(loop, lease, {}); }

    asio::io_context& loop = lasting_loop();
    std::unique_ptr<LeaseWorld> world;
};

TEST_P(LeaseContract, OneOwnerTakesALeaseAndOthersAreToldWhoHoldsIt) {
    const Result<Lease> mine = acquire("anna");
    ASSERT_TRUE(mine) << mine.error().message;
    EXPECT_EQ(mine->fence, 1);
    EXPECT_TRUE(act(*mine));
    const Result<Lease> other = acquire("bert");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::conflict);
    EXPECT_NE(other.error().message.find("anna"), std::string::npos);
    ASSERT_TRUE(holder());
    EXPECT_EQ(holder()->owner, "anna");
    EXPECT_EQ(holder()->fence, mine->fence);
    EXPECT_EQ(holder()->until_ms, mine->until_ms);
}

TEST_P(LeaseContract, LeasesOfOtherNamesAreOthers) {
    ASSERT_TRUE(acquire("anna"));
    EXPECT_TRUE(acquire("bert", milliseconds(60'000), "relay"));
    EXPECT_FALSE(holder("nothing"));
}

TEST_P(LeaseContract, RenewalKeepsTheFenceAndMovesTheEnd) {
    const Lease first = acquire("anna", milliseconds(30'000)).value();
    const Lease renewed = acquire("anna", milliseconds(60'000)).value();
    EXPECT_EQ(renewed.fence, first.fence);
    EXPECT_GE(renewed.until_ms, first.until_ms + 30'000);
    // Who has not heard of the renewal yet still holds the lease.
    EXPECT_TRUE(act(first));
}

TEST_P(LeaseContract, AnExpiredLeaseChangesHandsWithAHigherFence) {
    const Lease old = acquire("anna", milliseconds(50)).value();
    const Lease taken = acquire_soon("bert");
    EXPECT_GT(taken.fence, old.fence);
    EXPECT_GE(taken.until_ms - 60'000, old.until_ms);
    EXPECT_EQ(act(old).error().code, Errc::conflict);
    EXPECT_TRUE(act(taken));
    EXPECT_EQ(acquire("anna").error().code, Errc::conflict);
    // Nor can the old holder give away what is no longer its own.
    release(old);
    ASSERT_TRUE(holder());
    EXPECT_EQ(holder()->owner, "bert");
}

TEST_P(LeaseContract, AnExpiredLeaseIsNobodysUntilItIsTaken) {
    const Lease old = acquire("anna", milliseconds(50)).value();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (holder() && std::chrono::steady_clock::now() < end) {
    }
    EXPECT_FALSE(holder());
    EXPECT_EQ(act(old).error().code, Errc::conflict);
    // Somebody may have held it in between, so it is no renewal.
    EXPECT_EQ(acquire("anna").value().fence, old.fence + 1);
}

TEST_P(LeaseContract, AReleasedLeaseIsFreeAtOnce) {
    const Lease first = acquire("anna").value();
    release(first);
    EXPECT_FALSE(holder());
    EXPECT_EQ(act(first).error().code, Errc::conflict);
    const Lease second = acquire("bert").value();
    EXPECT_GT(second.fence, first.fence);
    release(second);
    release(second);
    EXPECT_GT(acquire("anna").value().fence, second.fence);
}

TEST_P(LeaseContract, ALeaseThatNeverWasIsNotHeld) {
    EXPECT_EQ(act({.name = "nothing", .owner = "anna", .fence = 1}).error().code, Errc::conflict);
    EXPECT_EQ(act({.name = "nothing", .owner = "anna", .fence = 0}).error().code, Errc::conflict);
}

// Fences of two databases may be the same.
TEST_P(LeaseContract, AFenceIsItsOwnersOnly) {
    const Lease held = acquire("anna").value();
    Lease other = held;
    other.owner = "bert";
    EXPECT_EQ(act(other).error().code, Errc::conflict);
    EXPECT_TRUE(act(held));
}

// Its transaction began in time, and ends after the lease.
TEST_P(LeaseContract, ALeaseDoesNotChangeHandsUnderATransaction) {
    Lease old;
    std::future<void> other;
    std::promise<void> taken;
    const auto hold = [&] {
        other = std::async(std::launch::async, [&] {
            asio::io_context& own = lasting_loop();
            const Lease lease = acquire_soon(own, "bert");
            taken.set_value();
            EXPECT_TRUE(world->act(own, lease, {}));
        });
        EXPECT_EQ(taken.get_future().wait_for(milliseconds(200)), std::future_status::timeout);
    };
    // Again where this machine was too slow to begin in time.
    Status acted;
    for (int i = 0; i < 100 && !other.valid(); ++i) {
        old = acquire("anna", milliseconds(50)).value();
        acted = world->act(loop, old, hold);
    }
    EXPECT_TRUE(acted);
    ASSERT_TRUE(other.valid());
    other.wait();
    EXPECT_EQ(world->acts(), (std::vector<std::int64_t>{old.fence, old.fence + 1}));
}

// Four owners compete for 20 ms at a time and act as long as they may, without looking at a clock.
TEST_P(LeaseContract, CompetingOwnersNeverHoldItAtOnce) {
    std::mutex mutex;
    std::vector<Lease> given;
    const auto end = std::chrono::steady_clock::now() + milliseconds(400);
    auto compete = [&](const std::string& owner) {
        asio::io_context& own = lasting_loop();
        while (std::chrono::steady_clock::now() < end) {
            const auto lease =
                run_blocking(own, world->leases().acquire("publisher", owner, milliseconds(20)));
            if (!lease) {
                EXPECT_EQ(lease.error().code, Errc::conflict) << lease.error().message;
                continue;
            }
            {
                const std::lock_guard lock(mutex);
                given.push_back(*lease);
            }
            while (world->act(own, *lease, {})) {
            }
        }
    };
    std::vector<std::thread> threads;
    for (const char* owner : {"anna", "bert", "carl", "dora"}) threads.emplace_back(compete, owner);
    for (std::thread& thread : threads) thread.join();

    // Each fence has one owner and ends before the next begins.
    struct Span {
        std::string owner;
        std::int64_t begin_ms = 0, end_ms = 0;
    };
    std::map<std::int64_t, Span> by_fence;
    for (const Lease& lease : given) {
        const std::int64_t begin_ms = lease.until_ms - 20;
        Span& span = by_fence.try_emplace(lease.fence, lease.owner, begin_ms, 0).first->second;
        EXPECT_EQ(span.owner, lease.owner);
        span.begin_ms = std::min(span.begin_ms, begin_ms);
        span.end_ms = std::max(span.end_ms, lease.until_ms);
    }
    std::int64_t free_from_ms = 0;
    for (const auto& [fence, span] : by_fence) {
        EXPECT_GE(span.begin_ms, free_from_ms) << "fence " << fence;
        free_from_ms = span.end_ms;
    }
    EXPECT_GT(by_fence.size(), 3U);
    const auto acts = world->acts();
    EXPECT_FALSE(acts.empty());
    EXPECT_TRUE(std::ranges::is_sorted(acts));
}

TEST_P(LeaseContract, SaysWhatWouldBeRight) {
    for (const auto& bad :
         {acquire(""), acquire(std::string(201, 'a')), acquire("anna", milliseconds(0)),
          acquire("anna", milliseconds(3'600'001)), acquire("anna", milliseconds(1'000), ""),
          acquire("anna", milliseconds(1'000), "\xff")}) {
        ASSERT_FALSE(bad);
        EXPECT_EQ(bad.error().code, Errc::invalid_argument) << bad.error().message;
    }
    EXPECT_NE(acquire("anna", milliseconds(0)).error().message.find("1 to 3600000"),
              std::string::npos);
}

}  // namespace nsl::store
