// SPDX-License-Identifier: Apache-2.0
#include "neo/signing_context.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "neo/damage.h"

namespace nsl::neo {
namespace {

constexpr std::uint32_t kNetwork = 1234567890;

PrivateKey key_from(std::uint64_t seed) {
    SeededRandom random(seed);
    return PrivateKey::generate(random);
}

Transaction signed_by(std::vector<Hash160> accounts) {
    Transaction tx{.nonce = 7, .valid_until_block = 100};
    for (const Hash160& account : accounts) tx.signers.push_back({.account = account});
    tx.script = {0x40};
    return tx;
}

// A sponsor, who pays, and a 2-of-3 account.
struct Parties {
    PrivateKey sponsor = key_from(9);
    std::vector<PrivateKey> keys;
    Bytes sponsor_script = single_signature_script(sponsor.public_key());
    Bytes script;

    Parties() {
        for (const std::uint64_t seed : {1, 2, 3}) keys.push_back(key_from(seed));
        std::ranges::sort(keys, {}, &PrivateKey::public_key);
        script = multi_signature_script(
                     2, {keys[0].public_key(), keys[1].public_key(), keys[2].public_key()})
                     .value();
    }
    SigningContext context() const {
        auto out =
            SigningContext::create(signed_by({hash160(sponsor_script), hash160(script)}), kNetwork);
        EXPECT_TRUE(out->add_script(sponsor_script));
        EXPECT_TRUE(out->add_script(script));
        return std::move(*out);
    }
};

// As if the next signer had received it.
SigningContext sent(const SigningContext& context) {
    auto out = SigningContext::parse(json::write_value(context.to_json()));
    EXPECT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->to_json(), context.to_json());
    return std::move(*out);
}

void expect_witnesses_hold(const Transaction& tx) {
    EXPECT_TRUE(Transaction::parse(tx.serialize()));
    for (std::size_t i = 0; i < tx.signers.size(); ++i)
        EXPECT_TRUE(check_witness(tx.witnesses[i], tx.signers[i].account, tx.sign_data(kNetwork)));
}

TEST(SigningContext, CollectsWitnessesInWhateverOrderTheSignersSign) {
    const Parties parties;
    std::vector<int> order{0, 1, 2};  // sponsor, then two of the three
    for (const auto& [a, b] :
         {std::pair{0, 1}, std::pair{0, 2}, std::pair{1, 2}, std::pair{2, 0}}) {
        std::ranges::sort(order);
        do {
            SigningContext context = parties.context();
            const PrivateKey* signers[] = {&parties.sponsor, &parties.keys[a], &parties.keys[b]};
            for (const int i : order) {
                EXPECT_FALSE(context.complete());
                EXPECT_EQ(context.finish().error().code, Errc::conflict);
                context = sent(context);
                EXPECT_EQ(context.sign(*signers[i]).value(), 1);
            }
            context = sent(context);
            ASSERT_TRUE(context.complete());
            const auto tx = context.finish();
            ASSERT_TRUE(tx) << tx.error().message;
            expect_witnesses_hold(*tx);
            EXPECT_EQ(tx->hash(), context.transaction().hash());
        } while (std::ranges::next_permutation(order).found);
    }
}

TEST(SigningContext, KeepsOutMoreSignaturesThanNeeded) {
    const Parties parties;
    SigningContext context = parties.context();
    for (const PrivateKey& key : parties.keys) EXPECT_EQ(context.sign(key).value(), 1);
    EXPECT_EQ(context.sign(parties.keys[0]).value(), 1);
    EXPECT_EQ(context.sign(parties.sponsor).value(), 1);
    const Transaction tx = context.finish().value();
    EXPECT_EQ(tx.witnesses[1].invocation.size(), 2u * 66);
    expect_witnesses_hold(tx);
}

TEST(SigningContext, SignsForEveryAccountOfAKey) {
    const PrivateKey key = key_from(1);
    const Bytes single = single_signature_script(key.public_key());
    const Bytes multi = multi_signature_script(1, {key.public_key()}).value();
    auto context = SigningContext::create(signed_by({hash160(single), hash160(multi)}), kNetwork);
    ASSERT_TRUE(context->add_script(single));
    EXPECT_EQ(context->sign(key).value(), 1);
    ASSERT_TRUE(context->add_script(multi));
    EXPECT_EQ(context->sign(key).value(), 2);
    EXPECT_EQ(context->sign(key_from(2)).value(), 0);
    expect_witnesses_hold(context->finish().value());
    expect_witnesses_hold(sent(*context).finish().value());
}

TEST(SigningContext, SaysWhatIsMissing) {
    const Parties parties;
    auto context = SigningContext::create(
        signed_by({hash160(parties.sponsor_script), hash160(parties.script)}), kNetwork);
    ASSERT_EQ(context->missing().size(), 2u);
    EXPECT_EQ(context->missing()[0].account, hash160(parties.sponsor_script));
    EXPECT_EQ(context->missing()[0].signatures, 0);
    ASSERT_TRUE(context->add_script(parties.script));
    EXPECT_EQ(context->missing()[1].signatures, 2);
    ASSERT_TRUE(context->sign(parties.keys[1]));
    EXPECT_EQ(context->missing()[1].signatures, 1);
    const Error error = context->finish().error();
    EXPECT_EQ(error.code, Errc::conflict);
    EXPECT_NE(error.message.find(to_address(hash160(parties.sponsor_script)) + " (its script)"),
              std::string::npos);
    EXPECT_NE(error.message.find(to_address(hash160(parties.script)) + " (1 more)"),
              std::string::npos);
}

TEST(SigningContext, LetsAContractPayWithoutASignature) {
    const PrivateKey key = key_from(1);
    const Bytes script = single_signature_script(key.public_key());
    auto context = SigningContext::create(signed_by({native::policy(), hash160(script)}), kNetwork);
    EXPECT_EQ(context->add_contract(native::gas_token()).error().code, Errc::not_found);
    ASSERT_TRUE(context->add_contract(native::policy()));
    ASSERT_TRUE(context->add_script(script));
    ASSERT_TRUE(context->sign(key));
    const Transaction tx = sent(*context).finish().value();
    EXPECT_EQ(tx.witnesses[0], Witness{});
    EXPECT_TRUE(check_witness(tx.witnesses[1], hash160(script), tx.sign_data(kNetwork)));
}

TEST(SigningContext, RefusesScriptsThatAreNoSigners) {
    const Parties parties;
    auto context = SigningContext::create(signed_by({hash160(parties.script)}), kNetwork);
    EXPECT_EQ(context->add_script(parties.sponsor_script).error().code, Errc::not_found);
    EXPECT_EQ(context->add_script({}).error().code, Errc::not_found);
    const Bytes push_true{0x11};
    context = SigningContext::create(signed_by({hash160(push_true)}), kNetwork);
    EXPECT_EQ(context->add_script(push_true).error().code, Errc::invalid_argument);
    EXPECT_EQ(SigningContext::create(signed_by({}), kNetwork).error().code, Errc::invalid_argument);
}

// 1,024 bytes are 15 signatures, or 29 keys.
TEST(SigningContext, RefusesAccountsWhoseWitnessFitsNoTransaction) {
    std::vector<PublicKey> keys;
    for (std::uint64_t i = 0; i < 30; ++i) keys.push_back(key_from(i).public_key());
    const auto adds = [](int m, std::vector<PublicKey> of) {
        const Bytes script = multi_signature_script(m, std::move(of)).value();
        auto context = SigningContext::create(signed_by({hash160(script)}), kNetwork);
        return context->add_script(script).has_value();
    };
    EXPECT_TRUE(adds(15, {keys.begin(), keys.begin() + 29}));
    EXPECT_FALSE(adds(16, {keys.begin(), keys.begin() + 20}));
    EXPECT_FALSE(adds(1, keys));
}

TEST(SigningContext, RefusesSignaturesOfOthersAndOfOtherNetworks) {
    const Parties parties;
    SigningContext context = parties.context();
    const PublicKey key = parties.keys[0].public_key();
    const Bytes data = context.transaction().sign_data(kNetwork);
    EXPECT_EQ(context.add_signature(key_from(5).public_key(), key_from(5).sign(data)).error().code,
              Errc::not_found);
    EXPECT_EQ(context.add_signature(key, parties.keys[1].sign(data)).error().code,
              Errc::unauthenticated);
    EXPECT_EQ(context.add_signature(key, parties.keys[0].sign(context.transaction().sign_data(1)))
                  .error()
                  .code,
              Errc::unauthenticated);
    EXPECT_TRUE(context.add_signature(key, parties.keys[0].sign(data)));
    EXPECT_EQ(context.missing()[1].signatures, 1);
}

TEST(SigningContext, DropsWitnessesThatWereThere) {
    Transaction tx = signed_by({hash160(Parties().script)});
    tx.witnesses = {{{1}, {2}}};
    EXPECT_TRUE(SigningContext::create(tx, kNetwork)->transaction().witnesses.empty());
}

// A complete context of the sponsor's and one signature of the other account.
json::Object shown_context(const Parties& parties) {
    SigningContext context = parties.context();
    EXPECT_TRUE(context.sign(parties.sponsor));
    EXPECT_TRUE(context.sign(parties.keys[2]));
    return context.to_json().as_object();
}

Errc refusal(const json::Value& value) {
    const auto context = SigningContext::parse(json::write_value(value));
    EXPECT_FALSE(context);
    return context ? Errc::internal : context.error().code;
}

TEST(SigningContext, RefusesOtherJson) {
    const Parties parties;
    const json::Object good = shown_context(parties);
    ASSERT_TRUE(SigningContext::parse(json::write_value(good)));
    const auto with = [&good](std::string_view name, json::Value value) {
        json::Object out = good;
        out[name] = std::move(value);
        return refusal(out);
    };
    EXPECT_EQ(with("type", "Neo.Network.P2P.Payloads.Block"), Errc::invalid_argument);
    EXPECT_EQ(with("type", nullptr), Errc::invalid_argument);
    EXPECT_EQ(with("network", -1), Errc::invalid_argument);
    EXPECT_EQ(with("network", 4294967296), Errc::invalid_argument);
    EXPECT_EQ(with("network", 1), Errc::unauthenticated);
    EXPECT_EQ(with("hash", json::Value(Hash256{}.display())), Errc::invalid_argument);
    EXPECT_EQ(with("data", "AAAA"), Errc::invalid_argument);
    EXPECT_EQ(with("items", json::Array{}), Errc::invalid_argument);
    EXPECT_EQ(with("items", json::Object{{native::policy().display(), json::Object{}}}),
              Errc::invalid_argument);
    json::Object bare = good;
    bare.erase("hash");
    bare.erase("items");
    EXPECT_TRUE(SigningContext::parse(json::write_value(bare)));
}

TEST(SigningContext, RefusesOtherItems) {
    const Parties parties;
    const json::Object good = shown_context(parties);
    const std::string name = hash160(parties.script).display();
    const auto with = [&](auto change) {
        json::Object out = good;
        change(out["items"].as_object()[name].as_object());
        return refusal(out);
    };
    using Item = json::Object;
    EXPECT_EQ(with([&](Item& item) { item["script"] = base64_encode(parties.sponsor_script); }),
              Errc::invalid_argument);
    EXPECT_EQ(with([](Item& item) { item["script"] = nullptr; }), Errc::invalid_argument);
    EXPECT_EQ(with([](Item& item) { item["parameters"].as_array().pop_back(); }),
              Errc::invalid_argument);
    EXPECT_EQ(with([](Item& item) { item["parameters"].at(0).as_object()["type"] = "Integer"; }),
              Errc::invalid_argument);
    EXPECT_EQ(with([](Item& item) { item["parameters"].at(0).as_object()["value"] = "AAAA"; }),
              Errc::invalid_argument);
    EXPECT_EQ(with([](Item& item) {
                  item["parameters"].at(0).as_object()["value"] = base64_encode(Signature{});
              }),
              Errc::unauthenticated);
    const auto signature = [&good, &name] {
        return good.at("items").at(name).at("signatures").as_object().begin()->value();
    }();
    EXPECT_EQ(with([&](Item& item) {
                  item["signatures"].as_object()[parties.keys[0].public_key().hex()] = signature;
              }),
              Errc::unauthenticated);
    EXPECT_EQ(with([&](Item& item) {
                  item["signatures"].as_object()[parties.sponsor.public_key().hex()] = signature;
              }),
              Errc::invalid_argument);
    EXPECT_EQ(with([&](Item& item) {
                  std::string upper = parties.keys[2].public_key().hex();
                  for (char& c : upper) c = static_cast<char>(std::toupper(c));
                  item["signatures"].as_object()[upper] = signature;
              }),
              Errc::invalid_argument);
}

// Some wallets fill the parameters of a multi-signature account and not the map.
TEST(SigningContext, TakesSignaturesFromTheParametersAlone) {
    const Parties parties;
    SigningContext context = parties.context();
    for (const PrivateKey* key : {&parties.sponsor, &parties.keys[0], &parties.keys[2]})
        ASSERT_TRUE(context.sign(*key));
    json::Object shown = context.to_json().as_object();
    for (auto& [name, item] : shown["items"].as_object())
        item.as_object()["signatures"] = json::Object{};
    const auto read = SigningContext::parse(json::write_value(shown));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->finish().value(), context.finish().value());
}

TEST(SigningContext, SurvivesDamagedText) {
    const Parties parties;
    const std::string text = json::write_value(shown_context(parties));
    each_cut(text, [](const std::string& cut) { EXPECT_FALSE(SigningContext::parse(cut)); });
    int taken = 0;
    each_flipped_bit(text, [&taken](const std::string& changed) {
        const auto context = SigningContext::parse(changed);
        if (!context) return;
        ++taken;
        // A letter of hex in the other case, or a member whose name is not known any more.
        EXPECT_EQ(sent(*context).to_json(), context->to_json());
    });
    EXPECT_LT(taken, 600);
}

TEST(SigningContext, RefusesDeepAndLongText) {
    EXPECT_FALSE(SigningContext::parse(std::string(10'000, '[')));
    EXPECT_FALSE(SigningContext::parse("{\"type\":" + std::string(10'000, '[')));
    EXPECT_EQ(SigningContext::parse(std::string((1 << 20) + 1, ' ')).error().code,
              Errc::limit_exceeded);
    EXPECT_FALSE(SigningContext::parse(R"({"network":1,"network":1})"));
    EXPECT_FALSE(SigningContext::parse("{\"type\":\"\xff\"}"));
}

// Whoever hands us a context may claim that our account is a contract, which needs no signature.
TEST(SigningContext, AScriptProvesThatItsAccountIsNoContract) {
    const PrivateKey key = PrivateKey::from_bytes(Bytes(32, 1)).value();
    Transaction tx;
    tx.signers = {{.account = account_of(key.public_key())}};
    tx.script = {0x40};
    auto context = SigningContext::create(tx, 1);
    ASSERT_TRUE(context);
    ASSERT_TRUE(context->add_contract(tx.signers[0].account));
    EXPECT_TRUE(context->complete());
    ASSERT_TRUE(context->add_script(single_signature_script(key.public_key())));
    EXPECT_FALSE(context->complete());
    EXPECT_EQ(context->sign(key).value(), 1);
    EXPECT_TRUE(context->complete());
}

}  // namespace
}  // namespace nsl::neo
