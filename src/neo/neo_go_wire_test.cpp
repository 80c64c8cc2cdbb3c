// SPDX-License-Identifier: Apache-2.0
// Signers, transactions, contexts, notary requests and blocks as neo-go has them
// (tests/vectors/neo).
#include <gtest/gtest.h>

#include <map>

#include "neo/block.h"
#include "neo/notary_request.h"
#include "neo/own_vectors.h"
#include "neo/signing_context.h"
#include "neo/transaction.h"
#include "neo/transaction_json.h"
#include "neo/verification.h"

namespace nsl::neo {
namespace {

std::optional<Bytes> signer_again(const Bytes& data) {
    ByteReader in(data);
    const auto signer = read_signer(in);
    if (!signer || !in.finish()) return std::nullopt;
    ByteWriter out;
    write_signer(out, *signer);
    return out.take();
}

template <class T>
std::optional<Bytes> again(const Bytes& data) {
    const auto read = T::parse(data);
    return read ? std::optional(read->serialize()) : std::nullopt;
}

template <class T>
void expect_refused(const json::Value& file) {
    EXPECT_FALSE(list_in(file, "refused").empty());
    for (const json::Value& v : list_in(file, "refused"))
        EXPECT_FALSE(T::parse(hex_in(v, "bytes"))) << text_in(v, "name");
}

TEST(NeoGoSigners, AreReadAndWrittenWithEveryScopeAndCondition) {
    const json::Value file = own_vectors("signers.json");
    EXPECT_EQ(list_in(file, "signers").size(), 17u + 2 * 13);
    for (const json::Value& v : list_in(file, "signers")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto shown = signer_from_json(v.at("json"));
        ASSERT_TRUE(shown) << shown.error().message;
        EXPECT_EQ(signer_to_json(*shown), v.at("json"));
        ByteWriter out;
        write_signer(out, *shown);
        EXPECT_EQ(hex_encode(out.view()), text_in(v, "bytes"));
        EXPECT_EQ(signer_again(hex_in(v, "bytes")), hex_in(v, "bytes"));
    }
    for (const json::Value& v : list_in(file, "refused"))
        EXPECT_FALSE(signer_again(hex_in(v, "bytes"))) << text_in(v, "name");
}

TEST(NeoGoSigners, HaveOneFormOnly) {
    const json::Value file = own_vectors("signers.json");
    for (const json::Value& v : list_in(file, "signers")) {
        expect_one_form_only(hex_in(v, "bytes"), signer_again);
        expect_whole_only(hex_in(v, "bytes"), signer_again);
    }
}

TEST(NeoGoTransactions, AreReadAndWrittenBothWays) {
    const json::Value file = own_vectors("transactions.json");
    for (const json::Value& v : list_in(file, "transactions")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto tx = Transaction::parse(hex_in(v, "bytes"));
        ASSERT_TRUE(tx) << tx.error().message;
        EXPECT_EQ(hex_encode(tx->serialize()), text_in(v, "bytes"));
        EXPECT_EQ(hex_encode(tx->serialize_unsigned()), text_in(v, "unsigned"));
        EXPECT_TRUE(Transaction::parse_unsigned(hex_in(v, "unsigned")));
        EXPECT_EQ(tx->hash().display(), text_in(v, "hash"));
        EXPECT_EQ(hex_encode(tx->sign_data(u32_in(v, "network"))), text_in(v, "sign_data"));
        EXPECT_EQ(transaction_to_json(*tx), v.at("json"));
        const auto shown = transaction_from_json(v.at("json"));
        ASSERT_TRUE(shown) << shown.error().message;
        EXPECT_EQ(*shown, *tx);
    }
    expect_refused<Transaction>(file);
}

TEST(NeoGoTransactions, CarryWitnessesThatHold) {
    int seen = 0;
    for (const json::Value& v : list_in(own_vectors("transactions.json"), "transactions")) {
        SCOPED_TRACE(text_in(v, "name"));
        const Transaction tx = Transaction::parse(hex_in(v, "bytes")).value();
        const Bytes data = tx.sign_data(u32_in(v, "network"));
        for (std::size_t i = 0; i < tx.signers.size(); ++i) {
            const Hash160& account = tx.signers[i].account;
            if (account == native::notary()) continue;  // no signature, but a contract's own check
            const Status held = check_witness(tx.witnesses[i], account, data);
            EXPECT_TRUE(held) << held.error().message;
            EXPECT_EQ(check_witness(tx.witnesses[i], account, tx.sign_data(1)).error().code,
                      Errc::unauthenticated);
            ++seen;
        }
    }
    EXPECT_EQ(seen, 23);
}

TEST(NeoGoTransactions, HaveOneFormOnly) {
    const json::Value file = own_vectors("transactions.json");
    for (const json::Value& v : list_in(file, "transactions")) {
        expect_one_form_only(hex_in(v, "bytes"), again<Transaction>);
        expect_whole_only(hex_in(v, "bytes"), again<Transaction>);
    }
}

TEST(NeoGoContexts, AreReadAndWrittenAndFinished) {
    const json::Value file = own_vectors("contexts.json");
    int complete = 0;
    for (const json::Value& v : list_in(file, "contexts")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto context = SigningContext::parse(json::write_value(v.at("context")));
        ASSERT_TRUE(context) << context.error().message;
        EXPECT_EQ(context->network(), u32_in(file, "network"));
        EXPECT_EQ(context->to_json(), v.at("context"));
        const json::Value* whole = v.as_object().if_contains("complete");
        EXPECT_EQ(context->complete(), whole != nullptr);
        const auto finished = context->finish();
        ASSERT_EQ(finished.has_value(), whole != nullptr);
        if (finished) {
            EXPECT_EQ(hex_encode(finished->serialize()), text_in(v, "complete"));
            ++complete;
        }
    }
    EXPECT_EQ(complete, 5);
}

TEST(NeoGoContexts, AreRefusedCutShort) {
    const json::Value file = own_vectors("contexts.json");
    for (const json::Value& v : list_in(file, "contexts")) {
        const std::string text = json::write_value(v.at("context"));
        for (std::size_t size = 0; size < text.size(); ++size)
            ASSERT_FALSE(SigningContext::parse(text.substr(0, size)))
                << text_in(v, "name") << " " << size;
    }
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
    expect_refused<NotaryRequest>(file);
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
