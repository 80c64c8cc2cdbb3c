// SPDX-License-Identifier: Apache-2.0
// Routing, problems, ids, metrics and life cycle of the server, over real sockets.
#include "api/server.h"

#include "api_world.h"

namespace nsl::api {
namespace {

struct Params {
    std::string id;
    std::int64_t limit = 20;
};
BOOST_DESCRIBE_STRUCT(Params, (), (id, limit))

std::vector<json::Rule> json_rules(std::type_identity<Params>) {
    return {{.field = "id"}, {.field = "limit", .minimum = 1, .maximum = 64, .may_miss = true}};
}

struct None {};
BOOST_DESCRIBE_STRUCT(None, (), ())

struct Body {
    std::string id;
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(Body, (), (id, limit))

Task<Result<Body>> thing(Context context, Params params) {
    context.log.info("thing asked for", {{"id", params.id}});
    if (params.id == "missing") co_return fail(Errc::not_found, "there is no thing missing");
    if (params.id == "broken") co_return fail(Errc::internal, "SQL: no table things");
    if (params.id == "throws") throw std::runtime_error("hidden cause");
    if (params.id == "odd") throw 7;
    co_return Body{params.id, params.limit};
}

Router sample() {
    Router router;
    router.get<Params, Body>("/v1/things/{id}", {.summary = "A thing", .tag = "things"}, thing);
    return router;
}

TEST(Server, AnswersJson) {
    ApiWorld world(sample());
    const Reply reply = world.get("/v1/things/NEO%2DUSD?limit=3");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, R"({"id":"NEO-USD","limit":3})");
    EXPECT_EQ(reply.headers.at("content-type"), "application/json");
    EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(reply.headers.at("date"), "Tue, 14 Nov 2023 22:13:20 GMT");
}

TEST(Server, AnEncodedSlashStaysInItsSegment) {
    ApiWorld world(sample());
    EXPECT_EQ(world.get("/v1/things/..%2F..%2Fetc%2Fpasswd").text("id"), "../../etc/passwd");
    for (const char* path :
         {"/v1/things/../../etc/passwd", "/v1/things/%2e%2e/x", "/v1/things/%00"})
        EXPECT_EQ(world.get(path).status, 400) << path;
    EXPECT_EQ(world.get("//v1/things/x").status, 404);
    EXPECT_EQ(world.get("/v1/things/x/").status, 404);
}

TEST(Server, BadParametersAre400WithEachFault) {
    ApiWorld world(sample());
    const Reply reply = world.get("/v1/things/x?limit=ten&limt=3");
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json");
    EXPECT_EQ(reply.headers.at("cache-control"), "no-store");
    EXPECT_EQ(reply.text("type"), "urn:nsl:problem:invalid_argument");
    EXPECT_EQ(reply.text("instance"), "/v1/things/x");
    EXPECT_EQ(reply.text("request_id"), reply.headers.at("x-request-id"));
    EXPECT_EQ(reply.json().at("errors").as_array().size(), 2U);
    EXPECT_EQ(world.get("/v1/things/x?id=y").status, 400);
    EXPECT_EQ(world.get("/v1/things/x?limit=1&limit=2").status, 400);
    EXPECT_EQ(world.get("/livez?x=1").status, 400);
    EXPECT_EQ(world.get("/metrics?x=1").status, 400);
}

TEST(Server, UnknownPathsAre404AndOtherMethods405) {
    ApiWorld world(sample());
    EXPECT_EQ(world.get("/nothing").status, 404);
    EXPECT_EQ(world.get("/v1/things/missing").text("detail"), "there is no thing missing");
    Peer peer(world.port());
    peer.get("/v1/things/x", "", "DELETE");
    Reply reply = peer.response();
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.headers.at("allow"), "GET, HEAD");
    EXPECT_EQ(reply.text("type"), "urn:nsl:problem:method_not_allowed");
    // The connection is still good.
    peer.get("/livez");
    EXPECT_EQ(peer.response().status, 200);
}

TEST(Server, HeadIsGetWithoutTheBody) {
    ApiWorld world(sample());
    Peer peer(world.port());
    peer.get("/v1/things/x", "", "HEAD");
    const Reply head = peer.response(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-length"), "21");
    peer.get("/v1/things/x");
    EXPECT_EQ(peer.response().body, R"({"id":"x","limit":20})");
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
    ApiWorld world(sample());
    Peer peer(world.port());
    std::string all;
    for (int i = 0; i < 100; ++i)
        all += "GET /v1/things/" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    peer.send(all);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(peer.response().text("id"), std::to_string(i));
}

TEST(Server, HonoursTheClientsWishToClose) {
    ApiWorld world(sample());
    Peer peer(world.port());
    peer.get("/livez", "Connection: close\r\n");
    EXPECT_EQ(peer.response().headers.at("connection"), "close");
    EXPECT_TRUE(peer.closed());
    Peer old(world.port());
    old.send("GET /livez HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.response().status, 200);
    EXPECT_TRUE(old.closed());
}

TEST(Server, AFailingHandlerIsA500WithoutItsCauseWhichIsLogged) {
    ApiWorld world(sample());
    for (const char* id : {"throws", "odd", "broken"}) {
        const Reply reply = world.get("/v1/things/" + std::string(id), "X-Request-Id: find-me\r\n");
        EXPECT_EQ(reply.status, 500);
        EXPECT_EQ(reply.text("type"), "urn:nsl:problem:internal");
        EXPECT_EQ(reply.body.find("hidden"), std::string::npos);
        EXPECT_EQ(reply.body.find("SQL"), std::string::npos);
    }
    EXPECT_TRUE(world.sink->contains("hidden cause"));
    EXPECT_TRUE(world.sink->contains("SQL: no table things"));
    EXPECT_EQ(world.get("/livez").status, 200);
}

TEST(Server, TheRequestIdFollowsTheRequest) {
    ApiWorld world(sample());
    EXPECT_EQ(world.get("/v1/things/x", "X-Request-Id: my.Id_1-2\r\n").headers.at("x-request-id"),
              "my.Id_1-2");
    EXPECT_TRUE(world.sink->contains(R"("message":"thing asked for","request_id":"my.Id_1-2")"));
    for (const std::string& bad : {std::string("a b"), std::string(65, 'a'), std::string("<x>")}) {
        const Reply reply = world.get("/livez", "X-Request-Id: " + bad + "\r\n");
        EXPECT_EQ(reply.headers.at("x-request-id").size(), 32U) << bad;
    }
    EXPECT_NE(world.get("/livez").headers.at("x-request-id"),
              world.get("/livez").headers.at("x-request-id"));
}

TEST(Server, SaysWhyItIsNotReady) {
    ApiWorld world;
    EXPECT_EQ(world.get("/readyz").status, 200);
    world.run([&] { world.not_ready = "the chain is 40 blocks behind"; });
    const Reply reply = world.get("/readyz");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.text("detail"), "not ready: the chain is 40 blocks behind");
    EXPECT_TRUE(reply.headers.contains("retry-after"));
    EXPECT_EQ(world.get("/livez").status, 200);
}

TEST(Server, CountsRequestsByRouteTemplate) {
    ApiWorld world(sample());
    for (const char* path : {"/v1/things/a", "/v1/things/b", "/v1/things/missing", "/x", "/y"})
        world.get(path);
    Peer peer(world.port());
    peer.get("/v1/things/a", "", "BREW");
    EXPECT_EQ(peer.response().status, 405);
    auto count = [&](std::string labels) {
        return world.metric("nsl_api_requests_total{" + std::move(labels) + "}");
    };
    EXPECT_EQ(count(R"(method="GET",route="/v1/things/{id}",status_class="2xx")"), 2);
    EXPECT_EQ(count(R"(method="GET",route="/v1/things/{id}",status_class="4xx")"), 1);
    EXPECT_EQ(count(R"(method="GET",route="unmatched",status_class="4xx")"), 2);
    EXPECT_EQ(count(R"(method="other",route="unmatched",status_class="4xx")"), 1);
    EXPECT_EQ(world.metric(R"(nsl_api_request_seconds_count{route="/v1/things/{id}"})"), 3);
    const Reply metrics = world.get("/metrics");
    EXPECT_EQ(metrics.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_NE(metrics.body.find("nsl_api_streams_open 0"), std::string::npos);
}

TEST(Server, DescribesItself) {
    ApiWorld world(sample());
    const Reply reply = world.get("/openapi.json");
    EXPECT_EQ(reply.headers.at("cache-control"), "public, max-age=60");
    const json::Value document = reply.json();
    for (const char* path : {"/v1/things/{id}", "/livez", "/readyz", "/metrics", "/openapi.json"})
        EXPECT_TRUE(document.at("paths").as_object().contains(path)) << path;
}

TEST(Server, APortInUseIsAConflictThatNamesIt) {
    ApiWorld first;
    ApiWorld second({}, {.port = first.port()});
    EXPECT_EQ(second.server, nullptr);
    EXPECT_EQ(second.error.code, Errc::conflict);
    EXPECT_NE(second.error.message.find(std::to_string(first.port())), std::string::npos);
}

TEST(Server, RefusesAnAddressThatIsNone) {
    for (const char* address : {"localhost", "", "256.0.0.1", "192.0.2.1"}) {
        ApiWorld world({}, {.address = address});
        EXPECT_EQ(world.error.code, Errc::invalid_argument) << address;
    }
}

TEST(Server, StopsAtOnceWithOpenConnections) {
    ApiWorld world(sample());
    Peer silent(world.port()), idle(world.port()), half(world.port());
    idle.get("/livez");
    EXPECT_EQ(idle.response().status, 200);
    half.send("GET /livez HT");
    ASSERT_TRUE(world.wait_for([&] { return world.tasks.running() == 4; }));
    const auto took = world.stop();
    ASSERT_TRUE(took);
    EXPECT_LT(*took, milliseconds(1'000));
    EXPECT_TRUE(silent.closed());
    EXPECT_TRUE(idle.closed());
}

TEST(Server, ClosingEndsIdleConnectionsAndTakesNoNewOnes) {
    ApiWorld world;
    Peer idle(world.port());
    idle.get("/livez");
    EXPECT_EQ(idle.response().status, 200);
    const std::uint16_t port = world.port();
    world.run([&] { world.server->close(); });
    EXPECT_TRUE(idle.closed());
    EXPECT_FALSE(Peer(port).connected());
    EXPECT_TRUE(world.wait_for([&] { return world.tasks.running() == 0; }));
}

}  // namespace
}  // namespace nsl::api
