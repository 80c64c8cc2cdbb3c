// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fstream>

#include "fabric_contract.h"
#include "nats_world.h"

namespace nsl::store {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Nats, FabricContract, NatsWorld);

class NatsFabricTest : public ::testing::Test {
 protected:
    void SetUp() override {
        if (const char* why = NatsWorld::missing()) GTEST_SKIP() << why;
        world_ = std::make_unique<NatsWorld>();
    }
    NatsWorld& world() { return *world_; }
    Fabric& here() { return world_->here(); }
    bool connected(bool wanted) {
        return world_->eventually([&] { return here().connected() == wanted; });
    }

 private:
    std::unique_ptr<NatsWorld> world_;
};

TEST_F(NatsFabricTest, KnowsWhenItsServerIsGoneAndBack) {
    EXPECT_TRUE(here().connected());
    world().server.stop();
    ASSERT_TRUE(connected(false));
    EXPECT_EQ(world().ask(here(), "anybody", "?"), "unavailable");
    world().server.start();
    EXPECT_TRUE(connected(true));
    EXPECT_TRUE(world().log->contains("message server disconnected"));
    EXPECT_FALSE(world().log->contains("\"level\":\"error\""));
}

TEST_F(NatsFabricTest, SubscriptionsRequestsAndGroupsLiveOnWhenTheServerIsBack) {
    const auto listener = world().listen(world().there(), "news.>");
    const auto service = world().answer(world().there(), "echo", [](std::string q) { return q; });
    const auto ended = world().listen(world().there(), "gone");
    world().server.stop();
    ASSERT_TRUE(connected(false));
    ASSERT_TRUE(world().eventually([&] { return !world().there().connected(); }));
    // What is done without a connection counts as well.
    const auto added = world().listen(world().there(), "news.*", "group");
    ended->subscription.reset();
    world().server.start();
    ASSERT_TRUE(connected(true));
    ASSERT_TRUE(world().eventually([&] { return world().ask(here(), "echo", "x") == "x"; }));
    EXPECT_EQ(world().ask(here(), "gone", "?"), "unavailable");
    ASSERT_TRUE(here().publish("news.a", payload("after")));
    ASSERT_TRUE(
        world().eventually([&] { return !listener->heard.empty() && !added->heard.empty(); }));
    EXPECT_EQ(listener->heard, std::vector<std::string>{"after"});
    EXPECT_EQ(added->heard, std::vector<std::string>{"after"});
}

TEST_F(NatsFabricTest, WhatWaitsWithoutAServerIsBoundedAndGoesOutWhenItIsBack) {
    constexpr std::size_t kMessage = 10'000;
    const auto bounded =
        nats_fabric_on(world(), {.url = world().server.url(), .pending_max = 5 * (kMessage + 100)});
    const auto listener = world().listen(*bounded, "kept");
    ASSERT_TRUE(world().eventually([&] { return bounded->connected(); }));
    world().server.stop();
    ASSERT_TRUE(world().eventually([&] { return !bounded->connected(); }));
    for (int i = 0; i < 8; ++i)
        ASSERT_TRUE(bounded->publish("kept", Bytes(kMessage, static_cast<std::uint8_t>('0' + i))));
    EXPECT_EQ(bounded->dropped(), 3u);
    world().server.start();
    ASSERT_TRUE(world().eventually([&] { return listener->heard.size() == 5; }));
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(listener->heard[i], std::string(kMessage, static_cast<char>('0' + i)));
    EXPECT_EQ(bounded->dropped(), 3u);
}

TEST_F(NatsFabricTest, AServerThatStopsAnsweringIsGivenUp) {
    const auto watchful =
        nats_fabric_on(world(), {.url = world().server.url(), .ping_interval = milliseconds(50)});
    ASSERT_TRUE(world().eventually([&] { return watchful->connected(); }));
    world().server.freeze();
    EXPECT_TRUE(world().eventually([&] { return !watchful->connected(); }));
    world().server.thaw();
    EXPECT_TRUE(world().eventually([&] { return watchful->connected(); }));
}

// The socket's buffers fill up and writing blocks; publishing must not.
TEST_F(NatsFabricTest, AServerThatTakesNothingHoldsNobodyUp) {
    world().server.freeze();
    std::size_t sent = 0;
    while (here().dropped() == 0 && sent < 1'000) {
        ASSERT_TRUE(here().publish("into.the.void", Bytes(kFabricPayloadMax)));
        ++sent;
    }
    EXPECT_GT(here().dropped(), 0u);
    EXPECT_TRUE(connected(false));
    world().server.thaw();
    EXPECT_TRUE(connected(true));
}

TEST_F(NatsFabricTest, WhatIsPublishedLastStillGoesOut) {
    const auto listener = world().listen(world().there(), "last.words");
    EXPECT_TRUE(world().eventually([&] {
        // Until the other connection's subscription is known.
        EXPECT_TRUE(here().publish("last.words", payload("first")));
        world().loop.run_one_for(milliseconds(10));
        return !listener->heard.empty();
    }));
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(here().publish("last.words", payload("more")));
    EXPECT_TRUE(here().publish("last.words", payload("goodbye")));
    world().first.reset();
    EXPECT_TRUE(world().eventually([&] { return listener->heard.back() == "goodbye"; }));
}

TEST_F(NatsFabricTest, ManySubscriptionsComeAndGoWhileMessagesArrive) {
    auto& there = world().there();
    for (int round = 0; round < 200; ++round) {
        std::array<std::unique_ptr<FabricSubscription>, 5> some;
        for (auto& subscription : some) subscription = there.subscribe("flood.>").value();
        for (int i = 0; i < 50; ++i)
            ASSERT_TRUE(here().publish("flood.a", payload(std::to_string(i))));
        ASSERT_TRUE(there.publish("flood.b", {}));
        if (round % 10 == 0) world().next(*some.back());
    }
    const auto service = world().answer(there, "echo", [](std::string q) { return q; });
    EXPECT_TRUE(world().eventually([&] { return world().ask(here(), "echo", "x") == "x"; }));
}

TEST_F(NatsFabricTest, ItAndItsLoopMayGoWhileMessagesArrive) {
    for (int round = 0; round < 20; ++round) {
        asio::io_context loop;
        auto made =
            nats_fabric(loop.get_executor(), Logger(), {.url = world().server.url()}).value();
        const auto subscription = made->subscribe("flood").value();
        while (!made->connected())
            ASSERT_TRUE(here().publish("flood", payload("x"))) << "waiting for the connection";
        auto waiting = [](FabricSubscription& from) -> Task<void> {
            for (;;)
                if (!co_await from.next()) co_return;
        };
        TaskGroup tasks(loop.get_executor(), Logger());
        tasks.spawn("listener", waiting(*subscription));
        for (int i = 0; i < 200; ++i) {
            ASSERT_TRUE(here().publish("flood", payload("x")));
            loop.poll();
        }
        if (round % 2 == 0) made.reset();
        EXPECT_TRUE(run_blocking(loop, tasks.stop(kPatience)));
        made.reset();
    }
}

TEST_F(NatsFabricTest, ARefusedSubjectIsTold) {
    const auto folder = ScratchFolder::make("nsl-nats-conf").value();
    std::ofstream(folder.path() + "/conf")
        << "authorization { users = [ { user: u, password: p, permissions: { subscribe: { deny: "
           "secret } } } ] }\nno_auth_user: u\n";
    NatsServer server({"-c", folder.path() + "/conf"});
    auto log = std::make_shared<MemorySink>();
    const auto fabric = nats_fabric_on(world(), {.url = server.url()}, Logger(log, "fabric"));
    const auto denied = fabric->subscribe("secret").value();
    EXPECT_TRUE(world().eventually(
        [&] { return log->contains("message server does not permit a subject"); }));
    EXPECT_TRUE(fabric->connected());
}

}  // namespace
}  // namespace nsl::store
