// SPDX-License-Identifier: Apache-2.0
// Server-sent events over real sockets.
#include "api_world.h"
#include "base/async_event.h"

namespace nsl::api {
namespace {

struct Params {
    std::int64_t from = 1;
};
BOOST_DESCRIBE_STRUCT(Params, (), (from))

std::vector<json::Rule> json_rules(std::type_identity<Params>) {
    return {{.field = "from", .may_miss = true}};
}

struct Event {
    std::int64_t n = 0;
};
BOOST_DESCRIBE_STRUCT(Event, (), (n))

Task<Status> until_cancelled() {
    AsyncEvent event;
    co_await event.wait();
    co_return Status{};
}

// Three events from `from`, or after the last one the client has seen; then nothing.
Task<Status> count(Params params, EventStream& out) {
    std::int64_t n = params.from;
    if (!out.last_event_id().empty()) n = std::stoll(out.last_event_id()) + 1;
    for (const std::int64_t end = n + 3; n < end; ++n)
        CO_TRY_OK(co_await out.send(std::to_string(n), "count", json::encode(Event{n})));
    co_return co_await until_cancelled();
}

// Sends until it cannot, and tells how that ended.
Task<Status> flood(EventStream& out, std::shared_ptr<std::promise<Error>> ended) {
    const std::string big(64 * 1024, 'x');
    for (;;) {
        Status sent = co_await out.send("", "", json::Value(big));
        if (sent) continue;
        ended->set_value(sent.error());
        co_return sent;
    }
}

struct World {
    static Router routes(std::shared_ptr<std::promise<Error>> ended) {
        using Out = EventStream&;
        Router router;
        router.stream<Params, Event>("/count", {},
                                     [](Context, Params p, Out out) { return count(p, out); });
        router.stream<Params, Event>("/silent", {},
                                     [](Context, Params, Out) { return until_cancelled(); });
        router.stream<Params, Event>(
            "/flood", {}, [ended](Context, Params, Out out) { return flood(out, ended); });
        router.stream<Params, Event>("/missing", {}, [](Context, Params, Out) -> Task<Status> {
            co_return fail(Errc::not_found, "there is no such feed");
        });
        router.stream<Params, Event>("/dies", {}, [](Context, Params, Out out) -> Task<Status> {
            CO_TRY_OK(co_await out.send("1", "count", json::encode(Event{1})));
            throw std::runtime_error("hidden cause");
        });
        router.stream<Params, Event>("/lines", {}, [](Context, Params, Out out) -> Task<Status> {
            co_return co_await out.send("1\ndata: forged", "", json::Value(1));
        });
        return router;
    }
    explicit World(ServerOptions options = {}) : api(routes(ended), std::move(options)) {}

    double open() { return api.metric("nsl_api_streams_open"); }

    std::shared_ptr<std::promise<Error>> ended = std::make_shared<std::promise<Error>>();
    ApiWorld api;
};

TEST(Stream, SendsEvents) {
    World world;
    Peer peer(world.api.port());
    peer.get("/count?from=5", "X-Request-Id: abc\r\n");
    const Reply head = peer.header();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-type"), "text/event-stream");
    EXPECT_EQ(head.headers.at("cache-control"), "no-store");
    EXPECT_EQ(head.headers.at("x-request-id"), "abc");
    EXPECT_FALSE(head.headers.contains("content-length"));
    for (int n = 5; n < 8; ++n) {
        const std::string text = std::to_string(n);
        EXPECT_EQ(peer.until("\n\n"),
                  "id: " + text + "\nevent: count\ndata: {\"n\":" + text + "}\n\n");
    }
    EXPECT_EQ(world.open(), 1);
}

TEST(Stream, GoesOnAfterTheLastEventSeen) {
    World world;
    Peer peer(world.api.port());
    peer.get("/count", "Last-Event-ID: 41\r\n");
    EXPECT_EQ(peer.header().status, 200);
    EXPECT_EQ(peer.until("\n\n"), "id: 42\nevent: count\ndata: {\"n\":42}\n\n");
}

TEST(Stream, ASilentStreamOpensAndBeats) {
    World world;
    Peer peer(world.api.port());
    peer.get("/silent");
    ASSERT_TRUE(world.api.wait_for([&] { return world.api.clock.sleepers() == 1; }));
    world.api.run([&] { world.api.clock.advance(milliseconds(1'000)); });
    EXPECT_EQ(peer.header().status, 200);
    EXPECT_EQ(peer.until("\n\n"), ":\n\n");
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(world.api.wait_for([&] { return world.api.clock.sleepers() == 1; }));
        world.api.run([&] { world.api.clock.advance(milliseconds(15'000)); });
        EXPECT_EQ(peer.until("\n\n"), ":\n\n");
    }
}

TEST(Stream, AHandlerThatFailsFirstIsAnOrdinaryProblem) {
    World world;
    const Reply missing = world.api.get("/missing");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.text("detail"), "there is no such feed");
    EXPECT_EQ(world.api.get("/count?from=x").status, 400);
    EXPECT_EQ(world.api.get("/count?form=1").status, 400);
    EXPECT_EQ(world.api.get("/lines").status, 500);
}

TEST(Stream, AHandlerThatFailsLaterSaysSoInItsLastEvent) {
    World world;
    Peer peer(world.api.port());
    peer.get("/dies");
    EXPECT_EQ(peer.header().status, 200);
    peer.until("\n\n");
    const std::string last = peer.until("\n\n");
    EXPECT_TRUE(last.starts_with("event: problem\ndata: {\"type\":\"urn:nsl:problem:internal\""))
        << last;
    EXPECT_EQ(last.find("hidden"), std::string::npos);
    EXPECT_TRUE(world.api.sink->contains("hidden cause"));
    EXPECT_TRUE(peer.closed());
}

TEST(Stream, HeadOpensNothing) {
    World world;
    Peer peer(world.api.port());
    peer.get("/count", "", "HEAD");
    const Reply head = peer.header();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-type"), "text/event-stream");
    EXPECT_TRUE(peer.closed());
    EXPECT_TRUE(world.api.wait_for([&] { return world.api.tasks.running() == 1; }));
}

TEST(Stream, AClientThatGoesFreesItsPlace) {
    World world;
    {
        Peer peer(world.api.port());
        peer.get("/count");
        EXPECT_EQ(peer.header().status, 200);
    }
    EXPECT_TRUE(world.api.wait_for([&] { return world.api.tasks.running() == 1; }));
    EXPECT_EQ(world.open(), 0);
}

TEST(Stream, AClientThatDoesNotReadIsCutOff) {
    World world({.write_timeout = milliseconds(100)});
    Peer peer(world.api.port(), 4'096);
    peer.get("/flood");
    const Error error = world.ended->get_future().get();
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_NE(error.message.find("does not read"), std::string::npos) << error.message;
    EXPECT_TRUE(world.api.wait_for([&] { return world.api.tasks.running() == 1; }));
}

TEST(Stream, TooManyAreRefused) {
    World world({.streams_max = 1});
    Peer first(world.api.port());
    first.get("/count");
    EXPECT_EQ(first.header().status, 200);
    EXPECT_EQ(world.api.get("/count").status, 503);
    EXPECT_EQ(world.api.get("/livez").status, 200);
}

TEST(Stream, StopsAtOnceWithOpenStreams) {
    World world;
    Peer counting(world.api.port()), silent(world.api.port()), flooded(world.api.port());
    counting.get("/count");
    EXPECT_EQ(counting.header().status, 200);
    silent.get("/silent");
    flooded.get("/flood");
    EXPECT_EQ(flooded.header().status, 200);
    ASSERT_TRUE(world.api.wait_for([&] { return world.open() == 3; }));
    const auto took = world.api.stop();
    ASSERT_TRUE(took);
    EXPECT_LT(*took, milliseconds(1'000));
    EXPECT_TRUE(silent.closed());
}

}  // namespace
}  // namespace nsl::api
