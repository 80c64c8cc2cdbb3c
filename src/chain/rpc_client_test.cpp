// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc_client.h"

#include <gtest/gtest.h>

#include <set>

#include "chain/rpc_reply.h"
#include "chain_world.h"

namespace nsl::chain {
namespace {

using testing_support::ChainWorld;

class RpcClientTest : public ::testing::Test {
 protected:
    ChainWorld world;
    testing_support::FakeNode& node = world.node;

    Errc count_error(std::string raw_reply) {
        node.raw_replies = {std::move(raw_reply)};
        const auto count = world.run(world.rpc.block_count());
        EXPECT_FALSE(count.has_value());
        return count ? Errc::conflict : count.error().code;
    }
};

TEST_F(RpcClientTest, ReadsWhatItNeedsAndIgnoresTheRest) {
    node.mine(3);
    EXPECT_EQ(world.run(world.rpc.block_count()).value(), 4U);
    EXPECT_EQ(world.run(world.rpc.version())->network, node.network);
    const auto block = world.run(world.rpc.block(3));
    EXPECT_EQ(block->hash, node.block(3).hash);
    EXPECT_EQ(block->previous, node.block(2).hash);
}

TEST_F(RpcClientTest, SaysNotFoundForWhatTheNodeDoesNotKnow) {
    EXPECT_EQ(world.run(world.rpc.block(9)).error().code, Errc::not_found);
    EXPECT_EQ(world.run(world.rpc.transaction_height(neo::Hash256{})).error().code,
              Errc::not_found);
    EXPECT_EQ(world.run(world.rpc.application_log(neo::Hash256{})).error().code, Errc::not_found);
    EXPECT_EQ(world.run(world.rpc.raw("nosuchmethod", {})).error().code, Errc::unavailable);
}

TEST_F(RpcClientTest, WordsOfAContractAreTextThatAnyDatabaseTakes) {
    world.node.simulation_state = "FAULT";
    world.node.simulation_exception = std::string("a\0b\xc3\xa4", 5);
    const auto run = world.run(world.rpc.invoke_script({0x40}));
    ASSERT_TRUE(run.has_value()) << run.error().message;
    EXPECT_EQ(run->exception, "a b\xc3\xa4");
}

TEST_F(RpcClientTest, SaysUnavailableWhenTheNodeIsAway) {
    node.down = true;
    EXPECT_EQ(world.run(world.rpc.version()).error().code, Errc::unavailable);
    RpcClient nobody(*world.http, "http://127.0.0.1:1", world.log);
    EXPECT_EQ(world.run(nobody.version()).error().code, Errc::unavailable);
}

TEST_F(RpcClientTest, RefusesAnswersOfAnotherShape) {
    const char* odd[] = {
        "",
        "garbage",
        R"({"jsonrpc":"2.0","id":%ID%,"result":4)",
        "[]",
        "4",
        R"({"jsonrpc":"2.0","id":%ID%})",
        R"({"jsonrpc":"2.0","id":999999,"result":4})",
        R"({"jsonrpc":"2.0","id":"%ID%","result":4})",
        R"({"jsonrpc":"2.0","result":4})",
        R"({"jsonrpc":"2.0","id":%ID%,"result":"4"})",
        R"({"jsonrpc":"2.0","id":%ID%,"result":4.5})",
        R"({"jsonrpc":"2.0","id":%ID%,"result":-4})",
        R"({"jsonrpc":"2.0","id":%ID%,"result":0})",
        R"({"jsonrpc":"2.0","id":%ID%,"result":4294967296})",
        R"({"jsonrpc":"2.0","id":%ID%,"result":null})",
        R"({"jsonrpc":"2.0","id":%ID%,"error":"no"})",
        R"({"jsonrpc":"2.0","id":%ID%,"error":{"message":"no"}})",
        R"({"jsonrpc":"2.0","id":%ID%,"error":{"code":99999999999,"message":"no"}})",
    };
    for (const char* raw : odd) EXPECT_EQ(count_error(raw), Errc::internal) << raw;
    EXPECT_EQ(count_error(std::string(testing_support::kReplyMax + 1, ' ')), Errc::internal);
    EXPECT_EQ(count_error(std::string(1000, '[')), Errc::internal);
    // And the next answer is read as if nothing had been.
    EXPECT_EQ(world.run(world.rpc.block_count()).value(), 1U);
}

TEST_F(RpcClientTest, MapsTheNodesErrors) {
    const std::pair<int, Errc> cases[] = {
        {-101, Errc::not_found},          {-109, Errc::not_found},
        {-606, Errc::not_found},          {-32603, Errc::unavailable},
        {-32602, Errc::invalid_argument}, {-100, Errc::invalid_argument},
        {-110, Errc::invalid_argument}};
    for (const auto& [code, expected] : cases)
        EXPECT_EQ(count_error(R"({"jsonrpc":"2.0","id":%ID%,"error":{"code":)" +
                              std::to_string(code) + R"(,"message":"m","data":"d"}})"),
                  expected)
            << code;
    // An error found before the id could be read.
    EXPECT_EQ(count_error(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}})"),
              Errc::invalid_argument);
}

TEST_F(RpcClientTest, CutsTheNodesWords) {
    std::string umlauts;
    for (int i = 0; i < 600; ++i) umlauts += "ä";
    node.raw_replies = {R"({"id":%ID%,"error":{"code":-500,"message":"x)" + umlauts + "\"}}"};
    const auto reply = world.run(world.rpc.send({1}));
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->outcome, SendOutcome::refused);
    EXPECT_EQ(reply->code, -500);
    EXPECT_EQ(reply->message.size(), 511U);  // no half of a letter
}

TEST_F(RpcClientTest, GivesABlockOnlyWhenItIsTheOneAskedFor) {
    node.mine(2);
    const std::string other =
        json::write_value(world.run(world.rpc.raw("getblock", {1, 1})).value());
    node.raw_replies = {R"({"id":%ID%,"result":)" + other + "}"};
    EXPECT_EQ(world.run(world.rpc.block(2)).error().code, Errc::internal);
}

// What those who choose among nodes hear of each exchange.
class RpcClientHeard : public RpcClientTest {
 protected:
    std::vector<std::string> heard;
    RpcClient client{*world.http, node.url(), world.log, {.heard = [this](const Status& how) {
                         heard.emplace_back(how ? "ok" : errc_name(how.error().code));
                     }}};

    template <class T>
    std::string last(Task<Result<T>> call) {
        heard.clear();
        (void)world.run(std::move(call));
        EXPECT_EQ(heard.size(), 1U);
        return heard.empty() ? "" : heard.back();
    }
};

TEST_F(RpcClientHeard, AnAnswerIsWellHeardOfWhateverItSays) {
    node.mine(2);
    EXPECT_EQ(last(client.block_count()), "ok");
    EXPECT_EQ(last(client.block(2)), "ok");
    EXPECT_EQ(last(client.full_block(2)), "ok");
    EXPECT_EQ(last(client.full_block(9)), "ok");
    EXPECT_EQ(last(client.block(9)), "ok");
    EXPECT_EQ(last(client.application_log({})), "ok");
    EXPECT_EQ(last(client.send({1})), "ok");
}

TEST_F(RpcClientHeard, ANodeThatDoesNotOfferTheCallIsOfNoUse) {
    EXPECT_EQ(last(client.raw("nosuchmethod", {})), "internal");
}

TEST_F(RpcClientHeard, AnErrorOfTheNodesOwnIsAFailure) {
    const std::string own = R"({"id":%ID%,"error":{"code":-32603,"message":"disk"}})";
    const auto heard_of = [&](auto call) {
        node.raw_replies = {own};
        return last(std::move(call));
    };
    EXPECT_EQ(heard_of(client.block_count()), "internal");
    EXPECT_EQ(heard_of(client.full_block(0)), "internal");
    EXPECT_EQ(heard_of(client.block(0)), "internal");
    EXPECT_EQ(heard_of(client.invoke_script({0x11})), "internal");
    EXPECT_EQ(heard_of(client.send({1})), "internal");
}

TEST_F(RpcClientHeard, AnotherBlockThanAskedForIsAFailure) {
    node.mine(2);
    node.lies[2] = testing_support::BlockLie::other_height;
    EXPECT_EQ(last(client.block(2)), "internal");
    EXPECT_EQ(last(client.full_block(2)), "internal");
    EXPECT_EQ(last(client.full_block(1)), "ok");
}

TEST_F(RpcClientHeard, AnAnswerOfAnotherShapeIsAFailure) {
    const auto heard_of = [&](auto call) {
        node.raw_replies = {R"({"id":%ID%,"result":{"hash":5}})"};
        return last(std::move(call));
    };
    EXPECT_EQ(heard_of(client.block_count()), "internal");
    EXPECT_EQ(heard_of(client.version()), "internal");
    EXPECT_EQ(heard_of(client.block(0)), "internal");
    EXPECT_EQ(heard_of(client.application_log({})), "internal");
    EXPECT_EQ(heard_of(client.send({1})), "internal");
}

TEST_F(RpcClientTest, CallGivesTheResultOrTheException) {
    node.simulation_stack = {json::Object{{"type", "Integer"}, {"value", "42"}}};
    const auto item = world.run(world.rpc.call(neo::native::policy(), "answer"));
    ASSERT_TRUE(item.has_value());
    EXPECT_EQ(item->as_i64().value(), 42);
    node.simulation_state = "FAULT";
    node.simulation_exception = "method not found";
    const auto faulted = world.run(world.rpc.call(neo::native::policy(), "answer"));
    EXPECT_EQ(faulted.error().code, Errc::conflict);
    EXPECT_NE(faulted.error().message.find("method not found"), std::string::npos);
    node.simulation_state = "HALT";
    node.simulation_stack = {};
    EXPECT_EQ(world.run(world.rpc.call(neo::native::policy(), "answer")).error().code,
              Errc::internal);
}

TEST_F(RpcClientTest, ReadsTheFeePolicyBeforeAndAfterFaun) {
    for (bool before_faun : {false, true}) {
        node.before_faun = before_faun;
        const auto policy = world.run(world.rpc.fee_policy());
        ASSERT_TRUE(policy.has_value());
        EXPECT_EQ(policy->fee_per_byte, 1'000);
        EXPECT_EQ(policy->pico_factor, 300'000);
        EXPECT_EQ(policy->storage_price, 100'000);
    }
}

TEST(RpcCodes, SendOutcomesFollowTheTable) {
    for (int code : {-501, -503}) EXPECT_EQ(outcome_of_code(code), SendOutcome::already_known);
    for (int code : {-502, -511}) EXPECT_EQ(outcome_of_code(code), SendOutcome::retry_later);
    for (int code : {-500, -504, -505, -506, -507, -508, -509, -510, -512, -32602, -32603, 0, 7})
        EXPECT_EQ(outcome_of_code(code), SendOutcome::refused) << code;
}

TEST(RpcCodes, EveryRefusalOfTheTableHasItsName) {
    std::set<std::string> names;
    for (int code = -500; code >= -512; --code)
        names.insert(send_error_name(send_error_of_code(code)));
    EXPECT_EQ(names.size(), 13U);
    EXPECT_EQ(send_error_of_code(0), SendError::none);
    EXPECT_EQ(send_error_of_code(-511), SendError::funds);
    EXPECT_EQ(send_error_of_code(-32602), SendError::other);
    EXPECT_FALSE(names.contains(send_error_name(SendError::other)));
}

}  // namespace
}  // namespace nsl::chain
