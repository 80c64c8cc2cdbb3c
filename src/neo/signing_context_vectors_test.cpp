// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "neo/signing_context.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value shared_vectors(const std::string& file) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + file;
    return parse_vectors(testing_support::read_text_file(path));
}

TEST(SigningContextVectors, OfNeoGoReadsAndIsWrittenTheSame) {
    const json::Value file = shared_vectors("contract_parameters_context.json");
    const auto context = SigningContext::parse(json::write_value(file.at("context")));
    ASSERT_TRUE(context) << context.error().message;
    EXPECT_EQ(context->to_json(), file.at("context"));
    // Its only signer is a 1-of-1 account that has signed.
    const auto tx = context->finish();
    ASSERT_TRUE(tx) << tx.error().message;
    EXPECT_TRUE(check_witness(tx->witnesses.at(0), tx->signers.at(0).account,
                              tx->sign_data(context->network())));
}

// The keys of the vectors: 0x…01, 0x…02, 0x…03 and that of the sponsor.
std::vector<PrivateKey> vector_keys() {
    std::vector<PrivateKey> out;
    for (std::uint8_t i = 1; i <= 3; ++i) {
        ByteArray<32> scalar{};
        scalar[31] = i;
        out.push_back(PrivateKey::from_bytes(scalar).value());
    }
    out.push_back(
        PrivateKey::from_wif("KxyjQ8eUa4FHt3Gvioyt1Wz29cTUrE4eTqX3yFSk1YFCsPL8uNsY").value());
    return out;
}

// Signs with the keys in this order, each in a context of its own that is sent on as text.
Result<Transaction> signed_in_order(const json::Value& v, const std::vector<PrivateKey*>& keys) {
    const Transaction tx = Transaction::parse(hex_in(v, "tx")).value();
    const auto network = static_cast<std::uint32_t>(v.at("magic").as_int64());
    TRY(SigningContext context, SigningContext::create(tx, network));
    for (std::size_t i = 0; i < tx.signers.size(); ++i) {
        const Bytes& script = tx.witnesses[i].verification;
        TRY_OK(script.empty() ? context.add_contract(tx.signers[i].account)
                              : context.add_script(script));
    }
    for (const PrivateKey* key : keys) {
        TRY_OK(context.sign(*key));
        TRY(context, SigningContext::parse(json::write_value(context.to_json())));
    }
    return context.finish();
}

TEST(SigningContextVectors, GiveTheTransactionsThatAreOnChain) {
    const json::Value file = shared_vectors("transactions.json");
    std::vector<PrivateKey> keys = vector_keys();
    int seen = 0;
    for (const json::Value& v : list_in(file, "privnet")) {
        SCOPED_TRACE(text_in(v, "name"));
        // Of the 2-of-3 account, the vector has the signatures of two certain keys.
        const bool multi = text_in(v, "name") == "multisig2of3";
        std::vector<PrivateKey*> order;
        for (PrivateKey& key : keys) order.push_back(&key);
        int same = 0;
        std::ranges::sort(order);
        do {
            const auto tx = signed_in_order(v, order);
            ASSERT_TRUE(tx) << tx.error().message;
            for (std::size_t i = 0; i < tx->signers.size(); ++i)
                if (!tx->witnesses[i].verification.empty())
                    EXPECT_TRUE(check_witness(tx->witnesses[i], tx->signers[i].account,
                                              hex_in(v, "signdata")));
            same += tx->serialize() == hex_in(v, "tx") ? 1 : 0;
        } while (std::ranges::next_permutation(order).found);
        EXPECT_EQ(same, multi ? 24 / 3 : 24);
        ++seen;
    }
    EXPECT_EQ(seen, 6);
}

}  // namespace
}  // namespace nsl::neo
