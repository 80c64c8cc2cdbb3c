// SPDX-License-Identifier: Apache-2.0
// Signers and transactions as neo-go, neon-core and the C# node showed them.
#include <gtest/gtest.h>

#include "neo/damage.h"
#include "neo/transaction_json.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value shared_vectors(const std::string& file) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + file;
    return parse_vectors(testing_support::read_text_file(path));
}

// What the chain and the mempool add to a transaction.
json::Value without_chain_members(json::Value shown) {
    for (const char* name : {"blockhash", "confirmations", "blocktime", "vmstate"})
        shown.as_object().erase(name);
    return shown;
}

void expect_both_ways(const json::Value& shown) {
    const auto tx = transaction_from_json(shown);
    ASSERT_TRUE(tx) << tx.error().message;
    EXPECT_EQ(transaction_to_json(*tx), without_chain_members(shown));
    EXPECT_EQ(Transaction::parse(tx->serialize()).value(), *tx);
}

TEST(TransactionJsonVectors, SignersOfEveryScope) {
    const json::Value file = shared_vectors("signers.json");
    int seen = 0;
    for (const json::Value& v : file.as_array()) {
        SCOPED_TRACE(json::write_value(v.at("json")));
        const auto signer = signer_from_json(v.at("json"));
        ASSERT_TRUE(signer) << signer.error().message;
        ByteWriter out;
        write_signer(out, *signer);
        EXPECT_EQ(out.view(), hex_in(v, "binary"));
        const Bytes binary = hex_in(v, "binary");
        ByteReader in(binary);
        EXPECT_EQ(read_signer(in).value(), *signer);
        EXPECT_EQ(signer_to_json(*signer), v.at("json"));
        ++seen;
    }
    EXPECT_EQ(seen, 6);
}

TEST(TransactionJsonVectors, OfTransactionsOnChain) {
    const json::Value file = shared_vectors("transactions.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "privnet")) {
        SCOPED_TRACE(text_in(v, "name"));
        expect_both_ways(v.at("json"));
        EXPECT_EQ(transaction_from_json(v.at("json"))->serialize(), hex_in(v, "tx"));
        ++seen;
    }
    EXPECT_EQ(seen, 6);
}

// neon-js leaves the hash out.
TEST(TransactionJsonVectors, OfNeonJs) {
    const json::Value file = shared_vectors("transactions.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "neonjs")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto tx = transaction_from_json(v.at("json"));
        ASSERT_TRUE(tx) << tx.error().message;
        EXPECT_EQ(tx->serialize(), hex_in(v, "tx"));
        json::Value shown = transaction_to_json(*tx);
        EXPECT_EQ(text_in(shown, "hash"), text_in(v, "hash"));
        shown.as_object().erase("hash");
        EXPECT_EQ(shown, v.at("json"));
        ++seen;
    }
    EXPECT_EQ(seen, 2);
}

// Every cut and every flipped bit of the text: refused, or a transaction that is written again.
TEST(TransactionJsonVectors, DamageIsRefusedOrKept) {
    const json::Value file = shared_vectors("transactions.json");
    const std::string text = json::write_value(list_in(file, "privnet").at(2).at("json"));
    const Transaction original = transaction_from_json(parse_vectors(text)).value();
    each_cut(text, [](const std::string& cut) { EXPECT_FALSE(json::parse_value(cut)); });
    int taken = 0;
    each_flipped_bit(text, [&](const std::string& changed) {
        const auto value = json::parse_value(changed);
        if (!value) return;
        const auto tx = transaction_from_json(*value);
        if (!tx) return;
        ++taken;
        EXPECT_EQ(transaction_from_json(transaction_to_json(*tx)).value(), *tx);
        // The hash is in the text: only witnesses may differ, where the text still names it.
        if (value->as_object().contains("hash")) EXPECT_EQ(tx->hash(), original.hash());
    });
    EXPECT_GT(taken, 0);
}

// Transactions below `value`, wherever they are.
template <class Use>
int each_transaction(const json::Value& value, Use use) {
    int seen = 0;
    if (const auto* object = value.if_object()) {
        if (object->contains("sysfee")) {
            use(value);
            return 1;
        }
        for (const auto& [name, member] : *object) seen += each_transaction(member, use);
    } else if (const auto* array = value.if_array()) {
        for (const json::Value& item : *array) seen += each_transaction(item, use);
    }
    return seen;
}

TEST(TransactionJsonVectors, OfRecordedNeoGoAnswersAndEvents) {
    // getblock, getrawtransaction
    EXPECT_EQ(each_transaction(shared_vectors("rpc_samples_neogo.json"), expect_both_ways), 2);
    // mempool_event twice, transaction_added, block_added
    EXPECT_EQ(each_transaction(shared_vectors("ws_samples_neogo.json"), expect_both_ways), 4);
}

TEST(TransactionJsonVectors, OfARawAnswerIsTheSameTransaction) {
    std::map<std::string, json::Value> results;
    const json::Value file = shared_vectors("rpc_samples_neogo.json");
    for (const json::Value& sample : file.as_array())
        if (const auto* result = sample.at("response").as_object().if_contains("result"))
            results[text_in(sample, "name")] = *result;
    const Bytes raw =
        base64_decode(std::string_view(results.at("getrawtransaction_raw").as_string())).value();
    const auto shown = transaction_from_json(results.at("getrawtransaction_verbose"));
    ASSERT_TRUE(shown) << shown.error().message;
    EXPECT_EQ(shown->serialize(), raw);
}

// The previews they were recorded from already had today's form and hash.
TEST(TransactionJsonVectors, OfTheCsharpNode) {
    const json::Value file = shared_vectors("rpc_samples_csharp.json");
    std::vector<std::string> names;
    for (const json::Value& sample : file.as_array())
        if (each_transaction(sample, expect_both_ways) > 0)
            names.push_back(text_in(sample, "Name"));
    EXPECT_EQ(names, (std::vector<std::string>{"getblockasync", "getrawtransactionasync"}));
    // Sent in two samples, one transaction: still unsigned syscalls of a preview, yet well-formed.
    int sent = 0;
    for (const json::Value& sample : file.as_array()) {
        const json::Value& request = sample.at("Request");
        if (text_in(request, "method") != "sendrawtransaction") continue;
        const std::string_view text = list_in(request, "params").at(0).as_string();
        const auto tx = Transaction::parse(base64_decode(text).value());
        ASSERT_TRUE(tx) << tx.error().message;
        expect_both_ways(transaction_to_json(*tx));
        ++sent;
    }
    EXPECT_EQ(sent, 2);
}

}  // namespace
}  // namespace nsl::neo
