// SPDX-License-Identifier: Apache-2.0
#include "api/router.h"

#include <gtest/gtest.h>

#include <set>

#include "api/problem.h"
#include "api/target.h"

namespace nsl::api {
namespace {

enum class Order { newest, oldest };
BOOST_DESCRIBE_ENUM(Order, newest, oldest)

struct Params {
    std::string id;
    std::int64_t limit = 20;
    std::optional<bool> deep;
    std::optional<double> ratio;
    std::optional<std::uint64_t> big;
    Order order = Order::newest;
};
BOOST_DESCRIBE_STRUCT(Params, (), (id, limit, deep, ratio, big, order))

std::vector<json::Rule> json_rules(std::type_identity<Params>) {
    return {{.field = "id", .description = "which"},
            {.field = "limit", .minimum = 1, .maximum = 64, .may_miss = true},
            {.field = "order", .may_miss = true}};
}

struct Body {
    std::string id;
};
BOOST_DESCRIBE_STRUCT(Body, (), (id))

Result<Params> read(json::Object text) {
    TRY(json::Value typed, convert_params(json::Value(std::move(text)), json::schema<Params>()));
    return json::decode<Params>(typed);
}

Router sample() {
    Router router;
    router.get<Params, Body>(
        "/v1/things/{id}/parts",
        {.summary = "Parts", .tag = "things", .errors = {Errc::not_found, Errc::timeout}},
        [](Context, Params) -> Task<Result<Body>> { co_return Body{}; });
    router.stream<Params, Body>(
        "/v1/things/{id}/events", {.summary = "Events", .tag = "things"},
        [](Context, Params, EventStream&) -> Task<Status> { co_return Status{}; });
    router.text("/plain", {.summary = "Text", .tag = "node"}, "text/plain",
                [](Context) -> Task<Result<std::string>> { co_return "x"; });
    return router;
}

TEST(Params, AreConvertedByTheirTypes) {
    const auto params = read({{"id", "7"},
                              {"limit", "64"},
                              {"deep", "true"},
                              {"ratio", "-1.5e3"},
                              {"big", "18446744073709551615"},
                              {"order", "oldest"}});
    ASSERT_TRUE(params) << params.error().message;
    EXPECT_EQ(params->id, "7");
    EXPECT_EQ(params->limit, 64);
    EXPECT_EQ(params->deep, true);
    EXPECT_EQ(params->ratio, -1500);
    EXPECT_EQ(params->big, 18446744073709551615u);
    EXPECT_EQ(params->order, Order::oldest);
    EXPECT_EQ(read({{"id", "x"}})->limit, 20);
}

TEST(Params, EveryFaultIsReportedAtItsName) {
    const auto params = read({{"limt", "3"}, {"limit", "ten"}, {"deep", "yes"}, {"order", "up"}});
    ASSERT_FALSE(params);
    EXPECT_EQ(params.error().code, Errc::invalid_argument);
    std::set<std::string> where;
    for (const Fault& fault : params.error().faults) where.insert(fault.where);
    EXPECT_EQ(where, (std::set<std::string>{"/limt", "/limit", "/deep", "/order", "/id"}));
}

TEST(Params, NumbersAreSpelledAsInJson) {
    for (const char* bad : {"", " 5", "5 ", "05", "+5", "0x5", "5.", "1e400", "5.5", "65", "0",
                            "9999999999999999999999", "[5]", "\"5\"", "-"})
        EXPECT_FALSE(read({{"id", "x"}, {"limit", bad}})) << bad;
}

TEST(Problem, HasTheMembersOfRfc9457) {
    const Error error{Errc::invalid_argument, "bad", {{"/limit", "must be at most 64"}}};
    const auto document = *json::parse_value(problem(error, "r1", "/v1/things"));
    EXPECT_EQ(
        document,
        (json::Object{{"type", "urn:nsl:problem:invalid_argument"},
                      {"title", "The request is not valid"},
                      {"status", 400},
                      {"detail", "bad"},
                      {"instance", "/v1/things"},
                      {"request_id", "r1"},
                      {"errors", json::Array{json::Object{{"pointer", "/limit"},
                                                          {"detail", "must be at most 64"}}}}}));
}

TEST(Problem, NeverTellsStrangersWhatFailedInside) {
    const std::string text =
        problem({Errc::internal, "SQL: no table keys", {{"/x", "y"}}}, "r1", "/");
    EXPECT_EQ(text.find("SQL"), std::string::npos);
    EXPECT_EQ(text.find("errors"), std::string::npos);
}

TEST(Problem, EachCodeHasOneStatusOfItsOwn) {
    std::set<int> seen;
    for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
        const int status = http_status(static_cast<Errc>(i));
        EXPECT_TRUE(seen.insert(status).second) << status;
        EXPECT_TRUE(status == 500 || reason_phrase(status) != reason_phrase(500)) << status;
    }
    EXPECT_EQ(http_status(Errc::unavailable), 503);
    EXPECT_EQ(http_status(Errc::limit_exceeded), 429);
}

// Every "$ref" of the document leads somewhere.
void check_references(const json::Value& at, const json::Value& document) {
    if (const json::Object* object = at.if_object()) {
        for (const auto& [key, value] : *object) {
            if (key == "$ref") {
                boost::system::error_code ec;
                document.find_pointer(value.as_string().subview(1), ec);
                EXPECT_FALSE(ec) << value;
            }
            check_references(value, document);
        }
    }
    if (const json::Array* array = at.if_array()) {
        for (const json::Value& value : *array) check_references(value, document);
    }
}

TEST(OpenApi, DescribesEveryRoute) {
    const Router router = sample();
    const json::Value document = openapi(router, "Title", "1.2.3");
    EXPECT_EQ(document.at("openapi"), "3.1.0");
    EXPECT_EQ(document.at("info").at("version"), "1.2.3");
    check_references(document, document);
    std::set<std::string> ids;
    for (const RawRoute& route : router.routes()) {
        const json::Value& operation = document.at("paths").at(route.path).at("get");
        EXPECT_TRUE(ids.emplace(operation.at("operationId").as_string()).second);
        EXPECT_EQ(operation.at("summary"), json::Value(route.info.summary));
        for (const char* status : {"200", "400", "500", "default"})
            EXPECT_TRUE(operation.at("responses").as_object().contains(status)) << route.path;
        EXPECT_TRUE(operation.at("responses")
                        .at("200")
                        .at("content")
                        .as_object()
                        .contains(route.reply_type));
    }
    EXPECT_TRUE(ids.contains("get_v1_things_by_id_parts"));
    EXPECT_EQ(document.at("tags").as_array().size(), 2U);
}

TEST(OpenApi, SaysWhereAParameterGoes) {
    const json::Value document = openapi(sample(), "Title", "1");
    const json::Value& operation = document.at("paths").at("/v1/things/{id}/parts").at("get");
    EXPECT_EQ(operation.at("parameters").at(0), (json::Object{{"name", "id"},
                                                              {"in", "path"},
                                                              {"required", true},
                                                              {"description", "which"},
                                                              {"schema", {{"type", "string"}}}}));
    EXPECT_EQ(operation.at("parameters").at(1).at("in"), "query");
    EXPECT_EQ(operation.at("parameters").at(1).at("required"), false);
    EXPECT_EQ(operation.at("parameters").at(1).at("schema").at("maximum"), 64);
    EXPECT_EQ(operation.at("responses").at("404"),
              (json::Object{{"$ref", "#/components/responses/not_found"}}));
    EXPECT_TRUE(operation.at("responses").as_object().contains("504"));
}

TEST(OpenApi, AnEventStreamIsOne) {
    const json::Value document = openapi(sample(), "Title", "1");
    const json::Value& content = document.at("paths")
                                     .at("/v1/things/{id}/events")
                                     .at("get")
                                     .at("responses")
                                     .at("200")
                                     .at("content");
    EXPECT_EQ(content.at("text/event-stream").at("x-event-schema"), json::schema<Body>());
}

}  // namespace
}  // namespace nsl::api
