// SPDX-License-Identifier: Apache-2.0
// Blocks as neo-go's chain of the vectors made and signed them, and the C# node's.
#include <gtest/gtest.h>

#include <map>

#include "neo/block.h"
#include "neo/damage.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

constexpr std::uint32_t kNetwork = 1234567890;

json::Value shared_vectors(const std::string& file) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + file;
    return parse_vectors(testing_support::read_text_file(path));
}

// Results of the recorded calls, by name.
std::map<std::string, json::Value> neo_go_results() {
    std::map<std::string, json::Value> out;
    const json::Value file = shared_vectors("rpc_samples_neogo.json");
    for (const json::Value& sample : file.as_array())
        if (const auto* result = sample.at("response").as_object().if_contains("result"))
            out[text_in(sample, "name")] = *result;
    return out;
}

Bytes raw(const json::Value& base64) {
    return base64_decode(std::string_view(base64.as_string())).value();
}

json::Value without(json::Value shown, std::initializer_list<const char*> names) {
    for (const char* name : names) shown.as_object().erase(name);
    return shown;
}

// The chain's validator is one key for good: every header names the account that signed it.
void expect_signed(const BlockHeader& header) {
    EXPECT_TRUE(
        check_witness(header.witness, header.next_consensus, sign_data(kNetwork, header.hash())));
}

TEST(BlockVectors, OfGetBlock) {
    const auto results = neo_go_results();
    for (const char* name : {"getblock_verbose", "getblock_verbose_empty"}) {
        SCOPED_TRACE(name);
        const json::Value& shown = results.at(name);
        const auto block = Block::from_json(shown);
        ASSERT_TRUE(block) << block.error().message;
        EXPECT_EQ(block->to_json(), without(shown, {"size", "confirmations", "nextblockhash"}));
        EXPECT_EQ(static_cast<std::int64_t>(block->serialize().size()),
                  shown.at("size").as_int64());
        EXPECT_EQ(block->header.hash().display(), text_in(shown, "hash"));
        expect_signed(block->header);
    }
    EXPECT_EQ(Block::from_json(results.at("getblock_verbose"))->transactions.size(), 1u);
    EXPECT_TRUE(Block::from_json(results.at("getblock_verbose_empty"))->transactions.empty());
}

TEST(BlockVectors, RawAndVerboseAreTheSame) {
    const auto results = neo_go_results();
    const auto block = Block::parse(raw(results.at("getblock_raw")));
    ASSERT_TRUE(block) << block.error().message;
    EXPECT_EQ(*block, Block::from_json(results.at("getblock_verbose")).value());
    EXPECT_EQ(block->serialize(), raw(results.at("getblock_raw")));

    const auto header = BlockHeader::parse(raw(results.at("getblockheader_raw")));
    ASSERT_TRUE(header) << header.error().message;
    const json::Value& shown = results.at("getblockheader_verbose");
    EXPECT_EQ(*header, BlockHeader::from_json(shown).value());
    EXPECT_EQ(header->serialize(), raw(results.at("getblockheader_raw")));
    EXPECT_EQ(header->to_json(), without(shown, {"size", "confirmations", "nextblockhash"}));
    EXPECT_EQ(*header, block->header);
}

TEST(BlockVectors, DamageIsRefusedOrKept) {
    const Bytes bytes = raw(neo_go_results().at("getblock_raw"));
    each_cut(bytes, [](const Bytes& cut) { EXPECT_FALSE(Block::parse(cut)); });
    each_flipped_bit(bytes, [](const Bytes& changed) {
        if (const auto block = Block::parse(changed)) EXPECT_EQ(block->serialize(), changed);
    });
    const BlockHeader signed_header = Block::parse(bytes)->header;
    int held = 0;
    each_flipped_bit(signed_header.serialize(), [&](const Bytes& changed) {
        const auto header = BlockHeader::parse(changed);
        if (!header) return;
        held += check_witness(header->witness, signed_header.next_consensus,
                              sign_data(kNetwork, header->hash()))
                    ? 1
                    : 0;
    });
    EXPECT_EQ(held, 0);
}

// Events in the order they came: headers linked to each other, with the validator's signatures.
TEST(BlockVectors, FollowTheHeadersOfTheEvents) {
    std::vector<BlockHeader> headers;
    int blocks = 0;
    const json::Value file = shared_vectors("ws_samples_neogo.json");
    for (const json::Value& event : list_in(file, "events")) {
        const std::string method = text_in(event, "method");
        if (method != "header_of_added_block" && method != "block_added") continue;
        const json::Value& shown = list_in(event, "params").at(0);
        const auto header = BlockHeader::from_json(shown);
        ASSERT_TRUE(header) << header.error().message;
        if (method == "header_of_added_block") {
            EXPECT_EQ(header->to_json(), shown);
            headers.push_back(*header);
            continue;
        }
        const auto block = Block::from_json(shown);
        ASSERT_TRUE(block) << block.error().message;
        EXPECT_EQ(block->to_json(), shown);
        EXPECT_EQ(block->header, headers.back());
        ++blocks;
    }
    ASSERT_EQ(headers.size(), 8u);
    EXPECT_EQ(blocks, 7);
    for (std::size_t i = 1; i < headers.size(); ++i) {
        const Status status = check_header(headers[i], headers[i - 1], kNetwork);
        EXPECT_TRUE(status) << status.error().message;
        EXPECT_FALSE(check_header(headers[i], headers[i - 1], 1));
        EXPECT_FALSE(check_header(headers[i - 1], headers[i], kNetwork));
    }
}

// The block is a preview's, whose merkle root had the consensus data as one more leaf.
TEST(BlockVectors, OfTheCsharpNode) {
    std::vector<std::string> read;
    const json::Value file = shared_vectors("rpc_samples_csharp.json");
    for (const json::Value& sample : file.as_array()) {
        const std::string method = text_in(sample.at("Request"), "method");
        if (method != "getblock" && method != "getblockheader") continue;
        const json::Value& shown = sample.at("Response").at("result");
        const json::Value bare = without(shown, {"size", "confirmations", "nextblockhash"});
        const auto header = BlockHeader::from_json(shown);
        ASSERT_TRUE(header) << header.error().message;
        EXPECT_EQ(header->to_json(), without(bare, {"tx"}));
        if (method == "getblock") {
            const auto block = Block::from_json(shown);
            ASSERT_FALSE(block);
            EXPECT_NE(block.error().message.find("merkle root"), std::string::npos);
        } else {
            EXPECT_EQ(static_cast<std::int64_t>(header->serialize().size()),
                      shown.at("size").as_int64());
        }
        read.push_back(text_in(sample, "Name"));
    }
    EXPECT_EQ(read, (std::vector<std::string>{"getblockasync", "getblockheaderasync"}));
}

}  // namespace
}  // namespace nsl::neo
