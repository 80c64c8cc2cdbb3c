// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/loopback_test.h"
#include "net/websocket.h"
#include "net/ws_server.h"

namespace nsl::net {
namespace {

RC_GTEST_PROP(BackoffWait, LiesBetweenZeroAndTheDoubledBaseButNotAboveTheCap, ()) {
    const auto base = *rc::gen::inRange<std::int64_t>(0, 100'000);
    const auto cap = *rc::gen::inRange<std::int64_t>(0, 100'000'000);
    const auto attempt = *rc::gen::oneOf(rc::gen::inRange(0u, 40u), rc::gen::arbitrary<unsigned>());
    SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
    const auto wait = Backoff{milliseconds(base), milliseconds(cap)}.wait(attempt, random).count();
    RC_ASSERT(wait >= 0);
    RC_ASSERT(wait <= cap);
    if (attempt < 40) RC_ASSERT(wait <= base << attempt);
}

TEST(BackoffWait, UsesTheWholeRange) {
    SeededRandom random(7);
    const Backoff backoff{milliseconds(10), milliseconds(40)};
    std::int64_t least = 1'000, most = 0;
    for (int i = 0; i < 2'000; ++i) {
        const auto wait = backoff.wait(5, random).count();
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    EXPECT_EQ(least, 0);
    EXPECT_EQ(most, 40);
}

class WsFeedTest : public LoopbackTest {
 public:
    WsFeedTest() {
        WsServerHandlers handlers;
        handlers.on_open = [this](std::shared_ptr<WsPeer> opened) {
            ++opens;
            peer = std::move(opened);
        };
        handlers.on_message = [this](std::shared_ptr<WsPeer>, std::string_view message) {
            received.emplace_back(message);
        };
        handlers.on_close = [this](std::shared_ptr<WsPeer>) { ++closes; };
        server = *WsServer::listen(tasks, log, 0, std::move(handlers));
        options.url = "ws://127.0.0.1:" + std::to_string(server->port()) + "/feed";
        options.egress = EgressPolicy::any();
        options.backoff = {milliseconds(1), milliseconds(5)};
        feed_handlers.on_message = [this](std::string_view message) {
            messages.emplace_back(message);
            return std::string();
        };
        feed_handlers.on_close = [this](const Error& why) { errors.push_back(why); };
    }
    ~WsFeedTest() override {
        EXPECT_TRUE(stop());
        server.reset();
    }

    void start(Clock& clock) {
        feed =
            std::make_unique<WsFeed>(io.get_executor(), clock, random, log, options, feed_handlers);
        group.spawn("feed", feed->run());
    }
    bool stop() { return run(group.stop(milliseconds(2'000))); }

    // Declared so that the feed goes first and the server's handlers never outlive what they use.
    RealClock real_clock;
    SeededRandom random{1};
    std::shared_ptr<WsPeer> peer;
    int opens = 0, closes = 0;
    std::vector<std::string> received, messages;
    std::vector<Error> errors;
    std::unique_ptr<WsServer> server;
    TaskGroup group{io.get_executor(), log};
    WsFeedOptions options;
    WsFeedHandlers feed_handlers;
    std::unique_ptr<WsFeed> feed;
};

TEST_F(WsFeedTest, SendsTheOpeningMessagesThenReadsAndReplies) {
    feed_handlers.on_open = [] { return std::vector<std::string>{"subscribe a", "subscribe b"}; };
    feed_handlers.on_message = [](std::string_view message) {
        return "re: " + std::string(message);
    };
    start(real_clock);
    ASSERT_TRUE(eventually([&] { return received.size() == 2; }));
    EXPECT_TRUE(feed->connected());
    peer->send("tick");
    ASSERT_TRUE(eventually([&] { return received.size() == 3; }));
    EXPECT_EQ(received, (std::vector<std::string>{"subscribe a", "subscribe b", "re: tick"}));
}

TEST_F(WsFeedTest, ConnectsAndOpensAgainWhenTheServerDrops) {
    feed_handlers.on_open = [] { return std::vector<std::string>{"subscribe"}; };
    start(real_clock);
    for (std::size_t round = 1; round <= 5; ++round) {
        ASSERT_TRUE(eventually([&] { return received.size() == round; })) << round;
        peer->drop();
    }
    ASSERT_TRUE(eventually([&] { return received.size() == 6; }));
    ASSERT_EQ(errors.size(), 5u);
    EXPECT_EQ(errors[0].code, Errc::unavailable);
}

TEST_F(WsFeedTest, KeepsTryingWhileNobodyListens) {
    options.url = "ws://127.0.0.1:" + std::to_string(closed_port(io));
    start(real_clock);
    ASSERT_TRUE(eventually([&] { return errors.size() >= 5; }));
    EXPECT_FALSE(feed->connected());
    EXPECT_TRUE(errors[0].message.contains("refused")) << errors[0].message;
}

TEST_F(WsFeedTest, CountsAttemptsUntilAConnectionHasDeliveredAMessage) {
    ManualClock clock;
    options.backoff = {milliseconds(1'000), milliseconds(1'000)};
    start(clock);
    const auto close_and_wait_for = [&](const std::string& attempt) {
        if (!eventually([&] { return peer != nullptr && feed->connected(); })) return false;
        std::exchange(peer, nullptr)->drop();
        const bool asleep = eventually([&] { return clock.sleepers() == 1; });
        clock.advance(milliseconds(1'000));
        return asleep && sink->lines().back().contains("\"attempt\":" + attempt);
    };
    EXPECT_TRUE(close_and_wait_for("0"));
    EXPECT_TRUE(close_and_wait_for("1"));
    EXPECT_TRUE(close_and_wait_for("2"));
    ASSERT_TRUE(eventually([&] { return peer != nullptr; }));
    peer->send("alive");
    ASSERT_TRUE(eventually([&] { return messages.size() == 1; }));
    EXPECT_TRUE(close_and_wait_for("0"));
    EXPECT_TRUE(close_and_wait_for("1"));
    feed.reset();
    EXPECT_TRUE(stop());
}

TEST_F(WsFeedTest, SendsItsOwnPingsByTheClock) {
    ManualClock clock;
    options.ping_every = milliseconds(20'000);
    options.ping_text = "ping";
    start(clock);
    ASSERT_TRUE(eventually([&] { return clock.sleepers() == 1 && peer; }));
    for (std::size_t i = 1; i <= 3; ++i) {
        EXPECT_EQ(received.size(), i - 1);
        clock.advance(milliseconds(20'000));
        ASSERT_TRUE(eventually([&] { return received.size() == i && clock.sleepers() == 1; }));
        EXPECT_EQ(received.back(), "ping");
    }
    peer->drop();
    ASSERT_TRUE(eventually([&] { return errors.size() == 1; }));
    EXPECT_TRUE(stop());
}

TEST_F(WsFeedTest, DropsAndConnectsAgainOnRequest) {
    options.ping_every = milliseconds(60'000);
    options.ping_text = "ping";
    start(real_clock);
    feed->reconnect();
    ASSERT_TRUE(eventually([&] { return opens == 1 && feed->connected(); }));
    feed->reconnect();
    EXPECT_FALSE(feed->connected());
    ASSERT_TRUE(eventually([&] { return opens == 2 && closes == 1; }));
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].message, "reconnect was requested");
}

TEST_F(WsFeedTest, MayBeToldToReconnectByItsOwnHandler) {
    feed_handlers.on_message = [&](std::string_view) {
        feed->reconnect();
        return std::string("too late");
    };
    start(real_clock);
    ASSERT_TRUE(eventually([&] { return opens == 1; }));
    peer->send("tick");
    ASSERT_TRUE(eventually([&] { return opens == 2; }));
    EXPECT_TRUE(received.empty());
}

TEST_F(WsFeedTest, LosesOneConnectionToAHandlerThatThrows) {
    feed_handlers.on_message = [](std::string_view) -> std::string {
        throw std::runtime_error("bad frame");
    };
    start(real_clock);
    ASSERT_TRUE(eventually([&] { return opens == 1; }));
    peer->send("tick");
    ASSERT_TRUE(eventually([&] { return opens == 2; }));
    EXPECT_EQ(errors.at(0).code, Errc::internal);
}

TEST_F(WsFeedTest, ReturnsAtOnceAndClosesTheSocketWhenCancelledWhileReading) {
    for (const auto ping_every : {0, 60'000}) {
        options.ping_every = milliseconds(ping_every);
        TaskGroup own(io.get_executor(), log);
        WsFeed other(io.get_executor(), real_clock, random, log, options, feed_handlers);
        const int opened = opens, closed = closes;
        own.spawn("feed", other.run());
        ASSERT_TRUE(eventually([&] { return opens == opened + 1 && other.connected(); }));
        EXPECT_TRUE(run(own.stop(milliseconds(2'000))));
        EXPECT_FALSE(other.connected());
        EXPECT_TRUE(eventually([&] { return closes == closed + 1; }));
    }
    EXPECT_TRUE(errors.empty());
    EXPECT_FALSE(sink->contains("task failed"));
}

TEST_F(WsFeedTest, ReturnsAtOnceWhenCancelledWhileConnectingOrWaiting) {
    ScriptServer silent(*this, [](tcp::socket&) { return never(); });
    options.url = silent.url("ws");
    start(real_clock);
    ASSERT_TRUE(eventually([&] { return silent.accepted() == 1; }));
    EXPECT_TRUE(stop());

    ManualClock clock;
    options.url = "ws://127.0.0.1:" + std::to_string(closed_port(io));
    options.backoff = {milliseconds(60'000), milliseconds(60'000)};
    WsFeed other(io.get_executor(), clock, random, log, options, feed_handlers);
    TaskGroup own(io.get_executor(), log);
    own.spawn("feed", other.run());
    ASSERT_TRUE(eventually([&] { return clock.sleepers() == 1; }));
    EXPECT_TRUE(run(own.stop(milliseconds(2'000))));
    EXPECT_FALSE(sink->contains("task failed"));
}

TEST_F(WsFeedTest, StopsCleanlyUnderAFlood) {
    start(real_clock);
    ASSERT_TRUE(eventually([&] { return opens == 1; }));
    tasks.spawn("flood", [](std::shared_ptr<WsPeer> to) -> Task<void> {
        while (to->send(std::string(50'000, 'x'))) co_await RealClock().sleep_for(milliseconds(0));
    }(peer));
    ASSERT_TRUE(eventually([&] { return messages.size() > 100; }));
    EXPECT_TRUE(stop());
    EXPECT_TRUE(eventually([&] { return closes == 1; }));
}

TEST_F(WsFeedTest, CallsNoHandlerOnceDestroyed) {
    start(real_clock);
    ASSERT_TRUE(eventually([&] { return opens == 1 && feed->connected(); }));
    peer->send("one");
    ASSERT_TRUE(eventually([&] { return messages.size() == 1; }));
    peer->send("two");
    feed.reset();
    ASSERT_TRUE(eventually([&] { return group.running() == 0; }));
    EXPECT_EQ(messages.size(), 1u);
    EXPECT_TRUE(errors.empty());
}

}  // namespace
}  // namespace nsl::net
