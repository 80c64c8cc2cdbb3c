// SPDX-License-Identifier: Apache-2.0
// Signers, transactions and signing contexts as neo-go has them
// (tests/vectors/neo).
#include <gtest/gtest.h>

#include "neo/signing_context.h"
#include "neo/transaction.h"
#include "neo/transaction_json.h"
#include "own_vectors.h"

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

std::optional<Bytes> transaction_again(const Bytes& data) {
    const auto read = Transaction::parse(data);
    return read ? std::optional(read->serialize()) : std::nullopt;
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
    for (const json::Value& v : list_in(file, "refused"))
        EXPECT_FALSE(Transaction::parse(hex_in(v, "bytes"))) << text_in(v, "name");
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
        expect_one_form_only(hex_in(v, "bytes"), transaction_again);
        expect_whole_only(hex_in(v, "bytes"), transaction_again);
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

}  // namespace
}  // namespace nsl::neo
