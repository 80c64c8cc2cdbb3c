// SPDX-License-Identifier: Apache-2.0
// Faults of a node's WebSocket, as a connection to it sees them.
#include <gtest/gtest.h>

#include "fault_world.h"
#include "net/websocket.h"

namespace nsl {
namespace {

using namespace testing_support;

class FeedFaults : public FaultTest {
 protected:
    // Subscribed to blocks.
    std::unique_ptr<net::WsConnection> subscribed() {
        auto made =
            run(net::WsConnection::connect(world.loop.get_executor(), net::EgressPolicy::any(),
                                           proxy().websocket_url(), {.idle = kCallDeadline}, {}));
        EXPECT_TRUE(made.has_value()) << made.error().message;
        if (!made) return nullptr;
        EXPECT_TRUE(run((*made)->write(
            R"({"jsonrpc":"2.0","id":1,"method":"subscribe","params":["block_added"]})")));
        EXPECT_EQ(parse_exchange(run((*made)->read()).value()).at("id"), 1);
        return *std::move(made);
    }
    // The height of the block that the next message tells of.
    std::int64_t next_block(net::WsConnection& feed) {
        const json::Value event = parse_exchange(in_time(feed.read()).value());
        EXPECT_EQ(event.at("method"), "block_added");
        return event.at("params").at(0).at("index").to_number<std::int64_t>();
    }
};

TEST_F(FeedFaults, WithoutAPlanEventsPassInOrder) {
    const auto feed = subscribed();
    const std::int64_t first = next_block(*feed);
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(next_block(*feed), first + i);
}

TEST_F(FeedFaults, AMissedEventIsToldAndADroppedOneIsNot) {
    const auto feed = subscribed();
    const std::int64_t first = next_block(*feed);
    plan().next(NodeFault::event_missed);
    EXPECT_EQ(parse_exchange(in_time(feed->read()).value()).at("method"), "event_missed");
    EXPECT_EQ(next_block(*feed), first + 1);
    plan().next(NodeFault::event_dropped, "block_added", 2);
    EXPECT_EQ(next_block(*feed), first + 4);
    EXPECT_EQ(plan().report(), "event_missed 1, event_dropped 2");
}

TEST_F(FeedFaults, ACutFeedIsUnavailableAndTheNextOneWorks) {
    auto feed = subscribed();
    plan().next(NodeFault::feed_cut);
    EXPECT_EQ(in_time(feed->read()).error().code, Errc::unavailable);
    feed = subscribed();
    EXPECT_GT(next_block(*feed), 0);
    proxy().hang_up();
    Result<std::string> last = std::string();
    while (last) last = in_time(feed->read());
    EXPECT_EQ(last.error().code, Errc::unavailable);
}

TEST_F(FeedFaults, ASilentFeedStaysOpenAndTimesOut) {
    auto feed = subscribed();
    plan().next(NodeFault::feed_silent);
    EXPECT_EQ(in_time(feed->read()).error().code, Errc::timeout);
    feed = subscribed();
    EXPECT_GT(next_block(*feed), 0);
}

TEST_F(FeedFaults, AKilledNodeEndsTheFeed) {
    const auto feed = subscribed();
    EXPECT_GT(next_block(*feed), 0);
    run(network.kill(0));
    Result<std::string> last = std::string();
    while (last) last = in_time(feed->read());
    EXPECT_EQ(last.error().code, Errc::unavailable);
    ASSERT_TRUE(network.start(0).has_value());
    ASSERT_TRUE(run(network.wait_ready(0)).has_value());
    EXPECT_GT(next_block(*subscribed()), 0);
}

}  // namespace
}  // namespace nsl
