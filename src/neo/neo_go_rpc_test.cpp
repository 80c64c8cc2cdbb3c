// SPDX-License-Identifier: Apache-2.0
// What a private neo-go node answered (tests/vectors/neo/rpc.json, see scripts/record_neo_rpc).
#include <gtest/gtest.h>

#include <map>

#include "neo/abi.h"
#include "neo/block.h"
#include "neo/manifest.h"
#include "neo/nef.h"
#include "neo/stack_item.h"
#include "neo/transaction_json.h"
#include "own_vectors.h"

namespace nsl::neo {
namespace {

std::vector<json::Value> results_of(const json::Value& file, std::string_view method) {
    std::vector<json::Value> out;
    for (const json::Value& call : list_in(file, "calls"))
        if (text_in(call, "method") == method) out.push_back(call.at("result"));
    if (out.empty()) throw std::runtime_error("vectors: no " + std::string(method));
    return out;
}

Bytes base64_of(const json::Value& value) {
    return base64_decode(value.as_string()).value();
}

TEST(RecordedNode, HeadersAndBlocksAreTheSameInBothForms) {
    const json::Value file = own_vectors("rpc.json");
    const std::vector<json::Value> headers = results_of(file, "getblockheader");
    const std::vector<json::Value> blocks = results_of(file, "getblock");
    ASSERT_EQ(headers.size(), 6u);
    ASSERT_EQ(blocks.size(), 6u);
    for (std::size_t i = 0; i < headers.size(); i += 2) {
        const auto header = BlockHeader::parse(base64_of(headers[i]));
        ASSERT_TRUE(header) << header.error().message;
        EXPECT_EQ(BlockHeader::from_json(headers[i + 1]).value(), *header);
        EXPECT_EQ(BlockHeader::from_json(blocks[i + 1]).value(), *header);
        EXPECT_EQ(header->hash().display(), text_in(headers[i + 1], "hash"));
        const auto block = Block::parse(base64_of(blocks[i]));
        ASSERT_TRUE(block) << block.error().message;
        EXPECT_EQ(block->header, *header);
        EXPECT_EQ(block->transactions.size(), list_in(blocks[i + 1], "tx").size());
    }
    const auto genesis = BlockHeader::parse(base64_of(headers[0])).value();
    const auto first = BlockHeader::parse(base64_of(headers[2])).value();
    EXPECT_TRUE(check_header(first, genesis, u32_in(file, "network")));
}

TEST(RecordedNode, TransactionIsTheSameInBothForms) {
    const std::vector<json::Value> results =
        results_of(own_vectors("rpc.json"), "getrawtransaction");
    const auto tx = Transaction::parse(base64_of(results.at(0)));
    ASSERT_TRUE(tx) << tx.error().message;
    EXPECT_EQ(transaction_from_json(results.at(1)).value(), *tx);
    EXPECT_EQ(tx->hash().display(), text_in(results.at(1), "hash"));
}

TEST(RecordedNode, ContractsAreRead) {
    for (const json::Value& state : results_of(own_vectors("rpc.json"), "getcontractstate")) {
        const auto nef = Nef::from_json(state.at("nef"));
        ASSERT_TRUE(nef) << nef.error().message;
        EXPECT_EQ(nef->to_json(), state.at("nef"));
        const auto manifest = Manifest::from_json(state.at("manifest"));
        ASSERT_TRUE(manifest) << manifest.error().message;
        EXPECT_EQ(manifest->to_json(), state.at("manifest"));
        // Natives are deployed by nobody, from no file.
        EXPECT_EQ(contract_hash({}, 0, manifest->name).display(), text_in(state, "hash"));
    }
}

TEST(RecordedNode, StackItemsAreReadAndWritten) {
    const json::Value file = own_vectors("rpc.json");
    std::vector<json::Value> results = results_of(file, "invokefunction");
    for (const json::Value& result : results_of(file, "invokescript")) results.push_back(result);
    std::map<StackItemType, int> seen;
    for (const json::Value& result : results)
        for (const json::Value& shown : list_in(result, "stack")) {
            const auto item = StackItem::from_json(shown);
            ASSERT_TRUE(item) << item.error().message;
            EXPECT_EQ(item->to_json(), shown);
            ++seen[item->type];
        }
    EXPECT_EQ(seen.size(), 9u);  // all but Pointer
}

TEST(RecordedNode, EventsAreReadByTheManifest) {
    const json::Value file = own_vectors("rpc.json");
    const Manifest gas =
        Manifest::from_json(results_of(file, "getcontractstate").at(0).at("manifest")).value();
    const AbiEvent* transfer = gas.abi.event("Transfer");
    ASSERT_NE(transfer, nullptr);
    const json::Value log = results_of(file, "getapplicationlog").at(0);
    const json::Value& notification =
        list_in(list_in(log, "executions").at(0), "notifications").at(0);
    const auto state = StackItem::from_json(notification.at("state"));
    ASSERT_TRUE(state) << state.error().message;
    const auto event = decode_event(*transfer, *state);
    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(text_in(*event, "amount"), "100000000000");
    const Transaction tx =
        Transaction::parse(base64_of(results_of(file, "getrawtransaction").at(0))).value();
    EXPECT_EQ(text_in(*event, "from"), tx.signers.at(0).account.display());
}

}  // namespace
}  // namespace nsl::neo
