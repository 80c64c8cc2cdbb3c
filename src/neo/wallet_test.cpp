// SPDX-License-Identifier: Apache-2.0
#include "neo/wallet.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

constexpr ScryptParams kFast{.n = 2, .r = 1, .p = 1};
constexpr std::string_view kPassword = "one two";

PrivateKey key_from(std::uint64_t seed) {
    SeededRandom random(seed);
    return PrivateKey::generate(random);
}

Wallet wallet_of(std::uint64_t seed, bool with_multi_signature) {
    Wallet out{.scrypt = kFast};
    EXPECT_TRUE(out.add(key_from(seed), kPassword, "main", with_multi_signature));
    return out;
}

void expect_refused(const std::string& json, std::string_view reason) {
    const auto wallet = Wallet::parse(json);
    ASSERT_FALSE(wallet) << json;
    EXPECT_EQ(wallet.error().code, Errc::invalid_argument);
    EXPECT_NE(wallet.error().message.find(reason), std::string::npos) << wallet.error().message;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
}

TEST(Wallet, UnlocksWhatWasAddedAfterARoundTrip) {
    const PrivateKey key = key_from(1);
    const auto wallet = Wallet::parse(wallet_of(1, true).to_json());
    ASSERT_TRUE(wallet) << wallet.error().message;
    EXPECT_EQ(wallet->scrypt, kFast);
    ASSERT_EQ(wallet->accounts.size(), 2u);
    EXPECT_TRUE(wallet->accounts[0].is_default);
    EXPECT_FALSE(wallet->accounts[1].is_default);
    EXPECT_EQ(wallet->accounts[0].label, "main");
    EXPECT_EQ(wallet->accounts[0].account, account_of(key.public_key()));
    EXPECT_EQ(wallet->accounts[1].account,
              hash160(multi_signature_script(1, {key.public_key()}).value()));
    for (const WalletAccount& account : wallet->accounts) {
        const auto unlocked = wallet->unlock(account.account, kPassword);
        ASSERT_TRUE(unlocked);
        EXPECT_EQ(unlocked->public_key(), key.public_key());
        EXPECT_EQ(wallet->unlock(account.account, "two").error().code, Errc::unauthenticated);
    }
    EXPECT_EQ(Wallet::parse(wallet->to_json())->to_json(), wallet->to_json());
}

TEST(Wallet, NeverHoldsAPlaintextKey) {
    const std::string json = wallet_of(1, true).to_json();
    EXPECT_EQ(json.find(hex_encode(key_from(1).secret().reveal())), std::string::npos);
    EXPECT_EQ(json.find(as_text(key_from(1).to_wif().reveal())), std::string::npos);
}

TEST(Wallet, AddsNothingWhenItRefuses) {
    Wallet wallet = wallet_of(1, false);
    EXPECT_EQ(wallet.add(key_from(1), kPassword, "again").error().code, Errc::conflict);
    EXPECT_EQ(wallet.add(key_from(2), "p\xff", "").error().code, Errc::invalid_argument);
    EXPECT_EQ(wallet.watch(wallet.accounts[0].account, "").error().code, Errc::conflict);
    // The second of the two is there already: the first is not added either.
    Wallet has_multi{.scrypt = kFast};
    const Bytes script = multi_signature_script(1, {key_from(1).public_key()}).value();
    ASSERT_TRUE(has_multi.add_multi_signature(script, "", nullptr, ""));
    EXPECT_EQ(has_multi.add(key_from(1), kPassword, "", true).error().code, Errc::conflict);
    EXPECT_EQ(has_multi.accounts.size(), 1u);
    EXPECT_EQ(wallet.accounts.size(), 1u);
    wallet.accounts.resize(1024);
    EXPECT_EQ(wallet.add(key_from(3), kPassword, "").error().code, Errc::limit_exceeded);
    EXPECT_EQ(wallet.watch({{9}}, "").error().code, Errc::limit_exceeded);
    EXPECT_EQ(wallet.accounts.size(), 1024u);
}

TEST(Wallet, SaysWhichAccountsItCannotUnlock) {
    Wallet wallet = wallet_of(1, false);
    EXPECT_EQ(wallet.unlock({}, kPassword).error().code, Errc::not_found);
    wallet.accounts[0].nep2.clear();
    const auto watched = Wallet::parse(wallet.to_json());
    ASSERT_TRUE(watched);
    EXPECT_EQ(watched->unlock(wallet.accounts[0].account, kPassword).error().code, Errc::not_found);
}

TEST(Wallet, RefusesAKeyThatIsNotTheAccounts) {
    Wallet wallet = wallet_of(1, false);
    wallet.accounts[0].nep2 = nep2_encrypt(key_from(2), kPassword, kFast).value();
    EXPECT_EQ(wallet.unlock(wallet.accounts[0].account, kPassword).error().code,
              Errc::invalid_argument);
}

TEST(Wallet, RefusesAScriptOfAnotherAddress) {
    Wallet wallet = wallet_of(1, false);
    wallet.accounts[0].verification_script = single_signature_script(key_from(2).public_key());
    expect_refused(wallet.to_json(), "has another address");
}

TEST(Wallet, SaysWhatIsWrong) {
    const std::string good = wallet_of(1, false).to_json();
    ASSERT_TRUE(Wallet::parse(good));
    expect_refused("", "the wallet");
    expect_refused("[]", "must be a JSON object");
    expect_refused("{}", "version");
    expect_refused(replaced(good, "\"1.0\"", "\"2.0\""), "version");
    expect_refused(replaced(good, "\"n\":2", "\"n\":3"), "power of two");
    expect_refused(replaced(good, "\"n\":2", "\"n\":1073741824"), "256 MiB");
    expect_refused(replaced(good, "\"n\":2", "\"n\":-2"), "scrypt n");
    expect_refused(replaced(good, "\"r\":1", "\"r\":4294967296"), "scrypt r");
    expect_refused(replaced(good, "\"scrypt\"", "\"script\""), "scrypt");
    expect_refused(replaced(good, "\"accounts\"", "\"account\""), "accounts");
    expect_refused(replaced(good, "\"address\":\"N", "\"address\":\"M"), "address");
    expect_refused(replaced(good, "\"key\":\"6P", "\"key\":\"6Q"), "NEP-2");
    expect_refused(replaced(good, "\"label\":\"main\"", "\"label\":5"), "label");
    expect_refused(replaced(good, "\"deployed\":false", "\"deployed\":0"), "deployed");
    expect_refused(replaced(good, "\"lock\":false", "\"lock\":0"), "lock");
    expect_refused(replaced(good, "\"name\":null", "\"name\":0"), "name");
    expect_refused(replaced(good, "\"type\":\"Signature\"", "\"type\":\"Sig\""), "parameter");
    expect_refused(replaced(good, "\"parameters\":[", "\"parameters\":[5,"), "parameter");
    expect_refused(replaced(good, "\"parameters\":[", "\"parameters\":5,\"x\":["), "parameters");
    expect_refused(replaced(good, "\"script\":\"", "\"script\":\"*"), "base64");
    expect_refused(replaced(good, "\"lock\"", "\"label\":\"\",\"lock\""), "twice");
    expect_refused(replaced(good, "\"main\"", "\"\xff\""), "not valid JSON");
    expect_refused(replaced(good, "\"isDefault\":true", "\"isDefault\":1"), "isDefault");
    Wallet twice = wallet_of(1, false);
    twice.accounts.push_back(twice.accounts[0]);
    expect_refused(twice.to_json(), "twice");
}

TEST(Wallet, TwoDefaultsAreRefused) {
    Wallet wallet = wallet_of(1, true);
    wallet.accounts[1].is_default = true;
    expect_refused(wallet.to_json(), "are the default");
}

TEST(Wallet, ReadsBothVersions) {
    const std::string good = wallet_of(1, false).to_json();
    const auto newer = Wallet::parse(replaced(good, "\"1.0\"", "\"3.0\""));
    ASSERT_TRUE(newer) << newer.error().message;
    EXPECT_EQ(newer->to_json(), good);
}

TEST(Wallet, LimitsAreNamed) {
    const auto code = [](const std::string& text) { return Wallet::parse(text).error().code; };
    EXPECT_EQ(code(std::string(10'000, '[')), Errc::limit_exceeded);
    const std::string good = wallet_of(1, false).to_json();
    EXPECT_EQ(
        code(replaced(good, "\"extra\":null}",
                      "\"extra\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}")),
        Errc::limit_exceeded);
    EXPECT_EQ(code(good + std::string(kWalletBytesMax, ' ')), Errc::limit_exceeded);
    Wallet many{.scrypt = kFast};
    many.accounts.resize(1025);
    for (std::size_t i = 0; i < many.accounts.size(); ++i)
        many.accounts[i].account.raw[i % 2] = static_cast<std::uint8_t>(i / 2);
    EXPECT_EQ(code(many.to_json()), Errc::limit_exceeded);
}

// As neo-go (`wallet import-deployed`), the C# wallet and neon-core write them.
TEST(Wallet, KeepsWhatOtherWalletsWrote) {
    Wallet wallet = wallet_of(1, false);
    wallet.name = "savings";
    wallet.extra = json::Object{{"Tokens", json::Array{}}};
    wallet.accounts[0].locked = true;
    wallet.accounts[0].extra = json::Object{{"color", "red"}};
    wallet.accounts[0].parameters[0].name = "signature";
    wallet.accounts.push_back({.account = {{5}}, .label = "contract"});
    wallet.accounts[1].deployed = true;
    wallet.accounts[1].parameters = {{"amount", ParameterType::integer}};
    wallet.accounts.push_back({.account = {{6}}, .label = "watched"});
    const auto back = Wallet::parse(wallet.to_json());
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->to_json(), wallet.to_json());
    EXPECT_EQ(back->name, "savings");
    EXPECT_EQ(back->extra, wallet.extra);
    EXPECT_TRUE(back->accounts[0].locked);
    EXPECT_EQ(back->accounts[0].extra, wallet.accounts[0].extra);
    EXPECT_EQ(back->accounts[0].parameters, wallet.accounts[0].parameters);
    EXPECT_TRUE(back->accounts[1].deployed);
    EXPECT_EQ(back->accounts[1].parameters, wallet.accounts[1].parameters);
    EXPECT_EQ(back->accounts[2].label, "watched");
    EXPECT_EQ(wallet.to_json().find("\"contract\":null"), std::string::npos);
    EXPECT_TRUE(back->accounts[2].parameters.empty());
}

TEST(Wallet, ContractsOfOtherFormsAreRead) {
    const std::string good = wallet_of(1, false).to_json();
    const auto contract_of = [&](std::string_view contract) {
        const auto from = good.find("\"contract\":") + 11, to = good.find(",\"extra\"", from);
        return Wallet::parse(std::string(good).replace(from, to - from, contract));
    };
    // neo-go writes no script for a contract; others write the contract's own.
    for (const char* script : {"null", "\"\"", "\"QFZ75w==\""}) {
        const auto wallet = contract_of(R"({"script":)" + std::string(script) +
                                        R"(,"parameters":[],"deployed":true})");
        ASSERT_TRUE(wallet) << wallet.error().message;
        EXPECT_TRUE(wallet->accounts[0].deployed);
        EXPECT_TRUE(wallet->accounts[0].verification_script.empty());
        EXPECT_TRUE(wallet->unlock(wallet->accounts[0].account, kPassword));
    }
    // neo-go signs nothing for an account without parameters: they are written again.
    const auto bare =
        contract_of(R"({"script":")" +
                    base64_encode(single_signature_script(key_from(1).public_key())) + R"("})");
    ASSERT_TRUE(bare) << bare.error().message;
    EXPECT_EQ(bare->to_json(), good);
    EXPECT_TRUE(contract_of("null"));
}

TEST(Wallet, WatchesAndRemoves) {
    Wallet wallet{.scrypt = kFast};
    const Hash160 first{{1}}, second{{2}};
    ASSERT_TRUE(wallet.watch(first, "one"));
    ASSERT_TRUE(wallet.watch(second, "two"));
    EXPECT_TRUE(wallet.find(first)->is_default);
    EXPECT_FALSE(wallet.find(second)->is_default);
    EXPECT_EQ(wallet.unlock(first, kPassword).error().code, Errc::not_found);
    ASSERT_TRUE(wallet.make_default(second));
    EXPECT_FALSE(wallet.find(first)->is_default);
    EXPECT_TRUE(wallet.find(second)->is_default);
    ASSERT_TRUE(wallet.remove(first));
    EXPECT_EQ(wallet.find(first), nullptr);
    EXPECT_EQ(wallet.remove(first).error().code, Errc::not_found);
    EXPECT_EQ(wallet.make_default(first).error().code, Errc::not_found);
    EXPECT_TRUE(wallet.find(second)->is_default);
}

TEST(Wallet, HoldsMultiSignatureAccountsWithAndWithoutAKey) {
    const PrivateKey one = key_from(1), two = key_from(2), stranger = key_from(3);
    const Bytes script = multi_signature_script(2, {one.public_key(), two.public_key()}).value();
    Wallet wallet{.scrypt = kFast};
    EXPECT_EQ(wallet.add_multi_signature(script, "", &stranger, kPassword).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(
        wallet.add_multi_signature(single_signature_script(one.public_key()), "", &one, kPassword)
            .error()
            .code,
        Errc::invalid_argument);
    EXPECT_TRUE(wallet.accounts.empty());
    ASSERT_TRUE(wallet.add_multi_signature(script, "both", &two, kPassword));
    EXPECT_EQ(wallet.add_multi_signature(script, "", nullptr, "").error().code, Errc::conflict);
    const auto back = Wallet::parse(wallet.to_json());
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->accounts[0].parameters,
              (std::vector<AbiParameter>{{"parameter0", ParameterType::signature},
                                         {"parameter1", ParameterType::signature}}));
    EXPECT_EQ(back->unlock(hash160(script), kPassword)->public_key(), two.public_key());

    Wallet watching{.scrypt = kFast};
    ASSERT_TRUE(watching.add_multi_signature(script, "both", nullptr, ""));
    EXPECT_EQ(watching.unlock(hash160(script), kPassword).error().code, Errc::not_found);
}

TEST(Wallet, ChangesEveryPasswordOrNone) {
    Wallet wallet = wallet_of(1, true);
    ASSERT_TRUE(wallet.watch({{7}}, ""));
    const std::string before = wallet.to_json();
    EXPECT_EQ(wallet.change_password("wrong", "new").error().code, Errc::unauthenticated);
    EXPECT_EQ(wallet.change_password(kPassword, "\xff").error().code, Errc::invalid_argument);
    EXPECT_EQ(wallet.to_json(), before);
    ASSERT_TRUE(wallet.change_password(kPassword, "new"));
    for (const std::size_t i : {0u, 1u}) {
        const Hash160 account = wallet.accounts[i].account;
        EXPECT_TRUE(wallet.unlock(account, "new"));
        EXPECT_EQ(wallet.unlock(account, kPassword).error().code, Errc::unauthenticated);
    }
    EXPECT_TRUE(wallet.accounts[2].nep2.empty());

    // One of the keys has another password.
    wallet.accounts[1].nep2 = nep2_encrypt(key_from(1), "other", kFast).value();
    const std::string mixed = wallet.to_json();
    const auto refused = wallet.change_password("new", "newer");
    EXPECT_EQ(refused.error().code, Errc::unauthenticated);
    EXPECT_NE(refused.error().message.find(to_address(wallet.accounts[1].account)),
              std::string::npos);
    EXPECT_EQ(wallet.to_json(), mixed);
}

TEST(Wallet, SelectsByAddressHashAndLabel) {
    Wallet wallet{.scrypt = kFast};
    EXPECT_EQ(wallet.select("").error().code, Errc::not_found);
    const Hash160 first{{1}}, second{{2}};
    ASSERT_TRUE(wallet.watch(first, "one"));
    wallet.accounts[0].is_default = false;
    EXPECT_EQ(wallet.select("").value()->account, first);
    ASSERT_TRUE(wallet.watch(second, "two"));
    EXPECT_EQ(wallet.select("").error().code, Errc::conflict);
    ASSERT_TRUE(wallet.make_default(second));
    EXPECT_EQ(wallet.select("").value()->account, second);
    EXPECT_EQ(wallet.select("one").value()->account, first);
    EXPECT_EQ(wallet.select(to_address(first)).value()->account, first);
    EXPECT_EQ(wallet.select(first.display()).value()->account, first);
    const auto missing = wallet.select("three");
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_NE(missing.error().message.find(to_address(second) + " (two)"), std::string::npos);
    EXPECT_EQ(wallet.select(to_address({})).error().code, Errc::not_found);
    wallet.accounts[1].label = "one";
    EXPECT_EQ(wallet.select("one").error().code, Errc::conflict);
}

RC_GTEST_PROP(Wallet, FlippedBitsAreRefusedOrRoundTrip, ()) {
    static const std::string good = wallet_of(1, true).to_json();
    std::string text = good;
    const auto bit = *rc::gen::inRange<std::size_t>(0, good.size() * 8);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    if (const auto wallet = Wallet::parse(text)) {
        const auto again = Wallet::parse(wallet->to_json());
        RC_ASSERT(again.has_value());
        RC_ASSERT(again->to_json() == wallet->to_json());
    }
}

TEST(Wallet, CutJsonIsRefused) {
    const std::string good = wallet_of(1, true).to_json();
    for (std::size_t size = 0; size < good.size(); ++size)
        ASSERT_FALSE(Wallet::parse(std::string_view(good).substr(0, size))) << size;
}

}  // namespace
}  // namespace nsl::neo
