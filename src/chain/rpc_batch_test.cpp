// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "chain/rpc_client.h"
#include "chain_world.h"

namespace nsl::chain {
namespace {

using testing_support::ChainWorld;

constexpr std::uint64_t kTop = 3;  // the newest block of the node

// A node that takes batches and answers them as the test says.
class RpcBatchTest : public ::testing::Test {
 protected:
    // Honest answers in the order of the calls; changed by the test before they are sent.
    std::function<json::Value(json::Array)> shown = [](json::Array honest) {
        return json::Value(std::move(honest));
    };
    ChainWorld world;
    std::unique_ptr<net::WsServer> server;
    std::unique_ptr<RpcClient> rpc;
    std::size_t requests = 0;
    std::vector<Status> heard;  // what those who choose among nodes hear

    void SetUp() override {
        world.node.mine(kTop);
        net::WsServerHandlers handlers;
        handlers.on_http = [this](std::string_view, std::string_view, std::string_view body) {
            ++requests;
            json::Array honest;
            for (const json::Value& call : json::parse_value(body).value().as_array())
                honest.push_back(answer(call.as_object()));
            return std::pair(200, json::write_value(shown(std::move(honest))));
        };
        server = net::WsServer::listen(world.tasks, Logger(), 0, std::move(handlers)).value();
        rpc = std::make_unique<RpcClient>(
            *world.http, "http://127.0.0.1:" + std::to_string(server->port()), world.log,
            RpcHooks{.heard = [this](const Status& how) { heard.push_back(how); }});
    }

    json::Value answer(const json::Object& call) {
        json::Object out{{"jsonrpc", "2.0"}, {"id", call.at("id")}};
        const json::Value& first = call.at("params").at(0);
        if (call.at("method") == "getblock") {
            const auto index = first.to_number<std::uint32_t>();
            if (index <= kTop)
                out["result"] = world.node.block(index).whole.to_json();
            else
                out["error"] = json::Object{{"code", -109}, {"message", "no such height"}};
        } else if (call.at("method") == "getapplicationlog") {
            json::Object run{{"trigger", "Application"}, {"vmstate", "HALT"}, {"gasconsumed", "7"}};
            out["result"] = json::Object{{"txid", first}, {"executions", json::Array{run}}};
        } else {
            out["result"] = first;
        }
        return out;
    }

    static std::vector<RpcCall> echoes(int count) {
        std::vector<RpcCall> out;
        for (int i = 0; i < count; ++i) out.push_back({"echo", {i}});
        return out;
    }
    // What batch() and full_blocks() say of the same answer.
    std::vector<Error> refusals() {
        std::vector<Error> out;
        const auto values = world.run(rpc->batch(echoes(3)));
        const auto blocks = world.run(rpc->full_blocks(0, 3));
        out.push_back(values ? Error{Errc::conflict, "taken"} : values.error());
        out.push_back(blocks ? Error{Errc::conflict, "taken"} : blocks.error());
        return out;
    }
    void expect_refused(const char* word) {
        for (const Error& error : refusals()) {
            EXPECT_EQ(error.code, Errc::internal) << word;
            EXPECT_NE(error.message.find(word), std::string::npos) << error.message;
        }
    }
};

TEST_F(RpcBatchTest, GivesTheResultsInTheOrderOfTheCallsWhateverThatOfTheAnswers) {
    shown = [](json::Array honest) {
        std::ranges::reverse(honest);
        return json::Value(std::move(honest));
    };
    for (int again = 0; again < 2; ++again) {
        const auto got = world.run(rpc->batch(echoes(5)));
        ASSERT_TRUE(got) << got.error().message;
        for (int i = 0; i < 5; ++i) EXPECT_EQ((*got)[static_cast<std::size_t>(i)].value(), i);
    }
    EXPECT_EQ(requests, 2U);
    const auto blocks = world.run(rpc->full_blocks(1, 3));
    ASSERT_TRUE(blocks) << blocks.error().message;
    ASSERT_EQ(blocks->size(), 3U);
    for (std::uint32_t i = 0; i < 3; ++i)
        EXPECT_EQ((*blocks)[i].value(), world.node.block(i + 1).whole);
}

TEST_F(RpcBatchTest, ACallThatIsRefusedIsAnErrorInItsPlace) {
    const auto blocks = world.run(rpc->full_blocks(kTop, 3));
    ASSERT_TRUE(blocks) << blocks.error().message;
    EXPECT_TRUE((*blocks)[0]);
    EXPECT_EQ((*blocks)[1].error().code, Errc::not_found);
    EXPECT_EQ((*blocks)[2].error().code, Errc::not_found);
    const auto mixed =
        world.run(rpc->batch({{"getblock", {77, 1}}, {"echo", {1}}, {"getblock", {0, 1}}}));
    ASSERT_TRUE(mixed) << mixed.error().message;
    EXPECT_EQ((*mixed)[0].error().code, Errc::not_found);
    EXPECT_NE((*mixed)[0].error().message.find("getblock: no such height"), std::string::npos);
    EXPECT_EQ((*mixed)[1].value(), 1);
    EXPECT_TRUE((*mixed)[2]);
}

TEST_F(RpcBatchTest, ReadsApplicationLogsEachOfItsOwnTransaction) {
    neo::Hash256 a, b;
    a.raw[0] = 1;
    const auto logs = world.run(rpc->application_logs({a, b}));
    ASSERT_TRUE(logs) << logs.error().message;
    ASSERT_EQ(logs->size(), 2U);
    EXPECT_EQ((*logs)[1]->gas_consumed, 7);
    shown = [&](json::Array honest) {
        honest[0].at("result").as_object()["txid"] = b.display();
        return json::Value(std::move(honest));
    };
    const auto swapped = world.run(rpc->application_logs({a, b}));
    ASSERT_TRUE(swapped);
    EXPECT_EQ((*swapped)[0].error().code, Errc::internal);
    EXPECT_TRUE((*swapped)[1]);
}

TEST_F(RpcBatchTest, RefusesAnswersThatAreNotThoseAskedFor) {
    const auto one_is = [](auto change) {
        return [change](json::Array honest) {
            change(honest);
            return json::Value(std::move(honest));
        };
    };
    shown = one_is([](json::Array& all) { all.pop_back(); });
    expect_refused("id");
    shown = one_is([](json::Array& all) { all[2] = all[1]; });
    expect_refused("once");
    shown = one_is([](json::Array& all) { all.push_back(all[0]); });
    expect_refused("once");
    shown = one_is([](json::Array& all) { all[0].as_object()["id"] = 999'999; });
    expect_refused("asked for");
    shown = one_is([](json::Array& all) { all[0].as_object()["id"] = 0; });
    expect_refused("asked for");
    shown = one_is([](json::Array& all) {
        all[0] = json::Object{{"id", nullptr}, {"error", {{"code", -1}, {"message", "m"}}}};
    });
    expect_refused("asked for");
    for (const json::Value& odd : {json::Value("text"), json::Value(nullptr), json::Value(7)}) {
        shown = one_is([odd](json::Array& all) { all[1] = odd; });
        expect_refused("");
        shown = one_is([odd](json::Array& all) { all[1].as_object()["id"] = odd; });
        expect_refused(odd == 7 ? "asked for" : "id");
        shown = [odd](json::Array) { return odd; };
        expect_refused("the node's answer");
    }
    shown = [](json::Array honest) { return honest[0]; };
    expect_refused("array");
    // And the next is read as if nothing had been.
    shown = one_is([](json::Array&) {});
    EXPECT_TRUE(world.run(rpc->batch(echoes(3))));
    EXPECT_TRUE(world.run(rpc->full_blocks(0, 3)));
}

TEST_F(RpcBatchTest, SaysWhenTheNodeTakesNoBatches) {
    shown = [](json::Array) {
        return json::Object{{"id", nullptr},
                            {"error", {{"code", -32600}, {"message", "no batches here"}}}};
    };
    for (const Error& error : refusals()) {
        EXPECT_EQ(error.code, Errc::invalid_argument);
        EXPECT_NE(error.message.find("no batches here"), std::string::npos);
    }
}

TEST_F(RpcBatchTest, AnotherHeightsBlockIsRefused) {
    shown = [this](json::Array honest) {
        honest[1].as_object()["result"] = world.node.block(0).whole.to_json();
        return json::Value(std::move(honest));
    };
    const auto blocks = world.run(rpc->full_blocks(0, 2));
    ASSERT_FALSE(blocks);
    EXPECT_NE(blocks.error().message.find("asked for block 1, got 0"), std::string::npos);
}

TEST_F(RpcBatchTest, IsBounded) {
    EXPECT_TRUE(world.run(rpc->batch(echoes(kRpcBatchMax))));
    EXPECT_EQ(world.run(rpc->batch(echoes(kRpcBatchMax + 1))).error().code, Errc::invalid_argument);
    EXPECT_EQ(world.run(rpc->full_blocks(0, kRpcBatchMax + 1)).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(world.run(rpc->full_blocks(4'294'967'295, 2)).error().code, Errc::invalid_argument);
    EXPECT_EQ(requests, 1U);
    EXPECT_TRUE(world.run(rpc->batch({}))->empty());
    EXPECT_TRUE(world.run(rpc->full_blocks(0, 0))->empty());
    EXPECT_EQ(requests, 1U);
}

TEST_F(RpcBatchTest, IsHeardOfAsAFailureWhenANodeFailsInPartOfItOrGivesOtherBlocks) {
    const auto last_is_well = [&] {
        EXPECT_EQ(heard.size(), requests);
        return heard.back().has_value();
    };
    // One more than there are: no fault of the node.
    EXPECT_EQ(world.run(rpc->full_blocks(1, kTop + 1))->back().error().code, Errc::not_found);
    EXPECT_TRUE(last_is_well());
    shown = [this](const json::Array& honest) {
        json::Array out = honest;
        out[1].as_object()["result"] = world.node.block(1).whole.to_json();
        return json::Value(out);
    };
    EXPECT_EQ(world.run(rpc->full_blocks(1, 2)).error().code, Errc::internal);
    EXPECT_FALSE(last_is_well());
    shown = [](const json::Array& honest) {
        json::Array out = honest;
        out[1].as_object().erase("result");
        out[1].as_object()["error"] = json::Object{{"code", -32603}, {"message", "disk"}};
        return json::Value(out);
    };
    EXPECT_EQ(world.run(rpc->full_blocks(1, 2))->at(1).error().code, Errc::unavailable);
    EXPECT_FALSE(last_is_well());
    EXPECT_EQ(world.run(rpc->batch({{"echo", {1}}, {"echo", {2}}}))->at(1).error().code,
              Errc::unavailable);
    EXPECT_FALSE(last_is_well());
    EXPECT_EQ(heard.back().error().code, Errc::internal);
}

}  // namespace
}  // namespace nsl::chain
