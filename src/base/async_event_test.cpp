// SPDX-License-Identifier: Apache-2.0
#include "base/async_event.h"

#include <gtest/gtest.h>

#include "base/bounded_queue.h"
#include "base/spawn.h"

namespace nsl {
namespace {

constexpr milliseconds kLong{10'000};

struct Waiting {
    asio::io_context loop;
    TaskGroup group{loop.get_executor(), {}};
    std::vector<int> seen;

    void settle() {
        loop.restart();
        loop.poll();
    }

    Task<void> wait_on(AsyncEvent& event, int id) {
        co_await event.wait();
        seen.push_back(id);
    }
    Task<void> pop_all(BoundedQueue<std::unique_ptr<int>>& queue) {
        while (auto item = co_await queue.pop()) seen.push_back(**item);
        seen.push_back(-1);
    }
};

}  // namespace

TEST(AsyncEvent, WakesAllWhoWaitNowInOrder) {
    Waiting w;
    AsyncEvent event;
    event.notify_all();
    for (int id : {1, 2, 3}) w.group.spawn("waiter", w.wait_on(event, id));
    w.settle();
    EXPECT_TRUE(w.seen.empty()) << "an earlier notification is not remembered";
    event.notify_all();
    w.settle();
    EXPECT_EQ(w.seen, (std::vector<int>{1, 2, 3}));
}

TEST(AsyncEvent, ALimitedWaitTellsWhichCameFirst) {
    Waiting w;
    AsyncEvent event;
    EXPECT_FALSE(run_blocking(w.loop, event.wait_for(milliseconds(2))));
    EXPECT_EQ(event.waiting(), 0U);
    auto notify = [](AsyncEvent& e) -> Task<void> {
        e.notify_all();
        co_return;
    };
    auto wait_then = [&](AsyncEvent& e) -> Task<bool> {
        w.group.spawn("notifier", notify(e));
        co_return co_await e.wait_for(kLong);
    };
    EXPECT_TRUE(run_blocking(w.loop, wait_then(event)));
}

TEST(AsyncEvent, AWaitIsCancellable) {
    Waiting w;
    AsyncEvent event;
    w.group.spawn("waiter", w.wait_on(event, 1));
    w.settle();
    EXPECT_TRUE(run_blocking(w.loop, w.group.stop(kLong)));
    EXPECT_EQ(event.waiting(), 0U);
    EXPECT_TRUE(w.seen.empty());
}

TEST(AsyncEvent, MayGoBeforeItsWaiters) {
    Waiting w;
    auto event = std::make_unique<AsyncEvent>();
    w.group.spawn("waiter", event->wait());
    w.settle();
    event.reset();
    EXPECT_TRUE(run_blocking(w.loop, w.group.stop(kLong)));
}

TEST(BoundedQueue, IsFirstInFirstOut) {
    Waiting w;
    BoundedQueue<std::unique_ptr<int>> queue(3);
    for (int i : {1, 2, 3}) EXPECT_TRUE(queue.try_push(std::make_unique<int>(i)));
    w.group.spawn("consumer", w.pop_all(queue));
    w.settle();
    EXPECT_TRUE(queue.try_push(std::make_unique<int>(4)));
    w.settle();
    EXPECT_EQ(w.seen, (std::vector<int>{1, 2, 3, 4}));
    queue.close();
    w.settle();
    EXPECT_EQ(w.seen.back(), -1);
}

TEST(BoundedQueue, RefusesWhenFullOrClosed) {
    BoundedQueue<int> queue(2);
    EXPECT_TRUE(queue.try_push(1));
    EXPECT_TRUE(queue.try_push(2));
    EXPECT_FALSE(queue.try_push(3));
    EXPECT_EQ(queue.size(), queue.capacity());
    asio::io_context loop;
    EXPECT_EQ(run_blocking(loop, queue.pop()), 1);
    EXPECT_TRUE(queue.try_push(3));
    queue.close();
    EXPECT_FALSE(queue.try_push(4));
}

TEST(BoundedQueue, GivesWhatIsLeftAfterClosing) {
    asio::io_context loop;
    BoundedQueue<int> queue(2);
    EXPECT_TRUE(queue.try_push(1));
    queue.close();
    EXPECT_EQ(run_blocking(loop, queue.pop()), 1);
    EXPECT_EQ(run_blocking(loop, queue.pop()), std::nullopt);
}

TEST(BoundedQueue, EachItemGoesToOneConsumerAndNoneIsLostToACancelledOne) {
    Waiting w;
    BoundedQueue<std::unique_ptr<int>> queue(8);
    TaskGroup leaving(w.loop.get_executor(), {});
    leaving.spawn("leaving", w.pop_all(queue));
    w.group.spawn("staying", w.pop_all(queue));
    w.settle();
    EXPECT_TRUE(queue.try_push(std::make_unique<int>(1)));
    EXPECT_TRUE(run_blocking(w.loop, leaving.stop(kLong)));
    EXPECT_TRUE(queue.try_push(std::make_unique<int>(2)));
    queue.close();
    EXPECT_TRUE(run_blocking(w.loop, w.group.stop(kLong)) || true);
    std::vector<int> items;
    std::ranges::copy_if(w.seen, std::back_inserter(items), [](int i) { return i > 0; });
    EXPECT_EQ(items, (std::vector<int>{1, 2}));
}

}  // namespace nsl
