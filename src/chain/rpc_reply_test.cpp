// SPDX-License-Identifier: Apache-2.0
// What contracts and transactions of strangers may make a node answer.
#include "chain/rpc_reply.h"

#include <gtest/gtest.h>

namespace nsl::chain {
namespace {

json::Value parsed(std::string_view text) {
    return json::parse_value(text).value();
}

std::string nested(std::size_t levels) {
    std::string out;
    for (std::size_t i = 0; i < levels; ++i) out += R"({"type":"Array","value":[)";
    for (std::size_t i = 0; i < levels; ++i) out += "]}";
    return out;
}

std::string simulation(const std::string& item) {
    return R"({"state":"HALT","gasconsumed":"1","stack":[)" + item + R"(],"notifications":[]})";
}

TEST(RpcReply, ALogIsReadWhateverItsSenderLeftBehind) {
    const std::string tx = neo::Hash256{}.display();
    const std::string contract = neo::native::gas_token().display();
    for (const char* stack : {R"(["error: recursive reference"])", R"([{"type":"Secret"}])",
                              R"("error: recursive reference")"}) {
        const auto log = read_application_log(
            parsed(R"({"txid":")" + tx + R"(","executions":[{"trigger":"Application",)" +
                   R"("vmstate":"HALT","gasconsumed":"1","stack":)" + stack +
                   R"(,"notifications":[{"contract":")" + contract +
                   R"(","eventname":"A","state":"error: recursive reference"},{"contract":")" +
                   contract +
                   R"(","eventname":"B","state":{"type":"Array","value":[{"type":"Any"}]}}]}]})"),
            neo::Hash256{});
        ASSERT_TRUE(log) << log.error().message;
        EXPECT_TRUE(log->stack.empty());
        ASSERT_EQ(log->notifications.size(), 2U);
        EXPECT_EQ(log->notifications[0].state, neo::StackItem::null());
        EXPECT_EQ(log->notifications[1].state, neo::StackItem::array({neo::StackItem::null()}));
    }
}

TEST(RpcReply, ASimulationSaysWhatIsWrongWithItsResult) {
    const auto run = read_execution(parsed(simulation(R"({"type":"Integer","value":"x"})")));
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().code, Errc::internal);
    EXPECT_NE(run.error().message.find("integer"), std::string::npos) << run.error().message;
    EXPECT_EQ(read_execution(parsed(simulation(R"("error: too big")"))).error().code,
              Errc::internal);
    std::string many = R"({"type":"Any"})";
    for (int i = 1; i < 2048; ++i) many += R"(,{"type":"Any"})";
    EXPECT_EQ(read_execution(parsed(simulation(many)))->stack.size(), 2048U);
    many += R"(,{"type":"Any"})";
    EXPECT_EQ(read_execution(parsed(simulation(many))).error().code, Errc::internal);
}

TEST(RpcReply, TheDeepestResultOfTheVmIsRead) {
    const auto body = [](std::size_t levels) {
        return R"({"jsonrpc":"2.0","id":1,"result":)" + simulation(nested(levels)) + "}";
    };
    const auto reply = read_reply(body(2048), 1);
    ASSERT_TRUE(reply) << reply.error().message;
    const auto run = read_execution(std::get<json::Value>(*reply));
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ(run->stack.at(0).as_array().value()->size(), 1U);
    EXPECT_EQ(read_reply(body(10'000), 1).error().code, Errc::internal);
}

}  // namespace
}  // namespace nsl::chain
