// SPDX-License-Identifier: Apache-2.0
// What clients must not do to the server: too much, too slowly, or not HTTP.
#include "api_world.h"
#include "base/async_event.h"

namespace nsl::api {
namespace {

struct None {};
BOOST_DESCRIBE_STRUCT(None, (), ())

Task<Result<None>> never(Context) {
    AsyncEvent event;
    co_await event.wait();
    co_return None{};
}

// Answers in the words of an error that swallowed its own cancellation.
Task<Result<None>> stubborn(Context) {
    AsyncEvent event;
    try {
        co_await event.wait();
    } catch (const boost::system::system_error&) {
    }
    co_return fail(Errc::unavailable, "gave up");
}

Router sample() {
    Router router;
    router.get<None, None>("/never", {}, [](Context c, None) { return never(std::move(c)); });
    router.get<None, None>("/stubborn", {}, [](Context c, None) { return stubborn(std::move(c)); });
    return router;
}

TEST(ServerLimits, AHeaderThatNeverEndsIs408) {
    ApiWorld world({}, {.header_timeout = milliseconds(50)});
    Peer peer(world.port());
    peer.send("GET /livez HTTP/1.1\r\nHost: ");
    const Reply reply = peer.response();
    EXPECT_EQ(reply.status, 408);
    EXPECT_EQ(reply.text("type"), "urn:nsl:problem:request_timeout");
    EXPECT_TRUE(peer.closed());
}

TEST(ServerLimits, DrippingDoesNotExtendTheDeadline) {
    ApiWorld world({}, {.header_timeout = milliseconds(100)});
    Peer peer(world.port());
    peer.send("GET /livez HTTP/1.1\r\n");
    std::atomic<bool> stop = false;
    std::thread drip([&] {
        while (!stop) {
            peer.send("a: b\r\n");
            world.run([] {});
        }
    });
    const Reply reply = peer.response();
    stop = true;
    drip.join();
    EXPECT_TRUE(reply.status == 408 || reply.status == 431) << reply.status;
}

TEST(ServerLimits, AConnectionThatSaysNothingIsClosed) {
    ApiWorld world({}, {.header_timeout = milliseconds(50), .idle_timeout = milliseconds(50)});
    EXPECT_TRUE(Peer(world.port()).closed());
    Peer peer(world.port());
    peer.get("/livez");
    EXPECT_EQ(peer.response().status, 200);
    EXPECT_TRUE(peer.closed());
}

TEST(ServerLimits, ABodyThatNeverComesIs408) {
    ApiWorld world({}, {.request_timeout = milliseconds(50)});
    Peer peer(world.port());
    peer.get("/livez", "Content-Length: 5\r\n");
    EXPECT_EQ(peer.response().status, 408);
}

TEST(ServerLimits, AHandlerThatTakesTooLongIs504) {
    ApiWorld world(sample(), {.request_timeout = milliseconds(50)});
    for (const char* path : {"/never", "/stubborn"}) {
        const Reply reply = world.get(path);
        EXPECT_EQ(reply.status, 504) << path;
        EXPECT_EQ(reply.text("detail"), "the request took more than 50 ms");
    }
}

TEST(ServerLimits, AHeaderTooLargeIs431) {
    ApiWorld world({}, {.header_max = 1'024});
    Peer peer(world.port());
    peer.get("/livez", "X: " + std::string(200'000, 'x') + "\r\n");
    EXPECT_EQ(peer.response().status, 431);
    EXPECT_TRUE(peer.closed());
    EXPECT_EQ(world.get("/livez", "X: " + std::string(800, 'x') + "\r\n").status, 200);
}

TEST(ServerLimits, ABodyTooLargeIs413) {
    ApiWorld world({}, {.body_max = 100});
    Peer announced(world.port());
    announced.get("/livez", "Content-Length: 200000\r\n");
    announced.send(std::string(200'000, 'x'));
    EXPECT_EQ(announced.response().status, 413);
    Peer chunked(world.port());
    chunked.get("/livez", "Transfer-Encoding: chunked\r\n");
    for (int i = 0; i < 10; ++i) chunked.send("14\r\n" + std::string(20, 'x') + "\r\n");
    EXPECT_EQ(chunked.response().status, 413);
    EXPECT_TRUE(chunked.closed());
}

TEST(ServerLimits, ABodyIsReadAndTheNextRequestFound) {
    ApiWorld world;
    Peer peer(world.port());
    peer.get("/livez", "Content-Length: 5\r\nExpect: 100-continue\r\n");
    EXPECT_EQ(peer.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("GET /");
    EXPECT_EQ(peer.response().status, 200);
    peer.get("/livez", "Transfer-Encoding: chunked\r\n");
    peer.send("3\r\nabc\r\n0\r\n\r\n");
    EXPECT_EQ(peer.response().status, 200);
    peer.get("/livez");
    EXPECT_EQ(peer.response().status, 200);
}

TEST(ServerLimits, AChunkedBodyMayComeByteByByte) {
    ApiWorld world;
    Peer peer(world.port());
    for (std::string_view body : {"0\r\n\r\n", "1\r\na\r\n0\r\nt: x\r\n\r\n"}) {
        peer.get("/livez", "Transfer-Encoding: chunked\r\n");
        for (char c : body) {
            peer.send({&c, 1});
            world.run([] {});
        }
        EXPECT_EQ(peer.response().status, 200);
    }
}

TEST(ServerLimits, WhatIsNotHttpIs400) {
    ApiWorld world;
    for (std::string_view garbage :
         {"\x16\x03\x01\x02\x01\xfc\x03\x03\r\n\r\n", "GET\r\n\r\n",
          "GET /livez HTTP/1.1\r\nno colon\r\n\r\n", "GET /livez HTTP/1.1\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
          "chunked\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"}) {
        Peer peer(world.port());
        peer.send(garbage);
        const Reply reply = peer.response();
        EXPECT_EQ(reply.status, 400) << garbage;
        EXPECT_EQ(reply.text("type"), "urn:nsl:problem:bad_request") << garbage;
        EXPECT_TRUE(peer.closed());
    }
    Peer future(world.port());
    future.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    const int status = future.response().status;
    EXPECT_TRUE(status == 505 || status == 400) << status;
    EXPECT_EQ(world.get("/livez").status, 200);
}

TEST(ServerLimits, TooManyConnectionsAreToldSo) {
    ApiWorld world({}, {.connections_max = 2});
    auto a = std::make_unique<Peer>(world.port());
    Peer b(world.port());
    a->get("/livez");
    b.get("/livez");
    EXPECT_EQ(a->response().status + b.response().status, 400);
    Peer c(world.port());
    c.get("/livez");
    const Reply reply = c.response();
    EXPECT_EQ(reply.status, 503);
    EXPECT_TRUE(reply.headers.contains("retry-after"));
    EXPECT_TRUE(c.closed());
    a.reset();
    // Accept, b and nothing else.
    ASSERT_TRUE(world.wait_for([&] { return world.tasks.running() == 2; }));
    EXPECT_EQ(world.get("/livez").status, 200);
}

TEST(ServerLimits, StopsAtOnceWithHandlersUnderWay) {
    ApiWorld world(sample());
    Peer peer(world.port());
    peer.get("/never");
    ASSERT_TRUE(world.wait_for([&] { return world.tasks.running() == 2; }));
    const auto took = world.stop();
    ASSERT_TRUE(took);
    EXPECT_LT(*took, milliseconds(1'000));
}

}  // namespace
}  // namespace nsl::api
