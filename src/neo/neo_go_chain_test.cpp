// SPDX-License-Identifier: Apache-2.0
// Notary requests and blocks as neo-go has them (tests/vectors/neo).
#include <gtest/gtest.h>

#include <map>

#include "neo/block.h"
#include "neo/notary_request.h"
#include "neo/transaction_json.h"
#include "neo/verification.h"
#include "own_vectors.h"

namespace nsl::neo {
namespace {

template <class T>
std::optional<Bytes> again(const Bytes& data) {
    const auto read = T::parse(data);
    return read ? std::optional(read->serialize()) : std::nullopt;
}

TEST(NeoGoNotaryRequests, AreReadAndWrittenBothWays) {
    const json::Value file = own_vectors("notary_requests.json");
    for (const json::Value& v : list_in(file, "requests")) {
        const Bytes bytes = hex_in(v, "bytes");
        const auto request = NotaryRequest::parse(bytes);
        ASSERT_TRUE(request) << request.error().message;
        EXPECT_EQ(request->serialize(), bytes);
        EXPECT_EQ(request->hash().display(), text_in(v, "hash"));
        const std::uint32_t network = u32_in(file, "network");
        EXPECT_EQ(hex_encode(sign_data(network, request->hash())), text_in(v, "sign_data"));
        EXPECT_EQ(transaction_to_json(request->main), v.at("main"));
        EXPECT_EQ(transaction_to_json(request->fallback), v.at("fallback"));
        const Status held = request->check(network);
        EXPECT_TRUE(held) << held.error().message;
        EXPECT_FALSE(request->check(network + 1));
        expect_one_form_only(bytes, again<NotaryRequest>);
        expect_whole_only(bytes, again<NotaryRequest>);
    }
    for (const json::Value& v : list_in(file, "refused"))
        EXPECT_FALSE(NotaryRequest::parse(hex_in(v, "bytes"))) << text_in(v, "name");
}

TEST(NeoGoBlocks, AreReadAndWrittenBothWays) {
    const json::Value file = own_vectors("blocks.json");
    for (const json::Value& chain : list_in(file, "chains")) {
        for (const json::Value& v : list_in(chain, "blocks")) {
            const auto header = BlockHeader::parse(hex_in(v, "header"));
            ASSERT_TRUE(header) << header.error().message;
            EXPECT_EQ(hex_encode(header->serialize()), text_in(v, "header"));
            EXPECT_EQ(header->hash().display(), text_in(v, "hash"));
            EXPECT_EQ(BlockHeader::from_json(v.at("json")).value(), *header);
            json::Object shown = v.at("json").as_object();
            shown.erase("tx");
            EXPECT_EQ(header->to_json(), json::Value(shown));
            const auto block = Block::parse(hex_in(v, "bytes"));
            ASSERT_TRUE(block) << block.error().message;
            EXPECT_EQ(hex_encode(block->serialize()), text_in(v, "bytes"));
            EXPECT_EQ(block->header, *header);
            json::Array transactions;
            for (const Transaction& tx : block->transactions)
                transactions.push_back(transaction_to_json(tx));
            EXPECT_EQ(json::Value(transactions), v.at("json").at("tx"));
        }
    }
}

TEST(NeoGoBlocks, FollowEachOtherSignedByTheirValidators) {
    const json::Value file = own_vectors("blocks.json");
    std::map<std::size_t, int> signatures;
    for (const json::Value& chain : list_in(file, "chains")) {
        const std::uint32_t network = u32_in(chain, "network");
        std::vector<BlockHeader> headers;
        for (const json::Value& v : list_in(chain, "blocks"))
            headers.push_back(BlockHeader::parse(hex_in(v, "header")).value());
        ASSERT_EQ(headers.size(), 5u);
        for (std::size_t i = 1; i < headers.size(); ++i) {
            const Status held = check_header(headers[i], headers[i - 1], network);
            EXPECT_TRUE(held) << held.error().message;
            EXPECT_EQ(check_header(headers[i], headers[i - 1], network + 1).error().code,
                      Errc::unauthenticated);
            BlockHeader forged = headers[i];
            ++forged.nonce;
            EXPECT_EQ(check_header(forged, headers[i - 1], network).error().code,
                      Errc::unauthenticated);
            EXPECT_FALSE(check_header(headers[i], headers[i], network));
            const auto check = parse_verification_script(headers[i].witness.verification);
            ASSERT_TRUE(check);
            signatures[check->keys.size()] = check->m;
        }
    }
    EXPECT_EQ(signatures, (std::map<std::size_t, int>{{1, 1}, {4, 3}, {7, 5}}));
}

TEST(NeoGoBlocks, HaveOneFormOnly) {
    const json::Value file = own_vectors("blocks.json");
    for (const json::Value& chain : list_in(file, "chains"))
        for (const json::Value& v : list_in(chain, "blocks")) {
            expect_one_form_only(hex_in(v, "header"), again<BlockHeader>);
            expect_whole_only(hex_in(v, "header"), again<BlockHeader>);
        }
    for (const json::Value& v : list_in(list_in(file, "chains").at(0), "blocks")) {
        expect_one_form_only(hex_in(v, "bytes"), again<Block>);
        expect_whole_only(hex_in(v, "bytes"), again<Block>);
    }
}

}  // namespace
}  // namespace nsl::neo
