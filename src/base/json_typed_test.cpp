// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "base/json.h"

namespace nsl {
namespace sample {

enum class Side { buy, sell_all };
BOOST_DESCRIBE_ENUM(Side, buy, sell_all)

struct Leg {
    std::string venue;
    std::uint8_t weight = 0;
    bool operator==(const Leg&) const = default;
};
BOOST_DESCRIBE_STRUCT(Leg, (), (venue, weight))

struct Order {
    std::string name;
    std::int64_t amount = 0;
    std::uint64_t height = 0;
    std::uint16_t port = 8080;
    double ratio = 0;
    bool urgent = false;
    Side side = Side::buy;
    std::optional<std::string> note;
    std::optional<Leg> fallback;
    std::vector<Leg> legs;
    std::map<std::string, std::int32_t> caps;
    json::Value extra;
    bool operator==(const Order&) const = default;
};
BOOST_DESCRIBE_STRUCT(Order, (),
                      (name, amount, height, port, ratio, urgent, side, note, fallback, legs, caps,
                       extra))
std::vector<json::Rule> json_rules(std::type_identity<Order>) {
    return {
        {.field = "name", .min_length = 1, .max_length = 8, .description = "What people call it."},
        {.field = "amount", .minimum = -5, .maximum = 1'000'000},
        {.field = "port", .minimum = 1, .may_miss = true},
        {.field = "ratio", .minimum = 0, .maximum = 1},
        {.field = "note", .max_length = 4},
        {.field = "legs", .max_length = 3},
        {.field = "caps", .max_length = 2},
        {.field = "extra", .may_miss = true},
    };
}

struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

struct Base {
    int id = 0;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))
struct Derived : Base {
    int more = 0;
};
BOOST_DESCRIBE_STRUCT(Derived, (Base), (more))

struct Tree {
    int value = 0;
    std::vector<Tree> children;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (value, children))

struct Misruled {
    int a = 0;
};
BOOST_DESCRIBE_STRUCT(Misruled, (), (a))
std::vector<json::Rule> json_rules(std::type_identity<Misruled>) {
    return {{.field = "b"}};
}

}  // namespace sample

namespace {

using sample::Order;

// The smallest body that is accepted, with some members replaced; a null value takes one out.
json::Value body(json::Object changes = {}) {
    json::Object out = {{"name", "x"},           {"amount", 1},           {"height", 2},
                        {"ratio", 0.5},          {"urgent", true},        {"side", "sell_all"},
                        {"legs", json::Array()}, {"caps", json::Object()}};
    for (const auto& [key, value] : changes) {
        if (value.is_null())
            out.stable_erase(key);
        else
            out[key] = value;
    }
    return out;
}

std::vector<std::string> faults(const json::Value& value) {
    std::vector<std::string> out;
    const auto order = json::decode<Order>(value);
    if (order) return {"accepted"};
    EXPECT_EQ(order.error().code, Errc::invalid_argument);
    for (const Fault& fault : order.error().faults)
        out.push_back(fault.where + ' ' + fault.message);
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST(JsonDecode, FillsEveryKindOfMember) {
    const auto order = json::parse<Order>(R"({
        "name": "neo", "amount": -5, "height": 18446744073709551615, "port": 1, "ratio": 1,
        "urgent": false, "side": "sell_all", "note": "abc",
        "fallback": {"venue": "f", "weight": 255}, "legs": [{"venue": "v", "weight": 0}],
        "caps": {"a/b": -7}, "extra": {"any": [null]}})");
    ASSERT_TRUE(order) << order.error().message;
    EXPECT_EQ(*order, (Order{.name = "neo",
                             .amount = -5,
                             .height = 18446744073709551615U,
                             .port = 1,
                             .ratio = 1,
                             .urgent = false,
                             .side = sample::Side::sell_all,
                             .note = "abc",
                             .fallback = sample::Leg{"f", 255},
                             .legs = {{"v", 0}},
                             .caps = {{"a/b", -7}},
                             .extra = json::parse_value(R"({"any":[null]})").value()}));
}

TEST(JsonDecode, MembersThatMayMissKeepTheirInitialisers) {
    const Order order = json::decode<Order>(body()).value();
    EXPECT_EQ(order.port, 8080);
    EXPECT_EQ(order.note, std::nullopt);
    EXPECT_TRUE(order.extra.is_null());
}

TEST(JsonDecode, NullInAnOptionalIsAsIfMissing) {
    json::Value value = body();
    value.as_object()["note"] = nullptr;
    value.as_object()["fallback"] = nullptr;
    EXPECT_EQ(json::decode<Order>(value)->note, std::nullopt);
    value.as_object()["name"] = nullptr;
    EXPECT_EQ(faults(value), Lines{"/name must be text"});
}

TEST(JsonDecode, CollectsEveryFaultAtItsPointer) {
    EXPECT_EQ(
        faults(body({{"name", 5},
                     {"amount", nullptr},
                     {"urgent", "yes"},
                     {"side", "sell"},
                     {"legs", {{{"venue", "v"}, {"weight", 1}}, {{"wieght", 300}}, 7}},
                     {"caps", {{"a/b~c", 1.5}}},
                     {"prot", 1}})),
        (Lines{"/name must be text", "/urgent must be true or false",
               "/side must be one of \"buy\", \"sell_all\"",
               "/legs/1/wieght is not known; did you mean \"weight\"?", "/legs/1/venue is missing",
               "/legs/1/weight is missing", "/legs/2 must be an object",
               "/caps/a~1b~0c must be an integer from -2147483648 to 2147483647",
               "/prot is not known; did you mean \"port\"?", "/amount is missing"}));
}

TEST(JsonDecode, TheMessageNamesTheFirstFaultAndCountsTheRest) {
    const auto order = json::decode<Order>(body({{"name", 5}, {"urgent", 1}, {"ratio", "x"}}));
    EXPECT_EQ(order.error().message, "/name must be text (and 2 more)");
    EXPECT_EQ(json::parse<Order>("[]").error().message, "must be an object");
    EXPECT_EQ(json::parse<Order>("[").error().code, Errc::invalid_argument);
}

TEST(JsonDecode, IntegersFitTheirTypeExactly) {
    const std::string port = "/port must be an integer from 0 to 65535";
    EXPECT_EQ(faults(body({{"port", 65535}})), Lines{"accepted"});
    for (const json::Value& value : {json::Value(65536), json::Value(-1), json::Value(1.0),
                                     json::Value("80"), json::Value(1e300), json::Value(true)})
        EXPECT_EQ(faults(body({{"port", value}})), Lines{port}) << value;
    EXPECT_EQ(json::parse<std::int64_t>("9223372036854775807"),
              std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(json::parse<std::int64_t>("-9223372036854775808"),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_FALSE(json::parse<std::int64_t>("9223372036854775808"));
    EXPECT_FALSE(json::parse<std::uint64_t>("18446744073709551616"));
    EXPECT_FALSE(json::parse<std::int64_t>("1e3"));
}

TEST(JsonDecode, RulesBoundNumbersAndLengths) {
    EXPECT_EQ(faults(body({{"amount", -6}})), Lines{"/amount must be at least -5"});
    EXPECT_EQ(faults(body({{"amount", 1'000'001}})), Lines{"/amount must be at most 1000000"});
    EXPECT_EQ(faults(body({{"port", 0}})), Lines{"/port must be at least 1"});
    EXPECT_EQ(faults(body({{"ratio", 1.01}})), Lines{"/ratio must be at most 1"});
    EXPECT_EQ(faults(body({{"ratio", -0.01}})), Lines{"/ratio must be at least 0"});
    EXPECT_EQ(faults(body({{"name", ""}})), Lines{"/name must have at least 1 bytes"});
    EXPECT_EQ(faults(body({{"name", "123456789"}})), Lines{"/name must have at most 8 bytes"});
    EXPECT_EQ(faults(body({{"note", "12345"}})), Lines{"/note must have at most 4 bytes"});
    const json::Value leg = {{"venue", "v"}, {"weight", 1}};
    EXPECT_EQ(faults(body({{"legs", {leg, leg, leg}}})), Lines{"accepted"});
    EXPECT_EQ(faults(body({{"legs", {leg, leg, leg, leg}}})),
              Lines{"/legs must have at most 3 items"});
    EXPECT_EQ(faults(body({{"caps", {{"a", 1}, {"b", 1}, {"c", 1}}}})),
              Lines{"/caps must have at most 2 members"});
}

TEST(JsonDecode, AFloodOfFaultsIsBounded) {
    json::Object flood;
    for (int i = 0; i < 10'000; ++i) flood[std::to_string(i)] = 1;
    flood[std::string(100'000, 'k')] = 1;
    const auto order = json::decode<Order>(flood);
    EXPECT_EQ(order.error().faults.size(), 64U);
    EXPECT_LT(
        json::parse<Order>("{\"" + std::string(100'000, 'k') + "\":1}").error().message.size(),
        300U);
}

TEST(JsonDecode, KnowsStructsWithoutMembersInheritedAndRecursive) {
    EXPECT_TRUE(json::parse<sample::Nothing>("{}"));
    EXPECT_FALSE(json::parse<sample::Nothing>(R"({"a":1})"));
    EXPECT_EQ(json::parse<sample::Derived>(R"({"id":3,"more":4})")->id, 3);
    const auto tree =
        json::parse<sample::Tree>(R"({"value":1,"children":[{"value":2,"children":[]}]})");
    EXPECT_EQ(tree->children.at(0).value, 2);
}

TEST(JsonDecodeDeathTest, ARuleForNoMemberIsABug) {
    EXPECT_DEATH((void)json::parse<sample::Misruled>("{}"), "bug");
}

TEST(JsonEncode, LeavesOutWhatIsEmpty) {
    EXPECT_EQ(json::write(sample::Leg{"a\"b", 7}), R"({"venue":"a\"b","weight":7})");
    const std::string text = json::write(Order{});
    EXPECT_EQ(text.find("note"), std::string::npos);
    EXPECT_NE(text.find(R"("extra":null)"), std::string::npos);
    EXPECT_EQ(json::write(std::optional<int>()), "null");
    EXPECT_EQ(json::write(std::vector<int>{1, 2}), "[1,2]");
    EXPECT_EQ(json::write(std::nan("")), "null");
}

RC_GTEST_PROP(JsonEncode, IsReadBack, (std::int32_t weight, std::uint64_t height, bool urgent)) {
    Order order{.name = "n", .height = height, .ratio = 0.25, .urgent = urgent};
    order.caps["k"] = weight;
    if (urgent) order.note = "n";
    order.legs.resize(*rc::gen::inRange<std::size_t>(0, 4));
    const auto back = json::parse<Order>(json::write(order));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == order);
}

TEST(JsonSchema, DescribesWhatDecodeTakes) {
    const json::Value schema = json::schema<Order>();
    EXPECT_EQ(schema.at("type"), "object");
    EXPECT_EQ(schema.at("additionalProperties"), false);
    EXPECT_EQ(schema.at("required"),
              (json::Array{"name", "amount", "height", "ratio", "urgent", "side", "legs", "caps"}));
    const json::Object& properties = schema.at("properties").as_object();
    EXPECT_EQ(properties.at("name"), (json::Object{{"type", "string"},
                                                   {"minLength", 1},
                                                   {"maxLength", 8},
                                                   {"description", "What people call it."}}));
    EXPECT_EQ(properties.at("amount"),
              (json::Object{{"type", "integer"}, {"minimum", -5}, {"maximum", 1'000'000}}));
    EXPECT_EQ(properties.at("height"), (json::Object{{"type", "integer"}, {"minimum", 0}}));
    EXPECT_EQ(
        properties.at("port"),
        (json::Object{{"type", "integer"}, {"minimum", 1}, {"maximum", 65535}, {"default", 8080}}));
    EXPECT_EQ(properties.at("side").at("enum"), (json::Array{"buy", "sell_all"}));
    EXPECT_EQ(properties.at("note"), (json::Object{{"type", "string"}, {"maxLength", 4}}));
    EXPECT_EQ(properties.at("legs").at("maxItems"), 3);
    EXPECT_EQ(properties.at("legs").at("items").at("properties").at("weight").at("maximum"), 255);
    EXPECT_EQ(properties.at("caps").at("additionalProperties").at("type"), "integer");
    EXPECT_EQ(properties.at("caps").at("maxProperties"), 2);
}

TEST(JsonSchemaDeathTest, AStructThatContainsItselfIsABug) {
    EXPECT_DEATH((void)json::schema<sample::Tree>(), "bug");
}

}  // namespace nsl
