// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "neo/damage.h"
#include "neo/transaction.h"
#include "neo/vector_file.h"
#include "neo/verification.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value shared_vectors(const std::string& file) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + file;
    return parse_vectors(testing_support::read_text_file(path));
}

// Checks every signature of the standard witnesses; how many there were.
int verify_witnesses(const Transaction& tx, std::uint32_t network) {
    int signatures = 0;
    for (std::size_t i = 0; i < tx.witnesses.size(); ++i) {
        const auto check = parse_verification_script(tx.witnesses[i].verification);
        if (!check) continue;
        EXPECT_EQ(hash160(tx.witnesses[i].verification), tx.signers[i].account);
        const Bytes& invocation = tx.witnesses[i].invocation;
        EXPECT_EQ(invocation.size(), 66u * static_cast<std::size_t>(check->m));
        std::size_t key = 0;
        for (std::size_t at = 0; at + 66 <= invocation.size(); at += 66) {
            Signature signature;
            std::copy_n(invocation.begin() + static_cast<std::ptrdiff_t>(at) + 2, 64,
                        signature.begin());
            while (key < check->keys.size() &&
                   !verify(check->keys[key], tx.sign_data(network), signature))
                ++key;
            EXPECT_LT(key, check->keys.size()) << "no key signed this";
            ++signatures;
        }
    }
    return signatures;
}

void expect_form(const json::Value& v, const Transaction& tx) {
    const json::Value& shown = v.at("json");
    EXPECT_EQ(tx.serialize(), hex_in(v, "tx"));
    EXPECT_EQ(tx.serialize_unsigned(), hex_in(v, "unsigned"));
    EXPECT_EQ(tx.hash().display(), text_in(v, "hash"));
    EXPECT_EQ(static_cast<std::int64_t>(tx.serialize().size()), v.at("size").as_int64());
    EXPECT_EQ(tx.nonce, static_cast<std::uint32_t>(shown.at("nonce").as_int64()));
    EXPECT_EQ(std::to_string(tx.system_fee), text_in(shown, "sysfee"));
    EXPECT_EQ(std::to_string(tx.network_fee), text_in(shown, "netfee"));
    EXPECT_EQ(tx.valid_until_block, shown.at("validuntilblock").as_int64());
    EXPECT_EQ(tx.script, base64_in(shown, "script"));
    EXPECT_EQ(to_address(tx.signers.at(0).account), text_in(shown, "sender"));
    ASSERT_EQ(tx.signers.size(), list_in(shown, "signers").size());
    for (std::size_t i = 0; i < tx.signers.size(); ++i)
        EXPECT_EQ(tx.signers[i].account.display(),
                  text_in(list_in(shown, "signers")[i], "account"));
    ASSERT_EQ(tx.witnesses.size(), list_in(shown, "witnesses").size());
    for (std::size_t i = 0; i < tx.witnesses.size(); ++i) {
        EXPECT_EQ(tx.witnesses[i].invocation,
                  base64_in(list_in(shown, "witnesses")[i], "invocation"));
        EXPECT_EQ(tx.witnesses[i].verification,
                  base64_in(list_in(shown, "witnesses")[i], "verification"));
    }
}

TEST(TransactionVectors, AcceptedByNeoGo) {
    const json::Value file = shared_vectors("transactions.json");
    int seen = 0, priced = 0, signatures = 0;
    for (const json::Value& v : list_in(file, "privnet")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto tx = Transaction::parse(hex_in(v, "tx"));
        ASSERT_TRUE(tx) << tx.error().message;
        expect_form(v, *tx);
        const auto network = static_cast<std::uint32_t>(v.at("magic").as_int64());
        EXPECT_EQ(tx->sign_data(network), hex_in(v, "signdata"));
        EXPECT_EQ(base64_in(v, "txBase64"), hex_in(v, "tx"));
        signatures += verify_witnesses(*tx, network);

        std::vector<Bytes> scripts;
        for (const Witness& witness : tx->witnesses) scripts.push_back(witness.verification);
        const auto fee = network_fee(*tx, scripts, {});
        if (text_in(v, "name") == "contract_payer") {
            // A contract's verify() costs what its code costs.
            EXPECT_EQ(fee.error().code, Errc::invalid_argument);
            const ContractWitness verified{.invocation = {}, .execution = 1'279'920};
            EXPECT_EQ(network_fee(*tx, scripts, {}, {{tx->signers[0].account, verified}}).value(),
                      v.at("netfee").as_int64());
        } else {
            const Datoshi paid = v.at("netfee").as_int64();
            EXPECT_EQ(fee.value(), paid) << "measured on a node with the default policy";
            ++priced;
        }
        ++seen;
    }
    EXPECT_EQ(seen, 6);
    EXPECT_EQ(priced, 5);
    EXPECT_EQ(signatures, 1 + 2 + 2 + 1 + 1 + 1);
}

TEST(TransactionVectors, OfNeonJs) {
    const json::Value file = shared_vectors("transactions.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "neonjs")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto tx = Transaction::parse(hex_in(v, "tx"));
        ASSERT_TRUE(tx) << tx.error().message;
        expect_form(v, *tx);
        ++seen;
    }
    EXPECT_EQ(seen, 2);
}

TEST(TransactionVectors, DamageIsRefusedOrKept) {
    const json::Value file = shared_vectors("transactions.json");
    for (const char* list : {"privnet", "neonjs"}) {
        for (const json::Value& v : list_in(file, list)) {
            const Bytes bytes = hex_in(v, "tx");
            each_cut(bytes, [](const Bytes& cut) { EXPECT_FALSE(Transaction::parse(cut)); });
            each_flipped_bit(bytes, [](const Bytes& changed) {
                if (const auto tx = Transaction::parse(changed))
                    EXPECT_EQ(tx->serialize(), changed);
            });
        }
    }
}

TEST(TransactionVectors, SignersOfEveryScope) {
    const json::Value file = shared_vectors("signers.json");
    int seen = 0;
    for (const json::Value& v : file.as_array()) {
        const json::Object& shown = v.at("json").as_object();
        const Bytes bytes = hex_in(v, "binary");
        ByteReader in(bytes);
        const auto signer = read_signer(in);
        ASSERT_TRUE(signer) << signer.error().message;
        EXPECT_TRUE(in.finish());
        ByteWriter out;
        write_signer(out, *signer);
        EXPECT_EQ(out.view(), bytes);
        EXPECT_EQ(signer->account, hash_in(v.at("json"), "account"));
        EXPECT_EQ(signer->has(Scope::custom_contracts), shown.contains("allowedcontracts"));
        EXPECT_EQ(signer->has(Scope::custom_groups), shown.contains("allowedgroups"));
        EXPECT_EQ(signer->has(Scope::witness_rules), shown.contains("rules"));
        if (shown.contains("allowedgroups"))
            EXPECT_EQ(signer->groups, keys_in(v.at("json"), "allowedgroups"));
        if (shown.contains("rules")) {
            ASSERT_EQ(signer->rules.size(), 2u);
            EXPECT_TRUE(signer->rules[0].allow);
            EXPECT_EQ(signer->rules[0].condition.type, ConditionType::all_of);
            EXPECT_EQ(signer->rules[0].condition.parts.size(), 3u);
            EXPECT_FALSE(signer->rules[1].allow);
            EXPECT_TRUE(signer->rules[1].condition.value);
        }
        ++seen;
    }
    EXPECT_EQ(seen, 6);
}

// Main transactions carry NotaryAssisted; fallbacks NotValidBefore, Conflicts and NotaryAssisted.
TEST(TransactionVectors, NotaryRequests) {
    const json::Value file = shared_vectors("notary_request.json");
    const auto network = static_cast<std::uint32_t>(file.at("magic").as_int64());
    int seen = 0;
    for (const json::Value& v : list_in(file, "requests")) {
        const auto main = Transaction::parse(hex_in(v, "main"));
        const auto fallback = Transaction::parse(hex_in(v, "fallback"));
        ASSERT_TRUE(main) << main.error().message;
        ASSERT_TRUE(fallback) << fallback.error().message;
        EXPECT_EQ(main->serialize(), hex_in(v, "main"));
        EXPECT_EQ(fallback->serialize(), hex_in(v, "fallback"));
        EXPECT_EQ(main->hash().display(), text_in(file, "mainHash"));
        EXPECT_EQ(main->attributes, std::vector<Attribute>{NotaryAssisted{.keys = 2}});
        ASSERT_EQ(fallback->attributes.size(), 3u);
        EXPECT_EQ(fallback->attributes[1], Attribute(Conflicts{main->hash()}));
        ++seen;
    }
    const auto complete = Transaction::parse(base64_in(file, "finalMainTx"));
    ASSERT_TRUE(complete) << complete.error().message;
    EXPECT_EQ(complete->hash().display(), text_in(file, "mainHash"));
    EXPECT_EQ(verify_witnesses(*complete, network), 2);
    EXPECT_EQ(seen, 2);
}

TEST(TransactionVectors, PartiallySignedContext) {
    const json::Value file = shared_vectors("contract_parameters_context.json");
    const json::Value& context = file.at("context");
    const auto tx = Transaction::parse_unsigned(base64_in(context, "data"));
    ASSERT_TRUE(tx) << tx.error().message;
    EXPECT_EQ(tx->hash().display(), text_in(context, "hash"));
    const auto network = static_cast<std::uint32_t>(context.at("network").as_int64());
    const auto& [account, item] = *context.at("items").as_object().begin();
    EXPECT_EQ(hash160(base64_in(item, "script")).display(), std::string_view(account));
    const auto& [key, signature] = *item.at("signatures").as_object().begin();
    Signature raw;
    std::ranges::copy(base64_decode(signature.as_string()).value(), raw.begin());
    EXPECT_TRUE(verify(PublicKey::parse(key).value(), tx->sign_data(network), raw));
}

}  // namespace
}  // namespace nsl::neo
