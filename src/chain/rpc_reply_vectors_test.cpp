// SPDX-License-Identifier: Apache-2.0
// Answers recorded from neo-go and neo-node.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "chain/deploy.h"
#include "chain/rpc_reply.h"
#include "neo/manifest.h"
#include "neo/transaction_json.h"
#include "vectors.h"

namespace nsl::chain {
namespace {

json::Value load(const std::string& name) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + name;
    return json::parse_value(testing_support::read_text_file(path), {.bytes_max = 1 << 24}).value();
}

// The answer to the recorded request of this name, read as JSON-RPC.
RpcReply recorded(const std::string& name) {
    static const json::Value samples = load("rpc_samples_neogo.json");
    for (const json::Value& sample : samples.as_array()) {
        if (sample.at("name").as_string() != name) continue;
        const json::Value& reply = sample.at("response");
        return read_reply(json::write_value(reply), reply.at("id").to_number<std::uint64_t>())
            .value();
    }
    throw std::runtime_error("no sample " + name);
}
json::Value result(const std::string& name) {
    return std::get<json::Value>(recorded(name));
}

TEST(RpcSamples, EveryRecordedAnswerIsJsonRpc) {
    for (const json::Value& sample : load("rpc_samples_neogo.json").as_array()) {
        const json::Value& reply = sample.at("response");
        if (!reply.is_object()) continue;
        EXPECT_TRUE(read_reply(json::write_value(reply), reply.at("id").to_number<std::uint64_t>()))
            << sample.at("name");
    }
}

TEST(RpcSamples, VersionBlocksAndLogs) {
    const auto version = read_version(result("getversion"));
    EXPECT_EQ(version->network, 1'234'567'890U);
    EXPECT_EQ(version->ms_per_block, 1'000U);
    EXPECT_EQ(version->max_valid_until_block_increment, 5'760U);
    EXPECT_EQ(version->validators_count, 1U);

    const auto block = read_block(result("getblock_verbose"));
    EXPECT_EQ(block->index, 537U);
    ASSERT_EQ(block->transactions.size(), 1U);
    EXPECT_TRUE(read_block(result("getblock_verbose_empty"))->transactions.empty());

    const auto log = read_application_log(result("getapplicationlog_tx"), block->transactions[0]);
    ASSERT_TRUE(log.has_value()) << log.error().message;
    EXPECT_EQ(log->vm_state, "HALT");
    EXPECT_EQ(log->gas_consumed, 9'977'780);
    ASSERT_EQ(log->notifications.size(), 1U);
    EXPECT_EQ(log->notifications[0].name, "Transfer");
    EXPECT_EQ(log->notifications[0].contract, neo::native::gas_token());
    // A log of another transaction, or of a block, is not taken for this one.
    EXPECT_FALSE(read_application_log(result("getapplicationlog_tx"), neo::Hash256{}));
    EXPECT_FALSE(read_application_log(result("getapplicationlog_block"), block->hash));

    EXPECT_EQ(read_execution(result("invokescript"))->vm_state, "HALT");
    EXPECT_EQ(read_network_fee(result("calculatenetworkfee")).value(), 1'230'520);
}

TEST(RpcSamples, SendErrorsHaveTheirOutcome) {
    const std::pair<const char*, SendOutcome> cases[] = {
        {"sendrawtransaction_again_in_pool", SendOutcome::already_known},
        {"sendrawtransaction_already_exists", SendOutcome::already_known},
        {"sendrawtransaction_fee_too_low", SendOutcome::refused},
        {"sendrawtransaction_bad_signature", SendOutcome::refused},
        {"sendrawtransaction_expired", SendOutcome::refused},
        {"sendrawtransaction_garbage", SendOutcome::refused},
    };
    for (const auto& [name, outcome] : cases)
        EXPECT_EQ(outcome_of_code(std::get<RpcFailure>(recorded(name)).code), outcome) << name;
    for (const char* name : {"getblock_unknown", "getrawtransaction_unknown",
                             "getapplicationlog_unknown", "getcontractstate_unknown"})
        EXPECT_EQ(errc_of_code(std::get<RpcFailure>(recorded(name)).code), Errc::not_found) << name;
}

TEST(RpcSamples, NeoNodesAnswersAreReadToo) {
    std::size_t blocks = 0;
    std::size_t runs = 0;
    for (const json::Value& sample : load("rpc_samples_csharp.json").as_array()) {
        const std::string method(sample.at("Request").at("method").as_string());
        const json::Value* result = sample.at("Response").as_object().if_contains("result");
        if (!result) continue;
        if (method == "getblock" && result->is_object()) {
            const auto block = read_block(*result);
            EXPECT_TRUE(block.has_value()) << block.error().message;
            ++blocks;
        }
        if (method == "invokescript" || method == "invokefunction") {
            const auto run = read_execution(*result);
            EXPECT_TRUE(run.has_value()) << run.error().message;
            ++runs;
        }
    }
    EXPECT_GT(blocks, 0U);
    EXPECT_GT(runs, 0U);
}

void expect_same_item(const json::Value& json) {
    const auto item = neo::StackItem::from_json(json);
    ASSERT_TRUE(item) << json::write_value(json) << ": " << item.error().message;
    EXPECT_EQ(json::write_value(item->to_json()), json::write_value(json));
}

struct Seen {
    int items = 0;          // on stacks
    int notifications = 0;  // their states
};

// Every stack and every notification inside an answer or event, whatever surrounds it.
void expect_same_items(const json::Value& value, Seen& seen) {
    if (const auto* list = value.if_array())
        for (const json::Value& item : *list) expect_same_items(item, seen);
    const auto* object = value.if_object();
    if (!object) return;
    for (const auto& [key, inner] : *object) {
        if (key == "state" && object->contains("eventname")) {
            expect_same_item(inner);
            ++seen.notifications;
        } else if (key == "stack" && inner.is_array()) {
            for (const json::Value& item : inner.get_array()) expect_same_item(item);
            seen.items += static_cast<int>(inner.get_array().size());
        } else {
            expect_same_items(inner, seen);
        }
    }
}

TEST(RpcSamples, EveryStackItemIsWrittenAsTheNodeWroteIt) {
    Seen neo_go;
    expect_same_items(load("rpc_samples_neogo.json"), neo_go);
    EXPECT_EQ(neo_go.items, 5);
    EXPECT_EQ(neo_go.notifications, 10);
    Seen neo_node;
    expect_same_items(load("rpc_samples_csharp.json"), neo_node);
    EXPECT_EQ(neo_node.items, 4);
    EXPECT_EQ(neo_node.notifications, 5);
    Seen events;
    expect_same_items(load("ws_samples_neogo.json"), events);
    EXPECT_EQ(events.items, 1);
    EXPECT_EQ(events.notifications, 12);
    for (const char* name : {"traverseiterator", "traverseiterator_2", "traverseiterator_end"})
        for (const json::Value& item : result(name).as_array()) expect_same_item(item);
}

TEST(RpcSamples, RunsGiveTheirResults) {
    int runs = 0;
    for (const json::Value& sample : load("rpc_samples_neogo.json").as_array()) {
        const std::string name(sample.at("name").as_string());
        if (!name.starts_with("invoke")) continue;
        const json::Value given = result(name);
        const auto run = read_execution(given);
        ASSERT_TRUE(run) << name << ": " << run.error().message;
        EXPECT_EQ(run->stack.size(), given.at("stack").as_array().size()) << name;
        EXPECT_EQ(run->notifications.size(), given.at("notifications").is_array()
                                                 ? given.at("notifications").as_array().size()
                                                 : 0U)
            << name;
        ++runs;
    }
    EXPECT_EQ(runs, 8);

    const auto iterator = read_execution(result("invokefunction_iterator"));
    ASSERT_EQ(iterator->stack.size(), 1U);
    EXPECT_EQ(iterator->stack[0].type, neo::StackItemType::interop_interface);
    EXPECT_EQ(iterator->stack[0].interop_id, "e65b9752-a559-42a2-ae46-b643c62973fe");
    const auto round = read_execution(result("invokefunction_struct"));
    EXPECT_EQ(round->stack.at(0).as_array().value()->at(0).as_i64().value(), 598'000'000);
}

// By the manifest of the contract that gave them.
TEST(RpcSamples, NotificationsAreDecodedByTheirAbi) {
    const auto manifest = neo::Manifest::from_json(load("contract.json").at("manifest"));
    ASSERT_TRUE(manifest) << manifest.error().message;
    const json::Value samples = load("ws_samples_neogo.json");
    int seen = 0;
    for (const json::Value& event : samples.at("events").as_array()) {
        if (event.at("method").as_string() != "notification_from_execution") continue;
        const json::Value& payload = event.at("params").at(0);
        const auto* declared = manifest->abi.event(payload.at("eventname").as_string());
        ASSERT_NE(declared, nullptr) << json::write_value(payload);
        const auto state = neo::StackItem::from_json(payload.at("state"));
        ASSERT_TRUE(state) << state.error().message;
        const auto decoded = neo::decode_event(*declared, *state);
        ASSERT_TRUE(decoded) << decoded.error().message;
        EXPECT_EQ(json::write_value(*decoded),
                  R"({"symbol":"NEOUSD","price":"612345678","decimals":"8",)"
                  R"("timestamp":"1700000001000","roundID":"2"})");
        ++seen;
    }
    EXPECT_EQ(seen, 1);
}

TEST(SignerVectors, AreWrittenAsNeoGoWritesThem) {
    for (const json::Value& vector : load("signers.json").as_array()) {
        const Bytes binary = hex_decode(std::string_view(vector.at("binary").as_string())).value();
        ByteReader reader(binary);
        const auto signer = neo::read_signer(reader);
        ASSERT_TRUE(signer.has_value()) << signer.error().message;
        EXPECT_EQ(neo::signer_to_json(*signer), vector.at("json"));
    }
}

TEST(ContractVectors, ADeploymentHasTheHashTheNodeGave) {
    const json::Value vector = load("contract.json");
    const auto sender =
        neo::Hash160::parse(std::string_view(vector.at("sender").as_string())).value();
    const Bytes nef = base64_decode(std::string_view(vector.at("nefBase64").as_string())).value();
    const auto made = deployment(sender, nef, json::write_value(vector.at("manifest")));
    ASSERT_TRUE(made.has_value()) << made.error().message;
    EXPECT_EQ(made->contract.display(), std::string_view(vector.at("contractHash").as_string()));
    Bytes damaged = nef;
    damaged[100] ^= 1;
    EXPECT_EQ(deployment(sender, damaged, R"({"name":"x"})").error().code, Errc::invalid_argument);
    EXPECT_EQ(deployment(sender, nef, "{}").error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace nsl::chain
